from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from sandbox.discord.messages.components import every_component, find_component, finish_components
from sandbox.discord.messages.embeds import finish_embed
from sandbox.discord.messages.files import safe_name
from sandbox.discord.messages.mentions import find_mentions
from sandbox.discord.messages.pictures import image_size
from sandbox.discord.pages import plain_png
from sandbox.discord.world.model import World
from sandbox.discord.world.seed import seed
from sandbox.discord.world.snowflake import stable_id

Json = dict[str, Any]
MIA, THEO = stable_id("user", "mia"), stable_id("user", "theo")
TRADER = stable_id("role", "Trader")
CHART: Json = {
    "id": "7",
    "filename": "chart.png",
    "size": 5,
    "url": "http://here/chart.png",
    "proxy_url": "http://here/chart.png",
    "content_type": "image/png",
    "description": "BTC up",
    "width": 2,
    "height": 3,
}


def nothing(_name: str) -> Json | None:
    return None


def chart(name: str) -> Json | None:
    return CHART if name == "chart.png" else None


def finished(parts: list[Json]) -> list[Json]:
    numbers = count(100)
    return finish_components(parts, chart, lambda: str(next(numbers)))


@pytest.fixture
def world() -> World:
    made = World()
    seed(made, datetime(2026, 1, 1, tzinfo=UTC))
    return made


def names(world: World, text: str, allowed: Json | None = None, **how: Any) -> list[str]:
    found = find_mentions(world, text, allowed, **{"may_everyone": False, **how})
    return [user["username"] for user in found.users]


def test_users_are_mentioned_in_both_spellings_and_once(world: World) -> None:
    assert names(world, f"<@{MIA}> <@!{THEO}> <@{MIA}> <@1>") == ["mia", "theo"]


def test_only_those_whom_the_sender_allows_are_mentioned(world: World) -> None:
    text = f"<@{MIA}> <@{THEO}>"
    assert names(world, text, {"parse": []}) == []
    assert names(world, text, {"parse": ["users"]}) == ["mia", "theo"]
    assert names(world, text, {"users": [int(THEO)]}) == ["theo"]


def test_whoever_is_replied_to_is_mentioned_unless_the_sender_says_no(world: World) -> None:
    assert names(world, "hi", None, replied_to=MIA) == ["mia"]
    assert names(world, "hi", {"parse": ["users"], "replied_user": False}, replied_to=MIA) == []
    assert names(world, "hi", {"parse": [], "replied_user": True}, replied_to=MIA) == ["mia"]


def test_roles_are_mentioned(world: World) -> None:
    found = find_mentions(world, f"<@&{TRADER}>", None, may_everyone=False)
    assert found.role_ids == [TRADER]


@pytest.mark.parametrize(
    ("allowed", "may_everyone", "is_everyone"),
    [
        (None, True, True),
        (None, False, False),
        ({"parse": ["everyone"]}, True, True),
        ({"parse": []}, True, False),
    ],
)
def test_everyone_is_mentioned_by_who_may_and_means_to(
    world: World, allowed: Json | None, *, may_everyone: bool, is_everyone: bool
) -> None:
    found = find_mentions(world, "@everyone look", allowed, may_everyone=may_everyone)
    assert found.is_everyone is is_everyone


def test_components_without_a_number_get_the_lowest_that_is_free() -> None:
    button = {"type": 2, "style": 1, "custom_id": "a"}
    row = {"type": 1, "components": [{**button, "id": 2}, {**button, "custom_id": "b", "id": 0}]}
    (done,) = finished([row])
    assert [part["id"] for part in every_component([done])] == [1, 2, 3]


def test_a_select_gets_its_defaults_and_loses_its_nulls() -> None:
    select = {
        "type": 3,
        "custom_id": "s",
        "placeholder": None,
        "options": [{"label": "a", "value": "a", "emoji": None}],
    }
    (row,) = finished([{"type": 1, "components": [select]}])
    done = row["components"][0]
    assert (done["min_values"], done["max_values"]) == (1, 1)
    assert "placeholder" not in done
    assert done["options"] == [{"label": "a", "value": "a"}]


def test_a_gallery_shows_the_file_that_was_uploaded() -> None:
    gallery = {"type": 12, "items": [{"media": {"url": "attachment://chart.png"}}]}
    (done,) = finished([gallery])
    media = done["items"][0]["media"]
    assert (media["url"], media["width"], media["attachment_id"]) == ("http://here/chart.png", 2, "7")


def test_a_file_component_tells_name_and_size() -> None:
    (done,) = finished([{"type": 13, "file": {"url": "attachment://chart.png"}}])
    assert (done["name"], done["size"]) == ("chart.png", 5)


def test_a_component_is_found_however_deep_it_stands() -> None:
    button = {"type": 2, "style": 1, "custom_id": "deep"}
    section = {"type": 9, "components": [{"type": 10, "content": "x"}], "accessory": button}
    parts = finished([{"type": 17, "components": [section]}])
    found = find_component(parts, "deep")
    assert found is not None
    assert found["type"] == 2
    assert find_component(parts, "shallow") is None


def test_an_embed_is_trimmed_typed_and_rid_of_nulls() -> None:
    said = {"title": " t ", "description": None, "fields": [{"name": " n", "value": "v ", "inline": None}]}
    assert finish_embed(said, nothing) == {
        "type": "rich",
        "title": "t",
        "fields": [{"name": "n", "value": "v", "inline": False}],
    }


def test_an_embed_shows_uploaded_pictures_and_leaves_others_where_they_are() -> None:
    said = {
        "image": {"url": "attachment://chart.png"},
        "thumbnail": {"url": "https://there.example/a.png"},
        "footer": {"text": "f", "icon_url": "attachment://chart.png"},
    }
    done = finish_embed(said, chart)
    assert (done["image"]["url"], done["image"]["height"]) == ("http://here/chart.png", 3)
    assert done["image"]["description"] == "BTC up"
    assert done["thumbnail"]["url"] == "https://there.example/a.png"
    assert done["footer"]["icon_url"] == "http://here/chart.png"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("chart.png", "chart.png"),
        ("../../etc/passwd", "passwd"),
        ("..\\boot.ini", "boot.ini"),
        (".hidden", "hidden"),
        ("my chart (1).png", "my_chart_1_.png"),
        ("...", "file"),
        ("x" * 200 + ".png", "x" * 96 + ".png"),
    ],
)
def test_a_file_name_is_made_safe(said: str, kept: str) -> None:
    assert safe_name(said) == kept


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (plain_png(7, 0), {"width": 7, "height": 7}),
        (b"GIF89a" + bytes([10, 0, 20, 0]), {"width": 10, "height": 20}),
        (
            bytes.fromhex("ffd8 ffe0 0004 0000 ffc0 0011 08 0014 000a 03".replace(" ", "")) + bytes(9),
            {"width": 10, "height": 20},
        ),
        (b"RIFF0000WEBPVP8X" + bytes(8) + bytes([9, 0, 0, 19, 0, 0]), {"width": 10, "height": 20}),
        (b"\x89PNG\r\n\x1a\n cut", {}),
        (b"plain text", {}),
    ],
)
def test_the_size_of_a_picture_is_read_from_its_header(content: bytes, size: Json) -> None:
    assert image_size(content) == size

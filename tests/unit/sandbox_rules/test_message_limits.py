from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.discord.rules.messages import check_message

FaultsOf = Callable[[Callable[[], None]], list[str]]
Build = Callable[[int], dict[str, Any]]
IMAGE = {"url": "https://example.org/a.png"}


def embed(**parts: Any) -> dict[str, Any]:
    return {"embeds": [{"title": "t", **parts}]}


def fields(count: int) -> list[dict[str, str]]:
    return [{"name": "n", "value": "v"}] * count


LIMITS: list[tuple[str, int, Build, str]] = [
    ("content", 2000, lambda n: {"content": "x" * n}, "content BASE_TYPE_MAX_LENGTH"),
    ("nonce", 25, lambda n: {"content": "x", "nonce": "1" * n}, "nonce BASE_TYPE_MAX_LENGTH"),
    ("embeds", 10, lambda n: {"embeds": [{"title": "t"}] * n}, "embeds BASE_TYPE_MAX_LENGTH"),
    ("embed title", 256, lambda n: embed(title="x" * n), "embeds.0.title BASE_TYPE_MAX_LENGTH"),
    (
        "embed description",
        4096,
        lambda n: embed(description="x" * n),
        "embeds.0.description BASE_TYPE_MAX_LENGTH",
    ),
    ("embed fields", 25, lambda n: embed(fields=fields(n)), "embeds.0.fields BASE_TYPE_MAX_LENGTH"),
    (
        "embed field name",
        256,
        lambda n: embed(fields=[{"name": "x" * n, "value": "v"}]),
        "embeds.0.fields.0.name BASE_TYPE_MAX_LENGTH",
    ),
    (
        "embed field value",
        1024,
        lambda n: embed(fields=[{"name": "n", "value": "x" * n}]),
        "embeds.0.fields.0.value BASE_TYPE_MAX_LENGTH",
    ),
    (
        "embed footer",
        2048,
        lambda n: embed(footer={"text": "x" * n}),
        "embeds.0.footer.text BASE_TYPE_MAX_LENGTH",
    ),
    (
        "embed author",
        256,
        lambda n: embed(author={"name": "x" * n}),
        "embeds.0.author.name BASE_TYPE_MAX_LENGTH",
    ),
    ("embed colour", 0xFFFFFF, lambda n: embed(color=n), "embeds.0.color NUMBER_TYPE_MAX"),
    (
        "all embeds together",
        6000,
        lambda n: {"embeds": [{"description": "x" * 3000}, {"description": "x" * (n - 3000)}]},
        "embeds MAX_EMBED_SIZE_EXCEEDED",
    ),
    (
        "sticker ids",
        3,
        lambda n: {"sticker_ids": [str(one) for one in range(n)]},
        "sticker_ids BASE_TYPE_MAX_LENGTH",
    ),
    (
        "poll question",
        300,
        lambda n: {"poll": {"question": {"text": "x" * n}, "answers": [{"poll_media": {"text": "a"}}]}},
        "poll.question.text BASE_TYPE_BAD_LENGTH",
    ),
    (
        "poll answers",
        10,
        lambda n: {"poll": {"question": {"text": "q"}, "answers": [{"poll_media": {"text": "a"}}] * n}},
        "poll.answers BASE_TYPE_BAD_LENGTH",
    ),
    (
        "users that may be mentioned",
        100,
        lambda n: {"content": "x", "allowed_mentions": {"users": [str(one) for one in range(n)]}},
        "allowed_mentions.users BASE_TYPE_MAX_LENGTH",
    ),
]


@pytest.mark.parametrize(
    ("limit", "build", "fault"), [row[1:] for row in LIMITS], ids=[row[0] for row in LIMITS]
)
def test_a_message_is_accepted_at_each_limit_and_refused_one_above(
    limit: int, build: Build, fault: str, faults_of: FaultsOf
) -> None:
    assert faults_of(lambda: check_message(build(limit), file_count=0)) == []
    assert faults_of(lambda: check_message(build(limit + 1), file_count=0)) == [fault]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"content": 5}, "content STRING_TYPE_CONVERT"),
        ({"content": "x", "tts": "yes"}, "tts BOOLEAN_TYPE_CONVERT"),
        ({"content": "x", "flags": "4"}, "flags NUMBER_TYPE_COERCE"),
        ({"embeds": {}}, "embeds LIST_TYPE_CONVERT"),
        ({"embeds": ["t"]}, "embeds.0 MODEL_TYPE_CONVERT"),
        ({"embeds": [{"color": 1}]}, "embeds.0.description BASE_TYPE_REQUIRED"),
        (embed(fields=[{"name": "a", "value": ""}]), "embeds.0.fields.0.value BASE_TYPE_REQUIRED"),
        (embed(fields=[{"name": "a", "value": " \n "}]), "embeds.0.fields.0.value BASE_TYPE_REQUIRED"),
        (embed(fields=[{"value": "b"}]), "embeds.0.fields.0.name BASE_TYPE_REQUIRED"),
        (embed(url="not an address"), "embeds.0.url URL_TYPE_INVALID_URL"),
        (embed(image={"url": "ftp://example.org/a"}), "embeds.0.image.url URL_TYPE_INVALID_SCHEME"),
        (embed(timestamp="yesterday"), "embeds.0.timestamp DATE_TIME_TYPE_PARSE"),
        (
            {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
            "allowed_mentions MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
        ),
        (
            {"content": "x", "allowed_mentions": {"parse": ["here"]}},
            "allowed_mentions.parse.0 BASE_TYPE_CHOICES",
        ),
        (
            {"content": "x", "message_reference": {"message_id": "abc"}},
            "message_reference.message_id NUMBER_TYPE_COERCE",
        ),
        ({"content": "x", "attachments": [{"id": "0"}]}, "attachments.0 ATTACHMENT_NOT_FOUND"),
    ],
)
def test_a_malformed_message_is_refused_at_the_place_that_is_wrong(
    body: dict[str, Any], fault: str, faults_of: FaultsOf
) -> None:
    assert faults_of(lambda: check_message(body, file_count=0)) == [fault]


@pytest.mark.parametrize(
    "body",
    [
        embed(fields=[{"name": "a", "value": "b"}]),
        embed(title=" " * 100 + "x" * 256 + " " * 100),
        embed(image={"url": "attachment://chart.png"}, thumbnail=IMAGE),
        embed(timestamp="2026-08-06T10:00:00.000000+00:00", color=0),
        {"content": "x", "allowed_mentions": {"parse": [], "users": ["1"]}},
        {"content": "x", "nonce": 2**63 - 1},
        {"message_reference": {"type": 1, "message_id": "1", "channel_id": "2"}},
    ],
)
def test_a_message_that_discord_takes_is_taken(body: dict[str, Any], faults_of: FaultsOf) -> None:
    assert faults_of(lambda: check_message(body, file_count=0)) == []


def test_the_noise_that_clients_send_is_taken(faults_of: FaultsOf) -> None:
    noisy = {
        "content": "x",
        "tts": False,
        "nonce": "123",
        "enforce_nonce": True,
        "components": [],
        "embeds": [{"type": "rich", "flags": 0, "title": "t", "fields": []}],
        "sticker_ids": None,
        "allowed_mentions": None,
        "message_reference": {"message_id": 1, "channel_id": 2, "guild_id": 3, "fail_if_not_exists": True},
        "attachments": [{"id": 0, "filename": "a.png", "description": None}],
    }
    assert faults_of(lambda: check_message(noisy, file_count=1)) == []


@pytest.mark.parametrize("body", [{}, {"content": " \n"}, {"content": None, "embeds": [], "components": []}])
def test_a_new_message_that_shows_nothing_is_empty_while_a_file_or_an_edit_makes_it_fine(
    body: dict[str, Any], faults_of: FaultsOf
) -> None:
    assert faults_of(lambda: check_message(body, file_count=0)) == ["50006"]
    assert faults_of(lambda: check_message(body, file_count=1)) == []
    assert faults_of(lambda: check_message(body, file_count=0, is_edit=True)) == []


def test_ten_files_are_the_most(faults_of: FaultsOf) -> None:
    assert faults_of(lambda: check_message({}, file_count=10)) == []
    assert faults_of(lambda: check_message({}, file_count=11)) == ["files BASE_TYPE_MAX_LENGTH"]


def test_an_edit_may_name_attachments_that_are_kept(faults_of: FaultsOf) -> None:
    kept = {"attachments": [{"id": "1300000000000000000"}]}
    assert faults_of(lambda: check_message(kept, file_count=0, is_edit=True)) == []


def test_every_fault_of_a_body_is_reported_in_one_tree(faults_of: FaultsOf) -> None:
    body = {"content": "x" * 2001, "embeds": [{"title": "y" * 257}, {"color": -1, "title": "t"}], "tts": 1}
    assert faults_of(lambda: check_message(body, file_count=0)) == [
        "content BASE_TYPE_MAX_LENGTH",
        "embeds.0.title BASE_TYPE_MAX_LENGTH",
        "embeds.1.color NUMBER_TYPE_MIN",
        "tts BOOLEAN_TYPE_CONVERT",
    ]

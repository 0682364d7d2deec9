"""Nonsense in the member API is refused with what, why and what to do."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_discord_stage import Stage

from services.errors import UserMistake


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"username": "x" * 5000}, "1 to 32 characters"),
        ({"username": "a\u0000b"}, "1 to 32 characters"),
        ({"username": "  "}, "1 to 32 characters"),
        ({"username": 7}, "username"),
        ({}, "username"),
        ({"username": "zoe", "roles": [1]}, "roles"),
        ({"username": "zoe", "roles": "Trader"}, "roles"),
        ({"username": "zoe", "roles": ["King"]}, "King"),
    ],
)
async def test_what_cannot_be_a_user_is_refused(stage: Stage, body: dict[str, Any], said: str) -> None:
    with pytest.raises(UserMistake, match=said) as caught:
        await stage.client.http.call("POST", "/users", {}, body)
    assert caught.value.facts["status"] == 400
    assert caught.value.hint
    assert len((await stage.client.http.call("GET", "/users", {}))["users"]) == 3


@pytest.mark.parametrize(
    "body",
    [
        {"content": "\u0000"},
        {"content": "\u200b"},
        {"content": "\u2060 \ufeff"},
        {"content": 7},
        {"content": "x", "flags": "x"},
        {"content": "x", "embeds": "x"},
        {"content": "x", "message_reference": "x"},
        {"content": "x", "reply_to": ["x"]},
        {"content": "x", "attachments": "x"},
    ],
)
async def test_what_cannot_be_a_message_is_refused(stage: Stage, body: dict[str, Any]) -> None:
    path = f"/channels/{stage.general}/messages"
    with pytest.raises(UserMistake) as caught:
        await stage.client.http.call("POST", path, {"as": "mia"}, body)
    assert caught.value.facts["status"] == 400
    assert caught.value.hint
    assert await stage.mia.messages() == []


async def test_an_emoji_that_is_joined_by_what_shows_nothing_is_a_message(stage: Stage) -> None:
    assert (await stage.mia.send("\u200d\U0001f680"))["content"] == "\u200d\U0001f680"


async def test_a_fault_for_an_application_that_is_not_there_is_refused(stage: Stage) -> None:
    with pytest.raises(UserMistake, match="no application 'Nope'") as caught:
        await stage.client.faults(drop_gateway=True, application="Nope")
    assert caught.value.hint


@pytest.mark.parametrize("limit", ["abc", "1.5", "9" * 5000])
async def test_a_limit_that_is_no_number_is_said_to_be_none(stage: Stage, limit: str) -> None:
    with pytest.raises(UserMistake, match="is not int"):
        await stage.client.http.call(
            "GET", f"/channels/{stage.general}/messages", {"as": "mia", "limit": limit}
        )


async def test_a_message_cannot_be_changed_into_nothing(stage: Stage) -> None:
    said = await stage.mia.send("something")
    place = f"/channels/{stage.general}/messages/{said['id']}"
    with pytest.raises(UserMistake, match="empty message"):
        await stage.client.http.call("PATCH", place, {"as": "mia"}, {"content": "\u200b"})
    assert [one["content"] for one in await stage.mia.messages()] == ["something"]

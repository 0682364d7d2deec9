from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bots.waze.listening import Listening

ME: Any = SimpleNamespace(id=42)
OTHER = SimpleNamespace(id=43, bot=True)
THEO = SimpleNamespace(id=8, bot=False)


class Thread(discord.Thread):
    """A thread that somebody began."""

    def __init__(self, id_: int, owner_id: int) -> None:
        self.id = id_
        self.owner_id = owner_id


class Quoted(discord.Message):
    """A message that is replied to."""

    def __init__(self, author_id: int) -> None:
        self.author: Any = SimpleNamespace(id=author_id)


def message(text: str = "and ETH?", *, channel: Any = None, **other: Any) -> Any:
    """Return a message of a member in a guild."""
    reply_to: int | None = other.get("reply_to")
    return SimpleNamespace(
        author=SimpleNamespace(id=7, bot=other.get("is_bot", False)),
        webhook_id=None,
        type=other.get(
            "type", discord.MessageType.default if reply_to is None else discord.MessageType.reply
        ),
        guild=other.get("guild", SimpleNamespace(id=5)),
        channel=channel or SimpleNamespace(id=9),
        mentions=other.get("mentions", []),
        content=text,
        attachments=[],
        reference=None if reply_to is None else SimpleNamespace(resolved=Quoted(reply_to)),
    )


@pytest.mark.parametrize(
    ("heard", "is_meant"),
    [
        (message(), False),
        (message(guild=None), True),
        (message(mentions=[ME]), True),
        (message(mentions=[ME, OTHER]), True),
        (message(mentions=[ME], is_bot=True), False),
        (message(mentions=[ME], type=discord.MessageType.pins_add), False),
        (message(reply_to=42), True),
        (message(reply_to=43), False),
        (message("", reply_to=42), False),
        (message(channel=Thread(1, owner_id=42)), True),
        (message(channel=Thread(1, owner_id=7)), False),
        (message(channel=Thread(1, owner_id=42), mentions=[THEO]), False),
        (message(channel=Thread(1, owner_id=42), reply_to=8), False),
    ],
    ids=[
        "said to nobody",
        "direct",
        "named",
        "named with another",
        "a bot's",
        "Discord's own",
        "a reply",
        "a reply to another",
        "unreadable",
        "its thread",
        "another's thread",
        "said to somebody in its thread",
        "a reply to somebody in its thread",
    ],
)
def test_a_message_is_meant_for_the_bot_or_not(heard: Any, *, is_meant: bool) -> None:
    assert Listening().is_meant(heard, ME) is is_meant


def test_in_a_thread_the_bot_goes_on_once_it_was_spoken_to_until_another_is() -> None:
    listening, thread = Listening(), Thread(1, owner_id=7)

    def is_meant(**other: Any) -> bool:
        return listening.is_meant(message(channel=thread, **other), ME)

    assert not is_meant()
    assert is_meant(mentions=[ME])
    assert is_meant()
    assert not is_meant(mentions=[THEO])
    assert is_meant()
    assert not is_meant(mentions=[OTHER])
    assert not is_meant()
    assert is_meant(mentions=[ME])
    assert is_meant()


def test_a_thread_below_what_the_bot_said_is_its_own() -> None:
    listening = Listening()
    listening.note_said(77)
    assert listening.is_meant(message(channel=Thread(77, owner_id=7)), ME)

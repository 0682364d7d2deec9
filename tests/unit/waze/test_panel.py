from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import discord
import pytest

from bots.waze.panel import PanelSeat
from services.bus.messages import Entry, Log, Message
from services.personas.card import read_card
from services.personas.messages import PANEL_TURNS, PanelTurn, Speech

NOW = datetime(2026, 8, 1, tzinfo=UTC)
PERSONAS = Path(__file__).parents[3] / "personas"
SPEECHES = [
    Speech(persona="xyko", text="Tape reads down."),
    Speech(persona="f", text="The line holds."),
    Speech(persona="gemini", text="Both were heard."),
]


class _Clock:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


class _Channel:
    """A channel that shows a message with a known nonce once, as Discord does; or refuses all."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.said: dict[str, str | None] = {}
        self._refuses = refuses

    def get_partial_messageable(self, channel_id: int) -> _Channel:
        assert channel_id == 42
        return self

    async def send(self, *, embed: discord.Embed, nonce: str) -> None:
        if self._refuses:
            raise OSError("the channel is gone")
        self.said.setdefault(nonce, embed.description)


class _Outlet:
    def __init__(self) -> None:
        self.appended: list[PanelTurn] = []

    async def append(self, log: Log[Any], message: Message) -> str:
        assert log is PANEL_TURNS
        assert isinstance(message, PanelTurn)
        self.appended.append(message)
        return "1-0"


def entry(at: int, *, seconds: float = 0.0) -> Entry[PanelTurn]:
    turn = PanelTurn(id="9", channel_id="42", title="BTC/USDT:USDT", speeches=SPEECHES, at=at)
    return Entry(id="1-0", message=turn, deliveries=1, appended_at=NOW - timedelta(seconds=seconds))


def seat(channel: _Channel, outlet: _Outlet, name: str = "f") -> PanelSeat:
    async def ready() -> discord.Client:
        return cast("discord.Client", channel)

    return PanelSeat(read_card(PERSONAS / name), ready, outlet, clock=_Clock())


async def test_a_persona_says_its_own_turn_and_hands_on() -> None:
    channel, outlet = _Channel(), _Outlet()
    await seat(channel, outlet).take(entry(1))
    assert [*channel.said.values()] == ["The line holds."]
    assert [turn.at for turn in outlet.appended] == [2]


async def test_the_turn_of_another_is_left_to_that_one() -> None:
    channel, outlet = _Channel(), _Outlet()
    await seat(channel, outlet).take(entry(0))
    assert (channel.said, outlet.appended) == ({}, [])


async def test_the_last_turn_is_handed_to_nobody() -> None:
    channel, outlet = _Channel(), _Outlet()
    await seat(channel, outlet, "gemini").take(entry(2))
    assert [*channel.said.values()] == ["Both were heard."]
    assert outlet.appended == []


async def test_a_turn_that_is_delivered_twice_is_one_message() -> None:
    channel, outlet = _Channel(), _Outlet()
    for _ in range(2):
        await seat(channel, outlet).take(entry(1))
    assert len(channel.said) == 1


@pytest.mark.parametrize(("seconds", "is_said"), [(59.0, True), (61.0, False)])
async def test_a_turn_that_waited_a_minute_is_not_said_any_more(seconds: float, *, is_said: bool) -> None:
    channel, outlet = _Channel(), _Outlet()
    await seat(channel, outlet).take(entry(1, seconds=seconds))
    assert bool(channel.said) is is_said
    assert bool(outlet.appended) is is_said


async def test_a_speaker_that_discord_refuses_does_not_end_the_panel() -> None:
    channel, outlet = _Channel(refuses=True), _Outlet()
    await seat(channel, outlet).take(entry(1))
    assert [turn.at for turn in outlet.appended] == [2]

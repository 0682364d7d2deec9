from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import discord
import pytest

from bots.waze.panel import PanelSeat
from services.bus.messages import Entry, Log, Message
from services.personas.messages import PANEL_TURNS, PanelTurn, Speech
from services.personas.roster import read_roster

NOW = datetime(2026, 8, 1, tzinfo=UTC)
ROSTER = read_roster(Path(__file__).parents[3] / "personas")
SPEECHES = [
    Speech(persona="xyko", text="Tape reads down."),
    Speech(persona="f", text="The line holds."),
    Speech(persona="gemini", text="Both were heard."),
]


class _Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return self.seconds


class _Channel:
    """A channel that shows a message with a known nonce once, as Discord does; or refuses all."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.said: dict[str, str] = {}
        self._refuses = refuses

    def get_partial_messageable(self, channel_id: int) -> _Channel:
        assert channel_id == 42
        return self

    async def send(self, *, embed: discord.Embed, nonce: str) -> None:
        if self._refuses:
            raise OSError("the channel is gone")
        said = [embed.description, *(f"{field.name}: {field.value}" for field in embed.fields)]
        self.said.setdefault(nonce, "\n".join(map(str, said)))


class _Outlet:
    def __init__(self) -> None:
        self.appended: list[PanelTurn] = []

    async def append(self, log: Log[Any], message: Message) -> str:
        assert log is PANEL_TURNS
        assert isinstance(message, PanelTurn)
        self.appended.append(message)
        return "1-0"


def entry(at: int, *, seconds: float = 0.0) -> Entry[PanelTurn]:
    return Entry(id="1-0", message=turn(at), deliveries=1, appended_at=NOW - timedelta(seconds=seconds))


def turn(at: int, **other: Any) -> PanelTurn:
    about: dict[str, Any] = {"id": "9", "keeper": "gemini", "locale": "en", "channel_id": "42"}
    return PanelTurn(**about, title="BTC/USDT:USDT", speeches=SPEECHES, at=at, **other)


def seat(channel: _Channel, outlet: _Outlet, name: str = "f", *, clock: _Clock | None = None) -> PanelSeat:
    async def ready() -> discord.Client:
        return cast("discord.Client", channel)

    return PanelSeat(ROSTER.cards[name], ROSTER, ready, outlet, clock=clock or _Clock())


async def test_a_persona_says_its_own_turn_and_hands_on() -> None:
    channel, outlet = _Channel(), _Outlet()
    await seat(channel, outlet).take(entry(1))
    assert [*channel.said.values()] == ["The line holds."]
    assert [turn.at for turn in outlet.appended] == [2]


async def test_the_turn_of_another_is_left_to_that_one() -> None:
    channel, outlet = _Channel(), _Outlet()
    await seat(channel, outlet).take(entry(0))
    assert (channel.said, outlet.appended) == ({}, [])


async def test_after_the_last_speech_the_panel_is_over_and_nobody_speaks() -> None:
    channel, outlet = _Channel(), _Outlet()
    gemini = seat(channel, outlet, "gemini")
    await gemini.take(entry(2))
    assert [*channel.said.values()] == ["Both were heard."]
    assert [one.is_over for one in outlet.appended] == [True]
    await gemini.take(replace_message(entry(0), outlet.appended[0]))
    assert len(channel.said) == 1


async def test_a_turn_that_is_delivered_twice_is_one_message() -> None:
    channel, outlet = _Channel(), _Outlet()
    for _ in range(2):
        await seat(channel, outlet).take(entry(1))
    assert len(channel.said) == 1


@pytest.mark.parametrize(("seconds", "is_said"), [(9.0, True), (11.0, False)])
async def test_a_turn_that_waited_is_left_to_the_keeper(seconds: float, *, is_said: bool) -> None:
    channel, outlet = _Channel(), _Outlet()
    await seat(channel, outlet).take(entry(1, seconds=seconds))
    assert bool(channel.said) is is_said
    assert bool(outlet.appended) is is_said


async def test_the_keeper_speaks_for_whoever_does_not_come() -> None:
    channel, clock = _Channel(), _Clock()
    gemini = seat(channel, _Outlet(), "gemini", clock=clock)
    await gemini.take(entry(0))
    clock.seconds = 14.0
    await gemini.speak_for_the_absent()
    assert channel.said == {}
    clock.seconds = 16.0
    for _ in range(2):
        await gemini.speak_for_the_absent()
    (said,) = channel.said.values()
    assert "Xyko: Tape reads down." in said
    assert "F: The line holds." in said
    assert "Gemini: Both were heard." in said


async def test_what_discord_takes_from_nobody_but_the_keeper_is_said_by_the_keeper_in_the_end() -> None:
    refused, outlet = _Channel(refuses=True), _Outlet()
    await seat(refused, outlet).take(entry(1))
    assert [(one.at, one.unsaid) for one in outlet.appended] == [(2, [SPEECHES[1]])]
    channel = _Channel()
    gemini = seat(channel, _Outlet(), "gemini")
    await gemini.take(entry(0))
    await gemini.take(replace_message(entry(0), turn(3, unsaid=[SPEECHES[1]])))
    (said,) = channel.said.values()
    assert "F: The line holds." in said
    assert "Xyko" not in said


async def test_a_panel_that_another_keeps_is_nobody_elses_to_end() -> None:
    channel, clock = _Channel(), _Clock()
    biel = seat(channel, _Outlet(), "biel", clock=clock)
    await biel.take(entry(0))
    clock.seconds = 60.0
    await biel.speak_for_the_absent()
    assert channel.said == {}


def replace_message(one: Entry[PanelTurn], message: PanelTurn) -> Entry[PanelTurn]:
    return Entry(id=one.id, message=message, deliveries=1, appended_at=one.appended_at)

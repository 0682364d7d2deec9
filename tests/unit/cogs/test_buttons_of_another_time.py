"""Buttons that a cog does not know, or that are not for whoever presses them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from persona_fakes import FakeBus, HandClock
from persona_stage import stranger

from bots.waze.host import Role, WazeHost
from cogs._host import Host, Pressable, Pressed
from cogs._ui.card import Card, read_press
from cogs.cosmic import Cosmic
from cogs.education import Education
from cogs.personas import Personas
from cogs.privacy import Privacy
from services.errors import UserMistake
from services.members.messages import GetMember
from services.personas.roster import read_roster

ROSTER = read_roster(Path(__file__).parents[3] / "personas")
WAZE = Role(persona=ROSTER.card("waze"), cogs=())
COGS: dict[str, Callable[[Host], Pressable]] = {
    "education": Education,
    "personas": Personas,
    "cosmic": Cosmic,
    "privacy": Privacy,
}


class Answer:
    """Keeps the card that is sent."""

    def __init__(self) -> None:
        self.cards: list[Card] = []

    async def send(self, card: Card) -> None:
        self.cards.append(card)


@pytest.fixture
def bus() -> FakeBus:
    bus = FakeBus(HandClock())
    bus.answers[GetMember] = stranger
    return bus


async def press(bus: FakeBus, custom_id: str) -> list[Card]:
    """Let member 7 press a button with that custom id; return what is answered."""
    host = WazeHost(role=WAZE, roster=ROSTER, bus=bus, clock=bus.clock)
    cog, action, arguments = read_press(custom_id)
    who: Any = SimpleNamespace(id=1, user=SimpleNamespace(id=7), locale="en-US", extras={"answer": Answer()})
    await COGS[cog](host).press(who, Pressed(action, arguments))
    cards: list[Card] = who.extras["answer"].cards
    return cards


@pytest.mark.parametrize(
    "custom_id",
    [
        "education",
        "education|done",
        "education|explode|candle|biel|",
        "education|answer|fees-1|biel|7",
        "education|wisdom|",
        "personas",
        "personas|explode|xyko|waze",
        "personas|show|xyko",
        "cosmic|show",
        "cosmic|show|",
        "cosmic|show|stars|z",
        "cosmic|show|calendar|z",
        "cosmic|explode|now|z",
        "privacy|explode|7|waze",
        "privacy|delete|7",
    ],
)
async def test_a_button_that_nobody_knows_says_that_its_card_has_ended_and_asks_nobody(
    bus: FakeBus, custom_id: str
) -> None:
    (card,) = await press(bus, custom_id)
    assert card.verdict in ROSTER.voice("waze").variants("ended", {})
    assert bus.questions == []


@pytest.mark.parametrize("custom_id", ["education|done|candle|biel|8", "privacy|delete|8|waze", "privacy"])
async def test_a_button_of_somebody_elses_card_is_refused_and_asks_nobody(
    bus: FakeBus, custom_id: str
) -> None:
    with pytest.raises(UserMistake, match="somebody else"):
        await press(bus, custom_id)
    assert bus.questions == []

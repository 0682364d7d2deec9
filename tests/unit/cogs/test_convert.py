from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from market_answers import conversion
from persona_fakes import FakeBus, HandClock
from persona_stage import stranger

from bots.waze.host import Role, WazeHost
from cogs._host import Pressed
from cogs._ui.card import Card
from cogs.convert import ConvertMoney
from services.bus.messages import Request
from services.market.messages import Conversion, Convert
from services.members.messages import GetMember, MemberSettings
from services.personas.roster import read_roster

ROSTER = read_roster(Path(__file__).parents[3] / "personas")


class Answer:
    """Keeps the card that is sent."""

    def __init__(self) -> None:
        self.cards: list[Card] = []

    async def send(self, card: Card) -> None:
        self.cards.append(card)


def asker(locale: str) -> Any:
    return SimpleNamespace(id=1, user=SimpleNamespace(id=7), locale=locale, extras={"answer": Answer()})


def converted(request: Request[Any]) -> Conversion:
    assert isinstance(request, Convert)
    return conversion(str(request.amount), "1234567.5")


@pytest.fixture
def bus() -> FakeBus:
    bus = FakeBus(HandClock())
    bus.answers[Convert] = converted
    bus.answers[GetMember] = stranger
    return bus


@pytest.fixture
def cog(bus: FakeBus) -> ConvertMoney:
    role = Role(persona=ROSTER.card("xyko"), cogs=("convert",))
    return ConvertMoney(WazeHost(role=role, roster=ROSTER, bus=bus, clock=bus.clock))


READINGS = [("pt-BR", 70_000, "1.234.567,5"), ("de", 70_000, "1.234.567,5"), ("en-US", 70, "1,234,567.5")]


@pytest.mark.parametrize(("locale", "amount", "result"), READINGS)
async def test_an_amount_is_read_and_written_in_the_members_language(
    cog: ConvertMoney, bus: FakeBus, locale: str, amount: int, result: str
) -> None:
    who = asker(locale)
    command: Any = ConvertMoney.convert
    await command.callback(cog, who, "70.000", "btc", "usdt")
    (card,) = who.extras["answer"].cards
    assert bus.questions == [Convert(amount=Decimal(amount), source="BTC", target="USDT")]
    assert f"{amount} BTC" in card.verdict
    assert f"{result} USDT" in card.verdict


@pytest.mark.parametrize(("locale", "amount", "result"), READINGS)
async def test_what_failed_is_read_again_as_it_was_typed(
    cog: ConvertMoney, bus: FakeBus, locale: str, amount: int, result: str
) -> None:
    who = asker(locale)
    await cog.press(who, Pressed("read", ("70.000", "btc", "usdt", "")))
    assert bus.questions == [Convert(amount=Decimal(amount), source="BTC", target="USDT")]
    assert result in who.extras["answer"].cards[0].verdict


async def test_refresh_repeats_the_amount_whoever_presses(cog: ConvertMoney, bus: FakeBus) -> None:
    await cog.press(asker("pt-BR"), Pressed("show", ("70.500", "BTC", "USDT", "xyko")))
    assert bus.questions == [Convert(amount=Decimal("70.5"), source="BTC", target="USDT")]


@pytest.mark.parametrize(("chosen", "amount"), [("pt-BR", 70_000), ("en", 70)])
async def test_a_chosen_language_counts_more_than_that_of_discord(
    cog: ConvertMoney, bus: FakeBus, chosen: str, amount: int
) -> None:
    bus.answers[GetMember] = MemberSettings(user_id="7", locale=chosen)
    who = asker("en-US" if chosen == "pt-BR" else "pt-BR")
    command: Any = ConvertMoney.convert
    await command.callback(cog, who, "70.000", "btc", "usdt")
    assert bus.questions == [Convert(amount=Decimal(amount), source="BTC", target="USDT")]

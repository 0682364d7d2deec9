"""The leverage that orders open with at a venue whose own is higher than the limit."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest_asyncio
from desk_intents_stage import BTC, ETH, Others, Staged, an_intent, desk_at, open_house
from sandbox_exchange_stage import Stage, until
from schedule_stage import WallClock

from services.trading.intents.intent import Intent, Judged
from services.trading.messages import Verdict
from services.trading.ports import Session

FAR = Decimal(40_000)


@dataclass
class Limited(Others):
    """A gate with a limit."""

    limit: Decimal = Decimal(10)

    async def judge(self, intent: Intent, session: Session) -> Judged:
        del intent, session
        verdict = Verdict(rule="leverage", words="Leverage", is_passed=True, limit=self.limit)
        return Judged(state="ACTIVE", verdicts=(verdict,))


@pytest_asyncio.fixture
async def house() -> AsyncIterator[Stage]:
    async with open_house() as stage:
        yield stage


def sets(house: Stage) -> list[tuple[str, str]]:
    """Return what was set, in order: market and leverage."""
    bodies = [json.loads(one.body) for one in house.journal.of("set-leverage", "POST")]
    return [(one["symbol"], one["leverage"]) for one in bodies]


async def sent(desk: Staged, name: str, **asked: Any) -> str:
    return (await desk.works.desk.submit(an_intent(name, **asked))).status


def leverage_of(house: Stage, market: str = BTC) -> Decimal:
    return house.paper.open("ada").figures.leverage(market)


async def test_the_venues_own_leverage_is_brought_within_the_limit_once_a_market(
    house: Stage, tmp_path: Path
) -> None:
    assert leverage_of(house) == 20
    async with desk_at(house.url, tmp_path, others=Limited()) as desk:
        for number in range(3):
            assert await sent(desk, f"i{number}", price=FAR) == "open"
        assert await sent(desk, "e1", market=ETH, amount=Decimal("0.1")) == "filled"
    assert sets(house) == [("BTCUSDT", "10"), ("ETHUSDT", "10")]


async def test_a_lower_leverage_that_was_named_stays_and_a_stricter_limit_lowers_it(
    house: Stage, tmp_path: Path
) -> None:
    gate = Limited()
    async with desk_at(house.url, tmp_path, others=gate) as desk:
        await sent(desk, "i1", price=FAR, leverage=Decimal(5))
        await sent(desk, "i2", price=FAR, leverage=Decimal(5))
        await sent(desk, "i3", price=FAR)
        assert leverage_of(house) == 5
        gate.limit = Decimal("3.7")
        await sent(desk, "i4", price=FAR)
    assert sets(house) == [("BTCUSDT", "5"), ("BTCUSDT", "3")]


async def test_what_only_reduces_asks_for_no_leverage(house: Stage, tmp_path: Path) -> None:
    await house.paper.open("ada").set_leverage(BTC, Decimal(8))
    async with desk_at(house.url, tmp_path, others=Others()) as desk:
        await sent(desk, "i1")
    async with desk_at(house.url, tmp_path, others=Limited(limit=Decimal(2))) as desk:
        assert await sent(desk, "i2", side="sell", is_reduce_only=True) == "filled"
    assert sets(house) == []


async def test_a_position_tells_the_leverage_after_a_restart(house: Stage, tmp_path: Path) -> None:
    async with desk_at(house.url, tmp_path, others=Limited()) as desk:
        await sent(desk, "i1", leverage=Decimal(5))
        await until(lambda: "filled" in desk.others.news("i1"))
    async with desk_at(house.url, tmp_path, others=Limited()) as again:
        await sent(again, "i2")
    assert leverage_of(house) == 5
    assert sets(house) == [("BTCUSDT", "5")]


async def test_what_is_known_is_asked_for_anew_after_a_while(house: Stage, tmp_path: Path) -> None:
    clock = WallClock()
    async with desk_at(house.url, tmp_path, others=Limited(), clock=clock, is_running=False) as desk:
        await sent(desk, "i1", price=FAR)
        await house.paper.open("ada").set_leverage(BTC, Decimal(50))
        clock.seconds += 700
        await sent(desk, "i2", price=FAR)
    assert leverage_of(house) == 10


async def test_a_leverage_that_the_venue_refuses_keeps_the_order_back(house: Stage, tmp_path: Path) -> None:
    house.faults.set({"http": {"kind": "500", "count": 99, "path": "set-leverage"}})
    async with desk_at(house.url, tmp_path, others=Limited()) as desk:
        assert await sent(desk, "i1", price=FAR) == "abandoned"
        assert len(house.journal.of("order/place-")) == 0
        house.faults.set({"http": None})
        assert await sent(desk, "i2", price=FAR) == "open"
    assert leverage_of(house) == 10

"""The wall clock jumps, and the monotonic one does not: nothing fires by it, nothing comes twice or never.

Leases, posts by the clock, quiet hours and digests are tested beside their neighbours.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio
from alert_engine_stage import BTC, NOON, EngineStage, candle, level, quote, row
from delivery_stage import Office, firing, posted, sent_ids
from persona_fakes import HandClock

from services.alerts.conditions import FeedStale, PriceMove, Trailing
from services.alerts.engine.sky import SKY
from services.clock import SystemClock
from services.store.migrate import migrate
from services.store.store import open_store

JUMPS = (timedelta(hours=2), -timedelta(hours=1))
SECOND = timedelta(seconds=1)
RULES = (
    row(level("100"), id="level", repeats=True, cooldown=300),
    row(level("99.5"), id="seconds", confirming="seconds", confirm_seconds=60),
    row(Trailing(market=BTC, percent=Decimal(2)), id="trail"),
    row(PriceMove(market=BTC, percent=Decimal(2), window=3_600), id="move"),
    row(FeedStale(market=BTC, seconds=60), id="stale"),
)


class JumpingClock(HandClock):
    """A clock whose wall time an administrator sets."""

    ahead = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.ahead


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    path = tmp_path / "omega.db"
    await migrate(None, path=path)
    async with open_store(None, path=path, busy_timeout=5 * SECOND, clock=SystemClock()) as store:
        opened = Office(store, JumpingClock())
        opened.present("waze", "xyko", "biel")
        await opened.start()
        yield opened


def jump(office: Office, by: timedelta) -> None:
    assert isinstance(office.clock, JumpingClock)
    office.clock.ahead += by


async def live(stage: EngineStage, begin: int, count: int, price: str, *, ahead: timedelta) -> None:
    """Let seconds pass as they do: prices, their candles, and what is done every few seconds."""
    for number in range(begin, begin + count):
        at = NOON + number * SECOND + ahead
        await stage.engine.hear(quote(price, at))
        await stage.engine.see(candle(at, price, price, price, price))
        stage.clock.seconds += 1
        stage.clock.wall += SECOND
        await stage.engine.tending.look()
        await stage.engine.tending.care()


@pytest.mark.parametrize("by", JUMPS)
@pytest.mark.parametrize("is_markets_too", [False, True])
async def test_a_clock_that_jumps_fires_no_alert_and_the_next_move_does(
    by: timedelta, *, is_markets_too: bool
) -> None:
    stage = EngineStage()
    await stage.engine.load(RULES, {BTC: NOON, SKY: NOON})
    await live(stage, 0, 5, "99", ahead=timedelta(0))
    stage.clock.wall += by
    ahead = by if is_markets_too else timedelta(0)
    await live(stage, 5, 20, "99", ahead=ahead)
    assert stage.outbox.told() == []
    await live(stage, 25, 5, "100.1", ahead=ahead)
    assert [(one.told.rule, one.told.state) for one in stage.outbox.firings] == [
        ("seconds", "pending"),
        ("level", "fired"),
    ]


@pytest.mark.parametrize("by", JUMPS)
async def test_a_clock_that_jumps_has_nothing_sent_again(office: Office, by: timedelta) -> None:
    await office.step(firing("a1"), firing("a2", persona="biel"))
    jump(office, by)
    for _ in range(40):
        await office.pass_by(1)
    assert [len(office.bus.sent_to(persona)) for persona in ("xyko", "biel", "waze")] == [1, 1, 0]
    await office.receive(*(posted(one) for one in await office.rows()))
    assert {one.status for one in await office.rows()} == {"sent"}


@pytest.mark.parametrize("by", JUMPS)
async def test_what_waits_for_the_bus_is_sent_when_that_is_back_whatever_the_clock_says(
    office: Office, by: timedelta
) -> None:
    office.bus.is_away = True
    await office.step(firing("a1"), firing("a2"))
    await office.pass_by(1)
    await office.step(firing("a3"))
    jump(office, by)
    office.bus.is_away = False
    await office.pass_by(1)
    await office.pass_by(1)
    assert len(sent_ids(office.bus.sent_to("xyko"))) == 3

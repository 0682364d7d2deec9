"""Alerts while Redis is killed, frozen, emptied or out of reach: all come once, and all is well soon after.

``OMEGA_CHAOS`` scales the minute that Redis is away; a tenth of it at least.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alert_market import LOWEST, STEP, MarketStandIn
from alert_storm import (
    MEMBERS,
    PERSONAS,
    Ground,
    Place,
    lay,
    member_id,
    row,
    rule_id,
    shown,
    standing_farm,
    storm_farm,
    until_all_are_sent,
)
from alert_watch import Watched, watching
from bus_proxy import BusProxy, proxy_to
from bus_stage import TcpServer, hurt, kill, running, tell

from services.loops import Loops

pytestmark = [pytest.mark.slow, pytest.mark.chaos, pytest.mark.timeout(600)]

SHARE = float(os.environ.get("OMEGA_CHAOS", "0.1"))
AWAY_S = max(6.0, 60 * SHARE)
WELL_AFTER_S = 5.0 if SHARE >= 1 else 2.0
"""Seconds after the return of Redis; fewer than are allowed where a minute is made short."""
AT_ONCE_S = 2.0
ANSWERED_S = 3.0
EVERY_S = 0.5
TOGETHER = 50
ALL_SENT_S = 20.0
TOLD_LATE_S = 5.0
"""What is seen so much later than it happened says so: in whole seconds, from the end of its candle on."""
_SECONDS_LOST = 2.0
SPEAKING = PERSONAS[:2]
ALERTS = 4 * round((AWAY_S + WELL_AFTER_S + ALL_SENT_S) / EVERY_S) + 2 * TOGETHER


@dataclass(slots=True)
class Rising:
    """A price that rises through one level after the other; `met` says when, by `time.perf_counter`."""

    market: MarketStandIn
    met: dict[str, float] = field(default_factory=dict)
    is_over: bool = False

    async def go_on(self) -> None:
        """Let one alert be met after the other until it is over; the price is told all the while."""
        while not self.is_over:
            await self.meet()
            moves_at = time.perf_counter() + EVERY_S
            while time.perf_counter() < moves_at:
                await self.market.move(self.market.price)
                await asyncio.sleep(EVERY_S / 5)

    async def meet(self, count: int = 1) -> str:
        """Let the next alerts be met; return the rule of the last of them."""
        first, now = len(self.met), time.perf_counter()
        self.met |= {rule_id(number): now for number in range(first, first + count)}
        last = first + count - 1
        await self.market.move(LOWEST + STEP * last + STEP / 2)
        return rule_id(last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A farm whose bus is behind a proxy, members who watch, and alerts that are being met."""

    ground: Ground
    server: TcpServer
    proxy: BusProxy
    rising: Rising
    seen: Watched

    @asynccontextmanager
    async def killed(self) -> AsyncIterator[None]:
        """Have no server inside the ``async with``."""
        await self.proxy.stop()
        await kill(self.server)
        yield
        await self.server.start()
        await self.proxy.start()

    @asynccontextmanager
    async def frozen(self) -> AsyncIterator[None]:
        """Have a server inside the ``async with`` that does nothing."""
        hurt(self.server, signal.SIGSTOP)
        yield
        hurt(self.server, signal.SIGCONT)

    async def well_after(self, what: str) -> str:
        """See that an alert comes at once, and that all before it has come; return what was measured."""
        await asyncio.sleep(WELL_AFTER_S)
        rule = await self.rising.meet()
        await self.seen.until_posted([rule], ALL_SENT_S)
        took = self.seen.posted[rule] - self.rising.met[rule]
        began = time.perf_counter()
        met = len(self.rising.met)
        await self.seen.until_posted([*self.rising.met], ALL_SENT_S)
        assert took <= AT_ONCE_S, f"{took:.2f} s after Redis was {what}"
        return f"{what}: {1000 * took:.0f} ms, all {met} after {time.perf_counter() - began:.1f} s more"


@asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[Stage]:
    """Run a farm whose alerts are met, one each half second."""
    now = datetime.now(UTC)
    places = [Place(user_id=member_id(MEMBERS[number % len(MEMBERS)])) for number in range(ALERTS)]
    rows = [
        row(number, place, now=now, persona=SPEAKING[number // 10 % len(SPEAKING)])
        for number, place in enumerate(places)
    ]
    await lay(folder / "var", rows)
    farm = storm_farm(without={"analyst", *PERSONAS} - {*SPEAKING})
    async with running("tcp") as server:
        assert isinstance(server, TcpServer)
        async with (
            proxy_to(server.port) as proxy,
            standing_farm(folder, farm, proxy.url, rest_unlimited=True) as ground,
            watching(ground.client, MEMBERS) as seen,
        ):
            rising = Rising(ground.market)
            async with Loops(rising.go_on()):
                yield Stage(ground=ground, server=server, proxy=proxy, rising=rising, seen=seen)


async def away(stage: Stage, outage: AbstractAsyncContextManager[None], what: str) -> str:
    """Let Redis be away, and return how well all was after it."""
    async with outage:
        await asyncio.sleep(AWAY_S)
    return await stage.well_after(what)


async def answered_while_killed(stage: Stage) -> str:
    """Ask for one's alerts while Redis is gone; return how it was refused, and within which time."""
    await asyncio.sleep(AWAY_S / 2)
    member = await stage.ground.client.member(MEMBERS[0])
    began = time.perf_counter()
    answer = await member.slash("alerts list")
    took = time.perf_counter() - began
    assert took <= ANSWERED_S
    assert "DOWN-" in answer.messages[0]["embeds"][0]["footer"]["text"]
    return f"/alerts list: {took:.1f} s"


async def test_redis_away_or_emptied_costs_no_alert_and_shows_none_twice(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        asking = asyncio.create_task(answered_while_killed(stage))
        figures = [await away(stage, stage.killed(), "killed"), await asking]
        figures.append(await away(stage, stage.frozen(), "frozen"))
        figures.append(await away(stage, stage.proxy.swallowing(), "out of reach"))
        await stage.rising.meet(TOGETHER)
        await tell(stage.server.url, ("FLUSHALL",))
        figures.append(await stage.well_after("emptied"))
        stage.rising.is_over = True
        met, seen = stage.rising.met, stage.seen
        await asyncio.sleep(EVERY_S)
        await until_all_are_sent(stage.ground.farm, len(met), ALL_SENT_S)
        counted = await shown(stage.ground.client, personas=(*SPEAKING, "waze"))
    print(f"outages of {AWAY_S:.0f} s: {'; '.join(figures)}")  # noqa: T201 - the figures
    waited = {rule: seen.posted[rule] - at for rule, at in met.items()}
    assert [rule for rule in met if counted[rule] != 1] == []
    assert [
        rule for rule, took in waited.items() if took > TOLD_LATE_S + _SECONDS_LOST and rule not in seen.late
    ] == []
    assert [rule for rule, took in waited.items() if took < TOLD_LATE_S - 1 and rule in seen.late] == []

"""What the farm looks for by itself: the rules of feeds in the most traded markets, and in the sky.

Belongs here: which rules there are, and keeping their rows up to date. They are decided and delivered as a
member's own are; who hears of them is decided in `subscribing`.

How much a feed sends is what makes it worth reading. Counted with these rules in the recorded candles and
funding rates of four perpetuals (BTC, ETH, BNB and SOL, a year from December 2023), ten markets make for 1.4
patterns a day, 1.3 breaks of daily levels, 1 move of 5 % within an hour, 0.5 of 10 % within four, and 0.5
funding rates that stand out. What comes more often is low, and so reaches only who asks for it: 7 breaks of
levels of 4h a day, and 1.5 touches of confluences. Common patterns are left out: of engulfing alone there
would be eleven a day.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, Protocol

import msgspec
import structlog

from services.alerts.conditions import (
    AnyOf,
    Condition,
    FeedStale,
    FibMeeting,
    FundingRate,
    PatternShown,
    PriceMove,
    SkyShows,
    ZoneMeeting,
    markets_of,
    to_text,
)
from services.alerts.feeds import Feed
from services.alerts.messages import Options
from services.alerts.own.rearming import begun_anew
from services.alerts.own.views import kind_of, text_of
from services.alerts.posts import Severity
from services.bus.messages import R, Request
from services.clock import Clock
from services.errors import Unavailable
from services.ids import id_of
from services.market.messages import FindMarkets
from services.store.rows import RuleRow
from services.store.store import Store

_HOUR: Final = 3_600
_PATTERNS: Final = {
    "4h": (
        *("morning_star", "evening_star", "morning_doji_star", "evening_doji_star"),
        *("three_white_soldiers", "three_black_crows", "three_inside"),
    ),
    "1d": (
        *("morning_star", "evening_star", "three_white_soldiers", "three_black_crows"),
        *("three_outside", "hammer", "shooting_star"),
    ),
}
"""Few, and of reversal: by timeframe."""
_SKY: Final = (
    *("new_moon", "full_moon", "mercury_retrograde", "mercury_direct", "solar_eclipse", "lunar_eclipse"),
)
_STALE_SECONDS: Final = 60
_TOGETHER: Final = 10
"""As a rule may wait for 16 things."""
_EVERY: Final = 600.0
_AGAIN_AFTER: Final = 30.0
_ASK_SECONDS: Final = 4.0
_DONE: Final = "done"
_FAILED: Final = "failed"
_TRY_AGAIN: Final = timedelta(days=1)
"""After this long a rule that has failed is tried again: what it failed for may be mended."""
_SPARE: Final = 2
"""A market stays until it is out of this many times as many: one at the edge would come and go."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseRule:
    """One thing to look for. `name` tells it from all others, and never changes."""

    name: str
    feed: Feed
    condition: Condition
    severity: Severity = "normal"
    cooldown: int = 24 * _HOUR

    @property
    def id(self) -> str:
        """Return the id of its row, whose beginning tells it from others where there is room for no more."""
        return id_of("feed", self.name)

    def row(self, now: datetime) -> RuleRow:
        """Return its row as it begins."""
        return RuleRow(
            id=self.id,
            user_id=None,
            guild_id=None,
            feed=self.feed,
            kind=kind_of(self.condition),
            market=next(iter(markets_of(self.condition)), ""),
            status="active",
            condition=to_text(self.condition),
            options=text_of(Options(repeats=True, cooldown=self.cooldown)),
            given=msgspec.json.encode({"severity": self.severity}).decode(),
            state="",
            market_at=None,
            set_at=now,
            updated_at=now,
        )


def house_rules(markets: Sequence[str]) -> list[HouseRule]:
    """Return every rule of the feeds for `markets`."""
    found = [rule for market in markets for rule in _of_market(market)]
    found += _data(sorted(markets))
    sky = (
        HouseRule(name=f"cosmic:{event}", feed="cosmic", condition=SkyShows(event=event)) for event in _SKY
    )
    return [*found, *sky]


def _of_market(market: str) -> Iterator[HouseRule]:
    yield from _patterns(market)
    yield from _levels(market)
    yield from _moves(market)
    if ":" in market:
        yield from _funding(market)


def _patterns(market: str) -> Iterator[HouseRule]:
    for timeframe, names in _PATTERNS.items():
        for name in names:
            yield HouseRule(
                name=f"patterns:{market}:{timeframe}:{name}",
                feed="patterns",
                condition=PatternShown(market=market, timeframe=timeframe, name=name),
            )


def _levels(market: str) -> Iterator[HouseRule]:
    breaks: tuple[tuple[str, Severity], ...] = (("1d", "normal"), ("4h", "low"))
    for timeframe, severity in breaks:
        for is_support, name in ((True, "support"), (False, "resistance")):
            yield HouseRule(
                name=f"levels:{market}:{timeframe}:{name}",
                feed="levels",
                condition=ZoneMeeting(
                    market=market, timeframe=timeframe, meeting="break", is_support=is_support
                ),
                severity=severity,
            )
    confluence = FibMeeting(market=market, timeframe="4h", meeting="touch")
    yield HouseRule(
        name=f"levels:{market}:4h:confluence", feed="levels", condition=confluence, severity="low"
    )


def _moves(market: str) -> Iterator[HouseRule]:
    sizes: tuple[tuple[int, int, Severity], ...] = ((5, 1, "high"), (10, 4, "urgent"))
    for percent, hours, severity in sizes:
        for sign, way in ((1, "up"), (-1, "down")):
            condition = PriceMove(market=market, percent=Decimal(sign * percent), window=hours * _HOUR)
            yield HouseRule(
                name=f"moves:{market}:{hours}h:{way}",
                feed="moves",
                condition=condition,
                severity=severity,
                cooldown=4 * _HOUR,
            )


def _funding(market: str) -> Iterator[HouseRule]:
    rates: tuple[tuple[str, Severity], ...] = (("0.0005", "normal"), ("0.001", "high"))
    for text, severity in rates:
        rate = Decimal(text)
        for way, condition in (
            ("above", FundingRate(market=market, side="above", rate=rate)),
            ("below", FundingRate(market=market, side="below", rate=-rate)),
        ):
            yield HouseRule(
                name=f"funding:{market}:{way}:{text}", feed="funding", condition=condition, severity=severity
            )


def _data(markets: Sequence[str]) -> Iterator[HouseRule]:
    """Yield one rule for many markets: a venue that is away would otherwise be told once a market."""
    for number, first in enumerate(range(0, len(markets), _TOGETHER)):
        stale: list[Condition] = [
            FeedStale(market=market, seconds=_STALE_SECONDS) for market in markets[first : first + _TOGETHER]
        ]
        yield HouseRule(
            name=f"data:{number}",
            feed="data",
            condition=stale[0] if len(stale) == 1 else AnyOf(parts=stale),
            severity="high",
            cooldown=4 * _HOUR,
        )


def watched(ranked: Sequence[str], before: Iterable[str], count: int) -> list[str]:
    """Return the `count` markets to look at: the most traded, one of each pair, and no change without need.

    Args:
        ranked: the most traded first.
        before: those that are looked at now.
        count: how many.
    """
    pairs: dict[str, str] = {}
    kept = set(before)
    for market in ranked:
        pair, _, _ = market.partition(":")
        if pair not in pairs or (market in kept and pairs[pair] not in kept):
            pairs[pair] = market
    first = list(pairs.values())[: count * _SPARE]
    stays = [market for market in first if market in kept][:count]
    comes = [market for market in first if market not in kept][: count - len(stays)]
    return sorted([*stays, *comes], key=first.index)


def sync(
    markets: Sequence[str], rows: Sequence[RuleRow], *, now: datetime
) -> tuple[list[RuleRow], list[str]]:
    """Return which rows to put, and the ids of those to end, for the feeds to look at `markets`.

    A rule whose condition changed begins anew, and so do one that comes back and, once a day, one that has
    failed. Of any other, what it remembers stays.
    """
    there = {row.id: row for row in rows}
    wanted = {rule.id: rule.row(now) for rule in house_rules(markets)}
    put = [_changed(there[id_], row) if id_ in there else row for id_, row in wanted.items()]
    is_new = [row for row in put if there.get(row.id) != row]
    return is_new, [id_ for id_, row in there.items() if id_ not in wanted and row.status != _DONE]


def _changed(old: RuleRow, new: RuleRow) -> RuleRow:
    is_due = old.status == _FAILED and new.updated_at - old.updated_at >= _TRY_AGAIN
    if old.condition != new.condition or old.status == _DONE or is_due:
        state = _numbered(old)
        return replace(new, fired=old.fired, last_fired_at=old.last_fired_at, state=state)
    if (old.options, old.given, old.feed) == (new.options, new.given, new.feed):
        return old
    return replace(old, options=new.options, given=new.given, feed=new.feed, updated_at=new.updated_at)


def _numbered(old: RuleRow) -> str:
    """Return a state that knows the number of its alerts and nothing else."""
    try:
        return begun_anew(old.state)
    except msgspec.MsgspecError:
        log.warning("house_rule_unreadable", rule=old.id)
        return ""


class TakesRules(Protocol):
    """The engine, as far as the rules of feeds come and go."""

    async def put(self, row: RuleRow) -> None:
        """Take up a rule that was saved."""
        ...

    async def drop(self, rule_id: str) -> None:
        """Let a rule go."""
        ...


class Ask(Protocol):
    """The part of the bus that asks."""

    async def __call__(self, request: Request[R], *, timeout: float) -> R:  # noqa: ASYNC109 - the bus's own
        """Ask a service; raises what it raises."""
        ...


class HouseRules:
    """Keeps the rules of the feeds on the most traded markets.

    Args:
        ask: the market process, for which those are.
        store: where the rules are kept.
        engine: who decides them.
        count: how many markets.
        clock: when a rule was set.
    """

    def __init__(self, ask: Ask, *, store: Store, engine: TakesRules, count: int, clock: Clock) -> None:
        self._ask = ask
        self._store = store
        self._engine = engine
        self._count = count
        self._clock = clock

    async def run(self) -> None:
        """Look every ten minutes until cancelled; sooner while market or database are away."""
        while True:
            try:
                await self.step()
            except Unavailable as error:
                log.warning("house_rules_not_refreshed", reason=error.message)
                await asyncio.sleep(_AGAIN_AFTER)
            else:
                await asyncio.sleep(_EVERY)

    async def step(self) -> None:
        """Bring the rules up to date.

        Raises:
            Unavailable: the markets are not known, or the database is away; the rules stay as they are.
        """
        ranked = await self._ranked()
        async with self._store.read() as rows:
            there = await rows.house.rules()
        before = (row.market for row in there if row.market and row.status != _DONE)
        markets = watched(ranked, before, self._count)
        put, end = sync(markets, there, now=self._clock.now())
        async with self._store.write() as rows:
            for row in put:
                await rows.alerts.put_rule(row)
            await rows.house.end(end, now=self._clock.now())
        for id_ in end:
            await self._engine.drop(id_)
        for row in put:
            await self._engine.put(row)
        if put or end:
            log.info("house_rules_changed", markets=markets, put=len(put), ended=len(end))

    async def _ranked(self) -> list[str]:
        if self._count == 0:
            return []
        wanted = self._count * _SPARE * 2
        found = (await self._ask(FindMarkets(typed="", limit=wanted), timeout=_ASK_SECONDS)).names
        if not found:
            raise Unavailable("No market is known yet.", hint="Ask again in a moment.")
        return found

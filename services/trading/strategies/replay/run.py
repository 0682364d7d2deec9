"""The replay itself: at each closed candle the strategy decides, and its orders meet what came after."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

import numpy as np

from analytics.candles import Candles, Floats, Integers, resample, timeframe_ms
from config.farm_file import RiskSection
from services.exchange.prices import to_moment, to_price
from services.trading.strategies.amounts import amount_for, within_limits
from services.trading.strategies.replay.broker import Broker
from services.trading.strategies.replay.limits import Past, refusal
from services.trading.strategies.replay.stage import Stage
from services.trading.strategies.replay.trades import ReplayTrade
from services.trading.strategies.sighting import FLAT, Held, sight_at
from services.trading.strategies.strategy import Decision, Settings, Sight, Strategy, Wish
from services.trading.strategies.temperament import Temperament, most_leverage, risk_share, shaped
from services.trading.strategies.wanting import mood_of

_MOST_ENDS: Final = 100
"""Orders in which a last position is closed, of which each meets the book anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is replayed. Decisions are made from `since_ms` on, and nothing after `until_ms` is looked at."""

    strategy: Strategy
    settings: Settings
    temperament: Temperament
    timeframe: str
    since_ms: int
    until_ms: int
    equity: Decimal
    seed: int = 1
    limits: RiskSection = field(default_factory=RiskSection)
    """The farm's own; what they refuse is not opened."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Played:
    """What came of it."""

    plan: Plan
    trades: tuple[ReplayTrade, ...]
    curve: Floats
    """The equity at the close of each recorded candle of the period."""
    curve_time: Integers
    closes: Floats
    """The recorded closes at the same moments."""
    decided: int
    """Candles at which the strategy decided."""
    wishes: int
    refused: tuple[str, ...]
    slippage: Decimal
    left: Decimal
    """What the book could not take of the last position; it is worth what the last bid or ask says."""
    digest: str
    """Of every decision and every fill, in order: the same replay always has the same."""


@dataclass(slots=True)
class _Curve:
    values: list[Floats] = field(default_factory=list)

    def joined(self) -> Floats:
        return np.concatenate(self.values) if self.values else np.empty(0)


class Replay:
    """One run of a strategy over a stage."""

    def __init__(self, plan: Plan, stage: Stage, broker: Broker | None = None) -> None:
        """A `broker` of one's own, if given, stands for the one that the plan asks for."""
        self._plan = plan
        self._base = stage.candles
        self._stage = stage
        self._own = resample(stage.candles, timeframe_ms(plan.timeframe))
        self._higher = _higher(plan, stage.candles)
        self._broker = broker or Broker(
            stage, equity=plan.equity, leverage=most_leverage(plan.temperament), seed=plan.seed
        )
        self._curve = _Curve()
        self._digest = hashlib.blake2b(digest_size=16)
        self._state = ""
        self._entered_at = 0
        self._decided = self._wishes = self._begin = 0

    def run(self, *, on_progress: Callable[[int, int], None] | None = None) -> Played:
        """Play the period to its end; a position that is still open is closed at the last price.

        Args:
            on_progress: is told how many candles of how many were decided.
        """
        places = self._places()
        begin = self._base_at(self._closes_at(places.start)) if len(places) else len(self._base)
        cursor = self._begin = begin
        for count, place in enumerate(places):
            upto = self._base_at(self._closes_at(place))
            self._play(cursor, upto)
            cursor = upto
            if cursor >= self._stop:
                break
            self._decide(place, cursor)
            if on_progress is not None:
                on_progress(count + 1, len(places))
        self._play(cursor, self._stop)
        self._end()
        return self._told(begin)

    @property
    def _stop(self) -> int:
        return self._base_at(self._plan.until_ms)

    def _places(self) -> range:
        """Return the candles at whose close there is a decision."""
        closes = self._own.time + self._own.step_ms
        first = int(np.searchsorted(closes, self._plan.since_ms))
        last = int(np.searchsorted(closes, self._plan.until_ms, side="right"))
        return range(max(first, self._plan.strategy.warm_up - 1), last)

    def _closes_at(self, place: int) -> int:
        return int(self._own.time[place]) + self._own.step_ms

    def _base_at(self, moment_ms: int) -> int:
        return int(np.searchsorted(self._base.time, moment_ms))

    def _play(self, start: int, stop: int) -> None:
        while start < stop:
            touched = np.flatnonzero(self._broker.is_touched(start, stop))
            quiet = start + int(touched[0]) if len(touched) else stop
            self._mark(start, quiet)
            if quiet < stop:
                self._broker.play(quiet)
                self._mark(quiet, quiet + 1)
            start = quiet + 1

    def _mark(self, start: int, stop: int) -> None:
        if stop <= start:
            return
        closes, position, cash = self._base.close[start:stop], self._broker.position, float(self._broker.cash)
        if position is None:
            self._curve.values.append(np.full(stop - start, cash))
        else:
            signed = position.direction * float(position.amount)
            self._curve.values.append(cash + signed * (closes - float(position.entry)))

    def _decide(self, place: int, nxt: int) -> None:
        sight = sight_at(self._own, place, higher=self._higher, held=self._held(place), state=self._state)
        decision = self._plan.strategy.decide(sight, self._plan.settings)
        self._state = decision.state
        self._decided += 1
        self._digest.update(f"{self._own.time[place]} {decision!r}\n".encode())
        if decision.wishes or self._broker.has_entries():
            self._act(decision, sight, place, nxt)

    def _held(self, place: int) -> Held:
        position = self._broker.position
        if position is None:
            return FLAT
        return Held(
            side=position.side,
            entry=float(position.entry),
            stop=self._broker.trigger("stop"),
            target=self._broker.trigger("take_profit"),
            bars=place - self._entered_at,
        )

    def _act(self, decision: Decision, sight: Sight, place: int, nxt: int) -> None:
        self._broker.face(nxt)
        at = to_moment(max(self._closes_at(place), int(self._base.time[nxt])))
        self._broker.drop_entries(at)
        for wish in decision.wishes:
            self._wishes += 1
            if wish.kind == "leave":
                self._broker.leave(at)
            elif wish.kind == "enter" and self._broker.position is None:
                self._entered_at = place
                self._enter(wish, sight, at)

    def _enter(self, wish: Wish, sight: Sight, at: datetime) -> None:
        if not wish.side:
            return
        price = float(sight.candles.close[-1])
        why = refusal(self._past(price), at, self._plan.limits)
        if why:
            self._broker.refused.append(why)
            return
        temperament, tick = self._plan.temperament, self._stage.market.tick
        own = shaped(wish, temperament, price=price)
        losses = self._broker.book.losses_in_a_row()
        wanted = risk_share(temperament, mood_of(wish, sight, losses=losses)), most_leverage(temperament)
        share, leverage = within_limits(*wanted, self._plan.limits)
        amount = amount_for(
            self._stage.market,
            equity=self._broker.equity(price),
            share=share,
            price=price,
            stop=own.stop,
            leverage=leverage,
        )
        if amount <= 0:
            return
        stop = None if own.stop is None else to_price(own.stop, tick)
        self._broker.enter(
            wish.side,
            amount,
            at=at,
            stop=stop,
            target=None if own.target is None else to_price(own.target, tick),
            risk=Decimal(0) if stop is None else amount * abs(to_price(price, tick) - stop),
        )

    def _is_holding(self) -> bool:
        return self._broker.position is not None

    def _past(self, price: float) -> Past:
        trades, curve = self._broker.book.trades, self._curve.joined()
        closes = self._base.time[self._begin : self._begin + len(curve)] + self._base.step_ms
        return Past(
            start=float(self._plan.equity),
            curve=curve,
            closed_ms=closes,
            equity=self._broker.equity(price),
            losses=self._broker.book.losses_in_a_row(),
            last_closed_at=trades[-1].closed_at if trades else None,
        )

    def _end(self) -> None:
        """Close what is open at the last price, as often as the book takes a part of it."""
        if self._broker.position is None or not self._stop:
            return
        for _ in range(_MOST_ENDS):
            price = self._broker.finish(self._stop - 1)
            if not self._is_holding():
                break
        self._curve.values[-1][-1] = self._broker.equity(price)

    def _told(self, begin: int) -> Played:
        for trade in self._broker.book.trades:
            self._digest.update(f"{trade!r}\n".encode())
        period, position = slice(begin, self._stop), self._broker.position
        return Played(
            plan=self._plan,
            trades=tuple(self._broker.book.trades),
            curve=self._curve.joined(),
            curve_time=self._base.time[period],
            closes=self._base.close[period],
            decided=self._decided,
            wishes=self._wishes,
            refused=tuple(self._broker.refused),
            slippage=self._broker.slippage,
            left=Decimal(0) if position is None else position.amount,
            digest=self._digest.hexdigest(),
        )


def _higher(plan: Plan, base: Candles) -> Mapping[str, Candles]:
    return dict(_larger(plan, base))


def _larger(plan: Plan, base: Candles) -> Iterator[tuple[str, Candles]]:
    for name in plan.strategy.higher:
        if timeframe_ms(name) > timeframe_ms(plan.timeframe):
            yield name, resample(base, timeframe_ms(name))

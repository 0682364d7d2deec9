"""ccxt's dictionaries as our types. What is not known stays None; a price of 0 is not known.

Belongs here: public data, row by row. A row that makes no sense raises `Unusable`, and `each` leaves it out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

import structlog

from services.clock import Clock
from services.exchange.exchange import (
    Day,
    Funding,
    Level,
    Market,
    Nature,
    OpenInterest,
    OrderBook,
    Side,
    Ticker,
    Trade,
)
from services.exchange.prices import to_moment
from services.exchange.venues.addresses import Json
from services.exchange.venues.errors import UNREADABLE
from services.exchange.venues.labels import Label
from services.exchange.venues.numbers import above_zero, money
from services.exchange.venues.quirks import Quirks

DECIMAL_PLACES, TICK_SIZE = 2, 4
"""ccxt's ways to count precision."""
_SIDES: dict[str, Side] = {"buy": "buy", "sell": "sell"}

_NAME = re.compile(r"[\w.$+&'!/:-]{1,64}")
"""What the names of markets are made of, in any script."""

T = TypeVar("T")
log = structlog.get_logger(__name__)


class Unusable(ValueError):
    """A row lacks what it cannot be without."""


@dataclass(slots=True)
class Translator:
    """What every translation of one venue needs."""

    quirks: Quirks
    label: Label
    clock: Clock
    precision_mode: int = TICK_SIZE
    newest: datetime | None = None
    """The time of the newest price, in market time."""
    _heard: tuple[datetime, float] | None = None
    """The time of the price that was streamed last, and when."""

    @property
    def nature(self) -> Nature:
        """Return how real the newest price is, or one that were made now."""
        return self.label.nature_at(self.newest or self.clock.now())

    def streamed(self, ticker: Ticker | None) -> None:
        """Note the market's time that a ticker tells at the moment it comes."""
        if ticker is not None and ticker.is_timed:
            self._heard = (ticker.as_of, self.clock.monotonic())

    def heard_within(self, seconds: float) -> datetime | None:
        """Return the market's time as it was streamed last, if that is no longer ago than `seconds`."""
        if self._heard is None or self.clock.monotonic() - self._heard[1] > seconds:
            return None
        return self._heard[0]

    def each(self, rows: Iterable[Json], translate: Callable[[Json], T | None], what: str) -> Iterator[T]:
        """Yield what `translate` makes of `rows`; one that it fails on is left out and logged."""
        for row in rows:
            try:
                made = translate(row)
            except UNREADABLE as error:
                log.warning("row_skipped", venue=self.label.venue, what=what, why=str(error)[:80])
                continue
            if made is not None:
                yield made

    def market(self, row: Json) -> Market | None:
        """Return a market; None for options and for products that are not traded by price and amount.

        A name is shown in chat as it is: one with marks of Discord's in it is refused here.
        """
        if row.get("option") or not (row.get("spot") or row.get("contract")):
            return None
        if _NAME.fullmatch(row["symbol"]) is None:
            raise Unusable("its name holds what no name of a market does")
        tick = self._step(row["precision"].get("price"))
        if tick is None:
            raise Unusable(f"{row['symbol']} has no price step")
        size = _contract_size(row)
        limits = row.get("limits") or {}
        return Market(
            name=row["symbol"],
            tick=tick,
            step=_times(self._step(row["precision"].get("amount")), size),
            min_amount=_times(above_zero(_limit(limits, "amount", "min")), size),
            min_cost=above_zero(_limit(limits, "cost", "min")),
            maker_fee=money(row.get("maker")),
            taker_fee=money(row.get("taker")),
            max_leverage=above_zero(_limit(limits, "leverage", "max")) if row.get("contract") else None,
            funding_hours=self._funding_hours(row),
            is_open=row.get("active") is not False,
        )

    def _step(self, precision: Json) -> Decimal | None:
        if self.precision_mode == DECIMAL_PLACES:
            return None if precision is None else Decimal(1).scaleb(-int(precision))
        return above_zero(precision) if self.precision_mode == TICK_SIZE else None

    def _funding_hours(self, row: Json) -> int | None:
        if not row.get("swap") or self.quirks.funding_hours_field is None:
            return None
        name, unit = self.quirks.funding_hours_field
        said = above_zero((row.get("info") or {}).get(name))
        return None if said is None else round(float(said) * unit)

    def ticker(self, row: Json) -> Ticker | None:
        """Return a ticker; None without a price."""
        raw = row.get("info")
        price = above_zero(row.get("last"), raw)
        if price is None or row.get("symbol") is None:
            return None
        as_of, is_timed = self._moment(row.get("timestamp")), row.get("timestamp") is not None
        if is_timed:
            self.newest = max(self.newest or as_of, as_of)
        return Ticker(
            market=row["symbol"],
            price=price,
            as_of=as_of,
            nature=self.label.nature_at(as_of),
            day=_day(row, price),
            bid=above_zero(row.get("bid"), raw),
            ask=above_zero(row.get("ask"), raw),
            mark=self._mark(row) if ":" in row["symbol"] else None,
            is_timed=is_timed,
        )

    def _mark(self, row: Json) -> Decimal | None:
        raw = row.get("info")
        fields = self.quirks.mark_fields if isinstance(raw, dict) else ()
        said = next((raw[name] for name in fields if raw.get(name)), row.get("markPrice"))
        return above_zero(said)

    def trade(self, row: Json, market: Json) -> Trade:
        """Return one trade, its amount in base currency."""
        raw = row.get("info")
        price, amount = above_zero(row.get("price"), raw), above_zero(row.get("amount"), raw)
        if price is None or amount is None or row.get("timestamp") is None:
            raise Unusable(f"a trade of {market['symbol']} has no price, amount or time")
        as_of = to_moment(row["timestamp"])
        return Trade(
            market=market["symbol"],
            id=str(row.get("id") or f"{row['timestamp']}:{price}:{amount}:{row.get('side')}"),
            price=price,
            amount=_in_base(amount, price, market),
            side=_SIDES[row["side"]],
            as_of=as_of,
            nature=self.label.nature_at(as_of),
        )

    def book(self, row: Json, market: Json, depth: int) -> OrderBook:
        """Return the best `depth` levels a side.

        Raises:
            Unusable: the best bid is not below the best ask: the book is not what the venue has.
        """
        bids, asks = _levels(row["bids"], market, depth), _levels(row["asks"], market, depth)
        if bids and asks and bids[0].price >= asks[0].price:
            raise Unusable(f"the book of {market['symbol']} is crossed")
        as_of = self._moment(row.get("timestamp"))
        return OrderBook(
            market=market["symbol"],
            bids=bids,
            asks=asks,
            as_of=as_of,
            nature=self.label.nature_at(as_of),
            is_depth_simulated=self.label.is_depth_simulated,
        )

    def funding(self, row: Json, market: Json, now: datetime) -> Funding:
        """Return the funding rate that is paid next; `now` is the market's time, if the venue gives none."""
        rate = money(row.get("fundingRate"), row.get("info"))
        if rate is None:
            raise Unusable(f"{market['symbol']} has no funding rate")
        as_of = now if self.label.is_ours else self._moment(row.get("timestamp"))
        due = row.get("fundingTimestamp") or row.get("nextFundingTimestamp")
        return Funding(
            market=market["symbol"],
            rate=rate,
            as_of=as_of,
            nature=self.label.nature_at(as_of),
            next_at=None if not due else to_moment(due),
            interval_hours=_hours(row.get("interval")) or self._funding_hours(market),
            mark=above_zero(row.get("markPrice"), row.get("info")),
        )

    def open_interest(self, row: Json, market: Json, now: datetime) -> OpenInterest:
        """Return the open interest, in base currency; `now` as for `funding`."""
        amount = money(row.get("openInterestAmount"), row.get("info"))
        if amount is None:
            raise Unusable(f"{market['symbol']} has no open interest")
        as_of = now if self.label.is_ours else self._moment(row.get("timestamp"))
        return OpenInterest(
            market=market["symbol"],
            amount=_times(amount, _contract_size(market)) or Decimal(0),
            as_of=as_of,
            nature="simulated" if self.label.is_interest_simulated else self.label.nature_at(as_of),
            cost=above_zero(row.get("openInterestValue"), row.get("info")),
        )

    def _moment(self, milliseconds: Json) -> datetime:
        """Return a venue's time, or that of receipt where it gives none."""
        return self.clock.now() if milliseconds is None else to_moment(milliseconds)


def _day(row: Json, price: Decimal) -> Day | None:
    raw = row.get("info")
    open_, high, low = (above_zero(row.get(name), raw) for name in ("open", "high", "low"))
    volume, base = money(row.get("quoteVolume"), raw), money(row.get("baseVolume"), raw)
    if volume is None and base is not None:
        volume = base * price
    if open_ is None or high is None or low is None or volume is None:
        return None
    return Day(open=open_, high=high, low=low, volume=volume)


def _levels(rows: Json, market: Json, depth: int) -> tuple[Level, ...]:
    levels = []
    for row in rows[:depth]:
        price, amount = above_zero(row[0]), above_zero(row[1])
        if price is not None and amount is not None:
            levels.append(Level(price, _in_base(amount, price, market)))
    return tuple(levels)


def _contract_size(market: Json) -> Decimal | None:
    """Return how much base currency one unit of amount is; None where that depends on the price."""
    if not market.get("contract"):
        return Decimal(1)
    return None if market.get("inverse") else above_zero(market.get("contractSize")) or Decimal(1)


def _in_base(amount: Decimal, price: Decimal, market: Json) -> Decimal:
    size = _contract_size(market)
    if size is not None:
        return amount if size == 1 else amount * size
    return amount * (above_zero(market.get("contractSize")) or Decimal(1)) / price


def _times(amount: Decimal | None, size: Decimal | None) -> Decimal | None:
    return None if amount is None or size is None else amount * size


def _limit(limits: Json, what: str, end: str) -> Json:
    return (limits.get(what) or {}).get(end)


def _hours(interval: Json) -> int | None:
    """Return 8 for ``8h``."""
    text = str(interval or "")
    return int(text[:-1]) if text.endswith("h") and text[:-1].isdecimal() else None

"""Lots: what each fill opens and closes, and what that realises by the method that picks the lot.

Pure and exact. Fills come in the order of `in_order`; where they come from and where they are kept, and what
currencies are worth, is not of here. Contracts may be long or short and may flip; of spot nobody is short.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

from services.store.trading_rows import FillRow
from services.trading.ledger.messages import LotMethod
from services.trading.messages import PositionSide

_NOTHING: Final = Decimal(0)
_FINEST: Final = Decimal("1e-12")
_ALIKE: Final = Decimal("0.0001")
"""Of what was closed: so far a venue's profit may be from ours, which rounds otherwise."""
_DUST: Final = Decimal("0.01")
"""Of the most that was held: what is left of spot below this is what fees and steps leave, not a holding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """What one fill, or the closing or opening part of it, did. Money in `currency`."""

    fill: FillRow
    side: PositionSide
    """Of the position that it opened or closed."""
    currency: str
    amount: Decimal
    is_closing: bool = False
    realised: Decimal = _NOTHING
    fee: Decimal = _NOTHING
    unvalued: tuple[tuple[Decimal, str], ...] = ()
    """Amounts of other currencies that are in no sum: fees, and coins that were sold with an unknown cost."""
    is_fee_unknown: bool = False
    """The venue does not say it; it counts as 0, which is told."""
    is_profit_unknown: bool = False
    """It closed what was opened before the first fill that is kept, and the venue does not say the profit."""


@dataclass(slots=True, kw_only=True)
class Round:
    """A position from flat to flat, or so far."""

    market: str
    side: PositionSide
    currency: str
    opened_at: datetime
    first_client_id: str
    closed_at: datetime | None = None
    opened: Decimal = _NOTHING
    opened_cost: Decimal = _NOTHING
    closed: Decimal = _NOTHING
    closed_cost: Decimal = _NOTHING
    realised: Decimal = _NOTHING
    fees: Decimal = _NOTHING


def in_order(fills: Iterable[FillRow]) -> list[FillRow]:
    """Return fills oldest first; those of one moment by their ids, so that it is always the same order."""
    return sorted(fills, key=place_of)


def place_of(fill: FillRow) -> tuple[datetime, int, str]:
    """Return where a fill stands among others: ids that are counted up grow longer."""
    return fill.at, len(fill.id), fill.id


@lru_cache(maxsize=4_096)
def currency_of(market: str) -> str:
    """Return the currency in which profits of a market arise."""
    quote, _, settle = market.partition("/")[2].partition(":")
    return settle.partition("-")[0] or quote


@lru_cache(maxsize=4_096)
def is_inverse(market: str) -> bool:
    """Return whether it is a contract that is settled in the coin it is of."""
    return ":" in market and currency_of(market) == market.partition("/")[0]


class Lots:
    """Open lots of one position. `hifo` takes the dearest first, of a short position too."""

    def __init__(self, method: LotMethod) -> None:
        self._method = method
        self._count = 0
        self._heap: list[tuple[Decimal, int, Decimal]] = []
        self._left: dict[int, Decimal] = {}
        self.amount = _NOTHING
        self.average = _NOTHING
        """What is left cost on average, by which venues reckon a profit."""

    def put(self, amount: Decimal, price: Decimal) -> None:
        """Add a lot."""
        self._count += 1
        rank: Decimal = -price if self._method == "hifo" else Decimal(self._count)
        if self._method == "lifo":
            rank = -rank
        heapq.heappush(self._heap, (rank, self._count, price))
        self._left[self._count] = amount
        if amount:
            self.average = (self.average * self.amount + price * amount) / (self.amount + amount)
        self.amount += amount

    def take(self, amount: Decimal) -> Decimal:
        """Take away so much, which is there, and return what it was opened for."""
        cost, self.amount = _NOTHING, self.amount - amount
        while amount:
            _, number, price = self._heap[0]
            used = min(amount, self._left[number])
            cost += used * price
            amount -= used
            self._left[number] -= used
            if not self._left[number]:
                heapq.heappop(self._heap)
                del self._left[number]
        return cost


@dataclass(slots=True)
class _Held:
    """One position of one market, from fill to fill."""

    lots: Lots
    side: PositionSide = "long"
    round: Round | None = None
    most: Decimal = _NOTHING


@dataclass(slots=True)
class AccountLots:
    """All positions of one account; `take` every fill in the order of `in_order`."""

    method: LotMethod
    booked: list[Booked] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)
    """Those that are closed, in the order they closed."""
    fills: list[FillRow] = field(default_factory=list)
    older: Mapping[tuple[str, PositionSide], Decimal] = field(default_factory=dict)
    """What was held before the first fill, by market and side: of unknown cost, and closed first."""
    _held: dict[tuple[str, str], _Held] = field(default_factory=dict)
    _left: dict[tuple[str, PositionSide], Decimal] = field(init=False)
    """Of `older`."""

    def __post_init__(self) -> None:
        """Begin with all of it."""
        self._left = dict(self.older)

    @classmethod
    def of(
        cls,
        fills: Iterable[FillRow],
        method: LotMethod = "fifo",
        older: Mapping[tuple[str, PositionSide], Decimal] | None = None,
    ) -> AccountLots:
        """Build them from fills in any order."""
        lots = cls(method, older=older or {})
        for fill in in_order(fills):
            lots.take(fill)
        return lots

    def follows(self, fill: FillRow) -> bool:
        """Return whether a fill comes after all that were taken."""
        return not self.fills or place_of(fill) > place_of(self.fills[-1])

    def open_rounds(self) -> list[Round]:
        """Return the positions that are open now."""
        return [one.round for one in self._held.values() if one.round is not None]

    def take(self, fill: FillRow) -> None:
        """Book one more fill."""
        self.fills.append(fill)
        if is_inverse(fill.market):
            self._book_inverse(fill)
            return
        key = (fill.market, fill.position_side)
        held = self._held.setdefault(key, _Held(Lots(self.method)))
        if ":" in fill.market:
            self._take_contract(fill, held)
        else:
            self._take_spot(fill, held)

    def _take_contract(self, fill: FillRow, held: _Held) -> None:
        opens: PositionSide = "long" if fill.side == "buy" else "short"
        older = self._take_older(fill, "short" if opens == "long" else "long")
        closing = min(held.lots.amount, fill.amount - older) if held.side != opens else _NOTHING
        paid, rest = _paid(fill), fill.amount - older - closing
        beyond = _beyond(fill, held, closing)
        if older:
            first = paid.share(older, fill.amount)
            self._book_unknown(fill, older, beyond, first)
            paid, beyond = paid.without(first), None
        share = paid.share(closing, closing + rest)
        is_unknown = rest > 0 and (beyond is not None or fill.position_side not in {"", opens})
        if closing:
            self._close(fill, held, closing, share)
        if is_unknown:
            self._book_unknown(fill, rest, beyond, paid.without(share))
        elif rest:
            held.side = opens
            self._open(fill, held, rest, paid.without(share))

    def _take_older(self, fill: FillRow, side: PositionSide) -> Decimal:
        """Take from what is older than the first fill as much as a fill closes; return it."""
        if fill.position_side not in {"", side}:
            return _NOTHING
        left = self._left.get((fill.market, side), _NOTHING)
        taken = min(left, fill.amount)
        if taken:
            self._left[fill.market, side] = left - taken
        return taken

    def _take_spot(self, fill: FillRow, held: _Held) -> None:
        paid = _paid(fill)
        in_coins = fill.fee or _NOTHING if fill.fee_currency == _base(fill) else _NOTHING
        if fill.side == "buy":
            self._open(fill, held, fill.amount - in_coins, paid)
            return
        sold = fill.amount + in_coins
        known = min(held.lots.amount, sold)
        if known < sold:
            paid = replace(paid.beside(min(sold - known, fill.amount), _base(fill)), is_cost_unknown=True)
        self._close(fill, held, known, paid)

    def _open(self, fill: FillRow, held: _Held, amount: Decimal, paid: _Paid) -> None:
        held.lots.put(amount, fill.price)
        held.most = max(held.most, held.lots.amount)
        if held.round is None:
            held.round = Round(
                market=fill.market,
                side=held.side,
                currency=currency_of(fill.market),
                opened_at=fill.at,
                first_client_id=fill.client_id,
            )
        held.round.opened += amount
        held.round.opened_cost += amount * fill.price
        held.round.fees += paid.fee
        self.booked.append(_booked(fill, held.side, amount, paid))

    def _close(self, fill: FillRow, held: _Held, amount: Decimal, paid: _Paid) -> None:
        worth = amount * fill.price
        gained = worth - held.lots.take(amount)
        realised = gained if held.side == "long" else -gained
        self.booked.append(_booked(fill, held.side, amount, paid, realised))
        if held.round is None:
            return
        held.round.closed += amount
        held.round.closed_cost += worth
        held.round.realised += realised
        held.round.fees += paid.fee
        if _is_flat(held, fill):
            held.round.closed_at = fill.at
            self.rounds.append(held.round)
            held.round, held.most = None, _NOTHING

    def _book_unknown(self, fill: FillRow, amount: Decimal, realised: Decimal | None, paid: _Paid) -> None:
        """Book what closed a position that was opened before the first fill that is kept: the venue knows.

        Where it does not say, what was closed is listed, and is in no sum.
        """
        side: PositionSide = "short" if fill.side == "buy" else "long"
        if realised is None:
            paid = paid.beside(amount, _base(fill))
        booked = _booked(fill, side, amount, paid, realised or _NOTHING)
        self.booked.append(replace(booked, is_profit_unknown=realised is None))

    def _book_inverse(self, fill: FillRow) -> None:
        """Book a contract whose worth is not linear in the price: the venue alone knows what it realised."""
        closed = fill.realised or None
        side: PositionSide = "long" if (fill.side == "buy") == (closed is None) else "short"
        paid = _Paid(fill.fee or _NOTHING, is_unknown=fill.fee is None)
        booked = _booked(fill, side, fill.amount, paid, closed)
        self.booked.append(replace(booked, is_profit_unknown=fill.realised is None))


def _beyond(fill: FillRow, held: _Held, closing: Decimal) -> Decimal | None:
    """Return what a fill realised beyond the lots that it closes; None where they explain all of it.

    A position that flips in one fill realises what its lots explain.
    """
    if not fill.realised:
        return None
    gained = closing * (fill.price - held.lots.average)
    beyond = fill.realised - (gained if held.side == "long" else -gained)
    return beyond if abs(beyond) > closing * fill.price * _ALIKE else None


def _is_flat(held: _Held, fill: FillRow) -> bool:
    if ":" in fill.market:
        return not held.lots.amount
    return held.lots.amount <= held.most * _DUST


def _booked(
    fill: FillRow, side: PositionSide, amount: Decimal, paid: _Paid, realised: Decimal | None = None
) -> Booked:
    return Booked(
        fill=fill,
        side=side,
        currency=currency_of(fill.market),
        amount=amount,
        is_closing=realised is not None,
        realised=realised or _NOTHING,
        fee=paid.fee,
        unvalued=paid.unvalued,
        is_fee_unknown=paid.is_unknown,
        is_profit_unknown=paid.is_cost_unknown,
    )


@dataclass(frozen=True, slots=True)
class _Paid:
    """What a fill cost: a fee in the currency of the market's profits, and what cannot be valued in that."""

    fee: Decimal = _NOTHING
    unvalued: tuple[tuple[Decimal, str], ...] = ()
    is_unknown: bool = False
    is_cost_unknown: bool = False

    def share(self, part: Decimal, whole: Decimal) -> _Paid:
        """Return the share of a part of the fill; what cannot be valued goes with the first part."""
        if part == whole:
            return self
        unvalued = self.unvalued if part else ()
        return replace(self, fee=(self.fee * part / whole).quantize(_FINEST), unvalued=unvalued)

    def without(self, share: _Paid) -> _Paid:
        """Return what is left of it."""
        return replace(self, fee=self.fee - share.fee, unvalued=() if share.unvalued else self.unvalued)

    def beside(self, amount: Decimal, currency: str) -> _Paid:
        """Return it with an amount more that is in no sum."""
        return replace(self, unvalued=(*self.unvalued, (amount, currency)))


def _base(fill: FillRow) -> str:
    return fill.market.partition("/")[0]


def _paid(fill: FillRow) -> _Paid:
    if not fill.fee:
        return _Paid(is_unknown=fill.fee is None)
    if fill.fee_currency == currency_of(fill.market):
        return _Paid(fill.fee)
    if fill.fee_currency == _base(fill):
        return _Paid(fill.fee * fill.price)
    return _Paid(unvalued=((fill.fee, fill.fee_currency),))

"""Money that came into an account or left it: the jumps of equity that trading does not explain.

Pure. Equity is cash and what positions are worth. A fill takes its cost and fee from the cash, funding is put
to it; what is left of the change between two marks was moved by somebody. No loss is explained away: a mark
whose positions do not follow from the fills says nothing, nor does a fall while something was filled.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import msgspec
import structlog

from services.exchange.orders import sign_of, signed
from services.store.trading_rows import EquityRow, FillRow, FundingRow
from services.trading.ledger.lots import currency_of
from services.trading.messages import PositionSide
from services.trading.ports import EquityPoint, Picture

_NOTHING: Final = Decimal(0)
_OF_EQUITY: Final = Decimal("0.01")
"""A jump up to this part of equity is none: prices move between two answers of a venue."""
_OF_HELD: Final = Decimal("0.002")
"""Likewise of what is held and of what was filled, whose fee may be unknown."""
_PATIENCE: Final = timedelta(hours=1)
"""So long a mark waits for one that can be compared with it; then the next begins anew."""
_FUNDED_ABOUT: Final = timedelta(minutes=2)
_UNSURE: Final = timedelta(seconds=5)
"""So near to a picture it may show a fill, or not."""

log = structlog.get_logger(__name__)


class HeldThen(msgspec.Struct, frozen=True):
    """One position; `worth` is what it cost and its unrealised profit, negative of a short one."""

    market: str
    side: PositionSide
    amount: Decimal
    worth: Decimal | None

    @property
    def signed(self) -> Decimal:
        """Return the amount, negative of a short one."""
        return self.amount * sign_of(self.side)


class AllHeld(msgspec.Struct, frozen=True):
    """The contracts of an account at the moment of a picture."""

    at: datetime
    positions: list[HeldThen]


_HELD: Final = msgspec.json.Decoder(AllHeld)
Older = dict[tuple[str, PositionSide], Decimal]
"""Amounts that were opened before the first fill that is kept, by market and side."""


def held_in(picture: Picture) -> str:
    """Return what a picture holds, as it is kept with a mark."""
    found = []
    for one in (holding.position for holding in picture.holdings):
        cost = one.amount * one.entry * one.sign
        worth = None if one.unrealised is None else cost + one.unrealised
        found.append(HeldThen(one.market, one.side, one.amount, worth))
    return msgspec.json.encode(AllHeld(picture.at, found)).decode()


def all_held(row: EquityRow) -> AllHeld | None:
    """Return what was held at a mark; None of one that does not say it."""
    if not row.held:
        return None
    try:
        return _HELD.decode(row.held)
    except msgspec.DecodeError as error:
        log.warning("mark_torn", account=row.account_id, at=row.at, why=str(error))
        return None


def with_moves(
    marks: Sequence[EquityRow], fills: Sequence[FillRow], fundings: Sequence[FundingRow]
) -> list[EquityPoint]:
    """Return marks with what was moved in or out before each; all oldest first."""
    booked, moves = _Booked(fills, fundings), dict[int, Decimal]()
    base: tuple[int, AllHeld] | None = None
    for place, mark in enumerate(marks):
        held = all_held(mark)
        if held is None:
            continue
        if base is not None:
            since = marks[base[0]]
            jump = booked.unexplained(since, base[1], mark, held)
            if jump is None and mark.at - since.at <= _PATIENCE:
                continue
            if jump:
                moves[_steepest(marks, base[0] + 1, place, is_up=jump > 0)] = jump
        base = place, held
    return [
        EquityPoint(at=one.at, equity=one.equity, moved=moves.get(place, _NOTHING))
        for place, one in enumerate(marks)
    ]


def older_than(fills: Sequence[FillRow], marks: Iterable[EquityRow]) -> Older:
    """Return what was opened before the first of the fills, from what was held at one of the first marks.

    Args:
        fills: all that are kept, oldest first.
        marks: the first ones of the account, oldest first.
    """
    known = (held for one in marks if (held := all_held(one)) is not None)
    first = next((one for one in known if not _is_near(fills, one.at)), None)
    if first is None:
        return {}
    net: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    hedged = {one.market for one in fills if one.position_side}
    for one in first.positions:
        net[one.market, one.side if one.market in hedged else ""] += one.signed
    for fill in fills:
        if ":" in fill.market and fill.at <= first.at:
            net[fill.market, fill.position_side] -= signed(fill)
    found: Older = {}
    for (market, told), amount in net.items():
        side: PositionSide = "long" if amount > 0 else "short"
        if amount and told in {"", side}:
            found[market, side] = abs(amount)
    return found


class _Booked:
    """Fills and fundings, to be looked up by time."""

    def __init__(self, fills: Sequence[FillRow], fundings: Sequence[FundingRow]) -> None:
        self._fills, self._fundings = fills, fundings
        self._filled_at = [one.at for one in fills]
        self._funded_at = [one.at for one in fundings]

    def unexplained(self, before: EquityRow, then: AllHeld, after: EquityRow, now: AllHeld) -> Decimal | None:
        """Return the jump from one mark to another; None where the fills do not explain what is held."""
        currency = after.currency
        first, last = (bisect_right(self._filled_at, one.at) for one in (then, now))
        fills = [one for one in self._fills[first:last] if currency_of(one.market) == currency]
        worths_then, worths_now = _worths(then, currency), _worths(now, currency)
        is_spot = any(":" not in one.market for one in fills)
        if is_spot or worths_then is None or worths_now is None or not _follows(then, now, fills, currency):
            return None
        spent = sum((signed(one) * one.price + _fee(one, currency) for one in fills), _NOTHING)
        paid = self._funded(then.at, now.at, currency)
        jump = (
            after.equity - before.equity - (sum(worths_now) - sum(worths_then) - spent + sum(paid, _NOTHING))
        )
        unsure = self._funded(then.at - _FUNDED_ABOUT, now.at + _FUNDED_ABOUT, currency)
        slack = _OF_EQUITY * max(before.equity, after.equity) + sum((abs(one) for one in unsure), _NOTHING)
        traded = (one.amount * one.price for one in fills)
        slack += _OF_HELD * sum((*map(abs, (*worths_then, *worths_now)), *traded), _NOTHING)
        return _NOTHING if abs(jump) <= slack or (jump < 0 and fills) else jump

    def _funded(self, since: datetime, until: datetime, currency: str) -> list[Decimal]:
        first, last = (bisect_right(self._funded_at, one) for one in (since, until))
        return [one.amount for one in self._fundings[first:last] if one.currency == currency]


def _follows(then: AllHeld, now: AllHeld, fills: Sequence[FillRow], currency: str) -> bool:
    """Return whether what is held now is what was held then and the fills since."""
    net: defaultdict[str, Decimal] = defaultdict(Decimal)
    for fill in fills:
        net[fill.market] += signed(fill)
    for held, sign in ((then, 1), (now, -1)):
        for one in held.positions:
            if currency_of(one.market) == currency:
                net[one.market] += sign * one.signed
    return not any(net.values())


def _worths(held: AllHeld, currency: str) -> list[Decimal] | None:
    """Return what the positions of a currency are worth; None where one is not known."""
    worths = [one.worth for one in held.positions if currency_of(one.market) == currency]
    known = [one for one in worths if one is not None]
    return known if len(known) == len(worths) else None


def _fee(fill: FillRow, currency: str) -> Decimal:
    return fill.fee or _NOTHING if fill.fee_currency == currency else _NOTHING


def _is_near(fills: Sequence[FillRow], moment: datetime) -> bool:
    return any(abs(one.at - moment) <= _UNSURE for one in fills)


def _steepest(marks: Sequence[EquityRow], first: int, last: int, *, is_up: bool) -> int:
    """Return before which of the marks equity rose or fell the most."""
    steps = {place: marks[place].equity - marks[place - 1].equity for place in range(first, last + 1)}
    return (max if is_up else min)(steps, key=steps.__getitem__)

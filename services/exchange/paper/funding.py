"""Funding: what longs pay shorts, or get, at each boundary. Booked once per market and boundary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from services.exchange.exchange import Funding
from services.exchange.paper.events import FundingTold
from services.exchange.paper.holder import Holder
from services.exchange.paper.pit import Pit

_FEE_DECIMALS = Decimal("1e-8")
_FURTHEST_BACK = 1_000
_LATE = timedelta(minutes=1)
_UNHEARD = "the rate of this boundary was not heard: that of another one stands in"
_MARK_OF_NOW = "the mark of this boundary is not known: that of now stands in"


def pass_time(holders: Sequence[Holder], pit: Pit, market_time: datetime, at: datetime) -> None:
    """Book the boundaries up to `market_time`, at the mark price that stands now."""
    why = ""
    while pit.funding is not None and pit.funding.next_at is not None and pit.funding.next_at <= market_time:
        boundary, step = pit.funding.next_at, _interval(pit, pit.funding)
        late = _MARK_OF_NOW if market_time - boundary > _LATE else ""
        for holder in holders:
            _settle(holder, pit, boundary, mark=pit.mark, rate=pit.funding.rate, at=at, notes=(why, late))
        pit.funding = None if step is None else replace(pit.funding, next_at=boundary + step)
        why = _UNHEARD


def is_behind(holders: Iterable[Holder], pit: Pit, market_time: datetime) -> bool:
    """Return whether so much time has passed that the source knows better than `pass_time` what was paid."""
    funding = pit.funding
    if (
        funding is None
        or funding.next_at is None
        or not any(one.state.position(pit.market) for one in holders)
    ):
        return False
    return market_time > funding.next_at + _LATE


def hear(holders: Sequence[Holder], pit: Pit, told: FundingTold) -> None:
    """Take a new rate, and book the boundaries that positions have lived through unseen."""
    known, funding, rates = pit.funding, told.funding, dict(told.rates)
    if known is not None and known.next_at is not None and _is_later(funding, known.next_at):
        rates.setdefault(known.next_at, known.rate)
    step = _interval(pit, funding)
    if funding.next_at is not None and step is not None:
        for holder in holders:
            for boundary in _missed(holder, pit, funding.next_at, step):
                _settle_missed(holder, pit, boundary, told, rates.get(boundary))
    pit.funding = funding


def _settle_missed(
    holder: Holder, pit: Pit, boundary: datetime, told: FundingTold, rate: Decimal | None
) -> None:
    mark = told.marks.get(boundary)
    notes = ("" if rate is not None else _UNHEARD, "" if mark is not None else _MARK_OF_NOW)
    _settle(
        holder,
        pit,
        boundary,
        mark=pit.mark if mark is None else mark,
        rate=told.funding.rate if rate is None else rate,
        at=told.at,
        notes=notes,
    )


def missed_by(holder: Holder, pit: Pit, funding: Funding) -> list[datetime]:
    """Return the boundaries before the next one that a position has lived through and no booking tells of."""
    step = _interval(pit, funding)
    return [] if funding.next_at is None or step is None else _missed(holder, pit, funding.next_at, step)


def _missed(holder: Holder, pit: Pit, next_at: datetime, step: timedelta) -> list[datetime]:
    since = [one.funded_until for one in holder.state.positions if one.market == pit.market]
    if not since:
        return []
    earliest = max(min(since), next_at - _FURTHEST_BACK * step)
    count = max(0, -((earliest - next_at) // step) - 1)
    return [next_at - place * step for place in range(count, 0, -1)]


def _settle(
    holder: Holder,
    pit: Pit,
    boundary: datetime,
    *,
    mark: Decimal | None,
    rate: Decimal,
    at: datetime,
    notes: Sequence[str],
) -> None:
    state, wallet = holder.state, holder.state.wallet_of(pit.market)
    booked, currency = state.funded.get(pit.market), pit.terms.market.settle or ""
    is_settled = booked is not None and booked >= boundary
    if mark is None or is_settled or pit.market not in state.markets:
        return
    due = [one for one in state.positions if one.market == pit.market and one.funded_until < boundary]
    note = "; ".join(filter(None, (f"{boundary:%Y-%m-%d %H:%M} UTC, rate {rate}, mark {mark}", *notes)))
    for position in due:
        paid = (position.direction * position.amount * mark * rate).quantize(_FEE_DECIMALS)
        position.funded_until = boundary
        holder.book("funding", currency, -paid, wallet=wallet, at=at, market=pit.market, note=note)
    # Whoever has no position now has settled too: one that is opened later was not held at this boundary.
    state.funded[pit.market] = boundary
    holder.is_changed = True
    if due:
        holder.tell_balances(wallet, currency)


def _is_later(funding: Funding, than: datetime) -> bool:
    return funding.next_at is not None and funding.next_at > than


def _interval(pit: Pit, funding: Funding) -> timedelta | None:
    hours = funding.interval_hours or pit.terms.funding_hours
    return None if hours is None else timedelta(hours=hours)

"""Funding: what longs pay shorts, or get, at each boundary. Booked once per market and boundary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from services.exchange.exchange import Funding
from services.exchange.paper.holder import Holder
from services.exchange.paper.pit import Pit

_FEE_DECIMALS = Decimal("1e-8")
_FURTHEST_BACK = 1_000
_UNHEARD = "the rate of this boundary was not heard: that of another one stands in"


def pass_time(holders: Iterable[Holder], pit: Pit, market_time: datetime, at: datetime) -> None:
    """Book the boundaries up to `market_time`, at the mark price that stands now."""
    note = ""
    while pit.funding is not None and pit.funding.next_at is not None and pit.funding.next_at <= market_time:
        for holder in holders:
            _settle(holder, pit, pit.funding.next_at, mark=pit.mark, rate=pit.funding.rate, at=at, note=note)
        step = _interval(pit, pit.funding)
        pit.funding = None if step is None else replace(pit.funding, next_at=pit.funding.next_at + step)
        note = _UNHEARD


def hear(
    holders: Iterable[Holder], pit: Pit, funding: Funding, marks: Mapping[datetime, Decimal], at: datetime
) -> None:
    """Take a new rate, and book the boundaries that positions have lived through unseen."""
    known, holders = pit.funding, list(holders)
    if known is not None and known.next_at is not None and _is_later(funding, known.next_at):
        pass_time(holders, pit, known.next_at, at)
    step = _interval(pit, funding)
    if funding.next_at is not None and step is not None:
        for holder in holders:
            for boundary in _missed(holder, pit, funding.next_at, step):
                mark = marks.get(boundary, pit.mark)
                _settle(holder, pit, boundary, mark=mark, rate=funding.rate, at=at, note=_UNHEARD)
    pit.funding = funding


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
    note: str,
) -> None:
    state = holder.state
    booked = state.funded.get(pit.market)
    due = [one for one in state.positions if one.market == pit.market and one.funded_until < boundary]
    if mark is None or not due or (booked is not None and booked >= boundary):
        return
    for position in due:
        paid = (position.direction * position.amount * mark * rate).quantize(_FEE_DECIMALS)
        position.funded_until = boundary
        holder.book(
            "funding",
            pit.terms.market.settle or "",
            -paid,
            wallet=state.wallet_of(pit.market),
            at=at,
            market=pit.market,
            note="; ".join(filter(None, (f"{boundary:%Y-%m-%d %H:%M} UTC, rate {rate}, mark {mark}", note))),
        )
    state.funded[pit.market] = boundary
    holder.tell_balances(pit)


def _is_later(funding: Funding, than: datetime) -> bool:
    return funding.next_at is not None and funding.next_at > than


def _interval(pit: Pit, funding: Funding) -> timedelta | None:
    hours = funding.interval_hours or pit.terms.funding_hours
    return None if hours is None else timedelta(hours=hours)

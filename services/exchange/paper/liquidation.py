"""Closes by force what the margin does not carry any more, and writes it down.

Open orders are canceled first. Then the position takes from the visible book as long as that is no worse than
the bankruptcy price, at which its margin would be used up; the rest the venue takes over at that price. So
nobody owes more than was set aside.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from services.exchange.orders import OrderRequest
from services.exchange.paper import margin
from services.exchange.paper.aftermath import sweep
from services.exchange.paper.assumptions import of_liquidation, of_takeover
from services.exchange.paper.holder import Execution, Holder
from services.exchange.paper.pit import Pit
from services.exchange.paper.reserves import NOTHING
from services.exchange.paper.state import OrderState, PositionState


def check_margin(holder: Holder, pit: Pit, at: datetime) -> None:
    """Liquidate what the mark price of `pit` has brought to its maintenance margin."""
    here = [one for one in holder.state.positions if one.market == pit.market]
    for position in here:
        if position.margin_mode == "isolated":
            _check_isolated(holder, position, pit, at)
    if any(one.margin_mode == "cross" for one in here):
        _check_cross(holder, pit, at)


def _check_isolated(holder: Holder, position: PositionState, pit: Pit, at: datetime) -> None:
    mark = pit.mark
    if mark is None:
        return
    left, needed = position.margin + position.unrealised(mark), holder.worth.maintenance(position, mark)
    if left <= needed:
        why = f"liquidation: equity {left:.2f} against a maintenance margin of {needed:.2f} at mark {mark}"
        _cancel(holder, holder.live_in(pit.market), at, why)
        _close(holder, position, position.margin, at, why)


def _check_cross(holder: Holder, pit: Pit, at: datetime) -> None:
    currency, wallet = pit.terms.market.settle or "", holder.state.wallet_of(pit.market)
    while True:
        equity = holder.worth.equity(wallet, currency)
        positions = [one for one in holder.worth.positions_in(currency) if one.margin_mode == "cross"]
        if equity is None or not positions or equity.cross_equity > equity.cross_maintenance:
            return
        why = (
            f"liquidation: equity {equity.cross_equity:.2f} against a maintenance margin of"
            f" {equity.cross_maintenance:.2f}"
        )
        orders = [one for one in holder.state.orders.values() if _pays_in(holder, one, currency)]
        _cancel(holder, orders, at, why)
        worst = max(positions, key=lambda one: _maintenance(holder, one))
        mark = holder.pits[worst.market].mark or NOTHING
        if not _close(holder, worst, equity.cross_equity - worst.unrealised(mark), at, why):
            return
        forgive(holder, pit, at)


def _close(holder: Holder, position: PositionState, backing: Decimal, at: datetime, why: str) -> bool:
    """Close a position that `backing` stands behind; return whether anything of it could be closed."""
    pit = holder.pits[position.market]
    before = position.amount
    edge = _edge(position, backing, pit)
    order = forced(holder, position, at, why)
    _note(holder, pit, at, why)
    holder.take_in(order)
    if not pit.why_stale(at, holder.settings.stale_after):
        _walk(holder, order, pit, edge, at)
    if order.is_live and edge is not None:
        taken_over = Execution(edge, order.remaining, at, is_maker=False, assumption=of_takeover(pit))
        holder.fill(order, taken_over)
    holder.finish(order, "canceled", f"{why}; nothing more could be closed", at)
    sweep(holder, pit.market, at)
    return position.amount < before


def _walk(
    holder: Holder,
    order: OrderState,
    pit: Pit,
    edge: Decimal | None,
    at: datetime,
) -> None:
    side = order.request.side
    sign = 1 if side == "sell" else -1
    for level in pit.depth.facing(side):
        is_worse = edge is not None and sign * (level.price - edge) < 0
        if is_worse or not order.is_live:
            return
        amount = min(level.amount, order.remaining)
        pit.depth.take(side, level.price, amount)
        assumption = of_liquidation(pit, at)
        holder.fill(order, Execution(level.price, amount, at, is_maker=False, assumption=assumption))


def _edge(position: PositionState, backing: Decimal, pit: Pit) -> Decimal | None:
    """Return the bankruptcy price on the tick, rounded so that nothing is owed."""
    price = margin.bankruptcy(
        direction=position.direction,
        amount=position.amount,
        entry=position.entry,
        margin=backing,
        taker_fee=pit.terms.taker_fee,
    )
    if price is None:
        return None
    rounding = ROUND_CEILING if position.direction > 0 else ROUND_FLOOR
    return (price / pit.terms.tick).to_integral_value(rounding) * pit.terms.tick


def forced(holder: Holder, position: PositionState, at: datetime, why: str) -> OrderState:
    """Return an order of the venue's own that closes a position."""
    return OrderState(
        id=holder.state.next_id(),
        request=OrderRequest(
            market=position.market,
            side="sell" if position.side == "long" else "buy",
            kind="market",
            amount=position.amount,
            client_id="",
            is_reduce_only=True,
            position_side=position.side if holder.state.is_hedged else None,
            margin_mode=position.margin_mode,
        ),
        amount=position.amount,
        price=None,
        created_at=at,
        updated_at=at,
        arrives_at=at,
        has_arrived=True,
        status="open",
        why=why,
    )


def _cancel(holder: Holder, orders: Iterable[OrderState], at: datetime, why: str) -> None:
    for order in list(orders):
        holder.finish(order, "canceled", why, at)


def _pays_in(holder: Holder, order: OrderState, currency: str) -> bool:
    return holder.pits[order.request.market].terms.market.settle == currency


def _maintenance(holder: Holder, position: PositionState) -> Decimal:
    return holder.worth.maintenance(position, holder.pits[position.market].mark or NOTHING)


def _note(holder: Holder, pit: Pit, at: datetime, why: str) -> None:
    currency, wallet = pit.terms.market.settle or "", holder.state.wallet_of(pit.market)
    holder.book("liquidation", currency, NOTHING, wallet=wallet, at=at, market=pit.market, note=why)


def forgive(holder: Holder, pit: Pit, at: datetime) -> None:
    """Let the venue take over what is owed when nothing is left that could pay for it."""
    currency, wallet = pit.terms.market.settle or "", holder.state.wallet_of(pit.market)
    owed = -holder.state.cash_of(wallet, currency)
    if owed > 0 and not holder.worth.positions_in(currency):
        note = "the venue takes over what the liquidation left owed"
        holder.book("liquidation", currency, owed, wallet=wallet, at=at, market=pit.market, note=note)

"""How an account trades contracts: leverage, margin mode, and one position of a market or two."""

from __future__ import annotations

from decimal import Decimal

from services.exchange.orders import Refusal
from services.exchange.paper import margin
from services.exchange.paper.events import HedgingSet, LeverageSet, MarginModeSet
from services.exchange.paper.floor import Floor
from services.exchange.paper.holder import Holder
from services.exchange.paper.pit import Pit
from services.exchange.paper.refusals import refusal
from services.exchange.paper.sanity import check_numbers
from services.exchange.paper.state import PositionState


def set_leverage(floor: Floor, event: LeverageSet) -> None:
    """Set the leverage of a market; isolated positions get the margin that goes with it.

    Raises:
        OrderRejected: the market or a position does not allow it, or there is no money for it.
    """
    holder, pit = floor.holders[event.account], floor.pit(event.market)
    check_numbers(floor.venue, event.leverage)
    most = pit.terms.max_leverage
    if most is None:
        raise refusal(floor.venue, "unsupported", f"{event.market} has no leverage.", "Name a contract.")
    if not 1 <= event.leverage <= most:
        raise refusal(
            floor.venue,
            "leverage",
            f"{event.market} allows a leverage of 1 to {most}.",
            "Choose one of these.",
        )
    before = dict(holder.state.leverages)
    positions = [one for one in holder.state.positions if one.market == event.market]
    margins = [one.margin for one in positions]
    holder.state.leverages[event.market] = event.leverage
    holder.state.markets[event.market] = pit.terms.market
    for one in positions:
        if one.margin_mode == "isolated":
            one.margin = (one.cost / event.leverage).quantize(Decimal("1e-12"))
    trouble = _trouble(holder, positions, pit)
    if trouble is not None:
        holder.state.leverages = before
        for one, margin_before in zip(positions, margins, strict=True):
            one.margin = margin_before
        raise refusal(floor.venue, trouble[0], trouble[1], "Choose another leverage, or a smaller position.")
    holder.tell_positions(positions)
    holder.tell_balances(holder.state.wallet_of(pit.market), pit.terms.market.settle or "")


def set_margin_mode(floor: Floor, event: MarginModeSet) -> None:
    """Set how a market is margined.

    Raises:
        OrderRejected: there are positions or orders, or it is no contract.
    """
    holder, pit = floor.holders[event.account], floor.pit(event.market)
    if not pit.terms.market.is_swap:
        raise refusal(floor.venue, "unsupported", f"{event.market} has no margin mode.", "Name a contract.")
    if holder.state.margin_mode_of(event.market) == event.mode:
        return
    if holder.state.position(event.market) or holder.live.get(event.market):
        raise _in_use(floor, f"{event.market} has positions or orders")
    holder.state.margin_modes[event.market] = event.mode
    holder.state.markets[event.market] = pit.terms.market
    holder.is_changed = True


def set_hedged(floor: Floor, event: HedgingSet) -> None:
    """Choose between one-way and hedge mode.

    Raises:
        OrderRejected: there are positions or orders of contracts.
    """
    holder = floor.holders[event.account]
    if holder.state.is_hedged == event.is_hedged:
        return
    has_orders = any(":" in one.request.market for one in holder.state.orders.values())
    if holder.state.positions or has_orders:
        raise _in_use(floor, "the account has positions or orders")
    holder.state.is_hedged = event.is_hedged
    holder.is_changed = True


def _trouble(holder: Holder, positions: list[PositionState], pit: Pit) -> tuple[Refusal, str] | None:
    """Return why the leverage that has just been set cannot stay."""
    mark = pit.mark
    if not positions:
        return None
    equity = holder.worth.equity(holder.state.wallet_of(pit.market), pit.terms.market.settle or "")
    if mark is None or equity is None:
        return "stale_market", f"{pit.market} has no price yet."
    leverage = holder.worth.leverage(pit.market)
    for one in positions:
        if margin.tier_of(pit.terms.tiers, one.amount * mark).max_leverage < leverage:
            return "leverage", f"The position of {pit.market} is too large for that leverage."
        left = one.margin + one.unrealised(mark)
        if one.margin_mode == "isolated" and left <= holder.worth.maintenance(one, mark):
            return "leverage", f"The position of {pit.market} would be liquidated at once."
    if equity.used > equity.equity:
        return "no_funds", f"That takes {equity.used:f} of {equity.equity:f}."
    return None


def _in_use(floor: Floor, what: str) -> Exception:
    return refusal(floor.venue, "in_use", f"This cannot change while {what}.", "Close and cancel them first.")

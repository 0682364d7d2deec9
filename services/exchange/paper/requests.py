"""What accounts ask for: orders, changes of orders, and how they want to trade.

Each function does all of it or raises and changes nothing.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from services.errors import OrderNotFound, OrderRejected
from services.exchange.orders import Wallet
from services.exchange.paper.aftermath import after_fill
from services.exchange.paper.assumptions import BY_HAND
from services.exchange.paper.checks import Case, check_changed, check_new
from services.exchange.paper.events import (
    AccountOpened,
    Amended,
    Canceled,
    Deposited,
    FilledByHand,
    PiecesSet,
    Placed,
)
from services.exchange.paper.floor import Floor
from services.exchange.paper.holder import Execution, Holder
from services.exchange.paper.moves import meet
from services.exchange.paper.pit import Pit
from services.exchange.paper.refusals import refusal
from services.exchange.paper.sanity import check_numbers, check_request
from services.exchange.paper.state import AccountState, OrderState


def open_account(floor: Floor, event: AccountOpened) -> None:
    """Begin an account with the balances of the settings."""
    number = 1 + max((one.state.number for one in floor.holders.values()), default=0)
    state = AccountState(name=event.account, number=number, is_unified=event.is_unified)
    holder = Holder(state, floor.pits, floor.settings)
    floor.holders[event.account] = holder
    for wallet, balances in _beginning(floor, is_unified=event.is_unified):
        for currency, amount in balances.items():
            holder.book("deposit", currency, amount, wallet=wallet, at=event.at)
    holder.is_changed = True


def _beginning(floor: Floor, *, is_unified: bool) -> list[tuple[Wallet, dict[str, Decimal]]]:
    settings = floor.settings
    if is_unified:
        return [("unified", dict(settings.unified_balances))]
    return [("spot", dict(settings.spot_balances)), ("swap", dict(settings.swap_balances))]


def deposit(floor: Floor, event: Deposited) -> None:
    """Change cash from outside.

    Raises:
        OrderRejected: there is no such wallet, or less than is taken out is free.
    """
    check_numbers(floor.venue, event.amount)
    holder = floor.holders[event.account]
    wallets = {"unified"} if holder.state.is_unified else {"spot", "swap"}
    if event.wallet not in wallets:
        raise refusal(
            floor.venue,
            "unsupported",
            f"The account {event.account} has no {event.wallet} wallet.",
            f"It has: {', '.join(sorted(wallets))}.",
        )
    if event.amount < 0:
        _check_free(floor, holder, event)
    holder.book("deposit", event.currency, event.amount, wallet=event.wallet, at=event.at)
    holder.tell_balances(event.wallet, event.currency)


def _check_free(floor: Floor, holder: Holder, event: Deposited) -> None:
    balance = holder.worth.balance(event.wallet, event.currency)
    cash = holder.state.cash_of(event.wallet, event.currency)
    if balance is None or balance.free is None:
        raise refusal(
            floor.venue,
            "stale_market",
            "The account cannot be valued yet.",
            "Try again when prices are fresh.",
        )
    free = min(cash, balance.free)
    if -event.amount > free:
        raise refusal(
            floor.venue,
            "no_funds",
            f"{-event.amount:f} {event.currency} is more than the {free:f} that are free.",
            "Take out less.",
        )


def place(floor: Floor, event: Placed) -> None:
    """Accept an order; it meets the book after the latency."""
    holder, pit, asked = floor.holders[event.account], floor.pit(event.request.market), event.request
    check_request(floor.venue, asked)
    order = OrderState(
        id="",
        request=asked,
        amount=asked.amount,
        price=asked.price,
        created_at=event.at,
        updated_at=event.at,
        arrives_at=event.at,
    )
    order.reserve_price = None if order.is_conditional else _reserve_price(order, pit)
    check_new(Case(holder=holder, order=order, pit=pit, venue=floor.venue, at=event.at))
    order.id = holder.state.next_id()
    order.arrives_at = event.at + timedelta(seconds=floor.latency(order.id))
    holder.state.markets[pit.market] = pit.terms.market
    if asked.client_id:
        holder.state.used_ids[asked.client_id] = order.id
    if asked.margin_mode is not None:
        holder.state.margin_modes[pit.market] = asked.margin_mode
    holder.take_in(order)
    floor.agenda.note(order.arrives_at, event.account, order)


def amend(floor: Floor, event: Amended) -> None:
    """Change an order and send it to the book anew, where it stands last."""
    check_numbers(floor.venue, event.price, event.amount)
    holder = floor.holders[event.account]
    order = _live(floor, holder, event.order_id)
    pit = floor.pits[order.request.market]
    if not _can_change(order, event):
        raise refusal(
            floor.venue,
            "unsupported",
            f"This {order.request.kind} order cannot be changed so.",
            "Cancel it and place another.",
        )
    before = order.price, order.amount, order.reserve_price
    order.price = order.price if event.price is None else event.price
    order.amount = order.amount if event.amount is None else event.amount
    order.reserve_price = None if order.is_conditional else _reserve_price(order, pit)
    try:
        _check_amended(floor, holder, order, pit, event)
    except OrderRejected:
        order.price, order.amount, order.reserve_price = before
        raise
    order.updated_at = event.at
    holder.tell(order)
    if order.has_arrived and not order.is_conditional:
        order.arrives_at = event.at
        meet(floor, holder, order, pit, event.at)


def _can_change(order: OrderState, event: Amended) -> bool:
    has_what_changes = order.limit is not None if event.price is not None else order.request.kind != "market"
    return has_what_changes and order.request.twap is None and order.parent is None


def cancel(floor: Floor, event: Canceled) -> None:
    """Cancel an order."""
    holder = floor.holders[event.account]
    holder.finish(_live(floor, holder, event.order_id), "canceled", "canceled on request", event.at)


def fill_by_hand(floor: Floor, event: FilledByHand) -> None:
    """Fill an order as if the market had."""
    check_numbers(floor.venue, event.price, event.amount)
    holder = floor.holders[event.account]
    order = _live(floor, holder, event.order_id)
    amount = min(event.amount, order.remaining)
    holder.fill(order, Execution(event.price, amount, event.at, is_maker=True, assumption=BY_HAND))
    after_fill(holder, order, event.at)


def set_pieces(floor: Floor, event: PiecesSet) -> None:
    """Let market orders fill in two pieces, or in one."""
    floor.is_in_pieces = event.is_on


def _check_amended(floor: Floor, holder: Holder, order: OrderState, pit: Pit, event: Amended) -> None:
    if order.remaining <= 0:
        raise refusal(
            floor.venue,
            "other",
            f"{order.filled} of it has filled already.",
            "Ask for more than that, or cancel.",
        )
    check_changed(Case(holder=holder, order=order, pit=pit, venue=floor.venue, at=event.at))


def _live(floor: Floor, holder: Holder, order_id: str) -> OrderState:
    order = holder.state.order(order_id)
    if order is None:
        raise OrderNotFound(
            f"There is no order {order_id}.", hint="Look at the open orders.", facts={"venue": floor.venue}
        )
    if not order.is_live:
        raise refusal(
            floor.venue,
            "already_done",
            f"Order {order_id} is {order.status} already.",
            "Look up its last state.",
        )
    return order


def _reserve_price(order: OrderState, pit: Pit) -> Decimal | None:
    """Return the price that an order may come to pay: its limit, or what the visible book asks."""
    side = order.request.side
    cost, amount = pit.depth.cost(side, order.remaining)
    if order.price is None:
        return cost / amount if amount else pit.last
    is_better_for_seller = amount and side == "sell" and cost / amount > order.price
    return cost / amount if is_better_for_seller else order.price

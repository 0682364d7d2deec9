"""Open orders of an account, those placed elsewhere too, the plans, and tickets that cancel them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, get_args

from services.errors import UnknownMarket, UserMistake
from services.store.store import Store
from services.store.trading_rows import AccountRow, IntentRow, PlanRow
from services.trading.intents.intent import LIVE
from services.trading.messages import Judgement, OrderView
from services.trading.ordered import order_view
from services.trading.orders.actions import Cancel
from services.trading.orders.attached import Attached
from services.trading.orders.drafting import Desk, Issued
from services.trading.orders.looking import Looking
from services.trading.orders.messages import DraftCancel, ListOrders, Orders, OrderType, Preview, Ticket
from services.trading.orders.plans.kinds import is_kept_by_farm, read_plan
from services.trading.orders.plans.shelf import PlanShelf
from services.trading.orders.views import view_of_order, view_of_plan
from services.trading.ports import AccountBook, Pictures, Sessions, tick_of

_PICTURE_AGE: Final = 2.0
_NOTHING: Final = Decimal(0)
_TYPES: Final[tuple[OrderType, ...]] = get_args(OrderType)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """What is open."""

    orders: Sequence[OrderView]
    plans: Sequence[tuple[PlanRow, Sequence[IntentRow]]]
    at: datetime
    """Of what the venue said."""


class Listing:
    """Lists what is open, and drafts what cancels it."""

    def __init__(
        self,
        *,
        desk: Desk,
        book: AccountBook,
        store: Store,
        shelf: PlanShelf,
        sessions: Sessions,
        pictures: Pictures,
        looking: Looking,
    ) -> None:
        self._desk = desk
        self._book = book
        self._store = store
        self._shelf = shelf
        self._sessions = sessions
        self._pictures = pictures
        self._looking = looking
        self._attached = Attached(store)

    async def list_orders(self, request: ListOrders) -> Orders:
        """Return what is open. Raises as `ListOrders`."""
        account = await self._book.chosen(request.caller, request.account)
        found = await self._open(account, await self._name(request.market, account))
        return Orders(
            account=await self._book.view(account, request.caller),
            orders=list(found.orders),
            plans=[view_of_plan(row, children) for row, children in found.plans],
            as_of=found.at,
        )

    async def draft_cancel(self, request: DraftCancel) -> Ticket:
        """Draft a ticket that cancels. Raises as `DraftCancel`."""
        account = await self._book.chosen(request.caller, request.account)
        found = await self._open(account, await self._name(request.market, account))
        orders, plans = _chosen(found, request.order.strip())
        issued = Issued(
            id=self._desk.new_id(),
            kind="cancel",
            preview=_preview(orders, plans),
            judgement=Judgement(is_passed=True, state="ACTIVE"),
            action=Cancel(
                orders=tuple(view.order_id or view.id for view in orders),
                plans=tuple(row.id for row, _ in plans),
            ),
        )
        return await self._desk.issue(account, request.caller, issued)

    async def _name(self, market: str, account: AccountRow) -> str:
        """Return a market's full name; an empty text for none."""
        if not market.strip():
            return ""
        session = await self._sessions.of(account.id)
        try:
            return session.market(market.strip()).name
        except UnknownMarket:
            return (await self._looking.quote(market, account)).market

    async def _open(self, account: AccountRow, market: str) -> _Open:
        picture = await self._pictures.of(account.id, max_age=_PICTURE_AGE)
        session = await self._sessions.of(account.id)
        async with self._store.read() as rows:
            ours = await rows.trading.intents.where(account_id=account.id, status=LIVE, by="created_at")
        plans = await self._shelf.of_account(account.id)
        kept = [(row, children) for row, children in plans if is_kept_by_farm(read_plan(row))]
        kinds = {row.id: row.kind for row, _ in kept}
        views = [
            order_view(row, tick=tick_of(session, row.market), plan=kinds.get(row.group_id, ""))
            for row in ours
        ]
        known = {row.client_id for row in ours} | {row.order_id for row in ours if row.order_id}
        others = [one for one in picture.orders if one.client_id not in known and one.id not in known]
        attached = await self._attached.among(account.id, others)
        views += [
            view_of_order(one, account.id, tick_of(session, one.market), is_attached=one.id in attached)
            for one in others
        ]
        return _Open(
            orders=[view for view in views if market in {"", view.market}],
            plans=[(row, children) for row, children in kept if market in {"", row.market}],
            at=picture.at,
        )


def _chosen(
    found: _Open, wanted: str
) -> tuple[Sequence[OrderView], Sequence[tuple[PlanRow, Sequence[IntentRow]]]]:
    if not wanted:
        orders, plans = found.orders, found.plans
    else:
        orders = [view for view in found.orders if wanted in {view.id, view.order_id}]
        plans = [(row, children) for row, children in found.plans if wanted == row.id]
    if not (orders or plans or wanted):
        raise UserMistake(
            "There is nothing to cancel.", hint="Name another market or account if it is open there."
        )
    if not (orders or plans):
        raise UserMistake("There is no such open order.", hint="See /orders for what is open.")
    return orders, plans


def _preview(orders: Sequence[OrderView], plans: Sequence[tuple[PlanRow, Sequence[IntentRow]]]) -> Preview:
    """Return what goes: of several, the market and the amount only where they have one in common."""
    markets = {view.market for view in orders} | {row.market for row, _ in plans}
    left = [(view.amount - (view.filled or _NOTHING), _price(view)) for view in orders]
    costs = [None if price is None else amount * price for amount, price in left]
    known = [cost for cost in costs if cost is not None]
    is_one = len(markets) == 1
    first = orders[0] if orders else None
    kind = first.kind if first else plans[0][0].kind
    side = first.side if first else read_plan(plans[0][0]).side
    return Preview(
        market=markets.pop() if is_one else "",
        side=side,
        type=next((one for one in _TYPES if one == kind), "limit"),
        amount=sum((amount for amount, _ in left), _NOTHING) if is_one else _NOTHING,
        price=_price(first) if first else None,
        tick=first.tick if first else read_plan(plans[0][0]).tick,
        cost=sum(known, _NOTHING) if known and len(known) == len(costs) else None,
        orders=len(orders) + len(plans),
        is_reducing=True,
    )


def _price(view: OrderView) -> Decimal | None:
    return view.price or view.trigger or view.average

"""The orders service: tickets, open orders and plans. What each request does stands in its own module."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final, TypedDict, cast

from services.bus.messages import Message, R, Request
from services.clock import Clock
from services.memory import Answers
from services.omega import OmegaService, ServiceConfig
from services.store.store import Store
from services.trading.orders import messages as said
from services.trading.orders.arriving import WAIT_SECONDS, Arrivals
from services.trading.orders.closing import Closing
from services.trading.orders.confirming import Confirming
from services.trading.orders.doing import Doing
from services.trading.orders.drafting import Desk, Drafting
from services.trading.orders.listing import Listing
from services.trading.orders.looking import Looking
from services.trading.orders.plans.keeping import PlanKeeper
from services.trading.orders.plans.shelf import PlanShelf
from services.trading.orders.positions import Holdings
from services.trading.orders.protecting import Protecting
from services.trading.orders.tickets import Tickets
from services.trading.ports import (
    AccountBook,
    DeskBus,
    Gate,
    IntentDesk,
    Journal,
    Pictures,
    SecondFactor,
    Sessions,
    Teller,
)

_REMEMBERED_FOR: Final = 60.0
"""Seconds within which a question may be delivered again."""
Draft = said.DraftOrder | said.DraftClose | said.DraftCancel | said.DraftProtection


class _About(TypedDict):
    """What plans and lists stand on."""

    shelf: PlanShelf
    pictures: Pictures
    looking: Looking


class _Presses(TypedDict):
    """What presses stand on."""

    tickets: Tickets
    drafting: Drafting
    doing: Doing
    store: Store


class OrdersService(OmegaService):
    """Orders of members.

    `keeper` carries out plans: its `run` is a loop. It and `arrivals` listen to intents. So many seconds the
    answer to a press may `wait` for the end of an order at the market.
    """

    name: ClassVar[str] = "orders"
    requests: ClassVar[tuple[type[Request[Any]], ...]] = (
        said.DraftOrder,
        said.DraftClose,
        said.DraftCancel,
        said.DraftProtection,
        said.ConfirmTicket,
        said.DropTicket,
        said.GetTicket,
        said.ListOrders,
    )

    def __init__(
        self,
        config: ServiceConfig,
        *,
        store: Store,
        book: AccountBook,
        factor: SecondFactor,
        gate: Gate,
        intents: IntentDesk,
        pictures: Pictures,
        sessions: Sessions,
        bus: DeskBus,
        journal: Journal,
        teller: Teller,
        clock: Clock,
        token: Callable[[], str],
        wait: float = WAIT_SECONDS,
    ) -> None:
        """Stand on the other parts of the desk; `token` makes ids that nobody can guess, of 24 at most."""
        super().__init__(config)
        looking = Looking(bus=bus, sessions=sessions, pictures=pictures)
        tickets, shelf = Tickets(store, clock=clock), PlanShelf(store)
        desk = Desk(book=book, gate=gate, tickets=tickets, clock=clock, token=token)
        holdings = Holdings(looking=looking, sessions=sessions, pictures=pictures)
        about: _About = {"shelf": shelf, "pictures": pictures, "looking": looking}
        keeper = PlanKeeper(intents=intents, journal=journal, teller=teller, clock=clock, **about)
        arrivals = Arrivals(intents, seconds=wait)
        self.keeper, self.arrivals = keeper, arrivals
        doing = Doing(
            intents=intents, arrivals=arrivals, store=store, keeper=keeper, sessions=sessions, gate=gate
        )
        self._drafting = Drafting(desk, looking)
        self._closing = Closing(desk, holdings)
        self._protecting = Protecting(desk, holdings, shelf)
        self._listing = Listing(desk=desk, book=book, store=store, sessions=sessions, **about)
        presses: _Presses = {"tickets": tickets, "drafting": self._drafting, "doing": doing, "store": store}
        self._confirming = Confirming(book=book, factor=factor, teller=teller, clock=clock, **presses)
        self._drafted: Answers[str, said.Ticket] = Answers(clock, seconds=_REMEMBERED_FOR)

    async def initialize(self) -> None:
        """Find out what came of cards that were confirmed before a restart; intents must be there by now."""
        await self._confirming.resume()

    async def process(self, request: Request[R]) -> R:
        """Answer one request; what each raises stands at the request."""
        return cast("R", await self._answer(request))

    async def _answer(self, request: Request[Any]) -> Message:
        match request:
            case said.ConfirmTicket():
                return await self._confirming.confirm(request)
            case said.DropTicket():
                return await self._confirming.drop(request)
            case said.GetTicket():
                return await self._confirming.get(request)
            case said.ListOrders():
                return await self._listing.list_orders(request)
            case said.DraftOrder() | said.DraftClose() | said.DraftCancel() | said.DraftProtection():
                key = f"{request.caller.user_id}:{request.id}"
                return await self._drafted.once(key, lambda: self._draft(request))
        raise TypeError(f"orders does not answer {type(request).__name__}")

    async def _draft(self, request: Draft) -> said.Ticket:
        """Draft one ticket of a request, however often it is delivered."""
        match request:
            case said.DraftOrder():
                return await self._drafting.draft(request)
            case said.DraftClose():
                return await self._closing.draft(request)
            case said.DraftProtection():
                return await self._protecting.draft(request)
            case said.DraftCancel():
                return await self._listing.draft_cancel(request)

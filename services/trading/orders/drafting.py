"""Drafts tickets of orders: read, looked up, sized, judged and kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from services.clock import Clock
from services.errors import UserMistake
from services.members.messages import Caller
from services.store.trading_rows import AccountRow
from services.trading.intents.intent import Intent
from services.trading.messages import Judgement
from services.trading.ordered import judgement_of
from services.trading.orders.actions import (
    Action,
    Begin,
    Body,
    Place,
    action_of,
    intent_id_of,
    intents_of,
    request_of,
)
from services.trading.orders.estimating import Estimate, estimate, preview
from services.trading.orders.looking import Look, Looking
from services.trading.orders.messages import DraftOrder, OrderTerms, Preview, Ticket, TicketKind
from services.trading.orders.plans.kinds import is_kept_by_farm
from services.trading.orders.tickets import LIFE, Tickets
from services.trading.orders.wishes import Wish, on_tick, read_wish
from services.trading.ports import AccountBook, Gate, Session

LONGEST_ID: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """What a new ticket says."""

    id: str
    kind: TicketKind
    preview: Preview
    judgement: Judgement
    action: Action
    adds_risk: bool = False
    terms: OrderTerms | None = None
    draft: DraftOrder | None = None
    replaces: str = ""
    confirmed_by: str = ""


class Desk:
    """What every draft stands on: whose account, a new id, the gate, and the ticket's keeping."""

    def __init__(
        self, *, book: AccountBook, gate: Gate, tickets: Tickets, clock: Clock, token: Callable[[], str]
    ) -> None:
        self._book = book
        self._gate = gate
        self._tickets = tickets
        self._clock = clock
        self._token = token

    async def account(self, caller: Caller, account: str, *, is_to_send: bool = True) -> AccountRow:
        """Return the account that is meant.

        Raises:
            UserMistake: it is not the caller's, or no order of it `is_to_send`, and why.
        """
        row = await self._book.chosen(caller, account)
        why = self._book.may_send(row) if is_to_send else ""
        if why:
            raise UserMistake(why, hint="See /account list.")
        return row

    def new_id(self) -> str:
        """Return an id that nobody can guess, short enough for a button."""
        made = self._token()
        if not 0 < len(made) <= LONGEST_ID:
            raise ValueError(f"a ticket id has 1 to {LONGEST_ID} characters")
        return made

    async def judged(self, intent: Intent, session: Session) -> Judgement:
        """Return what the gate says of an order that may come."""
        return judgement_of(await self._gate.judge(intent, session))

    async def issue(self, account: AccountRow, caller: Caller, issued: Issued) -> Ticket:
        """Keep a new ticket and return it. Raises `UserMistake` as `Tickets.keep`."""
        now = self._clock.now()
        ticket = Ticket(
            id=issued.id,
            kind=issued.kind,
            account=await self._book.view(account, caller),
            preview=issued.preview,
            judgement=issued.judgement,
            created_at=now,
            expires_at=now + LIFE,
            needs="typed" if account.mode == "live" and issued.adds_risk else "press",
            terms=issued.terms,
        )
        body = Body(ticket=ticket, action=issued.action, draft=issued.draft)
        await self._tickets.keep(body, caller, replaces=issued.replaces, confirmed_by=issued.confirmed_by)
        return ticket


class Drafting:
    """Drafts orders."""

    def __init__(self, desk: Desk, looking: Looking) -> None:
        self._desk = desk
        self._looking = looking

    async def draft(self, request: DraftOrder, *, confirmed_by: str = "") -> Ticket:
        """Draft a ticket. Raises as `DraftOrder`."""
        account = await self._desk.account(request.caller, request.account)
        wish = read_wish(request.terms, request.locale)
        look = await self._looking.look(request.terms.market, account)
        wish = on_tick(wish, look.market)
        found = estimate(wish, look)
        ticket_id = self._desk.new_id()
        action = action_of(ticket_id, wish, look, found)
        judged = await self._desk.judged(_intent(ticket_id, wish, look, found), look.session)
        shown = msgspec.structs.replace(
            preview(wish, look, found),
            is_kept_by_farm=isinstance(action, Begin) and is_kept_by_farm(action.plan),
        )
        issued = Issued(
            id=ticket_id,
            kind="order",
            preview=shown,
            judgement=judged,
            action=action,
            adds_risk=not wish.is_reducing,
            terms=request.terms,
            draft=request,
            replaces=request.replaces,
            confirmed_by=confirmed_by,
        )
        return await self._desk.issue(account, request.caller, issued)


def _intent(ticket_id: str, wish: Wish, look: Look, found: Estimate) -> Intent:
    """Return the intent that the whole order would be: of a plan, as if it were sent at once."""
    request = request_of(intent_id_of(ticket_id, 1), wish, look, found)
    place = Place(
        requests=(request,),
        leverage=wish.leverage,
        is_exempt=wish.is_reducing,
        reference=look.quote.price,
    )
    return intents_of(ticket_id, place, look.account)[0]

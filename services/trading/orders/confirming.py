"""Confirms and drops tickets: by their owner, once, in time, and with what a real order asks for besides."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import structlog

from services.alerts.trading_posts import DeskTold, Event
from services.clock import Clock
from services.errors import OmegaError, Unavailable, UserMistake
from services.memory import Shared
from services.store.store import Store
from services.store.trading_rows import AccountRow, PlanRow, TicketRow
from services.trading.orders.actions import Begin, Body, Protect, sends
from services.trading.orders.doing import ABANDONED, Doing
from services.trading.orders.drafting import Drafting
from services.trading.orders.messages import (
    PRICE_SECONDS,
    ConfirmTicket,
    DraftOrder,
    DropTicket,
    GetTicket,
    Outcome,
    Ticket,
)
from services.trading.orders.plans.shelf import row_of
from services.trading.orders.tickets import Tickets, body_of, refuse, result_of
from services.trading.ports import AccountBook, SecondFactor, Teller
from services.trading.telling import event_of, mode_of

_PRICE_AGE: Final = timedelta(seconds=PRICE_SECONDS)

log = structlog.get_logger(__name__)


class Confirming:
    """Answers presses on cards."""

    def __init__(
        self,
        *,
        tickets: Tickets,
        drafting: Drafting,
        doing: Doing,
        store: Store,
        book: AccountBook,
        factor: SecondFactor,
        teller: Teller,
        clock: Clock,
    ) -> None:
        self._tickets = tickets
        self._drafting = drafting
        self._doing = doing
        self._store = store
        self._book = book
        self._factor = factor
        self._teller = teller
        self._clock = clock
        self._under_way: Shared[str, Outcome] = Shared()

    async def get(self, request: GetTicket) -> Ticket:
        """Return an open ticket. Raises as `GetTicket`."""
        row = await self._tickets.own(request.ticket, request.caller)
        await self._tickets.check_open(row)
        return body_of(row).ticket

    async def drop(self, request: DropTicket) -> Outcome:
        """Let a ticket go. Raises as `DropTicket`."""
        row = await self._tickets.own(request.ticket, request.caller)
        known = _answered(row, request.id)
        if known is not None:
            return known
        await self._tickets.check_open(row)
        outcome = Outcome(state="done", account=body_of(row).ticket.account)
        if not await self._tickets.drop(row.id, request.id, outcome):
            refuse(await self._tickets.own(row.id, request.caller))
        return outcome

    async def confirm(self, request: ConfirmTicket) -> Outcome:
        """Confirm a ticket. Raises as `ConfirmTicket`."""
        key = f"{request.caller.user_id}:{request.id}"
        return await self._under_way.once(key, lambda: self._confirm(request))

    async def _confirm(self, request: ConfirmTicket) -> Outcome:
        row, account = await self._tickets.with_account(request.ticket, request.caller)
        if row.status == "used" or _answered(row, request.id) is not None:
            return await self._again(row, request.id)
        await self._tickets.check_open(row)
        body, why = body_of(row), self._book.may_send(account)
        if why and sends(body.action):
            return Outcome(state="refused", account=body.ticket.account, reason=why)
        if body.draft is not None and self._clock.now() - row.created_at > _PRICE_AGE:
            return await self._requoted(row, body.draft, request)
        await self._check_typed(body.ticket, request)
        plan = plan_row(body, account, self._clock) if body.ticket.judgement.is_passed else None
        if not await self._tickets.use(row.id, request.id, plan):
            return await self._again(await self._tickets.own(row.id, request.caller), request.id)
        return await self._used(row, body, account, request.id)

    async def _requoted(self, row: TicketRow, draft: DraftOrder, request: ConfirmTicket) -> Outcome:
        """Answer with a new ticket at the price of now; nothing is sent."""
        again = DraftOrder(
            id=request.id,
            caller=request.caller,
            terms=draft.terms,
            account=row.account_id,
            replaces=row.id,
            locale=draft.locale,
        )
        ticket = await self._drafting.draft(again, confirmed_by=request.id)
        return Outcome(state="requoted", ticket=ticket, account=ticket.account)

    async def _check_typed(self, ticket: Ticket, request: ConfirmTicket) -> None:
        if ticket.needs != "typed" or not ticket.judgement.is_passed:
            return
        if request.typed.strip().casefold() != ticket.preview.market.casefold():
            raise UserMistake(
                f"To confirm a real order, type its market: {ticket.preview.market}.",
                hint="Press Confirm again and type it as it stands on the card.",
            )
        await self._factor.check(request.caller.user_id, request.code)

    async def _used(self, row: TicketRow, body: Body, account: AccountRow, request_id: str) -> Outcome:
        """Do what a ticket says that was used just now, and keep what came of it."""
        judgement = body.ticket.judgement
        if not judgement.is_passed:
            words = next(iter(judgement.refusals), None)
            outcome = Outcome(
                state="refused",
                account=body.ticket.account,
                judgement=judgement,
                reason=words.words if words else "",
                hint=words.hint if words else "",
            )
        else:
            try:
                outcome = await self._doing.do(body, account)
            except Unavailable as error:
                return Outcome(state="unknown", account=body.ticket.account, reason=error.message)
        await self._tickets.finish(row.id, request_id, outcome)
        return outcome

    async def _again(self, row: TicketRow, request_id: str) -> Outcome:
        """Answer a repeat: what came of it, or what comes of it where that was not known yet."""
        result = result_of(row)
        if result is None or result.request != request_id:
            refuse(row)
        if result.outcome is not None:
            return result.outcome
        return await self._resumed(row, request_id)

    async def resume(self) -> None:
        """Find out what came of tickets that were used before a restart, and tell of those never sent."""
        for row in await self._tickets.unfinished():
            result = result_of(row)
            try:
                await self._resumed(row, "" if result is None else result.request)
            except OmegaError as error:
                log.warning("ticket_not_resumed", ticket=row.id, code=error.code, error=error.message)

    async def _resumed(self, row: TicketRow, request_id: str) -> Outcome:
        body = body_of(row)
        async with self._store.read() as rows:
            account = await rows.trading.accounts.get(row.account_id)
        if account is None:
            raise UserMistake("The account of this card is gone.", hint="See /account list.")
        if not body.ticket.judgement.is_passed or await self._doing.was_begun(body):
            return await self._used(row, body, account, request_id)
        outcome = Outcome(state="refused", account=body.ticket.account, reason=ABANDONED)
        await self._teller.tell(_abandoned(row, body, account, self._clock))
        await self._tickets.finish(row.id, request_id, outcome)
        return outcome


def plan_row(body: Body, account: AccountRow, clock: Clock) -> PlanRow | None:
    """Return the row of the plan that a ticket begins, if it begins one."""
    match body.action:
        case Begin(plan=plan):
            return row_of(body.ticket.id, plan, account, clock.now())
        case Protect(trailing=plan) if plan is not None:
            return row_of(body.ticket.id, plan, account, clock.now())
    return None


def _answered(row: TicketRow, request_id: str) -> Outcome | None:
    result = result_of(row)
    return result.outcome if result is not None and result.request == request_id else None


def _abandoned(row: TicketRow, body: Body, account: AccountRow, clock: Clock) -> Event:
    shown, now = body.ticket.preview, clock.now()
    told = DeskTold(
        news="rejected",
        owner=row.user_id,
        about=row.id,
        mode=mode_of(account),
        account_name=account.name,
        market=shown.market,
        side=shown.side,
        kind=shown.type,
        tick=shown.tick,
        amount=shown.amount,
        words=ABANDONED,
        at=now,
    )
    return event_of(account, told, id_=f"{row.id}:abandoned")

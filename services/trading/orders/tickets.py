"""The rows of tickets: kept, found, used once, dropped, and what came of each.

A ticket is used before anything is sent, in one transaction with the plan it begins, so that no press, crash
or repeat can use it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NoReturn

import msgspec

from services.clock import Clock
from services.errors import UserMistake
from services.members.messages import Caller
from services.store.store import Rows, Store
from services.store.trading_rows import AccountRow, PlanRow, TicketRow
from services.trading.orders.actions import Body
from services.trading.orders.messages import TICKET_SECONDS, Outcome

LIFE: Final = timedelta(seconds=TICKET_SECONDS)
_OPEN: Final = {"status": "open"}
_AGAIN: Final = "Draft a new one."


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """Which request ended a ticket, and what came of it; None while that is not known."""

    request: str
    outcome: Outcome | None = None


_BODY: Final = msgspec.json.Decoder(Body)
_RESULT: Final = msgspec.json.Decoder(Result)


def body_of(row: TicketRow) -> Body:
    """Return what a row keeps."""
    return _BODY.decode(row.body)


def result_of(row: TicketRow) -> Result | None:
    """Return how a ticket ended; None while it has not."""
    return _RESULT.decode(row.outcome) if row.outcome else None


def refuse(row: TicketRow) -> NoReturn:
    """Say why a ticket is over. Raises `UserMistake`, always; the fact ``ticket`` says it in a word."""
    if row.status == "used":
        hint = "See /orders for what came of it."
        raise UserMistake("This card was used already.", hint=hint, facts={"ticket": "used"})
    if row.status == "dropped":
        raise UserMistake("This card was dropped or replaced.", hint=_AGAIN, facts={"ticket": "dropped"})
    raise UserMistake(
        f"This card is older than {TICKET_SECONDS} s and has expired.",
        hint=_AGAIN,
        facts={"ticket": "expired"},
    )


class Tickets:
    """All tickets. Every method raises `StoreUnavailable`."""

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def keep(self, body: Body, caller: Caller, *, replaces: str = "", confirmed_by: str = "") -> None:
        """Keep a new ticket, in place of an open one of the caller's where it `replaces` one.

        Args:
            body: of the new one.
            caller: its owner.
            replaces: the id of the one that it replaces.
            confirmed_by: the confirmation that is answered with the new one; empty for an edit.

        Raises:
            UserMistake: the one to be replaced is over, or somebody else's.
        """
        ticket = body.ticket
        row = TicketRow(
            id=ticket.id,
            account_id=ticket.account.id,
            user_id=caller.user_id,
            kind=ticket.kind,
            body=msgspec.json.encode(body).decode(),
            status="open",
            created_at=ticket.created_at,
            expires_at=ticket.expires_at,
        )
        outcome = Outcome(state="requoted", ticket=ticket, account=ticket.account)
        result = Result(request=confirmed_by, outcome=outcome) if confirmed_by else None
        async with self._store.write() as rows:
            if replaces:
                await self._replace(rows, replaces, caller, result)
            if not await rows.trading.tickets.add(row):
                raise ValueError("a ticket of this id is kept already")

    async def _replace(self, rows: Rows, ticket_id: str, caller: Caller, result: Result | None) -> None:
        old = _owned(await rows.trading.tickets.get(ticket_id), caller)
        written = _written(result) if result else ""
        if not await rows.trading.tickets.change(ticket_id, only_if=_OPEN, status="dropped", outcome=written):
            refuse(old)

    async def own(self, ticket_id: str, caller: Caller) -> TicketRow:
        """Return a ticket of the caller's, whatever has become of it.

        Raises:
            UserMistake: there is none, or it is somebody else's.
        """
        async with self._store.read() as rows:
            return _owned(await rows.trading.tickets.get(ticket_id), caller)

    async def with_account(self, ticket_id: str, caller: Caller) -> tuple[TicketRow, AccountRow]:
        """Return a ticket of the caller's and its account. Raises as `own`, and where the account is gone."""
        async with self._store.read() as rows:
            row = _owned(await rows.trading.tickets.get(ticket_id), caller)
            account = await rows.trading.accounts.get(row.account_id)
        if account is None or account.user_id != caller.user_id:
            raise UserMistake("The account of this card is gone.", hint="See /account list.")
        return row, account

    async def check_open(self, row: TicketRow) -> None:
        """Let a ticket pass that waits for its owner.

        Raises:
            UserMistake: it was used, dropped or has expired, and which.
        """
        if row.status == "open" and self._clock.now() < row.expires_at:
            return
        if row.status == "open":
            async with self._store.write() as rows:
                await rows.trading.tickets.change(row.id, only_if=_OPEN, status="expired")
                row = await rows.trading.tickets.get(row.id) or row
        refuse(row)

    async def use(self, ticket_id: str, request_id: str, plan: PlanRow | None = None) -> bool:
        """Use an open ticket and keep the plan that it begins; return False where it is not open any more."""
        written = _written(Result(request=request_id))
        async with self._store.write() as rows:
            is_first = await rows.trading.tickets.change(
                ticket_id, only_if=_OPEN, status="used", outcome=written
            )
            if is_first and plan is not None:
                await rows.trading.plans.add(plan)
        return is_first

    async def finish(self, ticket_id: str, request_id: str, outcome: Outcome) -> None:
        """Keep what came of a used ticket."""
        written = _written(Result(request=request_id, outcome=outcome))
        async with self._store.write() as rows:
            await rows.trading.tickets.change(ticket_id, only_if={"status": "used"}, outcome=written)

    async def drop(self, ticket_id: str, request_id: str, outcome: Outcome) -> bool:
        """Let an open ticket go; return False where it is not open any more."""
        written = _written(Result(request=request_id, outcome=outcome))
        async with self._store.write() as rows:
            return await rows.trading.tickets.change(
                ticket_id, only_if=_OPEN, status="dropped", outcome=written
            )

    async def unfinished(self) -> Sequence[TicketRow]:
        """Return the used tickets of which it is not known what came of them."""
        since = ("created_at", self._clock.now() - timedelta(days=7))
        async with self._store.read() as rows:
            used = await rows.trading.tickets.where(status="used", since=since)
        return [row for row in used if (result := result_of(row)) is None or result.outcome is None]


def _owned(row: TicketRow | None, caller: Caller) -> TicketRow:
    if row is None:
        raise UserMistake("There is no such card.", hint=_AGAIN, facts={"ticket": "expired"})
    if row.user_id != caller.user_id:
        hint = "Draft one of your own."
        raise UserMistake("This card is somebody else's.", hint=hint, facts={"ticket": "other"})
    return row


def _written(result: Result) -> str:
    return msgspec.json.encode(result).decode()

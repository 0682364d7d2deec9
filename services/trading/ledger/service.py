"""The ledger service: profit, the journal, notes, the export, and why an order was made or refused."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any, ClassVar, Final, cast

import structlog

from services.bus.messages import Message, R, Request
from services.clock import Clock
from services.errors import Unavailable, UserMistake
from services.omega import OmegaService, ServiceConfig
from services.store.store import Store
from services.store.trading_rows import AccountRow
from services.trading.ledger.exporting import to_csv
from services.trading.ledger.journal import line, shown
from services.trading.ledger.ledger import KeptLedger
from services.trading.ledger.messages import (
    AddNote,
    Export,
    ExportJournal,
    GetPnl,
    JournalPage,
    ListJournal,
    Performance,
    Pnl,
    WhyOrder,
)
from services.trading.ledger.pnl import Bookings, Sums, alone, beginning, performance_of, sums_of
from services.trading.ledger.reasons import own_intent, why
from services.trading.ports import AccountBook, Pictures

NOTE: Final = "Note: {text}"
LONGEST_NOTE: Final = 1_000
log = structlog.get_logger(__name__)

_A_PAGE: Final = 50
_FARTHEST: Final = 10_000
"""Lines of a journal that can be turned to, the newest; older ones are in the export."""
_AGE: Final = 5.0
"""Seconds that the picture of unrealised profit may be old."""


class LedgerService(OmegaService):
    """Answers about accounts of the caller's own; `book` says which those are."""

    name: ClassVar[str] = "ledger"
    requests: ClassVar[tuple[type[Request[Any]], ...]] = (
        GetPnl,
        ListJournal,
        AddNote,
        ExportJournal,
        WhyOrder,
    )

    def __init__(
        self,
        config: ServiceConfig,
        *,
        store: Store,
        book: AccountBook,
        ledger: KeptLedger,
        pictures: Pictures,
        clock: Clock,
    ) -> None:
        super().__init__(config)
        self._store = store
        self._book = book
        self._ledger = ledger
        self._pictures = pictures
        self._clock = clock

    async def process(self, request: Request[R]) -> R:
        """Answer one request; what each raises stands at the request."""
        return cast("R", await self._answer(request))

    async def _answer(self, request: Request[Any]) -> Message:
        match request:
            case GetPnl():
                return await self._pnl(request)
            case ListJournal(caller=caller):
                row = await self._book.chosen(caller, request.account)
                return await self._page(row, request)
            case AddNote():
                return await self._note(request)
            case ExportJournal():
                return await self._export(request)
            case WhyOrder(caller=caller, id=wanted):
                return await why(self._store, caller.user_id, wanted)
        raise TypeError(f"ledger does not answer {type(request).__name__}")

    async def _pnl(self, request: GetPnl) -> Pnl:
        row = await self._book.chosen(request.caller, request.account)
        view = await self._book.view(row, request.caller)
        books = await self._ledger.books(row.id, request.method)
        since = beginning(request.window, self._clock.now())
        marks = await self._ledger.equity(row.id, since=since)
        bookings = Bookings(
            booked=tuple(books.lots.booked),
            rounds=tuple(books.lots.rounds),
            fundings=tuple(books.fundings),
            open_rounds=tuple(books.lots.open_rounds()),
        )

        def reckon() -> tuple[Sums, Performance]:
            wanted = bookings.only(request.market) if request.market else bookings
            found = sums_of(wanted, since=since, by=request.by, currency=view.currency)
            curve = alone(found.trades, marks) if request.market else marks
            return found, performance_of(found.trades, curve)

        sums, performance = await asyncio.to_thread(reckon)
        realised = sums.total(lambda one: one.realised)
        fees, funding = sums.total(lambda one: one.fees), sums.total(lambda one: one.funding)
        return Pnl(
            account=view,
            window=request.window,
            method=request.method,
            realised=realised,
            fees=fees,
            funding=funding,
            net=realised - fees + funding,
            unrealised=await self._unrealised(row),
            parts=sums.parts,
            performance=performance,
            since=since,
            currency=view.currency,
            unvalued=sums.unvalued,
            unknown_fees=sums.unknown_fees,
            unknown_profits=sums.unknown_profits,
        )

    async def _unrealised(self, row: AccountRow) -> Decimal | None:
        """Return what closing every contract would bring now, None where the venue does not say of each."""
        try:
            picture = await self._pictures.of(row.id, max_age=_AGE)
        except Unavailable as error:
            log.info("unrealised_not_known", account=row.id, code=error.code)
            return None
        total = Decimal(0)
        for one in picture.holdings:
            if one.position.unrealised is None:
                return None
            total += one.position.unrealised
        return total

    async def _page(self, row: AccountRow, request: ListJournal) -> JournalPage:
        limit = max(1, min(_A_PAGE, request.limit))
        offset = max(0, min(_FARTHEST, request.offset))
        async with self._store.read() as rows:
            journal, most = rows.trading.journal, offset + limit
            if request.market:
                total = await journal.count(account_id=row.id, market=request.market)
                found = await journal.where(
                    account_id=row.id, market=request.market, by="at", newest=True, limit=most
                )
            else:
                total = await journal.count(account_id=row.id)
                found = await journal.where(account_id=row.id, by="at", newest=True, limit=most)
        return JournalPage(
            account=await self._book.view(row, request.caller),
            lines=[shown(one) for one in found[offset:]],
            total=min(total, _FARTHEST),
        )

    async def _note(self, request: AddNote) -> JournalPage:
        text = request.text.strip()
        if not text or len(text) > LONGEST_NOTE:
            raise UserMistake(
                f"A note has between 1 and {LONGEST_NOTE} characters.", hint="Write a shorter one."
            )
        row = await self._book.chosen(request.caller, request.account)
        about = await own_intent(self._store, row.user_id, request.about) if request.about else ""
        new = line(
            row,
            "note",
            NOTE,
            facts={"text": text},
            intent=about,
            key=f"note {request.id}",
            at=self._clock.now(),
        )
        async with self._store.write() as rows:
            await rows.trading.journal.add(new)
        return await self._page(row, ListJournal(caller=request.caller))

    async def _export(self, request: ExportJournal) -> Export:
        row = await self._book.chosen(request.caller, request.account)
        books = await self._ledger.books(row.id, request.method)
        booked, fundings = tuple(books.lots.booked), tuple(books.fundings)
        csv, count, left_out = await asyncio.to_thread(to_csv, booked, fundings, request.method)
        day = self._clock.now().date().isoformat()
        return Export(
            name=f"journal-{row.id[:8]}-{request.method}-{day}.csv", csv=csv, rows=count, left_out=left_out
        )

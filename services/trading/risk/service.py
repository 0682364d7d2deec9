"""The risk service: how an account stands, its limits, sizes of positions, and blackouts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Final, cast

from config.farm_file import DeskSection
from services.bus.messages import Message, R, Request
from services.clock import Clock
from services.errors import NotAllowed
from services.market.messages import GetQuote
from services.members.messages import Caller, Right
from services.members.rights import ADMIN_ROLE
from services.memory import Answers
from services.omega import OmegaService, ServiceConfig
from services.store.store import Store
from services.store.trading_rows import AccountRow, RiskLimitRow
from services.trading.ports import AccountBook, DeskBus, Latch, Ledger, Pictures, SecondFactor, Sessions
from services.trading.risk.blackouts import BlackoutBook
from services.trading.risk.facts import venue_of
from services.trading.risk.messages import (
    AddBlackout,
    Blackouts,
    ListBlackouts,
    RemoveBlackout,
    Risk,
    SetLimit,
    ShowRisk,
    SizePosition,
    Sizing,
)
from services.trading.risk.rulebook import Papers, limit_rows, read_papers
from services.trading.risk.setting import Setting
from services.trading.risk.sizing import size_of
from services.trading.risk.standing import Standings
from services.trading.risk.views import risk_of

_REMEMBERED_FOR: Final = 900.0
"""Seconds; a question that was delivered twice comes within its deadline."""
_PICTURE_SECONDS: Final = 5.0


class RiskService(OmegaService):
    """Answers about risk. Who may do what is checked here again, whatever the command showed."""

    name: ClassVar[str] = "risk"
    requests: ClassVar[tuple[type[Request[Any]], ...]] = (
        *(ShowRisk, SetLimit, SizePosition),
        *(ListBlackouts, AddBlackout, RemoveBlackout),
    )

    def __init__(
        self,
        config: ServiceConfig,
        *,
        store: Store,
        book: AccountBook,
        factor: SecondFactor,
        latch: Latch,
        pictures: Pictures,
        ledger: Ledger,
        bus: DeskBus,
        right_of: Callable[[Caller], Awaitable[Right]],
        section: DeskSection,
        clock: Clock,
        sessions: Sessions,
    ) -> None:
        super().__init__(config)
        self._store = store
        self._book = book
        self._latch = latch
        self._pictures = pictures
        self._bus = bus
        self._right_of = right_of
        self._section = section
        self._clock = clock
        self._sessions = sessions
        self._standings = Standings(ledger, clock=clock)
        self._setting = Setting(store=store, factor=factor, section=section.risk, clock=clock)
        self._blackouts = BlackoutBook(store=store, clock=clock)
        self._answers: Answers[str, Message] = Answers(clock, seconds=_REMEMBERED_FOR)
        self._one = asyncio.Lock()

    async def process(self, request: Request[R]) -> R:
        """Answer one request; what each raises stands at the request."""
        return cast("R", await self._answer(request))

    async def _answer(self, request: Request[Any]) -> Message:
        match request:
            case ShowRisk():
                return await self._show(
                    await self._book.chosen(request.caller, request.account), request.caller
                )
            case SizePosition():
                return await self._size(request)
            case ListBlackouts():
                return await self._blackouts.coming(request.caller.guild_id or "")
            case SetLimit() | AddBlackout() | RemoveBlackout():
                name = f"{type(request).__name__} {request.caller.user_id} {request.id}"
                return await self._answers.once(name, lambda: self._do(request))
        raise TypeError(f"{self.name} does not answer {type(request).__name__}")

    async def _do(self, request: SetLimit | AddBlackout | RemoveBlackout) -> Message:
        async with self._one:
            if isinstance(request, SetLimit):
                return await self._set_limit(request)
            return await self._change_blackouts(request)

    async def _set_limit(self, request: SetLimit) -> Risk:
        row = await self._book.chosen(request.caller)
        await self._setting.set(request, row, await self._right_of(request.caller))
        return await self._show(row, request.caller)

    async def _change_blackouts(self, request: AddBlackout | RemoveBlackout) -> Blackouts:
        guild = request.caller.guild_id
        if guild is None or await self._right_of(request.caller) != "admin":
            raise NotAllowed.for_lack_of(ADMIN_ROLE)
        if isinstance(request, AddBlackout):
            return await self._blackouts.add(request, guild)
        return await self._blackouts.remove(request, guild)

    async def _show(self, row: AccountRow, caller: Caller) -> Risk:
        papers, kept = await self._papers(row)
        picture = await self._pictures.of(row.id, max_age=_PICTURE_SECONDS)
        return risk_of(
            account=await self._book.view(row, caller),
            state=self._latch.state(row),
            why=self._latch.why(row),
            limits=papers.limits,
            rows=kept,
            picture=picture,
            standing=await self._standings.of(row, picture, resumed_at=papers.resumed_at),
            orders=papers.recent("", ()),
            at=self._clock.now(),
        )

    async def _papers(self, row: AccountRow) -> tuple[Papers, list[RiskLimitRow]]:
        async with self._store.read() as rows:
            papers = await read_papers(rows, row, self._section.risk, self._clock.now())
            return papers, await limit_rows(rows, row)

    async def _size(self, request: SizePosition) -> Sizing:
        row = await self._book.chosen(request.caller, request.account)
        quote = await self._bus.ask(GetQuote(market=request.market, venue=venue_of(row)))
        papers, _ = await self._papers(row)
        picture = await self._pictures.of(row.id, max_age=_PICTURE_SECONDS)
        session = await self._sessions.of(row.id)
        return size_of(
            request,
            quote=quote,
            market=session.market(quote.market),
            equity=picture.equity,
            limits=papers.limits,
            trades=await self._standings.trades(row.id),
            account=await self._book.view(row, request.caller),
        )

"""The paper service: starting over, seasons and their leaderboard. All of it is simulated."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar, Final, cast

import structlog

from services.bus.messages import Message, R, Request
from services.errors import NotAllowed, OmegaError, UserMistake
from services.members.rights import ADMIN_ROLE
from services.memory import Shared
from services.omega import OmegaService, ServiceConfig
from services.store.trading_rows import SeasonRow
from services.trading.seasons import messages as said
from services.trading.seasons.board import Board, guild_of, newest_season
from services.trading.seasons.clearing import Clearing
from services.trading.seasons.ending import Ending
from services.trading.seasons.ground import Ground
from services.trading.seasons.house import House
from services.trading.seasons.joining import Joining
from services.trading.seasons.naming import shown_name
from services.trading.seasons.records import id_of
from services.trading.seasons.resetting import Resetting
from services.trading.trail import audited

MIN_TRADES: Final = 10
MAX_LEVERAGE: Final = Decimal(10)
"""As much as the boldest temperament sets: with less, its orders would all be refused."""
MOST_DAYS: Final = 30
"""Marks of equity are kept whole for so long, and the drawdown is read from them."""
_EVERY: Final = 30.0

log = structlog.get_logger(__name__)


class PaperService(OmegaService):
    """Answers for paper accounts and seasons; `run` begins and ends what the clock says."""

    name: ClassVar[str] = "paper"
    requests: ClassVar[tuple[type[Request[Any]], ...]] = (
        *(said.ResetPaper, said.GetLeaderboard),
        *(said.JoinSeason, said.StartSeason),
    )

    def __init__(self, config: ServiceConfig, ground: Ground, *, every: float = _EVERY) -> None:
        """`every` is the seconds between two looks at the clock."""
        super().__init__(config)
        clearing = Clearing(ground)
        self._ground = ground
        self._every = every
        self._board = Board(ground)
        self._joining = Joining(ground)
        self._resetting = Resetting(ground, clearing)
        self._house = House(ground, self._joining)
        self._ending = Ending(ground, self._board, clearing)
        self._resets: Shared[tuple[str, str], said.PaperReset] = Shared()
        self._has_news = asyncio.Event()
        self._ended: set[str] = set()

    async def process(self, request: Request[R]) -> R:
        """Answer one request; what each raises stands at the request."""
        return cast("R", await self._answer(request))

    async def run(self) -> None:
        """Look after seasons until cancelled."""
        while True:
            await self.look_after()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._every):
                    await self._has_news.wait()
            self._has_news.clear()

    async def look_after(self) -> None:
        """Do what is due in every season; what fails is done the next time."""
        try:
            async with self._ground.store.read() as rows:
                seasons = await rows.trading.seasons.where(by="starts_at")
        except OmegaError as error:
            log.warning("seasons_not_read", code=error.code, error=error.message)
            return
        for season in seasons:
            if season.id not in self._ended:
                await self._look_after(season)

    async def _look_after(self, season: SeasonRow) -> None:
        try:
            if season.ends_at > self._ground.clock.now():
                await self._house.take_part(season)
            elif await self._ending.end(season):
                self._ended.add(season.id)
        except OmegaError as error:
            log.warning("season_not_looked_after", season=season.id, code=error.code, error=error.message)

    async def _answer(self, request: Request[Any]) -> Message:
        match request:
            case said.ResetPaper():
                key = request.caller.user_id, request.id
                return await self._resets.once(key, lambda: self._resetting.reset(request))
            case said.GetLeaderboard(caller=caller):
                return await self._board.shown(await self._board.season_of(caller), caller)
            case said.JoinSeason():
                return await self._join(request)
            case said.StartSeason():
                return await self._start(request)
        raise TypeError(f"paper does not answer {type(request).__name__}")

    async def _join(self, request: said.JoinSeason) -> said.Leaderboard:
        season = await self._board.season_of(request.caller)
        await (self._joining.leave if request.is_leaving else self._joining.join)(request, season)
        return await self._board.shown(season, request.caller)

    async def _start(self, request: said.StartSeason) -> said.Leaderboard:
        guild_id = guild_of(request.caller)
        if await self._ground.right_of(request.caller) != "admin":
            raise NotAllowed.for_lack_of(ADMIN_ROLE)
        season = await self._begun(request, guild_id)
        self._has_news.set()
        return await self._board.shown(season, request.caller)

    async def _begun(self, request: said.StartSeason, guild_id: str) -> SeasonRow:
        season = self._season(request, guild_id)
        async with self._ground.store.write() as rows:
            last = await newest_season(rows, guild_id)
            if last is not None and last.id == season.id:
                return last
            if last is not None and last.ends_at > season.starts_at:
                raise UserMistake(
                    f"The season {last.name} is still on.", hint="Start the next one when it is over."
                )
            await rows.trading.seasons.add(season)
            await rows.audit.append(
                audited(
                    "paper.start_season",
                    season.id,
                    by=request.caller.user_id,
                    subject=f"season {season.id}",
                    at=season.starts_at,
                    detail=f"{request.days} days",
                )
            )
        return season

    def _season(self, request: said.StartSeason, guild_id: str) -> SeasonRow:
        if not 1 <= request.days <= MOST_DAYS:
            raise UserMistake(f"A season has 1 to {MOST_DAYS} days.", hint="Choose another number of days.")
        now = self._ground.clock.now()
        return SeasonRow(
            id=id_of("season", guild_id, request.caller.user_id, request.id),
            guild_id=guild_id,
            name=shown_name(request.name),
            starts_at=now,
            ends_at=now + timedelta(days=request.days),
            min_trades=MIN_TRADES,
            max_leverage=MAX_LEVERAGE,
            created_by=request.caller.user_id,
        )

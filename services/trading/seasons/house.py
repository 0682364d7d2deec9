"""The farm's own in every season: each temperament with an account, whose strategies trade as members' do.

All follow the same strategies on the same markets, so that what tells them apart is their temperament. Their
orders go through the same gate and to the same exchange.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

import structlog

from services.errors import UnknownMarket
from services.store.trading_rows import RunRow, SeasonRow
from services.trading.ports import Session
from services.trading.seasons.ground import Ground
from services.trading.seasons.joining import Joining
from services.trading.seasons.messages import HOUSE
from services.trading.seasons.records import id_of, season_account_id

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a temperament trades, and how."""

    strategy: str
    market: str
    timeframe: str


WORKS: Final = (
    Work(strategy="fibonacci", market="BTC/USDT:USDT", timeframe="15m"),
    Work(strategy="mean_reversion", market="ETH/USDT:USDT", timeframe="15m"),
    Work(strategy="ema_cross", market="SOL/USDT:USDT", timeframe="15m"),
)
"""The short timeframe, since a season lasts days and asks for a minimum of trades."""


class House:
    """Lets the temperaments take part."""

    def __init__(self, ground: Ground, joining: Joining) -> None:
        self._ground = ground
        self._joining = joining

    async def take_part(self, season: SeasonRow) -> None:
        """Let those in who are not yet, all at once; the same again changes nothing.

        Raises:
            ExchangeUnavailable: an account cannot be opened now; the others are in.
        """
        coming = (self._let_in(season, temperament) for temperament in self._ground.temperaments)
        for outcome in await asyncio.gather(*coming, return_exceptions=True):
            if outcome is not None:
                raise outcome

    async def _let_in(self, season: SeasonRow, temperament: str) -> None:
        user_id = f"{HOUSE}{temperament}"
        async with self._ground.store.read() as rows:
            is_in = await rows.trading.entries.count(season_id=season.id, user_id=user_id)
            has_begun = await rows.trading.runs.count(id=[_run_id(season, user_id, one) for one in WORKS])
        if not is_in:
            await self._joining.enter(season, user_id, temperament)
        if not has_begun:
            await self._begin(season, user_id, temperament)

    async def _begin(self, season: SeasonRow, user_id: str, temperament: str) -> None:
        session = await self._ground.sessions.of(season_account_id(season.id, user_id))
        now = self._ground.clock.now()
        runs = [
            RunRow(
                id=_run_id(season, user_id, work),
                account_id=session.row.id,
                user_id=user_id,
                guild_id=season.guild_id,
                strategy=work.strategy,
                market=work.market,
                timeframe=work.timeframe,
                profile=temperament,
                status="active",
                created_at=now,
                updated_at=now,
                is_automatic=True,
            )
            for work in WORKS
            if _is_listed(session, work.market)
        ]
        async with self._ground.store.write() as rows:
            await rows.trading.runs.add(*runs)
        for strategy in {run.strategy for run in runs}:
            await self._ground.runs.tell_trader(strategy)


def _run_id(season: SeasonRow, user_id: str, work: Work) -> str:
    return id_of("run", season.id, user_id, work.market)


def _is_listed(session: Session, market: str) -> bool:
    try:
        session.market(market)
    except UnknownMarket:
        log.debug("house_market_not_listed", market=market)
        return False
    return True

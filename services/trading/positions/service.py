"""The positions of accounts, for owners and the analyzer. What is not known is never shown as flat."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Protocol

import structlog

from services.bus.messages import R, Request
from services.errors import OmegaError
from services.exchange.prices import to_tick
from services.omega import OmegaService, ServiceConfig
from services.store.trading_rows import AccountRow
from services.trading.liquidation import Liquidation, estimate
from services.trading.messages import Positions, PositionView
from services.trading.ports import AccountBook, Holding, Latch, Picture, Pictures
from services.trading.positions.messages import (
    ListPositions,
    WatchedAccount,
    WatchedAccounts,
    WatchPositions,
)

log = structlog.get_logger(__name__)

_FRESH_SECONDS = 2.0
_WATCHED_SECONDS = 5.0
_AT_ONCE = 16
"""Accounts of one venue that are looked at beside each other."""
_LOOK_SECONDS = 5.0
"""What has not answered by then is not known."""


class Watched(Protocol):
    """Which accounts are watched."""

    async def watched(self) -> Sequence[AccountRow]:
        """Return the accounts that may hold something."""
        ...


class PositionsService(OmegaService):
    """Answers what is open."""

    name = "positions"
    requests = (ListPositions, WatchPositions)

    def __init__(
        self,
        config: ServiceConfig,
        *,
        book: AccountBook,
        pictures: Pictures,
        latch: Latch,
        watched: Watched,
    ) -> None:
        super().__init__(config)
        self._book = book
        self._pictures = pictures
        self._latch = latch
        self._watched = watched

    async def process(self, request: Request[R]) -> R:
        """Answer with the open positions."""
        answer: Any
        if isinstance(request, ListPositions):
            row = await self._book.chosen(request.caller, request.account)
            picture = await self._pictures.of(row.id, max_age=_FRESH_SECONDS)
            answer = await self._positions(picture)
        else:
            answer = await self._all()
        return answer  # type: ignore[no-any-return]  # each request has its own answer

    async def _all(self) -> WatchedAccounts:
        turns: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(_AT_ONCE))
        rows = await self._watched.watched()
        by = asyncio.get_running_loop().time() + _LOOK_SECONDS
        looks = await asyncio.gather(*(self._look(row, turns[row.venue], by) for row in rows))
        return WatchedAccounts(
            accounts=[
                WatchedAccount(positions=look, user_id=row.user_id, guild_id=row.guild_id)
                for row, look in zip(rows, looks, strict=True)
                if look is not None and look.positions
            ],
            unknown=[row.id for row, look in zip(rows, looks, strict=True) if look is None],
        )

    async def _look(self, row: AccountRow, turn: asyncio.Semaphore, by: float) -> Positions | None:
        """Return the positions of an account; None where they are not told by the given time of the loop."""
        try:
            async with asyncio.timeout_at(by), turn:
                return await self._positions(await self._pictures.of(row.id, max_age=_WATCHED_SECONDS))
        except OmegaError as error:
            log.info("account_not_seen", account=row.id, code=error.code, error=error.message)
        except TimeoutError:
            log.info("account_not_seen_in_time", account=row.id)
        return None

    async def _positions(self, picture: Picture) -> Positions:
        row = picture.row
        return Positions(
            account=await self._book.view(row),
            positions=[view_of(holding, picture) for holding in picture.holdings],
            equity=picture.equity,
            as_of=picture.at,
            state=self._latch.state(row),
            why=self._latch.why(row),
        )


def view_of(holding: Holding, picture: Picture) -> PositionView:
    """Return a position as its owner sees it."""
    one, sign = holding.position, holding.position.sign
    tick = None if holding.market is None else holding.market.tick
    held = [other.position for other in picture.holdings]
    ours = Liquidation() if one.liquidation is not None else estimate(one, held, picture.equity)
    unrealised = one.unrealised
    if unrealised is None and one.mark is not None:
        unrealised = (one.mark - one.entry) * one.amount * sign
    return PositionView(
        account=picture.row.id,
        market=one.market,
        side=one.side,
        amount=one.amount,
        entry=one.entry,
        tick=tick,
        mark=one.mark,
        leverage=one.leverage,
        margin_mode=one.margin_mode or "",
        margin=one.margin,
        maintenance=one.maintenance,
        liquidation=_rounded(ours.price, tick) if one.liquidation is None else one.liquidation,
        is_liquidation_estimated=ours.price is not None,
        is_never_liquidated=ours.is_never,
        unrealised=unrealised,
        share=None if one.mark is None else (one.mark - one.entry) / one.entry * sign,
        r=unrealised / holding.first_risk if unrealised is not None and holding.first_risk else None,
        stop=holding.stop,
        target=holding.target,
        is_protected_by_venue=holding.is_protected_by_venue,
        is_trailing=holding.is_trailing,
        trail=holding.trail,
        is_stop_unknown=holding.is_stop_unknown,
        funding=holding.funding,
        fees=holding.fees,
        opened_at=holding.opened_at,
        is_foreign=holding.is_foreign,
        as_of=one.as_of,
    )


def _rounded(price: Decimal | None, tick: Decimal | None) -> Decimal | None:
    return price if price is None or tick is None else to_tick(price, tick)

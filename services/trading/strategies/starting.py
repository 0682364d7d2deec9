"""Lists strategies and runs, starts and stops runs, and tells a trader which are its."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from services.errors import OmegaError, UserMistake
from services.exchange.exchange import Market
from services.ids import id_of
from services.market.messages import GetQuote
from services.store.trading_rows import AccountRow, RunRow
from services.trading.ports import Holding
from services.trading.strategies import messages as said
from services.trading.strategies.ground import ORIGIN, Ground, run_of, view_of
from services.trading.strategies.losing import losses_of
from services.trading.strategies.profiles import find_profile
from services.trading.strategies.registry import STRATEGIES, find_strategy, trader_of
from services.trading.strategies.strategy import Strategy

_MOST_RUNS: Final = 10
_SHOWN_RUNS: Final = 25
_FRESH: Final = 5.0
"""Seconds that a picture may be old when a trader asks what it holds."""
_STREAK: Final = 50
"""Entries that are looked through for the one that opened a position."""
_FILLS: Final = 200
"""Fills that are looked through for losses in a row."""

log = structlog.get_logger(__name__)


class Starting:
    """Runs from their start to their stop."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._one = asyncio.Lock()

    async def listed(self, request: said.ListStrategies) -> said.Strategies:
        """Return the catalogue, and the caller's runs, the newest first."""
        ground = self._ground
        async with ground.store.read() as rows:
            runs = await rows.trading.runs.where(
                user_id=request.caller.user_id, by="created_at", newest=True, limit=_SHOWN_RUNS
            )
        return said.Strategies(
            strategies=[self._shown(one) for one in STRATEGIES.values()],
            runs=[await view_of(ground, row) for row in runs],
            profiles=list(ground.profiles),
        )

    async def start(self, request: said.StartStrategy) -> said.RunView:
        """Start a run, once; see `StartStrategy`."""
        ground, caller = self._ground, request.caller
        strategy, profile = find_strategy(request.strategy), find_profile(ground.profiles, request.profile)
        timeframe = _timeframe(strategy, request.timeframe)
        account = await ground.book.chosen(caller, request.account)
        _check_account(account, is_automatic=request.is_automatic)
        market = await self._market(account, request.market)
        now = ground.clock.now()
        row = RunRow(
            id=id_of(caller.user_id, request.id),
            account_id=account.id,
            user_id=caller.user_id,
            guild_id=caller.guild_id or "",
            strategy=strategy.name,
            market=market.name,
            timeframe=timeframe,
            profile=profile.name,
            status="active",
            created_at=now,
            updated_at=now,
            is_automatic=request.is_automatic,
        )
        return await view_of(ground, await self._add(row))

    async def stop(self, request: said.StopStrategy) -> said.RunView:
        """Stop a run; see `StopStrategy`."""
        ground = self._ground
        async with ground.store.read() as rows:
            row = await run_of(rows, request.caller.user_id, request.run)
        await ground.runs.end(row, status="stopped")
        async with ground.store.read() as rows:
            row = await run_of(rows, request.caller.user_id, request.run)
        return await view_of(ground, row)

    async def assignments(self, request: said.GetAssignments) -> said.Assignments:
        """Return the runs of a trader; one whose account cannot be seen now is left out."""
        async with self._ground.store.read() as rows:
            active = await rows.trading.runs.where(status="active", by="created_at")
        mine = [row for row in active if trader_of(row.strategy) == request.trader]
        found = [await self._assignment(row) for row in mine]
        return said.Assignments(assignments=[one for one in found if one is not None])

    async def _assignment(self, row: RunRow) -> said.Assignment | None:
        try:
            picture = await self._ground.pictures.of(row.account_id, max_age=_FRESH)
        except OmegaError as error:
            log.warning("strategy_run_not_seen", run=row.id, code=error.code, error=error.message)
            return None
        holding = next((one for one in picture.holdings if one.position.market == row.market), None)
        is_own = holding is not None and await self._has_opened(row, holding)
        return said.Assignment(
            run=row.id,
            strategy=row.strategy,
            market=row.market,
            timeframe=row.timeframe,
            profile=row.profile,
            state=row.state,
            through=row.through,
            position=holding.position.opens if is_own and holding is not None else None,
            entry=holding.position.entry if is_own and holding is not None else None,
            losses=await self._losses(row),
        )

    async def _has_opened(self, row: RunRow, holding: Holding) -> bool:
        """Return whether the run's own last entry, and not somebody else's order, opened the position."""
        async with self._ground.store.read() as rows:
            entries = await rows.trading.intents.where(
                origin=f"{ORIGIN}{row.id}", is_reducing=False, by="created_at", newest=True, limit=_STREAK
            )
        filled = next((one for one in entries if one.filled), None)
        return filled is not None and filled.side == holding.position.opens

    async def _losses(self, row: RunRow) -> int:
        """Return how many of the run's own newest trades were lost in a row, after what they cost."""
        async with self._ground.store.read() as rows:
            fills = await rows.trading.fills.where(
                account_id=row.account_id,
                market=row.market,
                since=("at", row.created_at),
                by="at",
                newest=True,
                limit=_FILLS,
            )
            entries = await rows.trading.intents.where(
                origin=f"{ORIGIN}{row.id}", is_reducing=False, by="created_at", newest=True, limit=_FILLS
            )
        return losses_of(fills[::-1], {one.client_id for one in entries})

    async def _market(self, account: AccountRow, asked: str) -> Market:
        quote = await self._ground.bus.ask(GetQuote(market=asked))
        session = await self._ground.sessions.of(account.id)
        market = session.market(quote.market)
        if not market.is_swap:
            raise UserMistake(
                f"{market.name} is spot, and strategies sell short, too.",
                hint="Pick the perpetual, such as BTC/USDT:USDT.",
            )
        return market

    async def _add(self, row: RunRow) -> RunRow:
        async with self._one, self._ground.store.write() as rows:
            known = await rows.trading.runs.get(row.id)
            if known is not None:
                return known
            active = await rows.trading.runs.where(user_id=row.user_id, status="active")
            _check_room(row, active)
            await rows.trading.runs.add(row)
        await self._ground.runs.tell_trader(row.strategy)
        return row

    def _shown(self, strategy: Strategy) -> said.StrategyView:
        return said.StrategyView(
            name=strategy.name,
            title=strategy.title,
            about=strategy.about,
            trader=trader_of(strategy.name),
            timeframes=list(strategy.timeframes),
            settings={name: f"{value:g}" for name, value in strategy.usual.items()},
            results=list(self._ground.results.get(strategy.name, ())),
        )


def _timeframe(strategy: Strategy, asked: str) -> str:
    timeframe = asked or strategy.timeframes[0]
    if timeframe not in strategy.timeframes:
        raise UserMistake(
            f"{strategy.name} does not run on {timeframe}.",
            hint=f"It runs on {', '.join(strategy.timeframes)}.",
        )
    return timeframe


def _check_account(account: AccountRow, *, is_automatic: bool) -> None:
    if is_automatic and account.mode != "paper":
        raise UserMistake(
            "On a live account a strategy proposes, and you approve.",
            hint="Start it without automatic, or with a paper account.",
        )


def _check_room(row: RunRow, active: list[RunRow]) -> None:
    if len(active) >= _MOST_RUNS:
        raise UserMistake(
            f"{len(active)} strategies run for you, and there is room for no more.",
            hint="Stop one first.",
        )
    if any(one.account_id == row.account_id and one.market == row.market for one in active):
        raise UserMistake(
            f"A strategy works {row.market} in this account already.",
            hint="Stop it first, or use another account.",
        )

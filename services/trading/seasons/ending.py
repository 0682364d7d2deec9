"""Ends seasons by the clock: the ranking is written down, limits are lifted, and the farm's own stop."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import structlog

from services.errors import Misconfigured, Unavailable, UserMistake
from services.store.trading_rows import SeasonEntryRow, SeasonRow
from services.trading.seasons.board import Board
from services.trading.seasons.clearing import Clearing, check_idle
from services.trading.seasons.finals import finals_of, keep_finals
from services.trading.seasons.ground import Ground
from services.trading.seasons.messages import HOUSE
from services.trading.seasons.records import lift_cap
from services.trading.trail import audited

_WAITS: Final = timedelta(hours=1)
"""For a venue that does not say what was filled last; then what is known decides."""

log = structlog.get_logger(__name__)


class Ending:
    """Carries out what is to be done after a season."""

    def __init__(self, ground: Ground, board: Board, clearing: Clearing) -> None:
        self._ground = ground
        self._board = board
        self._clearing = clearing

    async def end(self, season: SeasonRow) -> bool:
        """Do what is left to do; return whether that is all. The same again changes nothing.

        Raises:
            ExchangeUnavailable: something cannot be done now; it is left for the next time.
        """
        async with self._ground.store.read() as rows:
            entries = await rows.trading.entries.where(season_id=season.id)
            is_decided = bool(await finals_of(rows, season, entries))
        if entries and not is_decided:
            await self._decide(season, entries)
        house = [entry for entry in entries if entry.user_id.startswith(HOUSE)]
        retired = [await self._retire(entry) for entry in house]
        return all(retired)

    async def _decide(self, season: SeasonRow, entries: list[SeasonEntryRow]) -> None:
        for entry in entries:
            await self._catch_up(season, entry)
        standings, now = await self._board.standings(season), self._ground.clock.now()
        async with self._ground.store.write() as rows:
            await keep_finals(rows, season, entries, standings, now)
            for entry in entries:
                await lift_cap(rows, season, entry.account_id)
            subject = f"season {season.id}"
            await rows.audit.append(
                audited("paper.end_season", season.id, by="desk", subject=subject, at=now)
            )
        log.info("season_ended", season=season.id, guild=season.guild_id, places=len(standings))

    async def _catch_up(self, season: SeasonRow, entry: SeasonEntryRow) -> None:
        """Read the last fills of an account; one that cannot be opened has no more."""
        try:
            await self._ground.ledger.record(entry.account_id)
        except (UserMistake, Misconfigured, Unavailable) as error:
            if isinstance(error, Unavailable) and self._ground.clock.now() < season.ends_at + _WAITS:
                raise
            log.warning(
                "season_ends_without_last_fills",
                season=season.id,
                account=entry.account_id,
                reason=error.message,
            )

    async def _retire(self, entry: SeasonEntryRow) -> bool:
        """Stop a temperament's strategies and give its account up; return whether it is."""
        now = self._ground.clock.now()
        async with self._ground.store.read() as rows:
            account = await rows.trading.accounts.get(entry.account_id)
            if account is None or account.status != "active":
                return True
            active = await rows.trading.runs.where(account_id=account.id, status="active")
        for run in active:
            await self._ground.runs.end(run, status="stopped")
        await self._clearing.clear(account.id)
        async with self._ground.store.write() as rows:
            try:
                await check_idle(rows, account.id)
            except UserMistake:
                return False
            return await rows.trading.accounts.change(account.id, status="unlinked", updated_at=now)

"""Where everybody stands in a season: reckoned while it is on, and read from the journal once it is over."""

from __future__ import annotations

from typing import Final

from services.errors import UserMistake
from services.members.messages import Caller
from services.store.store import Rows
from services.store.trading_rows import SeasonEntryRow, SeasonRow
from services.trading.scopes import account_scope
from services.trading.seasons import messages as said
from services.trading.seasons.finals import finals_of
from services.trading.seasons.ground import Ground
from services.trading.seasons.ranking import UNCAPPED, Contestant, Figures, Standing, figures_of, ranked
from services.trading.seasons.records import LEVERAGE, is_capped

_NOWHERE: Final = "Seasons are of a server: do this in one."


class Board:
    """The leaderboards of all seasons."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def season_of(self, caller: Caller) -> SeasonRow:
        """Return the season that is on in the caller's guild, or the last one. Raises `UserMistake`."""
        guild_id = guild_of(caller)
        async with self._ground.store.read() as rows:
            found = await newest_season(rows, guild_id)
        if found is None:
            raise UserMistake("There has been no season here yet.", hint="An admin can start one.")
        return found

    async def shown(self, season: SeasonRow, caller: Caller) -> said.Leaderboard:
        """Return a season as a caller sees it."""
        standings = await self.standings(season)
        async with self._ground.store.read() as rows:
            entry = await rows.trading.entries.get(season.id, caller.user_id)
            account = None if entry is None else await rows.trading.accounts.get(entry.account_id)
        return said.Leaderboard(
            name=season.name,
            starts_at=season.starts_at,
            ends_at=season.ends_at,
            is_over=season.ends_at <= self._ground.clock.now(),
            min_trades=season.min_trades,
            max_leverage=season.max_leverage,
            places=[_place(one, caller.user_id) for one in standings],
            has_joined=entry is not None,
            account="" if account is None else account.name,
        )

    async def standings(self, season: SeasonRow) -> list[Standing]:
        """Return where everybody stands now, or stood when it ended."""
        async with self._ground.store.read() as rows:
            entries = await rows.trading.entries.where(season_id=season.id)
            final = await finals_of(rows, season, entries)
        if final:
            return final
        contestants = [await self._contestant(season, entry) for entry in entries]
        return ranked(contestants, min_trades=season.min_trades)

    async def _contestant(self, season: SeasonRow, entry: SeasonEntryRow) -> Contestant:
        async with self._ground.store.read() as rows:
            limit = await rows.trading.limits.get(account_scope(entry.account_id), LEVERAGE)
        return Contestant(
            user_id=entry.user_id,
            name=entry.shown_name,
            joined_at=entry.joined_at,
            figures=await self._figures(season, entry),
            reason="" if is_capped(limit, season.max_leverage) else UNCAPPED,
        )

    async def _figures(self, season: SeasonRow, entry: SeasonEntryRow) -> Figures:
        """Return how an account did from its owner's joining to the season's end."""
        ledger, since = self._ground.ledger, entry.joined_at
        marks = await ledger.equity(entry.account_id, since=since)
        trades = await ledger.trades(entry.account_id, since=since)
        return figures_of(
            entry.start_equity,
            [one for one in marks if one.at <= season.ends_at],
            [one for one in trades if one.closed_at <= season.ends_at],
        )


async def newest_season(rows: Rows, guild_id: str) -> SeasonRow | None:
    """Return the season of a guild that began last."""
    found = await rows.trading.seasons.where(guild_id=guild_id, by="starts_at", newest=True, limit=1)
    return found[0] if found else None


def guild_of(caller: Caller) -> str:
    """Return the guild that a caller asks from. Raises `UserMistake` in direct messages."""
    if caller.guild_id is None:
        raise UserMistake("There are no seasons in direct messages.", hint=_NOWHERE)
    return caller.guild_id


def _place(one: Standing, user_id: str) -> said.Place:
    figures = one.figures
    return said.Place(
        rank=one.rank,
        name=one.name,
        is_caller=one.user_id == user_id,
        is_house=one.user_id.startswith(said.HOUSE),
        score=one.score,
        net_share=figures.net_share,
        drawdown_share=figures.drawdown_share,
        trades=figures.trades,
        reason=one.reason,
    )

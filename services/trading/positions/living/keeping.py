"""The rows of cards. The analyzer alone writes them; a member may have theirs deleted meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.store.store import Store
from services.store.trading_rows import FillRow, FundingRow
from services.trading.positions.living.card import Card, card_in

_MOST_FILLS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What is kept of an account and market since a position was opened."""

    fills: Sequence[FillRow] = ()
    fundings: Sequence[FundingRow] = ()


class KeptCards:
    """Reads and writes cards. Every verb raises `StoreUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def load(self) -> list[Card]:
        """Return the cards that are open, or were not told of to their end."""
        async with self._store.read() as rows:
            kept = await rows.trading.cards.where(status="open")
        return [card_in(row) for row in kept]

    async def save(self, cards: Sequence[Card], *, known: frozenset[str]) -> set[str]:
        """Commit cards; return the ids of those that are no longer kept, which nobody must hear of again."""
        gone: set[str] = set()
        async with self._store.write() as rows:
            for card in cards:
                row = card.row
                if row.id not in known:
                    await rows.trading.cards.put(row)
                elif not await rows.trading.cards.change(
                    row.id,
                    status=row.status,
                    place=row.place,
                    body=row.body,
                    updated_at=row.updated_at,
                    closed_at=row.closed_at,
                ):
                    gone.add(row.id)
        return gone

    async def happened(self, card: Card) -> Happened:
        """Return fills and fundings of a card's position; none where nobody knows when it was opened."""
        since, row = card.body.opened_at, card.row
        if since is None:
            return Happened()
        async with self._store.read() as rows:
            fills = await rows.trading.fills.where(
                account_id=row.account_id,
                market=row.market,
                by="at",
                since=("at", since),
                limit=_MOST_FILLS,
            )
            fundings = await rows.trading.fundings.where(
                account_id=row.account_id, market=row.market, by="at", since=("at", since)
            )
        return Happened(fills=fills, fundings=fundings)

    async def looks_of(self, card: Card) -> dict[str, str]:
        """Return how the owner of a card wants charts: locale, theme and palette, as far as chosen."""
        async with self._store.read() as rows:
            member = await rows.members.get(card.row.user_id)
        if member is None:
            return {}
        chosen = {"locale": member.locale, "theme": member.theme, "palette": member.palette}
        return {name: value for name, value in chosen.items() if value is not None}

"""All open cards in memory, as they are in the database: committed first, then told, then settled.

What is told was committed before with its ids, so that a restart tells it again under the same ids, and
whoever brings it knows it by them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from services.clock import Clock
from services.trading.ports import Teller
from services.trading.positions.living.card import Card, Key
from services.trading.positions.living.keeping import KeptCards

_SAVED_EVERY: Final = timedelta(seconds=20)
"""A crash forgets how far a position has been in so long a time at most; what is told is never forgotten."""

log = structlog.get_logger(__name__)


class Deck:
    """The cards, one a position. What commits raises `StoreUnavailable`, and has then changed nothing."""

    def __init__(self, kept: KeptCards, teller: Teller, *, clock: Clock) -> None:
        self._kept = kept
        self._teller = teller
        self._clock = clock
        self._cards: dict[Key, Card] = {}
        self._over: dict[str, Card] = {}
        """Those of closed positions that were not told to their end."""
        self._saved: dict[str, datetime] = {}
        self._is_open = False

    async def open(self) -> None:
        """Take up what an earlier life left behind, once."""
        if self._is_open:
            return
        now = self._clock.now()
        for card in await self._kept.load():
            self._saved[card.row.id] = now
            self._hold(card)
        self._is_open = True

    def get(self, key: Key) -> Card | None:
        """Return the open card of a position."""
        return self._cards.get(key)

    def of_market(self, market: str) -> Iterator[Card]:
        """Yield the open cards of a market."""
        return (card for card in tuple(self._cards.values()) if card.row.market == market)

    def __iter__(self) -> Iterator[Card]:
        return iter(tuple(self._cards.values()))

    def move(self, card: Card) -> None:
        """Hold a card in memory; it is committed with the next commit that is due."""
        self._cards[card.key] = card

    async def commit(self, cards: Iterable[Card]) -> None:
        """Keep cards and tell what waits on them, and on those of which not all was told before."""
        now = self._clock.now()
        wanted = [*self._over.values(), *cards]
        due = [card for card in wanted if card.body.pending or card.body.is_over or self._is_due(card, now)]
        await self._save(due)
        for card in wanted:
            if card.row.id in self._saved:
                self._hold(card)
        await self._tell([card for card in due if card.row.id in self._saved], now)

    async def _tell(self, cards: Sequence[Card], now: datetime) -> None:
        told = [card for card in cards if card.body.pending or card.body.is_over]
        for card in told:
            for event in card.body.pending:
                await self._teller.tell(event)
        settled = [card.settled(now) for card in told]
        await self._save(settled)
        for card in settled:
            self._hold(card)

    async def _save(self, cards: Sequence[Card]) -> None:
        if not cards:
            return
        gone = await self._kept.save(cards, known=frozenset(self._saved))
        now = self._clock.now()
        self._saved |= {card.row.id: now for card in cards}
        for card in cards:
            if card.row.id in gone:
                log.info("card_forgotten", card=card.row.id)
                self._drop(card)

    def _hold(self, card: Card) -> None:
        if card.row.status != "open":
            self._drop(card)
        elif card.body.is_over:
            self._over[card.row.id] = card
            self._take_out(card)
        else:
            self._cards[card.key] = card

    def _drop(self, card: Card) -> None:
        self._over.pop(card.row.id, None)
        self._saved.pop(card.row.id, None)
        self._take_out(card)

    def _take_out(self, card: Card) -> None:
        held = self._cards.get(card.key)
        if held is not None and held.row.id == card.row.id:
            del self._cards[card.key]

    def _is_due(self, card: Card, now: datetime) -> bool:
        saved = self._saved.get(card.row.id)
        return saved is None or now - saved >= _SAVED_EVERY

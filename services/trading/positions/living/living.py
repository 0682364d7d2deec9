"""The living cards of all open positions: looks at them every few seconds, and follows their marks between.

What the venue does not show is not taken for closed: an account that does not answer is unknown, and a
position that is gone is closed once its fills say so or it has been gone for a while.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

import msgspec
import structlog

from services.bus.bus import Bus
from services.clock import Clock
from services.errors import OmegaError
from services.loops import Loops
from services.market.messages import QUOTES, Quote
from services.store.store import Store
from services.trading.ports import Teller
from services.trading.positions.living.card import Card, Key, key_of
from services.trading.positions.living.closing import Closings
from services.trading.positions.living.deck import Deck
from services.trading.positions.living.events import with_events, with_share
from services.trading.positions.living.keeping import KeptCards
from services.trading.positions.living.looking import Look, Sighted, looked_at, moved_to
from services.trading.positions.living.noticing import Notice
from services.trading.positions.messages import (
    POSITIONS_CHANGED,
    Analysis,
    WatchPositions,
)
from services.trading.positions.reading.grounds import Ground, Grounds
from services.trading.positions.reading.reading import read

TIMEFRAME: Final = "1h"
_EVERY: Final = 5.0
_SOON: Final = 0.2
_ASK_SECONDS: Final = 10.0
_MARKS_EVERY: Final = 0.25

log = structlog.get_logger(__name__)


class Living:
    """Keeps the cards. Two things may happen to a card at once, so each waits for its turn."""

    def __init__(
        self,
        bus: Bus,
        *,
        store: Store,
        grounds: Grounds,
        teller: Teller,
        clock: Clock,
        every: float = _EVERY,
    ) -> None:
        kept = KeptCards(store)
        self._bus = bus
        self._grounds = grounds
        self._clock = clock
        self._every = every
        self._deck = Deck(kept, teller, clock=clock)
        self._closings = Closings(bus, kept, clock=clock)
        self._turn = asyncio.Lock()
        self._again = asyncio.Event()
        self._marks: dict[str, Quote] = {}
        self._last: Mapping[str, Ground] = {}
        self._trouble = ""

    def get(self, key: Key) -> Card | None:
        """Return the open card of a position."""
        return self._deck.get(key)

    async def share(self, key: Key, channel_id: str) -> Card | None:
        """Share a card in a channel, or with no channel in none any more; None where there is no card.

        Raises `StoreUnavailable`.
        """
        async with self._turn:
            card = self._deck.get(key)
            if card is None or card.channel == channel_id:
                return card
            now = self._clock.now()
            placed = card.placed(channel_id)
            changed = Notice(news="changed")
            told = with_share(placed, now) if channel_id else with_events(placed, changed, now)
            await self._deck.commit([told])
            return self._deck.get(key)

    async def mute(self, card_id: str, user_id: str, *, is_muted: bool) -> Card | None:
        """Tell the owner of an open card of no levels any more, or again; None where it is not theirs.

        Raises `StoreUnavailable`.
        """
        async with self._turn:
            await self._deck.open()
            card = next(
                (one for one in self._deck if (one.row.id, one.row.user_id) == (card_id, user_id)), None
            )
            if card is None or card.body.is_muted == is_muted:
                return card
            now = self._clock.now()
            changed = card.with_body(msgspec.structs.replace(card.body, is_muted=is_muted), now)
            await self._deck.commit([with_events(changed, Notice(news="changed"), now)])
            return self._deck.get(card.key)

    async def run(self) -> None:
        """Look and tell until cancelled."""
        async with Loops(self._hear_marks(), self._hear_changes(), self._follow()):
            while True:
                await self._try_to_look()
                await self._pause()

    async def _try_to_look(self) -> None:
        """Look, and log what is in the way when that changes: a desk may be away for long."""
        try:
            await self.look()
        except OmegaError as error:
            if error.code != self._trouble:
                log.warning("positions_not_seen", code=error.code, error=error.message)
            self._trouble = error.code
        else:
            self._trouble = ""

    async def look(self) -> None:
        """Look at all positions once, and tell what there is to tell.

        Raises `NoAnswer` and its like; then nothing is known, and nothing changes.
        """
        async with self._turn:
            await self._deck.open()
        answer = await self._bus.ask(WatchPositions(), timeout=_ASK_SECONDS)
        look, now = Look.of(answer), self._clock.now()
        grounds = await self._grounds.of((one.market for one in look.positions()), TIMEFRAME)
        analyses = await asyncio.to_thread(self._read, look, grounds)
        gone, replaced = look.gone(self._deck, now), look.replaced(self._deck, now)
        closings = await self._closings.of(gone, must=replaced)
        found = Sighted(look=look, analyses=analyses, grounds=grounds, closings=closings)
        async with self._turn:
            self._last = grounds
            await self._deck.commit(looked_at(self._deck, found, now))

    async def mark(self, quotes: Mapping[str, Quote]) -> None:
        """Follow new marks of markets. Raises `StoreUnavailable`."""
        async with self._turn:
            for market, quote in quotes.items():
                await self._deck.commit(self._moved(market, quote))

    def _moved(self, market: str, quote: Quote) -> list[Card]:
        """Move the cards of a market; return those with something to tell."""
        ground, now = self._last.get(market), self._clock.now()
        ruler = None if ground is None else ground.ruler
        found = (moved_to(card, quote, ruler, now) for card in self._deck.of_market(market))
        moved = [card for card in found if card is not None]
        for card in moved:
            if not card.body.pending:
                self._deck.move(card)
        return [card for card in moved if card.body.pending]

    def _read(self, look: Look, grounds: Mapping[str, Ground]) -> dict[Key, Analysis]:
        return {
            key_of(one): read(one, grounds[one.market], timeframe=TIMEFRAME, equity=look.equity_of(one))
            for one in look.positions()
        }

    async def _pause(self) -> None:
        """Wait for the next look: a while, or until somebody says that something has changed."""
        try:
            async with asyncio.timeout(self._every):
                await self._again.wait()
        except TimeoutError:
            return
        await asyncio.sleep(_SOON)
        self._again.clear()

    async def _hear_marks(self) -> None:
        async with self._bus.subscribe(QUOTES) as heard:
            async for quote in heard:
                if isinstance(quote, Quote) and quote.mark is not None:
                    self._marks[quote.market] = quote

    async def _hear_changes(self) -> None:
        async with self._bus.subscribe(POSITIONS_CHANGED) as heard:
            async for _ in heard:  # a gap may have hidden a change
                self._again.set()

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(_MARKS_EVERY)
            marks, self._marks = self._marks, {}
            try:
                await self.mark(marks)
            except OmegaError as error:
                log.warning("marks_not_followed", code=error.code, error=error.message)

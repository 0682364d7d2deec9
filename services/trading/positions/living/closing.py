"""How closed positions went: found from the fills that are kept, and drawn, before anything of it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from services.alerts.trading_posts import PostMortem
from services.analyst.messages import ChartDrawn
from services.bus.bus import Bus
from services.clock import Clock
from services.members.messages import MEMBER_LANGUAGE
from services.trading.positions.living.card import Card
from services.trading.positions.living.events import with_events
from services.trading.positions.living.keeping import KeptCards
from services.trading.positions.living.noticing import Notice
from services.trading.positions.living.post_mortem import course_of, is_liquidated, post_mortem
from services.trading.positions.reading.charting import chart_of, drawn

_PATIENCE: Final = timedelta(seconds=20)
"""For the fills of an exit: a position that is gone for so long is closed without them."""
_TIMEFRAME: Final = "1h"
_DRAWN_WITHIN: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """How a position ended; `after` is None where not even a last mark is known."""

    after: PostMortem | None
    chart: ChartDrawn | None


class Closings:
    """Finds out of cards whose position is gone whether it is closed, and how it went."""

    def __init__(self, bus: Bus, kept: KeptCards, *, clock: Clock) -> None:
        self._bus = bus
        self._kept = kept
        self._clock = clock

    async def of(self, cards: Sequence[Card], *, must: frozenset[str] = frozenset()) -> dict[str, Closing]:
        """Return the ends of those that are closed, by their ids; `must`: ids of those that are surely.

        Raises `StoreUnavailable`, `BusUnavailable`.
        """
        found = await asyncio.gather(*(self._one(card, is_sure=card.row.id in must) for card in cards))
        return {card.row.id: one for card, one in zip(cards, found, strict=True) if one is not None}

    async def _one(self, card: Card, *, is_sure: bool) -> Closing | None:
        happened = await self._kept.happened(card)
        course = course_of(card.body, happened.fills, happened.fundings)
        if course is None and not is_sure and not self._is_long_gone(card):
            return None
        after = post_mortem(card.body, course)
        return Closing(after=after, chart=await self._chart(card, after))

    def _is_long_gone(self, card: Card) -> bool:
        missing = card.body.missing_since
        return missing is not None and self._clock.now() - missing >= _PATIENCE

    async def _chart(self, card: Card, after: PostMortem | None) -> ChartDrawn | None:
        looks = await self._spoken(card) | await self._kept.looks_of(card)
        request = chart_of(
            card.body.position, timeframe=_TIMEFRAME, leaving=None if after is None else after.exit
        )
        return await drawn(self._bus.ask, msgspec.structs.replace(request, **looks), within=_DRAWN_WITHIN)

    async def _spoken(self, card: Card) -> dict[str, str]:
        """Return what the owner's Discord speaks, as far as known."""
        found = await self._bus.latest(MEMBER_LANGUAGE, part=card.row.user_id)
        return {} if found is None or not found.value.locale else {"locale": found.value.locale}


def closed(card: Card, closing: Closing, now: datetime) -> Card:
    """Return a card with the news of its end."""
    after, body = closing.after, card.body
    if after is not None:
        position = msgspec.structs.replace(body.position, mark=after.exit, share=after.share, r=after.r)
        body = msgspec.structs.replace(body, position=position)
    is_wiped_out = after is not None and is_liquidated(body, after.exit)
    notice = Notice(
        news="liquidated" if is_wiped_out else "closed", is_new=is_wiped_out, is_urgent=is_wiped_out
    )
    over = card.with_body(msgspec.structs.replace(body, is_over=True), now)
    return with_events(over, notice, now, after=after, chart=closing.chart)

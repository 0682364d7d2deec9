"""Whether a delivery was posted already: its short ids stand in the footer of the message.

Discord recognises a repeat by its nonce for a few minutes only. What may have been posted longer ago is
looked for among the newest messages of its channel. A channel is read once for all that came before: after a
restart a bot has to look for everything that waited for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import discord
import structlog

from services.clock import Clock
from services.memory import Remembered

_NEWEST: Final = 100
_KEPT_FOR: Final = 60.0
_CLOCKS_DIFFER: Final = timedelta(minutes=1)
"""Discord's clock is not ours."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Trace:
    message: int
    at: datetime
    words: frozenset[str]


class Lookup:
    """What one bot has posted lately in each channel."""

    def __init__(self, clock: Clock) -> None:
        self._read: Remembered[int, list[_Trace]] = Remembered(clock)

    async def find(
        self,
        channel: discord.PartialMessageable,
        author: int,
        marks: Sequence[str],
        *,
        since: datetime,
        is_fresh: bool,
    ) -> int | None:
        """Return the id of the author's message with all of `marks` in its footer; None for none.

        Args:
            channel: where to look.
            author: whose messages count.
            marks: the short ids, at least one.
            since: when the delivery was made; what was posted before is another one.
            is_fresh: read the channel now, since it may have been posted a moment ago.
        """
        traces = None if is_fresh else self._read.get(channel.id)
        if traces is None:
            traces = await _traces(channel, author)
            self._read.keep(channel.id, traces, seconds=_KEPT_FOR)
        fitting = (one for one in traces if one.at >= since - _CLOCKS_DIFFER and one.words.issuperset(marks))
        return next((one.message for one in fitting), None)


async def _traces(channel: discord.PartialMessageable, author: int) -> list[_Trace]:
    """Read the channel; where the bot may not read what it wrote, nothing can be found."""
    try:
        return [
            _Trace(message.id, message.created_at, _words(message.embeds))
            async for message in channel.history(limit=_NEWEST)
            if message.author.id == author
        ]
    except discord.Forbidden as error:
        log.warning("history_refused", channel=channel.id, why=str(error))
        return []


def _words(embeds: Sequence[discord.Embed]) -> frozenset[str]:
    return frozenset(word for embed in embeds for word in (embed.footer.text or "").split())

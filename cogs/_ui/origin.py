"""Where figures come from, how real they are and how old: what every card of the market says of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from cogs._ui.card import Fact
from cogs._ui.times import full, relative
from services.locales.numbers import Numbers
from services.market.messages import Nature, Origin
from services.personas.voice import Voice

NATURES: Final[dict[Nature, str]] = {"live": "LIVE", "replay": "REPLAY", "simulated": "SIMULATED"}
_MEANINGS: Final[dict[Nature, str]] = {
    "live": "",
    "replay": " · recorded candles played again, not today's market",
    "simulated": " · a made-up market",
}
_TIMES_DIFFER: Final = timedelta(minutes=1)
"""Market time further than this from the time of receipt is shown beside it."""


def origin_facts(origins: Sequence[Origin], numbers: Numbers, *, now: datetime, of: str) -> list[Fact]:
    """Return source and age of the figures `of` a card, and their market time where it is another.

    Of several figures each source is named once, and the youngest and the oldest age are told.
    """
    if not origins:
        return []
    oldest = min(origins, key=lambda origin: origin.received_at)
    sources = dict.fromkeys(f"{one.venue} · {NATURES[one.nature]}{_MEANINGS[one.nature]}" for one in origins)
    received = f"{_ages(origins, numbers, now)} · received {relative(oldest.received_at)}"
    facts = [Fact("Source", "\n".join(sources), is_wide=True), Fact(f"{of} age", received)]
    if abs(oldest.received_at - oldest.as_of) > _TIMES_DIFFER:
        facts.append(Fact("Market time", f"{full(oldest.as_of)} ({relative(oldest.as_of)})"))
    return facts


def age(origin: Origin, numbers: Numbers, now: datetime) -> str:
    """Return how long ago a figure was received."""
    return numbers.age(max(0.0, (now - origin.received_at).total_seconds()))


def footnote(voice: Voice, *notes: str) -> str:
    """Return who speaks and what else is to be known of the figures."""
    return " · ".join((voice.card.display_name, *notes, "not financial advice"))


def _ages(origins: Sequence[Origin], numbers: Numbers, now: datetime) -> str:
    by_age = sorted(origins, key=lambda origin: origin.received_at)
    youngest, oldest = age(by_age[-1], numbers, now), age(by_age[0], numbers, now)
    return oldest if youngest == oldest else f"{youngest} to {oldest}"

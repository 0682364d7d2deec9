"""Where figures come from, how real they are and how old: what every card of the market says of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from cogs._ui.card import Fact
from cogs._ui.times import full, relative
from services.locales.numbers import Numbers
from services.locales.texts import Texts
from services.looks import MARKS, Nature
from services.market.messages import Origin
from services.personas.voice import Voice

_MEANINGS: Final[dict[Nature, str]] = {
    "live": "",
    "replay": "recorded candles played again, not today's market",
    "simulated": "a made-up market",
}
_TIMES_DIFFER: Final = timedelta(minutes=1)
"""Market time further than this from the time of receipt is shown beside it."""


def origin_facts(origins: Sequence[Origin], voice: Voice, *, now: datetime, of: str) -> list[Fact]:
    """Return source and age of the figures `of` a card, and their market time where it is another.

    Of several figures each source is named once, and the youngest and the oldest age are told. `of` is
    English, such as ``Price``: the texts have ``Price age``.
    """
    if not origins:
        return []
    text = voice.text
    oldest = min(origins, key=lambda origin: origin.received_at)
    sources = dict.fromkeys(_source(origin, text) for origin in origins)
    received = text("received {when}", when=relative(oldest.received_at))
    facts = [
        Fact(text("Source"), "\n".join(sources), is_wide=True),
        Fact(text(f"{of} age"), f"{_ages(origins, voice, now)} · {received}"),
    ]
    if abs(oldest.received_at - oldest.as_of) > _TIMES_DIFFER:
        facts.append(Fact(text("Market time"), f"{full(oldest.as_of)} ({relative(oldest.as_of)})"))
    return facts


def nature(origin: Origin, text: Texts) -> str:
    """Return the mark that says how real a figure is."""
    return text(MARKS[origin.nature])


def age(origin: Origin, numbers: Numbers, now: datetime) -> str:
    """Return how long ago a figure was received."""
    return numbers.age(max(0.0, (now - origin.received_at).total_seconds()))


def footnote(voice: Voice, *notes: str) -> str:
    """Return who speaks and what else is to be known of the figures; notes are in the voice's language."""
    return " · ".join((voice.card.display_name, *notes, voice.text("not financial advice")))


def _source(origin: Origin, text: Texts) -> str:
    meaning = _MEANINGS[origin.nature]
    return " · ".join([origin.venue, nature(origin, text), *([text(meaning)] if meaning else [])])


def _ages(origins: Sequence[Origin], voice: Voice, now: datetime) -> str:
    by_age = sorted(origins, key=lambda origin: origin.received_at)
    youngest, oldest = age(by_age[-1], voice.numbers, now), age(by_age[0], voice.numbers, now)
    if youngest == oldest:
        return oldest
    return voice.text("{youngest} to {oldest}", youngest=youngest, oldest=oldest)

"""Where the figures of a model's answer come from: what the cards that it stands on say of source and age."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from services.chat.messages import FactShown, Shown
from services.personas.voice import Voice

_SOURCE: Final = "Source"
AGED: Final = ("Price", "Oldest price", "Candles", "Book", "Figure", "Rate", "Rates")
"""Whose age cards tell, in a fact such as ``Price age``."""
_TIMES: Final = (*(f"{one} age" for one in AGED), "Market time")
_MOMENT: Final = re.compile(r"<t:(\d{1,11})")


def origins_of(voice: Voice, cards: Sequence[Shown]) -> list[FactShown]:
    """Return the facts of source, age and market time that `cards` in the voice's language have.

    Each source is named once, with its mark of what is no market of today; of several ages or times of one
    name the oldest counts.
    """
    source, times = voice.text(_SOURCE), {voice.text(name) for name in _TIMES}
    facts = [fact for card in cards for fact in card.facts]
    told = [fact for fact in facts if fact.name == source]
    oldest: dict[str, FactShown] = {}
    for fact in facts:
        if fact.name in times:
            oldest[fact.name] = min(oldest.get(fact.name, fact), fact, key=_moment)
    lines = dict.fromkeys(line for fact in told for line in fact.value.splitlines())
    sources = [FactShown(name=source, value="\n".join(lines), is_wide=True)] if lines else []
    return [*sources, *oldest.values()]


def _moment(fact: FactShown) -> int:
    """Return the first moment that a fact names; one that names none is the oldest there is."""
    found = _MOMENT.search(fact.value)
    return 0 if found is None else int(found[1])

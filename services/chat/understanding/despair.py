"""Hears somebody who speaks of ending their life; it is looked for before any wish, in the whole text.

Who dies of laughter is not meant, and neither is who does not want to die.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from services.chat.understanding.lexicon import Lexicon
from services.chat.understanding.phrases import Seen, Sentence
from services.chat.understanding.reading import Word, words_in

_PART: Final = 240
"""Letters that are read at a time."""
_OVERLAP: Final = 80
"""Letters that are read twice, so that no phrase is cut in two."""
_FARTHEST: Final = 4_000
_OF: Final = frozenset({"de", "of", "from"})
_TRULY: Final = frozenset({"verdade", "vez", "uma", "this", "all", "here", "tudo", "desgosto", "tristeza"})
"""Behind ``of`` it is meant nevertheless."""
_JOKES: Final = frozenset({"laughing", "rindo", "foot", "rico", "rica", "rich", "poor", "pobre"})
_NOT: Final = frozenset({"not", "nao", "never", "nunca"})
_NEAR: Final = 3


def is_despair(text: str, lexicon: Lexicon) -> bool:
    """Return whether a text speaks of ending one's own life."""
    step = _PART - _OVERLAP
    parts = (text[start : start + _PART] for start in range(0, min(len(text), _FARTHEST), step))
    return any(_is_told(part, lexicon) for part in parts)


def _is_told(text: str, lexicon: Lexicon) -> bool:
    words = words_in(text, lexicon.expansions, lexicon.coins.quotes)
    opens = frozenset(
        place for place, word in enumerate(words) if not place or words[place - 1].ends or word.after_comma
    )
    closes = frozenset(place + 1 for place, word in enumerate(words) if word.ends) | {len(words)}
    sentence = Sentence(words=words, opens=opens, closes=closes, small=lexicon.small)
    return any(_is_meant(seen, words) for seen in lexicon.distress.find(sentence))


def _is_meant(seen: Seen[str], words: Sequence[Word]) -> bool:
    after = [word.plain for word in words[seen.end : seen.end + _NEAR]]
    is_of = len(after) > 1 and after[0] in _OF and after[1] not in _TRULY
    is_denied = seen.start > 0 and words[seen.start - 1].plain in _NOT
    return not (is_of or is_denied or not _JOKES.isdisjoint(after))

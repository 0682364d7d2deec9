"""Understands a question without a model: which wish it is, and what was said with it.

The words by which a wish is known stand in `words`, with how much each phrase tells; what weighs most is
meant. Nothing is learnt and nothing is drawn by lot, so the same question is always understood the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from services.chat.intents import OF_CANDLES, Intent, Understood
from services.chat.understanding.deciding import Decision, decide
from services.chat.understanding.despair import is_despair
from services.chat.understanding.finding import Listed
from services.chat.understanding.frames import frame_in, refused_in, with_frames
from services.chat.understanding.lexicon import Lexicon, read_lexicon
from services.chat.understanding.markets import markets_in, with_markets
from services.chat.understanding.phrases import Sentence
from services.chat.understanding.reading import Word, words_in
from services.chat.understanding.slots import more_slots
from services.locales import Locale
from services.members.messages import Caller
from services.personas.routing import Question

_OF_A_MARKET: Final[frozenset[Intent]] = frozenset(
    {
        *(
            "price",
            "chart",
            "fib",
            "levels",
            "pivots",
            "patterns",
            "analyze",
            "depth",
            "funding",
            "oi",
            "movers",
        ),
        *(
            "compare",
            "panel",
            "cosmic_test",
            "alert",
            "advice",
            "trade",
            "cannot",
            "positions",
            "pnl",
            "orders",
        ),
        *("definition", "lesson", "alerts"),
    }
)
"""A market that is named belongs to these wishes; in others it is talk."""
_OF_A_TIME: Final[frozenset[Intent]] = _OF_A_MARKET - {
    "definition",
    "lesson",
    "positions",
    "pnl",
    "orders",
    "alerts",
    "cannot",
}
_VENUES: Final = frozenset(
    {"binance", "bybit", "kraken", "kucoin", "okx", "coinbase", "bitget", "mexc", "hyperliquid"}
)
_MOST: Final = 600
"""Characters of a question that are read."""


class Recogniser:
    """Understands questions."""

    def __init__(self, lexicon: Lexicon | None = None) -> None:
        self._lexicon = lexicon or read_lexicon()
        self._names: Sequence[str] = ()
        self._listed = Listed.of(())

    def understand(
        self,
        question: Question,
        *,
        caller: Caller,
        locale: Locale,
        names: Sequence[str],
        venues: Sequence[str] = (),
    ) -> Understood:
        """Return what a member wants.

        Args:
            question: what was written.
            caller: who wrote it.
            locale: the language to answer in where the question does not show its own.
            names: the markets there are, such as ``BTC/USDT:USDT``.
            venues: the venues that can be asked.
        """
        short = Question(question.text[:_MOST])
        venue = short.venue(venues) if short.places else ""
        words = self._words(short.without(venue) if venue else short, self._of(names))
        sentence = self._sentence(words)
        decision = self._decided(question, sentence)
        intent = decision.intent
        markets = _named(words, venues) if intent in _OF_A_MARKET else ()
        timeframe = frame_in(words) if intent in _OF_A_TIME else None
        return Understood(
            intent=intent,
            question=question,
            locale=short.language or locale,
            caller=caller,
            market=markets[0] if markets else None,
            markets=markets if len(markets) > 1 else (),
            timeframe=timeframe,
            venue=venue or _bare_venue(words, _places(venues)),
            refused=refused_in(words) if timeframe is None and intent in OF_CANDLES else "",
            more=more_slots(intent, sentence, self._lexicon),
            confidence=decision.confidence,
        )

    def _decided(self, question: Question, sentence: Sentence) -> Decision:
        """Return the wish; despair goes before any."""
        if is_despair(question.text, self._lexicon):
            return Decision("distress", 1.0)
        return decide(sentence, self._lexicon)

    def _of(self, names: Sequence[str]) -> Listed:
        """Return what follows from the names; worked out anew only where they are others than before."""
        if names is not self._names and names != self._names:
            self._listed = Listed.of(names)
        self._names = names
        return self._listed

    def _words(self, question: Question, listed: Listed) -> list[Word]:
        lexicon = self._lexicon
        written = words_in(question.text, lexicon.expansions, lexicon.coins.quotes)
        spelt = [self._spelt(word, listed) for word in written]
        marked = with_markets(with_frames(spelt, lexicon), listed, lexicon)
        return _spot(marked, listed)

    def _spelt(self, word: Word, listed: Listed) -> Word:
        if word.kinds or word.raw.startswith("$") or word.raw.upper() in listed.bases:
            return word
        right = self._lexicon.spelling.right(word.plain)
        return (
            word
            if right == word.plain
            else Word(word.raw, right, ends=word.ends, after_comma=word.after_comma)
        )

    def _sentence(self, words: Sequence[Word]) -> Sentence:
        courtesies, small = self._lexicon.courtesies, self._lexicon.small
        opens, closes = frozenset(_opens(words, courtesies)), frozenset(_closes(words, courtesies))
        bare = Sentence(words=words, opens=opens, closes=closes)
        terms: dict[int, frozenset[int]] = {}
        for seen in self._lexicon.terms.find(bare):
            terms[seen.start] = terms.get(seen.start, frozenset()) | {seen.end}
        return replace(bare, small=small, terms=terms)


def _places(venues: Sequence[str]) -> frozenset[str]:
    """Return the names that are venues' wherever they stand; a coin of that name has a code of its own."""
    return _VENUES | {venue.casefold() for venue in venues}


def _named(words: Sequence[Word], venues: Sequence[str]) -> tuple[str, ...]:
    """Return the markets that are named; a venue is none."""
    places = _places(venues)
    return tuple(one for one in markets_in(words) if one.casefold() not in places)


def _bare_venue(words: Sequence[Word], places: frozenset[str]) -> str:
    has_market = any("@market" in word.kinds for word in words)
    return next((word.plain for word in words if has_market and word.plain in places), "")


def _spot(words: list[Word], listed: Listed) -> list[Word]:
    """Put the spot market in the place of a coin where spot is asked for, and there is one."""
    plains = [word.plain for word in words]
    is_spot = "spot" in plains or any(pair == ("a", "vista") for pair in pairwise(plains))
    if not is_spot:
        return words
    return [
        Word(word.raw, listed.spots.get(word.plain, word.plain), ends=word.ends, kinds=word.kinds)
        if "@market" in word.kinds
        else word
        for word in words
    ]


def _opens(words: Sequence[Word], courtesies: frozenset[str]) -> list[int]:
    """Return the places before which nothing but courtesies stands in their sentence."""
    found, is_open = [], True
    for place, word in enumerate(words):
        if is_open or word.after_comma:
            found.append(place)
            is_open = True
        is_open = word.ends or (is_open and word.plain in courtesies)
    return found


def _closes(words: Sequence[Word], courtesies: frozenset[str]) -> list[int]:
    """Return the places behind which nothing but courtesies stands in their sentence."""
    found, is_closed = [len(words)], True
    for place in range(len(words), 0, -1):
        word = words[place - 1]
        is_closed = is_closed or word.ends
        if is_closed:
            found.append(place)
        is_closed = is_closed and word.plain in courtesies
    return found

"""Follow-ups: "and on 1h?" and "e o eth?" take what they leave out from what was wanted before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from services.chat.intents import Intent, Slot, Understood
from services.chat.understanding.frames import frame_in, with_frames
from services.chat.understanding.lexicon import Lexicon
from services.chat.understanding.reading import words_in
from services.market.messages import Timeframe
from services.personas.routing import Question

_OPENINGS: Final = frozenset(
    """
    and also now then so ok same what whats how e então entao agora também tambem mesma mesmo já ja
    mas but
    """.split()  # noqa: SIM905 - prose is read and kept more easily than a list of literals
)
_ABOUT: Final = ("what about", "how about", "the same", "same for", "a mesma", "o mesmo", "mesma coisa")
_MOST_WORDS: Final = 7
_ABOUT_MARKETS: Final[frozenset[Intent]] = frozenset(
    {"price", "chart", "fib", "levels", "pivots", "patterns", "analyze", "depth", "funding", "oi", "panel"}
)
"""What is wanted of one market; the market of one is meant in the next."""
_CARRIED: Final[frozenset[Intent]] = _ABOUT_MARKETS | {
    "compare",
    "convert",
    "sky",
    "moon",
    "retrograde",
    "aspects",
    "calendar",
    "cosmic_test",
}
_GUESSED: Final[Mapping[Intent, Sequence[str]]] = {
    "price": (
        *("price", "quote", "worth", "cost", "much", "trading", "ticker"),
        *("preço", "preco", "cotação", "cotacao", "vale", "valendo", "custa", "quanto"),
    ),
    "chart": ("chart", "graph", "plot", "candles", "gráfico", "grafico", "candle"),
}
"""What a bare market is taken for, alone or with a timeframe, and the words that truly ask for it."""


def followed(now: Understood, before: Understood | None, lexicon: Lexicon) -> Understood:
    """Return what is wanted now, with what was left out taken from what was wanted before."""
    if before is None:
        return now
    if now.intent == "unknown":
        now = replace(now, timeframe=now.timeframe or _frame_in(now.question, lexicon))
    if before.intent in _CARRIED and _asks_the_same(now):
        return _joined(replace(now, intent=before.intent, confidence=before.confidence), before)
    if _lacks_a_market(now) and before.market is not None:
        return replace(now, market=before.market, timeframe=now.timeframe or before.timeframe)
    return now


def _lacks_a_market(now: Understood) -> bool:
    """Return whether a market is meant and not named; funding rates may be wanted of all of them."""
    is_of_all = now.intent == "funding" and not _is_opened(now.question)
    return now.intent in _ABOUT_MARKETS and now.market is None and not now.markets and not is_of_all


def _asks_the_same(now: Understood) -> bool:
    """Return whether a question names no wish of its own, only another market, time or place."""
    if not _names_something(now) or len(now.question.words) > _MOST_WORDS:
        return False
    if now.intent == "unknown":
        return True
    return now.intent in _GUESSED and _is_opened(now.question) and not now.question.hits(_GUESSED[now.intent])


def _frame_in(question: Question, lexicon: Lexicon) -> Timeframe | None:
    """Return the timeframe that is named in a question of which no wish was understood."""
    return frame_in(with_frames(words_in(question.text, lexicon.expansions, lexicon.coins.quotes), lexicon))


def _is_opened(question: Question) -> bool:
    return bool(question.words and question.words[0] in _OPENINGS) or bool(question.hits(_ABOUT))


def _names_something(now: Understood) -> bool:
    return bool(now.market or now.markets or now.timeframe or now.venue or now.more)


def _joined(now: Understood, before: Understood) -> Understood:
    more: dict[Slot, str] = {**before.more, **now.more}
    return replace(
        now,
        market=now.market or before.market,
        markets=now.markets or before.markets,
        timeframe=now.timeframe or before.timeframe,
        venue=now.venue or before.venue,
        more=more,
    )

"""Follow-ups: "and on 1h?" and "e o eth?" take what they leave out from what was wanted before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from services.chat.intents import OF_CANDLES, Intent, Slot, Understood
from services.chat.understanding.frames import frame_in, refused_in, with_frames
from services.chat.understanding.lexicon import Lexicon
from services.chat.understanding.reading import Word, words_in
from services.market.messages import Timeframe
from services.personas.routing import Question

_OPENINGS: Final = frozenset(
    """
    and also now then so ok same not no e então entao agora também tambem mesma mesmo já ja
    mas but não nao
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


_TAUGHT: Final[tuple[Intent, ...]] = ("definition", "lesson")
_AGAIN: Final = (
    *("explain better", "explain it better", "explain that better", "explain more", "explain again"),
    *("explain it again", "explain that again", "explain that", "explain it", "explain please"),
    *("i don t get it", "i dont get it", "i don t understand", "i dont understand", "do not understand"),
    *("didn t get it", "didnt get it", "didn t understand", "didnt understand", "an example", "for example"),
    *("one example", "say that again", "come again", "simpler", "in other words", "tell me more"),
    *("explica melhor", "explique melhor", "explica de novo", "explica mais", "explica isso", "me explica"),
    *("não entendi", "nao entendi", "não entendo", "nao entendo", "entendi nada", "um exemplo"),
    *("exemplo", "mais simples", "de novo", "outras palavras", "mais detalhes", "fala mais", "conta mais"),
)
_UNSURE: Final = 0.2
_NO_TERMS: Final = frozenset(
    """
    i you me it that this please can could give tell say an a one example for again better more simpler simple
    explain explanation don dont didn didnt t do not get understand in other words come anything at all still
    sorry what with show some need want to the of
    não nao entendi entendo nada explica explique melhor de novo mais me um uma exemplo isso por favor pra mim
    simples em outras palavras detalhes fala conta pode você voce vc dá da direito ainda eu desculpa como
    assim o que e mano cara bot ok then so
    """.split()  # noqa: SIM905 - as above
)


def followed(now: Understood, before: Understood | None, lexicon: Lexicon) -> Understood:
    """Return what is wanted now, with what was left out taken from what was wanted before."""
    if _asks_again(now):
        return _again(now, before)
    if before is None:
        return now
    if now.intent == "unknown":
        now = _with_frame(now, lexicon)
    if before.intent in _CARRIED and _asks_the_same(now, lexicon):
        return _joined(replace(now, intent=before.intent, confidence=before.confidence), before)
    if _lacks_a_market(now) and before.market is not None:
        return replace(now, market=before.market, timeframe=_timeframe(now, before))
    return now


def _timeframe(now: Understood, before: Understood) -> Timeframe | None:
    """Return the timeframe that is meant: none of an old one where none is asked for, or another is."""
    is_kept = now.intent in OF_CANDLES and not now.refused
    return now.timeframe or (before.timeframe if is_kept else None)


def _asks_again(now: Understood) -> bool:
    """Return whether no more is asked than that what was explained be explained again."""
    is_short = now.intent in {"unknown", *_TAUGHT} and now.question.hits(_AGAIN) > 0
    return is_short and all(word in _NO_TERMS for word in now.question.words)


def _again(now: Understood, before: Understood | None) -> Understood:
    if before is not None and before.intent in _TAUGHT:
        return replace(now, intent=before.intent, more=before.more, confidence=before.confidence)
    return replace(now, intent="unknown", more={}, confidence=_UNSURE)


def _lacks_a_market(now: Understood) -> bool:
    """Return whether a market is meant and not named; funding rates may be wanted of all of them."""
    is_of_all = now.intent == "funding" and not _is_opened(now.question)
    return now.intent in _ABOUT_MARKETS and now.market is None and not now.markets and not is_of_all


def _asks_the_same(now: Understood, lexicon: Lexicon) -> bool:
    """Return whether a question names no wish of its own, only another market, time or place."""
    if not _names_something(now) or len(now.question.words) > _MOST_WORDS:
        return False
    if now.intent == "unknown":
        return True
    if now.intent not in _GUESSED or not _is_opened(now.question):
        return False
    spelt = Question(" ".join(lexicon.spelling.right(word) for word in now.question.words))
    return not spelt.hits(_GUESSED[now.intent])


def _with_frame(now: Understood, lexicon: Lexicon) -> Understood:
    """Return a question of which no wish was understood with the timeframe that it names."""
    words = _framed(now.question, lexicon)
    timeframe = now.timeframe or frame_in(words)
    return replace(now, timeframe=timeframe, refused="" if timeframe else refused_in(words))


def _framed(question: Question, lexicon: Lexicon) -> list[Word]:
    return with_frames(words_in(question.text, lexicon.expansions, lexicon.coins.quotes), lexicon)


def _is_opened(question: Question) -> bool:
    return bool(question.words and question.words[0] in _OPENINGS) or bool(question.hits(_ABOUT))


def _names_something(now: Understood) -> bool:
    return bool(now.market or now.markets or now.timeframe or now.refused or now.venue or now.more)


def _joined(now: Understood, before: Understood) -> Understood:
    more: dict[Slot, str] = {**before.more, **now.more}
    return replace(
        now,
        market=now.market or before.market,
        markets=now.markets or before.markets,
        timeframe=_timeframe(now, before) or (None if now.refused else before.timeframe),
        venue=now.venue or before.venue,
        more=more,
    )

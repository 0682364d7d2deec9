"""Weighs what was seen in a question: which wish it is, and how sure that is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.chat.intents import INTENTS, Intent
from services.chat.understanding.frames import NO_FRAME
from services.chat.understanding.lexicon import Lexicon
from services.chat.understanding.phrases import Sentence
from services.chat.understanding.reading import Word
from services.chat.understanding.slots import conversion_in

_A_MARKET: Final = 1.1
"""What a market tells that is named and no more: its price is wanted."""
_A_FRAME: Final = 2.1
_OWN_WORD: Final = 2.0
"""Less tells of a price only beside a market: last, high, change."""
_BESIDE: Final = 0.2
_MOST_BESIDE: Final = 0.8
"""What further phrases for the same wish add, and at most."""
_TALK: Final[tuple[Intent, ...]] = ("greeting", "goodbye", "unknown")
_BESIDE_A_MARKET: Final = 0.3
"""How much of what is said without any need is left where a market is named."""
_SURE: Final = 3.0
_LEAST: Final = 1.0
_AFTER_A_WORD: Final = 0.55
_CONVERTS: Final = 5.6
_CONVERTS_ONE: Final = 1.9
"""Without an amount, as in \"usd to btc\"; a price in dollars is a price."""
_NAMED: Final = 5.0
"""From this weight on an explanation is asked for even of a market's figures."""
_PLAIN: Final = 4.4
"""From this weight on it is a thing that is asked about, and not the one there is: a pivot, not the pivot."""
_ASKED_ALL: Final[frozenset[Intent]] = frozenset(
    {"funding", "oi", "depth", "fib", "levels", "pivots", "patterns", "chart", "analyze", "price"}
)
_ACTS: Final[tuple[Intent, ...]] = (
    "trade",
    "orders",
    "balance",
    "pnl",
    "alert",
    "alerts",
    "positions",
    "movers",
    "price",
)
_OF_NOW: Final[tuple[Intent, ...]] = ("price", "compare", "movers")
"""What is known of the present alone."""
_HEAVEN: Final[tuple[Intent, ...]] = ("sky", "moon", "retrograde", "aspects", "calendar")


@dataclass(frozen=True, slots=True)
class Decision:
    """A wish, and from 0 to 1 how sure it is."""

    intent: Intent
    confidence: float


def decide(sentence: Sentence, lexicon: Lexicon) -> Decision:
    """Return the wish that weighs most."""
    weights = _weights(sentence, lexicon)
    _with_market(weights, sentence, lexicon)
    _with_conversion(weights, sentence, lexicon)
    _with_explanation(weights, sentence, lexicon)
    if not weights or max(weights.values()) < _LEAST:
        return Decision("unknown", 0.2)
    ranked = sorted(weights, key=lambda intent: (-weights[intent], INTENTS.index(intent)))
    intent = _answerable(ranked[0], sentence, lexicon)
    return Decision(intent, _confidence([weights[intent] for intent in ranked]))


def _answerable(intent: Intent, sentence: Sentence, lexicon: Lexicon) -> Intent:
    """Return what answers a price: nothing does of another day, and several are compared."""
    if intent not in _OF_NOW:
        return intent
    if lexicon.unanswered.find(sentence):
        return "cannot"
    markets = {word.plain for word in sentence.words if "@market" in word.kinds}
    return "compare" if intent == "price" and len(markets) > 1 else intent


def _weights(sentence: Sentence, lexicon: Lexicon) -> dict[Intent, float]:
    """Return what the phrases tell of each wish: the strongest, and a little for each beside it."""
    told: dict[Intent, dict[str, float]] = defaultdict(dict)
    for seen in lexicon.wishes.find(sentence):
        intent, weight = seen.says
        told[intent][seen.text] = max(weight, told[intent].get(seen.text, 0.0))
    return {intent: _summed(by_phrase) for intent, by_phrase in told.items()}


def _summed(by_phrase: Mapping[str, float]) -> float:
    beside = _BESIDE * (len(by_phrase) - 1)
    return max(by_phrase.values()) + min(beside, _MOST_BESIDE)


def _with_market(weights: dict[Intent, float], sentence: Sentence, lexicon: Lexicon) -> None:
    """Let a market count: alone it asks for its price, with a timeframe for its chart, two are compared."""
    markets = {word.plain for word in sentence.words if "@market" in word.kinds}
    if not markets:
        if weights.get("price", 0.0) < _OWN_WORD:
            weights.pop("price", None)
        return
    rest = [word.plain for word in sentence.words if "@market" not in word.kinds]
    is_all = all(word in lexicon.courtesies or word in lexicon.small for word in rest)
    weights["price"] = max(weights.get("price", 0.0), _SURE if is_all else _A_MARKET)
    if any("@frame" in word.kinds or _is_refused(word) for word in sentence.words):
        weights["chart"] = max(weights.get("chart", 0.0), _A_FRAME)
    if "movers" in weights:
        weights["movers"] -= 1.0
    for intent in _TALK:
        if intent in weights:
            weights[intent] *= _BESIDE_A_MARKET


def _is_refused(word: Word) -> bool:
    """Return whether a length of time is named in figures of which there are no candles."""
    return NO_FRAME in word.kinds and word.raw[:1].isdigit()


def _with_conversion(weights: dict[Intent, float], sentence: Sentence, lexicon: Lexicon) -> None:
    found = conversion_in(sentence.words, lexicon)
    if found is not None and found.into is not None:
        told = _CONVERTS if found.amount is not None else _CONVERTS_ONE
        weights["convert"] = max(weights.get("convert", 0.0), told)


def _with_explanation(weights: dict[Intent, float], sentence: Sentence, lexicon: Lexicon) -> None:
    """Let "what is" ask for figures where a market is named or the present is, else for an explanation."""
    meaning = weights.get("definition", 0.0)
    figures = max((weights.get(intent, 0.0) for intent in (*_ASKED_ALL, *_HEAVEN)), default=0.0)
    has_market = any("@market" in word.kinds for word in sentence.words)
    has_figures = any(word.plain in lexicon.figures for word in sentence.words)
    if meaning and meaning < _NAMED and (has_market or has_figures) and figures >= _A_MARKET:
        weights["definition"] = meaning * _AFTER_A_WORD
    elif meaning >= _PLAIN:
        others = max((weights.get(intent, 0.0) for intent in _ACTS), default=0.0)
        weights["definition"] = max(meaning, figures + _BESIDE, others + _BESIDE)


def _confidence(ranked: list[float]) -> float:
    first, second = ranked[0], ranked[1] if len(ranked) > 1 else 0.0
    clear = min(1.0, 0.6 + (first - second) / first)
    return round(min(1.0, first / _SURE) * clear, 2)

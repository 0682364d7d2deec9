"""What members may want, as a persona names it when it asks what was meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.chat.intents import Intent, Understood
from services.personas.routing import Question, who_can_help
from services.personas.voice import Voice

_MOST: Final = 3
_OF_A_MARKET: Final[Mapping[Intent, str]] = {
    "price": "the price of {market}",
    "chart": "the chart of {market}",
    "analyze": "the trend of {market}",
    "fib": "the Fibonacci levels of {market}",
    "levels": "support and resistance of {market}",
    "pivots": "the pivot points of {market}",
    "patterns": "the patterns of {market}",
    "depth": "the order book of {market}",
    "funding": "the funding rate of {market}",
    "oi": "the open interest of {market}",
    "compare": "{market} compared over venues",
    "panel": "a panel about {market}",
}
_ELSE: Final[Mapping[Intent, str]] = {
    "movers": "what moved most today",
    "convert": "how much one currency is in another",
    "sky": "what the sky holds",
    "moon": "the phase of the moon",
    "retrograde": "which planets are retrograde",
    "aspects": "the aspects of the planets",
    "calendar": "the calendar of the sky",
    "cosmic_test": "whether the sky ever went with a market",
    "lesson": "a lesson",
    "definition": "what a word means",
    "alert": "an alert",
    "help": "what can be asked here",
}
_PRIVATE: Final[Mapping[Intent, str]] = {
    "positions": "your positions",
    "balance": "your balance",
    "orders": "your orders",
    "pnl": "your profit and loss",
    "alerts": "your alerts",
    "memory": "what I remember of you",
}
_USUAL: Final[tuple[Intent, ...]] = ("price", "chart", "analyze")
_ANY: Final = "BTC"


def guesses(understood: Understood, voice: Voice) -> list[str]:
    """Return up to three things that a question may have been about; none where nothing points to any."""
    market = understood.market or next(iter(understood.markets), None)
    named = _named(understood.intent, market or _ANY, voice)
    others = [_named(one, market, voice) for one in _USUAL] if market is not None else []
    strengths = [_strength(understood.question, voice)]
    return [*dict.fromkeys(one for one in (named, *others, *strengths) if one)][:_MOST]


def example(understood: Understood, voice: Voice) -> str:
    """Return a question that would have been understood."""
    market = understood.market or next(iter(understood.markets), _ANY)
    intent = understood.intent if understood.intent in _OF_A_MARKET else "price"
    return _named(intent, market, voice)


def private_wish(intent: Intent, voice: Voice) -> str:
    """Return what is private, as it is called where others read."""
    return voice.text(_PRIVATE.get(intent, "what is yours"))


def _named(intent: Intent, market: str, voice: Voice) -> str:
    if intent in _OF_A_MARKET:
        return voice.text(_OF_A_MARKET[intent], market=market)
    return voice.text(_ELSE[intent]) if intent in _ELSE else ""


def _strength(question: Question, voice: Voice) -> str:
    found = who_can_help(question, [voice.card])
    return "" if found is None else found.strength.topic[voice.locale]

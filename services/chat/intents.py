"""What a member may want in plain words, and what answers it. Recognising it belongs to `understanding`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from services.locales import Locale
from services.market.messages import Timeframe
from services.members.messages import Caller
from services.personas.routing import Question

Intent = Literal[
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
    "compare",
    "convert",
    "sky",
    "moon",
    "retrograde",
    "aspects",
    "calendar",
    "cosmic_test",
    "lesson",
    "definition",
    "panel",
    "positions",
    "balance",
    "orders",
    "pnl",
    "alert",
    "alerts",
    "help",
    "greeting",
    "thanks",
    "goodbye",
    "who",
    "small_talk",
    "advice",
    "trade",
    "cannot",
    "remember",
    "forget",
    "memory",
    "distress",
    "unknown",
]
"""analyze: trend and bias of a market. depth: the order book. oi: open interest. cosmic_test: whether a
factor of the sky ever went with a market. definition: what a word means. lesson: something to learn, a quiz
too. alert: set one. alerts: see those there are. who: who the persona is. advice: whether to buy or sell.
trade: buy, sell or close now. cannot: something no bot here does (fetch a page, send money, change a setting,
speak for others). remember, forget, memory: what the persona knows of the member. distress:
somebody speaks of ending their life; no model and no topic ever answers it."""
INTENTS: tuple[Intent, ...] = get_args(Intent)
OF_CANDLES: frozenset[Intent] = frozenset({"chart", "fib", "levels", "patterns", "analyze", "panel"})
"""What is read from candles, of a timeframe that was said or is the usual one."""

Slot = Literal[
    "market", "markets", "timeframe", "venue", "term", "amount", "currency", "into", "days", "factor"
]
"""What may be said with a wish, each as text. amount, currency, into: of a conversion. term: the word that is
to be explained, or the subject of a lesson. factor: of the sky."""
SLOTS: tuple[Slot, ...] = get_args(Slot)


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What a member wants. A slot is None or empty where it was not said; nothing is made up for it."""

    intent: Intent
    question: Question
    locale: Locale
    """The language to answer in."""
    caller: Caller
    market: str | None = None
    """As the market process takes it: what was written, or the market of a coin that was named."""
    markets: tuple[str, ...] = ()
    """Several, of a comparison."""
    timeframe: Timeframe | None = None
    venue: str = ""
    refused: str = ""
    """A timeframe as it was written of which there are no candles; empty where none was."""
    more: Mapping[Slot, str] = field(default_factory=dict)
    """The other slots that were said."""
    confidence: float = 1.0
    """From 0 to 1; below what the composer trusts it asks instead of guessing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Something that can be answered: one wish in plain words, and one read-only tool of a model.

    What is private is answered to the caller alone: in a direct message, or behind a button. No model sees
    it.
    """

    intent: Intent
    description: str
    """What it tells, as a model is told it; one sentence."""
    slots: tuple[Slot, ...] = ()
    needs: tuple[Slot, ...] = ()
    """Those of `slots` without which nothing can be answered."""
    is_private: bool = False
    is_tool: bool = True
    """Whether a model may use it; small talk it can do itself."""

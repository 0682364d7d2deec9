"""What trading tells, in words: titles, labels and figures, the same on cards and outside Discord.

A moment is left to whoever shows it: cards show it in everybody's own time zone. On a shared card there is
nothing but shares and prices of the market, whatever else the message holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from services.alerts.trading_posts import DeskNews, DeskTold
from services.alerts.wording.speech import Speech
from services.locales.numbers import MINUS

Pair = tuple[str, str]
"""A label and its value, both in the language."""

NEWS: Final[Mapping[DeskNews, str]] = {
    "filled": "Filled",
    "partly_filled": "Filled in part",
    "canceled": "Canceled",
    "rejected": "Refused",
    "unknown": "No answer from the venue yet",
    "found": "Found out",
    "halted": "Trading stands still",
    "reducing": "Only smaller positions",
    "warning": "A limit comes near",
    "resumed": "Trading goes on",
    "flat": "Everything is flat",
    "foreign_order": "An order from elsewhere",
    "difference": "Not as it should be",
    "unprotected": "No stop",
    "plan_ended": "A plan has ended",
    "proposal": "A proposal",
    "strategy_stopped": "A strategy has stopped",
}
_MODES: Final = {"paper": "PAPER", "live": "LIVE"}
_SIDES: Final = {"buy": "Buy {amount}", "sell": "Sell {amount}"}
_KINDS: Final = {
    "market": "market order",
    "limit": "limit order",
    "stop": "stop order",
    "stop_limit": "stop limit order",
    "take_profit": "take profit order",
    "take_profit_limit": "take profit limit order",
    "trailing": "trailing stop",
}
_PLACE: Final = re.compile(r"\{(\w+)\}")


def mode_words(mode: str, speech: Speech) -> str:
    """Write whether it is about real money."""
    return speech.text(_MODES[mode])


def desk_title(told: DeskTold, speech: Speech) -> str:
    """Write what it is about."""
    parts = [mode_words(told.mode, speech), told.market, speech.text(NEWS[told.news])]
    return " · ".join(part for part in parts if part)


def order_words(told: DeskTold, speech: Speech) -> str:
    """Write an order in short, such as ``Buy 0.01``; empty where it is about none."""
    side = _SIDES.get(told.side)
    if side is None:
        return ""
    amount = "" if told.amount is None else speech.numbers.quantity(told.amount)
    return speech.text(side, amount=amount).strip()


def desk_pairs(told: DeskTold, speech: Speech) -> Iterator[Pair]:
    """Yield what is known of it, the reason first."""
    text = speech.text
    why = reason_words(told.words, told.facts, speech)
    if why:
        yield text("Why"), why
    yield from _order(told, speech)
    yield from _money(told, speech)
    if told.account_name:
        yield text("Account"), told.account_name
    if told.assumption:
        yield text("What the fill rests on"), text.sentence(told.assumption)
    if told.mode == "paper":
        yield text("Paper"), text("Simulated: no real money.")


def reason_words(words: str, facts: Mapping[str, str], speech: Speech) -> str:
    """Write a sentence with its facts; one that was filled in before, or lacks a fact, as it is known."""
    if not set(_PLACE.findall(words)) <= facts.keys():
        return speech.text.sentence(words)
    if not facts:
        return speech.text.sentence(words)
    return speech.text(words, **{name: speech.text.sentence(fact) for name, fact in facts.items()})


def money_words(value: Decimal, market: str, speech: Speech) -> str:
    """Write money gained or lost with its sign, in what the market settles in."""
    numbers = speech.numbers
    plain = numbers.decimal(abs(value)) if abs(value) >= 1 or not value else numbers.quantity(abs(value))
    sign = MINUS if value < 0 else "+" if value else ""
    return f"{sign}{plain} {settled_in(market)}".rstrip()


def level_words(price: Decimal, tick: Decimal | None, speech: Speech) -> str:
    """Write a price by its tick, else with every digit."""
    return speech.numbers.exact(price) if tick is None else speech.numbers.price(price, tick)


def settled_in(market: str) -> str:
    """Return the currency in which a market's profit is counted; empty for no market."""
    pair, _, settle = market.partition(":")
    return settle or pair.partition("/")[2]


def _order(told: DeskTold, speech: Speech) -> Iterator[Pair]:
    text = speech.text
    order = order_words(told, speech)
    kind = text(_KINDS[told.kind]) if told.kind in _KINDS else told.kind
    if order or kind:
        yield text("Order"), " · ".join(part for part in (order, kind) if part)
    if told.filled is not None:
        yield text("Filled"), f"{speech.numbers.quantity(told.filled)} {told.market.partition('/')[0]}"
    for label, price in (("Price", told.price), ("Stop price", told.stop), ("Target", told.target)):
        if price is not None:
            yield text(label), level_words(price, told.tick, speech)


def _money(told: DeskTold, speech: Speech) -> Iterator[Pair]:
    if told.realised is not None:
        yield speech.text("Realised"), money_words(told.realised, told.market, speech)
    if told.fee is not None:
        yield speech.text("Fees"), money_words(-told.fee, told.market, speech)

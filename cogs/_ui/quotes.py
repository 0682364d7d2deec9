"""A quote as a card: the price by its tick, its source, its age and the time it belongs to."""

from __future__ import annotations

from datetime import datetime, timedelta

from cogs._ui.card import Action, Card, Fact, Tone, press_id
from services.market.messages import Nature, Origin, Quote
from services.personas.voice import Voice

NATURES: dict[Nature, str] = {
    "live": "LIVE",
    "replay": "REPLAY · recorded candles played again, not today's market",
    "simulated": "SIMULATED · a made-up market",
}
_TIMES_DIFFER = timedelta(minutes=1)
"""Market time further than this from the time of receipt is shown beside it."""


def quote_card(quote: Quote, voice: Voice, *, now: datetime, key: str) -> Card:
    """Return the card of a quote in a persona's voice, with a button that refreshes it."""
    numbers = voice.numbers
    price = numbers.price(quote.price, quote.tick)
    change = None if quote.open_24h is None else numbers.move(quote.open_24h, quote.price)
    verdict = voice.render(
        "price", key=key, market=quote.market, price=price, currency=_currency(quote.market), change=change
    )
    again = press_id("price", "show", quote.market, voice.card.name)
    return Card(
        title=quote.market,
        verdict=verdict,
        facts=(*_day(quote, voice), *_origin(quote.origin, voice, now)),
        actions=(Action("Refresh", again),),
        footnote=f"{voice.card.display_name} · not financial advice",
        tone=_tone(quote),
    )


def _day(quote: Quote, voice: Voice) -> list[Fact]:
    numbers, currency = voice.numbers, _currency(quote.market)
    facts: list[Fact] = []
    if quote.open_24h is not None:
        facts.append(Fact("24 h change", numbers.change(quote.open_24h, quote.price)))
    if quote.high_24h is not None:
        facts.append(Fact("24 h high", numbers.price(quote.high_24h, quote.tick)))
    if quote.low_24h is not None:
        facts.append(Fact("24 h low", numbers.price(quote.low_24h, quote.tick)))
    if quote.volume_24h is not None:
        facts.append(Fact("24 h volume", f"{numbers.amount(quote.volume_24h)} {currency}"))
    return facts


def _origin(origin: Origin, voice: Voice, now: datetime) -> list[Fact]:
    age = max(0.0, (now - origin.received_at).total_seconds())
    received = f"{voice.numbers.age(age)} · received {_relative(origin.received_at)}"
    facts = [
        Fact("Source", f"{origin.venue} · {NATURES[origin.nature]}", is_wide=True),
        Fact("Price age", received),
    ]
    if abs(origin.received_at - origin.as_of) > _TIMES_DIFFER:
        facts.append(Fact("Market time", f"{_full(origin.as_of)} ({_relative(origin.as_of)})"))
    return facts


def _tone(quote: Quote) -> Tone:
    if quote.open_24h is None or quote.open_24h == quote.price:
        return "neutral"
    return "up" if quote.price > quote.open_24h else "down"


def _currency(market: str) -> str:
    """Return the quote currency of ``BASE/QUOTE:SETTLE``."""
    return market.partition("/")[2].partition(":")[0]


def _full(at: datetime) -> str:
    return f"<t:{int(at.timestamp())}:f>"


def _relative(at: datetime) -> str:
    return f"<t:{int(at.timestamp())}:R>"

"""A quote as a card: the price by its tick, its source, its age and the time it belongs to."""

from __future__ import annotations

from datetime import datetime

from cogs._ui.card import Card, Fact, Tone, refresh
from cogs._ui.origin import footnote, origin_facts
from services.market.figures import currency_of, day_before
from services.market.messages import Quote
from services.personas.voice import Voice


def quote_card(quote: Quote, voice: Voice, *, now: datetime, key: str, venue: str = "") -> Card:
    """Return the card of a quote in a persona's voice, with a button that asks `venue` again."""
    numbers, before = voice.numbers, day_before(quote)
    verdict = voice.render(
        "price",
        key=key,
        market=quote.market,
        price=numbers.price(quote.price, quote.tick),
        currency=currency_of(quote.market),
        change=None if before is None else numbers.move(before, quote.price),
    )
    return Card(
        title=quote.market,
        verdict=verdict,
        facts=(
            *_day(quote, voice),
            *_beside(quote, voice),
            *origin_facts([quote.origin], voice, now=now, of="Price"),
        ),
        actions=refresh("price", quote.market, voice.card.name, *([venue] if venue else []), text=voice.text),
        footnote=footnote(voice),
        tone=_tone(quote),
    )


def _day(quote: Quote, voice: Voice) -> list[Fact]:
    numbers, text, before = voice.numbers, voice.text, day_before(quote)
    facts: list[Fact] = []
    if before is not None:
        facts.append(Fact(text("24 h change"), numbers.change(before, quote.price)))
    if quote.high_24h is not None:
        facts.append(Fact(text("24 h high"), numbers.price(quote.high_24h, quote.tick)))
    if quote.low_24h is not None:
        facts.append(Fact(text("24 h low"), numbers.price(quote.low_24h, quote.tick)))
    if quote.volume_24h is not None:
        volume = f"{numbers.amount(quote.volume_24h)} {currency_of(quote.market)}"
        facts.append(Fact(text("24 h volume"), volume))
    return facts


def _beside(quote: Quote, voice: Voice) -> list[Fact]:
    """Return the prices that stand beside the last one."""
    known = (("Bid", quote.bid), ("Ask", quote.ask), ("Mark price", quote.mark))
    shown = [(name, voice.numbers.price(price, quote.tick)) for name, price in known if price is not None]
    return [Fact(voice.text(name), price) for name, price in shown]


def _tone(quote: Quote) -> Tone:
    before = day_before(quote)
    if before is None or before == quote.price:
        return "neutral"
    return "up" if quote.price > before else "down"

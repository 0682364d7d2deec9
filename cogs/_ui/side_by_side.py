"""Several markets side by side as a card: what each costs, and how it went in 24 hours.

One market at several venues stands in `comparison`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cogs._ui.card import Card, Fact
from cogs._ui.origin import footnote, origin_facts
from services.market.figures import currency_of, day_before
from services.market.messages import Quote
from services.personas.voice import Voice


def side_by_side_card(quotes: Sequence[Quote], voice: Voice, *, now: datetime, key: str) -> Card:
    """Return the card of several quotes, in their order; it names the best and the worst of the day."""
    text = voice.text
    return Card(
        title=text("Side by side"),
        verdict=voice.render("compare_markets", key=key, **_ends(quotes, voice)),
        facts=(
            *(Fact(quote.market, _told(quote, voice), is_wide=True) for quote in quotes),
            *origin_facts([quote.origin for quote in quotes], voice, now=now, of="Price"),
        ),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def _ends(quotes: Sequence[Quote], voice: Voice) -> dict[str, str | None]:
    """Return which did best and worst; None where that of two at least is not known, or is the same."""
    known = [(quote, before) for quote in quotes if (before := day_before(quote)) is not None]
    ranked = sorted(known, key=lambda one: one[0].price / one[1])
    if not ranked or ranked[0][0].price / ranked[0][1] == ranked[-1][0].price / ranked[-1][1]:
        return dict.fromkeys(("best", "best_change", "worst", "worst_change"))
    (worst, fell_from), (best, rose_from) = ranked[0], ranked[-1]
    return {
        "best": best.market,
        "best_change": voice.numbers.move(rose_from, best.price),
        "worst": worst.market,
        "worst_change": voice.numbers.move(fell_from, worst.price),
    }


def _told(quote: Quote, voice: Voice) -> str:
    numbers, text, before = voice.numbers, voice.text, day_before(quote)
    parts = [f"**{numbers.price(quote.price, quote.tick)} {currency_of(quote.market)}**"]
    if before is not None:
        parts.append(text("{change} in 24 h", change=numbers.move(before, quote.price)))
    if quote.low_24h is not None and quote.high_24h is not None:
        low, high = (numbers.price(price, quote.tick) for price in (quote.low_24h, quote.high_24h))
        parts.append(text("{low} to {high}", low=low, high=high))
    if quote.volume_24h is not None:
        volume = f"{numbers.amount(quote.volume_24h)} {currency_of(quote.market)}"
        parts.append(text("{volume} traded", volume=volume))
    return " · ".join(parts)

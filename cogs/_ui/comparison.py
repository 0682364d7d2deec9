"""One market at several venues as a card: each price, how far off the median it is, its age and nature."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final

from cogs._ui.card import Card, Fact, refresh
from cogs._ui.origin import age, footnote, nature, origin_facts
from cogs._ui.tables import row, table
from services.locales.numbers import clip
from services.locales.texts import Texts
from services.market.figures import currency_of, distance_from_median, finest_tick, spread_across
from services.market.messages import Comparison, Quote, VenueQuote
from services.personas.voice import Voice

_REASON: Final = 120
_TITLES: Final = {True: "{market} at {count} venue", False: "{market} at {count} venues"}
"""By whether it is one."""


def comparison_card(
    comparison: Comparison, voice: Voice, *, now: datetime, key: str, venues: str = ""
) -> Card:
    """Return the card of a comparison, with a button that asks the same `venues` again."""
    market, text = comparison.market, voice.text
    quotes = [one.quote for one in comparison.quotes if one.quote is not None]
    origins = [quote.origin for quote in quotes]
    rows = [line for one in comparison.quotes for line in _rows(comparison, one, voice, now)]
    asked = len(comparison.quotes)
    return Card(
        title=text(_TITLES[asked == 1], market=market, count=asked),
        verdict=_verdict(comparison, quotes, voice, key),
        facts=(
            *table(text("By venue, with the distance from the median"), rows),
            *_silent(comparison, text),
            *origin_facts(origins, voice, now=now, of="Price"),
        ),
        actions=refresh("compare", market, venues, voice.card.name, text=text),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def _verdict(comparison: Comparison, quotes: list[Quote], voice: Voice, key: str) -> str:
    facts: dict[str, object] = dict.fromkeys(("median", "spread", "spread_bps"))
    numbers, spread, tick = voice.numbers, spread_across(comparison), finest_tick(quotes)
    if spread is not None and tick is not None:
        facts = {
            "median": numbers.price(spread.around, tick),
            "spread": numbers.price(spread.price, tick),
            "spread_bps": numbers.bps(spread.share),
        }
    return voice.render(
        "compare",
        key=key,
        market=comparison.market,
        currency=currency_of(comparison.market),
        priced=len(quotes),
        total=len(comparison.quotes),
        **facts,
    )


def _rows(comparison: Comparison, one: VenueQuote, voice: Voice, now: datetime) -> Iterator[str]:
    quote, numbers, text = one.quote, voice.numbers, voice.text
    if quote is None:
        yield row(one.venue, text("no price"))
        return
    off = distance_from_median(comparison, quote)
    yield row(one.venue, numbers.price(quote.price, quote.tick))
    yield row(f" {_off(off, voice)} {nature(quote.origin, text)}", age(quote.origin, numbers, now))


def _off(share: Decimal | None, voice: Voice) -> str:
    return voice.text("no median") if share is None else voice.numbers.signed_bps(share)


def _silent(comparison: Comparison, text: Texts) -> list[Fact]:
    """Return why venues have no price, or one that does not count."""
    silent = [one for one in comparison.quotes if one.why_not]
    reasons = [f"**{one.venue}**: {clip(text.sentence(one.why_not), _REASON)}" for one in silent]
    return [Fact(text("Not counted"), "\n".join(reasons), is_wide=True)] if reasons else []

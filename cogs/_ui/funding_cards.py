"""Funding rates as cards: of one market, and the highest and lowest of all that are watched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from cogs._ui.card import Card, Fact, refresh
from cogs._ui.origin import footnote, origin_facts
from cogs._ui.tables import row, table
from cogs._ui.times import full, relative
from services.locales.numbers import Numbers
from services.locales.texts import Texts
from services.market.figures import comes_at, rate_per_year
from services.market.messages import FundingRate, Origin
from services.personas.voice import Voice

_AT_EACH_END: Final = 8
_SIDES: Final[dict[bool, tuple[str, str]]] = {True: ("longs", "shorts"), False: ("shorts", "longs")}


def rate_card(funding: FundingRate, voice: Voice, *, now: datetime, key: str) -> Card:
    """Return the card of one market's funding rate, with a button that asks again."""
    numbers, yearly, text = voice.numbers, rate_per_year(funding), voice.text
    payer, receiver = _SIDES[funding.rate > 0] if funding.rate else (None, None)
    verdict = voice.render(
        "funding",
        key=key,
        market=funding.market,
        rate=numbers.rate(funding.rate),
        payer=payer and text(payer),
        receiver=receiver and text(receiver),
        every=_interval(funding.interval_hours),
        yearly=None if yearly is None else numbers.percent(yearly * 100),
    )
    return Card(
        title=text("{market} funding", market=funding.market),
        verdict=verdict,
        facts=(
            *_facts(funding, yearly, voice),
            *origin_facts([funding.origin], voice, now=now, of="Rate"),
        ),
        actions=refresh("funding", funding.market, voice.card.name, text=text),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def rates_card(rates: Sequence[FundingRate], voice: Voice, *, now: datetime, key: str) -> Card:
    """Return the card of many rates, which come the highest first."""
    numbers, text = voice.numbers, voice.text
    ends = {"highest": rates[0], "lowest": rates[-1]} if rates else {}
    facts: dict[str, object] = {"count": len(rates), "highest": None, "lowest": None}
    for end, funding in ends.items():
        facts |= {end: numbers.rate(funding.rate), f"{end}_market": funding.market}
    shown = _ends(rates)
    return Card(
        title=text("Funding rates"),
        verdict=voice.render("funding_all", key=key, **facts),
        facts=(
            *(
                fact
                for name, part in shown
                for fact in table(text(name), [_row(one, numbers) for one in part])
            ),
            *origin_facts([one.origin for _, part in shown for one in part], voice, now=now, of="Rates"),
        ),
        actions=refresh("funding", "", voice.card.name, text=text),
        footnote=footnote(voice, text("positive: longs pay shorts")),
        accent=voice.card.accent,
    )


def _facts(funding: FundingRate, yearly: Decimal | None, voice: Voice) -> list[Fact]:
    numbers, text = voice.numbers, voice.text
    every = _interval(funding.interval_hours) or text("interval")
    rate = text("{rate} per {every}", rate=numbers.rate(funding.rate), every=every)
    facts = [Fact(text("Rate"), rate)]
    if yearly is not None:
        simple = text("{yearly} simple", yearly=numbers.percent(yearly * 100))
        facts.append(Fact(text("A year of such rates"), simple))
    if funding.next_at is not None:
        facts.append(Fact(text("Next payment"), _next(funding.next_at, funding.origin, text)))
    return facts


def _next(at: datetime, origin: Origin, text: Texts) -> str:
    comes = comes_at(at, origin)
    if comes == at:
        return relative(comes)
    return text("{when}, market time {at}", when=relative(comes), at=full(at))


def _ends(rates: Sequence[FundingRate]) -> list[tuple[str, Sequence[FundingRate]]]:
    """Return all rates where they are few, else those at both ends."""
    if len(rates) <= 2 * _AT_EACH_END:
        return [("Rate · per interval", rates)]
    return [("Highest", rates[:_AT_EACH_END]), ("Lowest", rates[-_AT_EACH_END:])]


def _row(funding: FundingRate, numbers: Numbers) -> str:
    every = _interval(funding.interval_hours) or "?"
    return row(funding.market, f"{numbers.rate(funding.rate)} {every:>4}")


def _interval(hours: int | None) -> str | None:
    return None if hours is None else f"{hours}\u00a0h"

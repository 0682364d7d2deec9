"""An amount of one currency in another as a card, in the numbers of whoever asked."""

from __future__ import annotations

from datetime import datetime

from cogs._ui.card import Card, Fact, refresh
from cogs._ui.origin import footnote, origin_facts
from services.locales.numbers import Numbers
from services.market.messages import Conversion
from services.personas.voice import Voice


def conversion_card(
    conversion: Conversion, voice: Voice, numbers: Numbers, *, now: datetime, key: str
) -> Card:
    """Return the card of a conversion.

    Args:
        conversion: what is to be told.
        voice: who tells it.
        numbers: how the reader writes numbers, in which the amount was read as well.
        now: wall time.
        key: chooses the phrasing.
    """
    source, target = conversion.source, conversion.target
    understood = f"{numbers.exact(conversion.amount)} {source}"
    result = f"{numbers.quantity(conversion.result)} {target}"
    origins = [] if conversion.origin is None else [conversion.origin]
    return Card(
        title=f"{source} in {target}",
        verdict=voice.render("convert", key=key, amount=understood, result=result),
        facts=(
            Fact("Understood", understood),
            Fact("Rate", f"1 {source} = {numbers.quantity(conversion.rate)} {target}"),
            Fact(
                "By way of", " → ".join(conversion.path) or "nothing: it is the same currency", is_wide=True
            ),
            *origin_facts(origins, numbers, now=now, of="Oldest price"),
        ),
        actions=refresh("convert", f"{conversion.amount:f}", source, target, voice.card.name),
        footnote=footnote(voice, "last prices, without fees"),
        accent=voice.card.accent,
    )

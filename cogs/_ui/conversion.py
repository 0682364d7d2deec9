"""An amount of one currency in another as a card, in the numbers of whoever asked."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from cogs._ui.card import Card, Fact, refresh
from cogs._ui.origin import footnote, origin_facts
from services.locales.numbers import Numbers
from services.market.messages import Conversion
from services.personas.voice import Voice

_SAME: Final = "nothing: it is the same currency"


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
    source, target, text = conversion.source, conversion.target, voice.text
    understood = f"{numbers.exact(conversion.amount)} {source}"
    result = f"{numbers.quantity(conversion.result)} {target}"
    origins = [] if conversion.origin is None else [conversion.origin]
    return Card(
        title=text("{source} in {target}", source=source, target=target),
        verdict=voice.render("convert", key=key, amount=understood, result=result),
        facts=(
            Fact(text("Understood"), understood),
            Fact(text("Rate"), f"1 {source} = {numbers.quantity(conversion.rate)} {target}"),
            Fact(text("By way of"), " → ".join(conversion.path) or text(_SAME), is_wide=True),
            *origin_facts(origins, voice, now=now, of="Oldest price"),
        ),
        actions=refresh("convert", f"{conversion.amount:f}", source, target, voice.card.name, text=text),
        footnote=footnote(voice, text("last prices, without fees")),
        accent=voice.card.accent,
    )

"""The open interest of a contract as a card."""

from __future__ import annotations

from datetime import datetime

from cogs._ui.card import Card, Fact, refresh
from cogs._ui.origin import footnote, origin_facts
from services.market.figures import base_of, currency_of
from services.market.messages import Interest
from services.personas.voice import Voice


def interest_card(interest: Interest, voice: Voice, *, now: datetime, key: str) -> Card:
    """Return the card of an open interest, with a button that asks again."""
    numbers, market, text = voice.numbers, interest.market, voice.text
    amount = f"{numbers.amount(interest.amount)} {base_of(market)}"
    cost = None if interest.cost is None else f"{numbers.amount(interest.cost)} {currency_of(market)}"
    worth = Fact(text("Worth"), cost or text("not known: there is no price to value it by"))
    return Card(
        title=text("{market} open interest", market=market),
        verdict=voice.render("oi", key=key, market=market, amount=amount, cost=cost),
        facts=(
            Fact(text("Open"), text("{amount}, counted once for both sides", amount=amount)),
            worth,
            *origin_facts([interest.origin], voice, now=now, of="Figure"),
        ),
        actions=refresh("oi", market, voice.card.name, text=text),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )

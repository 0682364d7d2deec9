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
    numbers, market = voice.numbers, interest.market
    amount = f"{numbers.amount(interest.amount)} {base_of(market)}"
    cost = None if interest.cost is None else f"{numbers.amount(interest.cost)} {currency_of(market)}"
    worth = Fact("Worth", cost or "not known: there is no price to value it by")
    return Card(
        title=f"{market} open interest",
        verdict=voice.render("oi", key=key, market=market, amount=amount, cost=cost),
        facts=(
            Fact("Open", f"{amount}, counted once for both sides"),
            worth,
            *origin_facts([interest.origin], numbers, now=now, of="Figure"),
        ),
        actions=refresh("oi", market, voice.card.name),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )

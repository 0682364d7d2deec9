"""What an order would be, as facts of its card: terms, costs, risk, prices, and how it is carried out.

The card around them stands in `desk_tickets`. What is not known is said as unknown, never as 0.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from cogs._ui.card import Fact
from cogs._ui.desk_figures import priced
from cogs._ui.desk_words import KINDS, SIDES, amount_words, money, price_words, times_words
from services.market.figures import currency_of
from services.personas.voice import Voice
from services.trading.orders.messages import Preview, Ticket

_ROUNDED: Final = {"price": "price", "stop": "stop", "target": "target", "trigger": "trigger"}


def figures(ticket: Ticket, voice: Voice) -> list[Fact]:
    """Return what the order would be, as far as it is known."""
    shown = ticket.preview
    if ticket.kind == "cancel":
        return [Fact(voice.text("Orders"), str(shown.orders))]
    return [
        *_terms(shown, voice),
        *_costs(shown, voice),
        *_risk(shown, voice),
        *_prices(shown, voice),
        *_work(shown, voice),
    ]


def _terms(shown: Preview, voice: Voice) -> list[Fact]:
    text = voice.text
    kind = text(KINDS[shown.type])
    reducing = [text("reduces only")] if shown.is_reducing else []
    resting = [text("post-only")] if shown.is_post_only else []
    price = priced(shown.price, shown.tick, voice)
    return [
        Fact(text("Side"), " · ".join([text(SIDES[shown.side]), kind, *reducing, *resting])),
        Fact(text("Amount"), amount_words(shown.amount, shown.market, voice)),
        Fact(text("Price"), text("about {price}", price=price) if shown.type == "market" else price),
    ]


def _costs(shown: Preview, voice: Voice) -> list[Fact]:
    text, currency = voice.text, currency_of(shown.market)
    slippage = text("unknown") if shown.slippage is None else voice.numbers.bps(shown.slippage)
    return [
        Fact(text("Cost"), money(shown.cost, currency, voice)),
        Fact(text("Fee"), money(shown.fee, currency, voice)),
        *([Fact(text("Slippage"), slippage)] if shown.type == "market" else []),
    ]


def _risk(shown: Preview, voice: Voice) -> list[Fact]:
    text, numbers = voice.text, voice.numbers
    if shown.risk is None:
        return [] if shown.is_reducing else [Fact(text("Risk"), text("without a stop it is not bounded"))]
    said = money(shown.risk, currency_of(shown.market), voice)
    share = text("unknown") if shown.risk_share is None else f"{numbers.decimal(shown.risk_share * 100, 2)}%"
    facts = [Fact(text("Risk"), text("{money} · {share} of equity", money=said, share=share))]
    if shown.reward is not None:
        facts.append(Fact(text("Reward"), f"{numbers.decimal(shown.reward, 2)} R"))
    return facts


def _prices(shown: Preview, voice: Voice) -> list[Fact]:
    text = voice.text
    asked = (("Trigger", shown.trigger), ("Stop", shown.stop), ("Target", shown.target))
    facts = [
        Fact(text(name), price_words(price, shown.tick, voice)) for name, price in asked if price is not None
    ]
    if shown.trail is not None:
        facts.append(Fact(text("Trailing by"), f"{voice.numbers.quantity(shown.trail)}%"))
    if shown.leverage is not None:
        facts.append(Fact(text("Leverage"), times_words(shown.leverage, voice)))
    if shown.is_never_liquidated:
        facts.append(Fact(text("Liquidation"), text("none: no price takes it")))
    elif shown.liquidation is not None:
        facts.append(Fact(text("Liquidation"), _liquidation(shown, shown.liquidation, voice)))
    return facts


def _liquidation(shown: Preview, liquidation: Decimal, voice: Voice) -> str:
    price = price_words(liquidation, shown.tick, voice)
    if not shown.price:
        return voice.text("{price}, estimated", price=price)
    away = voice.numbers.percent((liquidation / shown.price - 1) * 100)
    return voice.text("{price}, estimated · {away} away", price=price, away=away)


def _work(shown: Preview, voice: Voice) -> list[Fact]:
    """Return how it is carried out, and what was rounded."""
    text, facts = voice.text, list[Fact]()
    if shown.slices:
        over = [text("over {span}", span=voice.numbers.age(shown.seconds))] if shown.seconds else []
        facts.append(Fact(text("Steps"), " · ".join([str(shown.slices), *over])))
    if shown.is_kept_by_farm:
        kept = text("The farm carries it out step by step, and only while it runs.")
        facts.append(Fact(text("Who keeps it"), kept, is_wide=True))
    if shown.rounded:
        names = ", ".join(text(_ROUNDED.get(name, name)) for name in shown.rounded)
        facts.append(Fact(text("Moved to the tick"), names))
    return facts

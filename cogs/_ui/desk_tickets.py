"""Tickets as cards: what an order would be, its form, and what came of it.

Words that other cards of trading use as well stand in `desk_words`.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final

from cogs._ui.card import Action, Card, Fact, press_id
from cogs._ui.desk_ticket_facts import figures
from cogs._ui.desk_words import (
    SHORT_ID,
    account_fact,
    badge,
    order_words,
    price_words,
    refusal_facts,
    trade_words,
)
from cogs._ui.form import Field, Form
from cogs._ui.origin import footnote, origin_facts
from cogs._ui.times import relative
from services.locales.numbers import clip
from services.personas.voice import Voice
from services.trading.messages import AccountView, OrderView
from services.trading.orders.messages import OrderTerms, Outcome, Preview, Ticket, TicketKind

COG: Final = "order"
_TITLES: Final[dict[TicketKind, str]] = {
    "order": "Order",
    "close": "Close",
    "cancel": "Cancel",
    "protect": "Protection",
    "reduce": "Reduce",
}
_LISTED: Final = 1_000
_SHORT: Final = 40
_TRIGGERED: Final = ("stop", "take_profit")
"""Types whose one price is the trigger."""


def ticket_card(
    ticket: Ticket, voice: Voice, *, now: datetime, key: str, at: str = COG, is_requoted: bool = False
) -> Card:
    """Return the card that waits for its owner's Confirm.

    Args:
        ticket: what would be done.
        voice: who says it.
        now: the wall time, which the age of the price is counted from.
        key: chooses the phrasing.
        at: the cog that takes its buttons, through `cogs._tickets`.
        is_requoted: it takes the place of one whose price had grown old.
    """
    shown, is_refused = ticket.preview, not ticket.judgement.is_passed
    return Card(
        title=_title(ticket, voice),
        verdict=_verdict(ticket, voice, key, is_requoted=is_requoted),
        facts=(
            *refusal_facts(ticket.judgement.verdicts, voice, market=shown.market),
            *figures(ticket, voice),
            account_fact(ticket.account, voice),
            Fact(voice.text("Open until"), relative(ticket.expires_at)),
            *origin_facts([] if shown.origin is None else [shown.origin], voice, now=now, of="Price"),
        ),
        actions=_actions(ticket, voice, at),
        footnote=footnote(voice, ticket.id[:SHORT_ID]),
        tone="warn" if is_refused or ticket.account.mode == "live" else "neutral",
        accent=None if is_refused or ticket.account.mode == "live" else voice.card.accent,
    )


def what_words(ticket: Ticket, voice: Voice) -> str:
    """Say what a ticket does: Buy 0.01 BTC/USDT:USDT, Close 50.0% of it, Cancel 3 orders."""
    text, shown = voice.text, ticket.preview
    match ticket.kind:
        case "close" | "reduce":
            share = voice.numbers.share(Decimal(1) if shown.share is None else shown.share)
            return text("Close {share} of {market}", share=share, market=shown.market)
        case "cancel" if shown.orders == 1:
            return text("Cancel one order")
        case "cancel":
            return text("Cancel {count} orders", count=shown.orders)
        case "protect":
            return _protection(shown, voice)
        case _:
            return trade_words(shown.side, shown.amount, shown.market, voice)


def outcome_card(outcome: Outcome, voice: Voice, *, now: datetime, key: str, at: str = COG) -> Card:
    """Return the card that says what came of a confirmation; an old price becomes a new ticket."""
    if outcome.state == "requoted" and outcome.ticket is not None:
        return ticket_card(outcome.ticket, voice, now=now, key=key, at=at, is_requoted=True)
    state = _state(outcome)
    what = _done(outcome, voice)
    verdict = voice.render("order_done", key=key, what=what, state=state)
    is_bad = state in {"refused", "unknown"}
    return Card(
        title=_outcome_title(outcome.account, voice),
        verdict=verdict,
        facts=(*_outcome_facts(outcome, voice), *_account(outcome.account, voice)),
        footnote=footnote(voice, *[order.id[:SHORT_ID] for order in outcome.orders[:1]]),
        tone="warn" if is_bad else "up" if state == "filled" else "neutral",
        accent=None if is_bad or state == "filled" else voice.card.accent,
    )


def dropped_card(outcome: Outcome, voice: Voice) -> Card:
    """Return the card that stands in place of a ticket that its owner let go."""
    return Card(
        title=_outcome_title(outcome.account, voice),
        verdict=voice.text("Nothing was sent."),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def gone_card(why: str, voice: Voice, *, key: str) -> Card:
    """Return the card that answers a press on a ticket that is over, or somebody else's."""
    return Card(
        verdict=voice.render("ticket_gone", key=key, why=why),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def edit_form(ticket: Ticket, terms: OrderTerms, voice: Voice, *, at: str = COG) -> Form:
    """Return the form that drafts an order anew."""
    text = voice.text
    price = terms.trigger if terms.type in _TRIGGERED else terms.price
    asked = (
        ("size", "Size", terms.size),
        ("price", "Price", price),
        ("stop", "Stop", terms.stop),
        ("target", "Target", terms.target),
        ("leverage", "Leverage", terms.leverage),
    )
    fields = tuple(
        Field(name=name, label=text(label), value=value, is_required=name == "size", most=_SHORT)
        for name, label, value in asked
    )
    return Form(text("Edit the order"), press_id(at, "save", ticket.id), fields)


def typed_form(ticket: Ticket, voice: Voice, *, at: str = COG) -> Form:
    """Return the form that a real order is confirmed with: its market, typed, and a code."""
    text = voice.text
    fields = (
        Field(name="typed", label=text("Type {market}", market=ticket.preview.market), is_required=True),
        Field(
            name="code",
            label=text("Code of your second factor"),
            is_required=ticket.needs == "typed",
            most=20,
        ),
    )
    return Form(text("A real order"), press_id(at, "sent", ticket.id), fields)


def price_field(terms: OrderTerms) -> str:
    """Return which of the terms the price of the form is: of a stop it is the trigger."""
    return "trigger" if terms.type in _TRIGGERED else "price"


def _title(ticket: Ticket, voice: Voice) -> str:
    market = [ticket.preview.market] if ticket.preview.market else []
    return " · ".join([voice.text(_TITLES[ticket.kind]), *market, badge(ticket.account, voice.text)])


def _outcome_title(account: AccountView | None, voice: Voice) -> str:
    marks = [] if account is None else [badge(account, voice.text)]
    return " · ".join([voice.text("Order"), *marks])


def _verdict(ticket: Ticket, voice: Voice, key: str, *, is_requoted: bool) -> str:
    what = what_words(ticket, voice)
    if is_requoted:
        return voice.render("ticket_requoted", key=key, what=what)
    return voice.render(
        "ticket",
        key=key,
        kind="close" if ticket.kind == "reduce" else ticket.kind,
        what=what,
        is_paper=ticket.account.mode == "paper",
        is_refused=not ticket.judgement.is_passed,
    )


def _protection(shown: Preview, voice: Voice) -> str:
    text = voice.text
    if shown.trail is not None:
        return text("Trailing stop at {away}", away=f"{voice.numbers.quantity(shown.trail)}%")
    if shown.stop is not None:
        return text("Stop at {price}", price=price_words(shown.stop, shown.tick, voice))
    if shown.target is not None:
        return text("Target at {price}", price=price_words(shown.target, shown.tick, voice))
    return text("Take away what protects {market}", market=shown.market)


def _actions(ticket: Ticket, voice: Voice, at: str) -> tuple[Action, ...]:
    text, ticket_id = voice.text, ticket.id
    confirm = "typed" if ticket.needs == "typed" else "yes"
    is_editable = ticket.kind == "order" and ticket.terms is not None
    return (
        *(
            [Action(text("Confirm"), press_id(at, confirm, ticket_id), "primary")]
            if ticket.judgement.is_passed
            else []
        ),
        *([Action(text("Edit"), press_id(at, "edit", ticket_id))] if is_editable else []),
        Action(text("Cancel"), press_id(at, "no", ticket_id)),
    )


def _state(outcome: Outcome) -> str:
    if outcome.state in {"refused", "unknown"}:
        return outcome.state
    states = {order.state for order in outcome.orders}
    if states == {"filled"}:
        return "filled"
    return "canceled" if states == {"canceled"} else "sent"


def _done(outcome: Outcome, voice: Voice) -> str:
    match outcome.orders:
        case []:
            return voice.text("Your order")
        case [one]:
            return trade_words(one.side, one.amount, one.market, voice)
        case many:
            return voice.text("{count} orders", count=len(many))


def _outcome_facts(outcome: Outcome, voice: Voice) -> list[Fact]:
    text, facts = voice.text, list[Fact]()
    if outcome.orders:
        lines = clip("\n".join(_line(order, voice) for order in outcome.orders), _LISTED)
        facts.append(Fact(text("Orders"), lines, is_wide=True))
    if outcome.judgement is not None:
        market = outcome.orders[0].market if outcome.orders else ""
        facts.extend(refusal_facts(outcome.judgement.verdicts, voice, market=market))
    elif outcome.reason:
        facts.append(Fact(text("Why"), text.sentence(outcome.reason), is_wide=True))
    if outcome.hint and outcome.judgement is None:
        facts.append(Fact(text("What to do"), text.sentence(outcome.hint), is_wide=True))
    if outcome.state == "unknown":
        asked = text("The venue is being asked. Nothing is sent again; you hear what came of it.")
        facts.append(Fact(text("What happens now"), asked, is_wide=True))
    return facts


def _line(order: OrderView, voice: Voice) -> str:
    said = order_words(order, voice)
    return f"{said} · {voice.text.sentence(order.reason)}" if order.reason else said


def _account(account: AccountView | None, voice: Voice) -> list[Fact]:
    return [] if account is None else [account_fact(account, voice)]

"""Open orders and plans as a card, with a button that cancels each."""

from __future__ import annotations

from typing import Final

from cogs._ui.card import Action, Card, Fact, press_id
from cogs._ui.desk_tickets import COG
from cogs._ui.desk_words import KINDS, SHORT_ID, account_fact, badge, order_words, trade_words
from cogs._ui.origin import footnote
from cogs._ui.pages import Page, page_of
from cogs._ui.times import relative
from services.personas.voice import Voice
from services.trading.orders.messages import Orders, PlanView

PAGE: Final = 8
"""Orders and plans on one page: each has a button."""


def orders_card(
    orders: Orders, voice: Voice, *, key: str, owner: str, market: str = "", page: int = 1
) -> Card:
    """Return a page of what is open in an account; its buttons answer to `owner` alone.

    Args:
        orders: what is open.
        voice: who says it.
        key: chooses the phrasing.
        owner: whose they are.
        market: the only one that was asked for; empty for all.
        page: counts from 1; the nearest there is.
    """
    text, count = voice.text, len(orders.orders) + len(orders.plans)
    listed = [(one.id, order_words(one, voice)) for one in orders.orders]
    listed += [(one.id, _plan_words(one, voice)) for one in orders.plans]
    shown = page_of(listed, page, size=PAGE)
    pages = text("page {number} of {count}", number=shown.number, count=shown.count)
    return Card(
        title=" · ".join([text("Orders"), badge(orders.account, text)]),
        verdict=voice.render("orders", key=key, count=count),
        facts=(
            *(Fact(f"{number}.", words, is_wide=True) for number, (_, words) in enumerate(shown.rows, 1)),
            account_fact(orders.account, voice),
            Fact(text("As of"), relative(orders.as_of)),
        ),
        actions=_actions(shown, orders.account.id, voice, owner, market),
        footnote=footnote(voice, *([pages] if shown.count > 1 else [])),
        accent=voice.card.accent,
    )


def _plan_words(plan: PlanView, voice: Voice) -> str:
    text = voice.text
    parts = [
        f"**{trade_words(plan.side, plan.amount, plan.market, voice)}**",
        text(KINDS.get(plan.kind, plan.kind)),
        text("step {done} of {all}", done=plan.done, all=plan.of),
    ]
    if plan.next_at is not None:
        parts.append(text("next {when}", when=relative(plan.next_at)))
    if plan.reason:
        parts.append(text.sentence(plan.reason))
    return " · ".join([*parts, plan.id[:SHORT_ID]])


def _actions(
    shown: Page[tuple[str, str]], account: str, voice: Voice, owner: str, market: str
) -> tuple[Action, ...]:
    text = voice.text
    cancels = [
        Action(text("Cancel {number}", number=number), press_id(COG, "cancel", owner, account, order))
        for number, (order, _) in enumerate(shown.rows, 1)
    ]
    every = [Action(text("Cancel all"), press_id(COG, "cancel", owner, account, ""), "danger")]
    turns = [
        Action(text(label), press_id(COG, "list", owner, account, str(page), market))
        for label, page in (("Back", shown.before), ("Next", shown.behind), ("Refresh", shown.number))
        if page is not None
    ]
    return (*cancels, *(every if cancels and not market else []), *turns)

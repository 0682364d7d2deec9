"""What strategies propose, as cards to approve or reject, and what came of a decision."""

from __future__ import annotations

from typing import Final

from cogs._ui.card import Action, Card, Fact, press_id
from cogs._ui.desk_words import (
    SHORT_ID,
    SIDES,
    account_fact,
    badge,
    order_words,
    price_words,
    refusal_facts,
    trade_words,
)
from cogs._ui.form import Field, Form
from cogs._ui.origin import footnote
from cogs._ui.times import relative
from services.locales.numbers import clip
from services.personas.voice import Voice
from services.trading.strategies.messages import Decided, Proposals, ProposalView

COG: Final = "approve"
SHOWN: Final = 5
"""Proposals on one card."""
_LONGEST: Final = 900
_STATUSES: Final = {
    "open": "it still waits",
    "approved": "approved",
    "rejected": "rejected",
    "expired": "expired, nothing was sent",
}


def proposals_card(found: Proposals, voice: Voice, *, key: str) -> Card:
    """Return the card of what waits for its owner, the newest first, with two buttons each."""
    text, shown = voice.text, found.proposals[:SHOWN]
    rest = len(found.proposals) - len(shown)
    return Card(
        title=text("Proposals"),
        verdict=voice.render("proposals", key=key, count=len(found.proposals)),
        facts=tuple(
            Fact(f"{number}. {what_words(one, voice)}", clip(_told(one, voice), _LONGEST), is_wide=True)
            for number, one in enumerate(shown, 1)
        ),
        actions=tuple(action for number, one in enumerate(shown, 1) for action in _pair(number, one, voice)),
        footnote=footnote(voice, *([text("{count} more wait", count=rest)] if rest else [])),
        accent=voice.card.accent,
    )


def decided_card(decided: Decided, voice: Voice, *, key: str) -> Card:
    """Return the card that says what came of an approval or a rejection."""
    text, proposal = voice.text, decided.proposal
    is_approved = proposal.status == "approved"
    verdict = voice.render("decided", key=key, what=what_words(proposal, voice), is_approved=is_approved)
    orders = "\n".join(order_words(one, voice) for one in decided.orders)
    refusals = refusal_facts(proposal.judgement.verdicts, voice, market=proposal.wanted.market)
    why = [Fact(text("Why"), text.sentence(decided.reason), is_wide=True)] if decided.reason else []
    return Card(
        title=" · ".join([text("Proposal"), badge(proposal.account, text)]),
        verdict=verdict,
        facts=(
            Fact(text("State"), text(_STATUSES.get(proposal.status, proposal.status))),
            *([Fact(text("Orders"), clip(orders, _LONGEST), is_wide=True)] if orders else []),
            *(refusals or why),
            account_fact(proposal.account, voice),
        ),
        footnote=footnote(voice, proposal.id[:SHORT_ID]),
        tone="neutral" if is_approved or proposal.status == "rejected" else "warn",
    )


def code_form(proposal: str, voice: Voice) -> Form:
    """Return the form that a real order of a strategy is approved with."""
    text = voice.text
    fields = (Field(name="code", label=text("Code of your second factor"), is_required=True, most=20),)
    return Form(text("A real order"), press_id(COG, "sent", proposal), fields)


def what_words(proposal: ProposalView, voice: Voice) -> str:
    """Say what a strategy wants to do: Buy 0.01 BTC/USDT:USDT."""
    wanted = proposal.wanted
    if proposal.amount is None:
        return f"{voice.text(SIDES[wanted.side])} {wanted.market}"
    return trade_words(wanted.side, proposal.amount, wanted.market, voice)


def _told(one: ProposalView, voice: Voice) -> str:
    text, wanted = voice.text, one.wanted
    prices = (("price", wanted.price), ("stop", wanted.stop), ("target", wanted.target))
    lines = [
        " · ".join([one.strategy, one.account.name, badge(one.account, text)]),
        " · ".join(
            f"{text(name)} {price_words(price, one.tick, voice)}"
            for name, price in prices
            if price is not None
        ),
        *(f"• {_reason(why, voice)}" for why in wanted.why),
        *(f"✖ {text.sentence(refusal.words)}" for refusal in one.judgement.refusals),
        text("open until {when}", when=relative(one.expires_at)),
    ]
    return "\n".join(line for line in lines if line)


def _reason(why: str, voice: Voice) -> str:
    """Write a reason of a strategy: an English key, and behind bars what fills its places."""
    key, *facts = why.split("|")
    places = dict(fact.split("=", 1) for fact in facts if "=" in fact)
    return voice.text(key, **{name: voice.text.sentence(value) for name, value in places.items()})


def _pair(number: int, one: ProposalView, voice: Voice) -> tuple[Action, Action]:
    text = voice.text
    yes = "code" if one.account.mode == "live" else "yes"
    return (
        Action(text("Approve {number}", number=number), press_id(COG, yes, one.id), "primary"),
        Action(text("Reject {number}", number=number), press_id(COG, "no", one.id)),
    )

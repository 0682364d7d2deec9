"""What language models cost as a card."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from cogs._ui.card import Card, Fact
from cogs._ui.times import full, relative
from services.chat.messages import Spent, Usage
from services.personas.voice import Voice

_SCOPES: Final = {"member": "You", "guild": "This server", "farm": "The whole farm"}
"""What a budget is called; that of a persona has its name."""
_USUAL: Final = "An answer usually takes about 2,000 to 4,000 tokens, its prompt and look-ups included."
"""Guessed at 4 characters a token: 1,400 for a prompt, asked twice where something is looked up, and what was
said before."""
_SPENT: Final = "The day is that of UTC. When a budget is spent, templates and tools still answer."
_CENTS: Final = 4
"""Decimals of money: an answer costs fractions of a cent."""


def usage_card(usage: Usage, voice: Voice, *, key: str) -> Card:
    """Return the card of what was spent today, of limits and of models."""
    text = voice.text
    is_spent = usage.has_models and any(_is_spent(one) for one in usage.spent)
    return Card(
        title=text("What language models cost today"),
        verdict=voice.render("usage", key=key, has_models=usage.has_models, is_spent=is_spent),
        facts=(
            *(_spent(one, voice) for one in usage.spent),
            Fact(text("Models"), _models(usage, voice), is_wide=True),
            Fact(text("Renews"), f"{full(usage.renews_at)} · {relative(usage.renews_at)}"),
        ),
        footnote=" · ".join((text(_USUAL), text(_SPENT))),
        tone="warn" if is_spent else "neutral",
        accent=None if is_spent else voice.card.accent,
    )


def _is_spent(spent: Spent) -> bool:
    is_out_of_tokens = spent.most_tokens is not None and spent.tokens >= spent.most_tokens
    is_known = spent.most_cost is not None and spent.cost is not None
    return is_out_of_tokens or (is_known and (spent.cost or 0.0) >= (spent.most_cost or 0.0))


def _spent(spent: Spent, voice: Voice) -> Fact:
    text, name = voice.text, _SCOPES.get(spent.scope)
    said = [_tokens(spent, voice), _cost(spent, voice), text("answers: {count}", count=spent.answers)]
    return Fact(voice.card.display_name if name is None else text(name), "\n".join(said))


def _tokens(spent: Spent, voice: Voice) -> str:
    used = _whole(spent.tokens, voice)
    if spent.is_guessed:
        used = voice.text("about {count}", count=used)
    if spent.most_tokens is None:
        return voice.text("{used} tokens, no limit", used=used)
    return voice.text("{used} of {most} tokens", used=used, most=_whole(spent.most_tokens, voice))


def _cost(spent: Spent, voice: Voice) -> str:
    if spent.cost is None:
        return voice.text("cost not known: a model has no price here")
    used = _money(spent.cost, voice)
    if spent.most_cost is None:
        return voice.text("{used} USD, no limit", used=used)
    return voice.text("{used} of {most} USD", used=used, most=_money(spent.most_cost, voice))


def _models(usage: Usage, voice: Voice) -> str:
    if not usage.has_models:
        return voice.text("none: templates and tools answer")
    return "\n".join(_model(one, voice) for one in usage.models)


def _model(told: str, voice: Voice) -> str:
    """Write a model as farm.yaml calls it, and how it is in words."""
    name, _, how = told.partition(": ")
    return f"{name} · {voice.text.sentence(how)}" if how else name


def _whole(count: int, voice: Voice) -> str:
    return voice.numbers.decimal(Decimal(count), 0)


def _money(dollars: float, voice: Voice) -> str:
    return voice.numbers.decimal(Decimal(str(dollars)), _CENTS)

"""Risk as cards: limits and how an account stands against them, the size of a position, and blackouts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from cogs._ui.card import Card, Fact, press_id
from cogs._ui.desk_words import (
    STATES,
    account_fact,
    amount_words,
    badge,
    measured,
    money,
    price_words,
    signed_share,
    why_words,
)
from cogs._ui.form import Field, Form
from cogs._ui.origin import footnote
from cogs._ui.times import full, relative
from services.locales.numbers import clip
from services.market.figures import currency_of
from services.personas.voice import Voice
from services.trading.risk.messages import Blackout, Blackouts, LimitView, Risk, Sizing

COG: Final = "risk"
LIMIT_NAMES: Final[dict[str, str]] = {
    "risk_per_trade": "risk of one trade",
    "position_share": "size of a position",
    "market_share": "all of one market",
    "exposure": "all positions",
    "correlated": "positions that move together",
    "leverage": "leverage",
    "daily_loss": "daily loss",
    "drawdown": "drawdown",
    "losing_streak": "losses in a row",
    "orders_per_minute": "orders in a minute",
    "spread": "spread",
    "volatility": "volatility",
    "depth_share": "part of the book",
    "min_volume": "least volume",
    "price_band": "distance from the price",
}
"""What each limit is called where one is chosen; its whole words come from the desk."""
_SCOPES: Final = {"farm": "of the farm", "guild": "of this server", "account": "your own"}
_OF_EACH_ORDER: Final = frozenset(
    {
        *("risk_per_trade", "market_share", "correlated", "spread", "volatility", "depth_share"),
        *("min_volume", "price_band"),
    }
)
"""Limits that an order alone can use up; of an account there is nothing to measure."""
_NEAR: Final = Decimal("0.9")
"""From this part of a limit on it is near."""
_AS_SET: Final = "leverage"
"""What stays as its owner set it and does not grow by itself: at its limit there is nothing to warn of."""
_A_FACT: Final = 1_000
_BLACKOUTS: Final = 15


def risk_card(risk: Risk, voice: Voice, *, key: str) -> Card:
    """Return the card of how an account stands."""
    is_near = any(_is_near(one) for one in risk.limits)
    is_held = risk.state != "ACTIVE"
    return Card(
        title=" · ".join([voice.text("Risk"), badge(risk.account, voice.text)]),
        verdict=voice.render("risk", key=key, state=risk.state, is_near=is_near),
        facts=_risk_facts(risk, voice),
        footnote=footnote(voice),
        tone="warn" if is_held or is_near else "neutral",
        accent=None if is_held or is_near else voice.card.accent,
    )


def limit_card(risk: Risk, name: str, voice: Voice, *, key: str) -> Card:
    """Return the card of a limit that was set, or waits."""
    one = next((limit for limit in risk.limits if limit.name == name), None)
    pending = None if one is None else one.pending
    value = None if one is None else one.limit if pending is None else pending
    said = measured(value, "number" if one is None else one.unit, voice)
    verdict = voice.render(
        "limit_set",
        key=key,
        name=voice.text(LIMIT_NAMES[name]),
        value=said,
        is_pending=pending is not None,
    )
    return Card(
        title=" · ".join([voice.text("Risk"), badge(risk.account, voice.text)]),
        verdict=verdict,
        facts=_risk_facts(risk, voice),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def limit_form(name: str, value: str, scope: str, voice: Voice, *, approves: str = "") -> Form:
    """Return the form that an admin sets a limit with; only what loosens one needs the code.

    `approves` names the account of another, if one's change is approved.
    """
    text = voice.text
    fields = (
        Field(name="value", label=text("New value"), value=value, is_required=True, most=20),
        Field(name="code", label=text("Code, where it loosens or is the server's"), most=20),
    )
    return Form(
        text("Set a limit"), press_id(COG, "set", name, scope, *([approves] if approves else [])), fields
    )


def size_card(sizing: Sizing, voice: Voice, *, key: str) -> Card:
    """Return the card of how large a position may be."""
    text, numbers, currency = voice.text, voice.numbers, currency_of(sizing.market)
    share = f"{numbers.decimal(sizing.risk_share * 100, 2)}%"
    amount = numbers.exact(sizing.amount)
    risk = money(sizing.risk, currency, voice)
    facts = [
        Fact(text("Amount"), amount_words(sizing.amount, sizing.market, voice)),
        Fact(text("Cost"), money(sizing.cost, currency, voice)),
        Fact(text("Risk"), text("{money} · {share} of equity", money=risk, share=share)),
        *_cut(sizing, voice),
        Fact(text("Entry"), price_words(sizing.entry, sizing.tick, voice)),
        Fact(text("Stop"), price_words(sizing.stop, sizing.tick, voice)),
        Fact(text("Equity"), money(sizing.equity, currency, voice)),
        Fact(text("Leverage needed"), f"{numbers.decimal(sizing.leverage_needed, 2)}\N{MULTIPLICATION SIGN}"),
        *_targets(sizing, voice),
        Fact(text("Kelly"), _kelly(sizing, voice), is_wide=True),
        *([] if sizing.account is None else [account_fact(sizing.account, voice)]),
    ]
    return Card(
        title=" · ".join([text("Size"), sizing.market]),
        verdict=voice.render("size", key=key, market=sizing.market, amount=amount, risk=share),
        facts=tuple(facts),
        footnote=footnote(voice, text("nothing was ordered")),
        accent=voice.card.accent,
    )


def blackouts_card(blackouts: Blackouts, voice: Voice, *, verdict: str) -> Card:
    """Return the card of the blackouts that are on or to come; `verdict` is what is said of them."""
    return Card(
        title=voice.text("Blackouts"),
        verdict=verdict,
        facts=tuple(_blackout(one, voice) for one in blackouts.blackouts[:_BLACKOUTS]),
        footnote=footnote(voice, voice.text("closing is always possible")),
        accent=voice.card.accent,
    )


def _risk_facts(risk: Risk, voice: Voice) -> tuple[Fact, ...]:
    text, currency = voice.text, risk.account.currency
    state = text(STATES[risk.state])
    streak = text("unknown") if risk.losing_streak is None else str(risk.losing_streak)
    fallen = text("unknown") if risk.drawdown_share is None else voice.numbers.share(risk.drawdown_share)
    return (
        Fact(text("State"), state, is_wide=True),
        *([Fact(text("Why"), why_words(risk.why, voice), is_wide=True)] if risk.why else []),
        Fact(text("Equity"), money(risk.equity, currency, voice)),
        Fact(text("Since midnight UTC"), signed_share(risk.day_share, voice)),
        Fact(text("Below its peak"), fallen),
        Fact(text("Losses in a row"), streak),
        *_limits(risk.limits, voice),
        account_fact(risk.account, voice),
    )


def _limits(limits: Sequence[LimitView], voice: Voice) -> list[Fact]:
    parts = [""]
    for line in (_limit(one, voice) for one in limits):
        longer = f"{parts[-1]}\n{line}" if parts[-1] else line
        if len(longer) > _A_FACT:
            parts.append(line)
        else:
            parts[-1] = longer
    return [Fact(voice.text("Limits"), part, is_wide=True) for part in parts if part]


def _limit(one: LimitView, voice: Voice) -> str:
    text = voice.text
    most = text("none") if one.limit is None else measured(one.limit, one.unit, voice)
    mark, said = "▲ " if _is_near(one) else "", most
    if one.name == _AS_SET and one.value == 0:
        said = text("{value}, the limit is {limit}", value=text("no position"), limit=most)
    elif one.name not in _OF_EACH_ORDER or one.value is not None:
        said = text("{used} of {limit}", used=measured(one.value, one.unit, voice), limit=most)
    if _is_over(one):
        said = text("{said}, over the limit", said=said)
    line = f"{mark}{text.sentence(one.words)}: **{said}** · {text(_SCOPES.get(one.scope, one.scope))}"
    return f"{line} · {_pending(one, voice)}" if one.pending is not None else line


def _pending(one: LimitView, voice: Voice) -> str:
    text, value = voice.text, measured(one.pending, one.unit, voice)
    if one.needs_approval:
        return text("{value} waits for another admin", value=value)
    if one.effective_at is None:
        return text("waits: {value}", value=value)
    return text("{value} from {when} on", value=value, when=relative(one.effective_at))


def _is_near(one: LimitView) -> bool:
    """Return whether a limit is nearly or wholly used up, so that it is marked."""
    if one.name == "min_volume" or one.value is None or not one.limit:
        return False
    return _is_over(one) or (one.name != _AS_SET and one.value >= _NEAR * one.limit)


def _is_over(one: LimitView) -> bool:
    is_told = one.name != "min_volume" and one.value is not None and one.limit is not None
    return is_told and (one.value or 0) > (one.limit or 0)


def _cut(sizing: Sizing, voice: Voice) -> list[Fact]:
    """Return which limit makes the size smaller than its owner wanted it."""
    if not sizing.cut_by or sizing.wanted_share is None:
        return []
    wanted = f"{voice.numbers.decimal(sizing.wanted_share * 100, 2)}%"
    limit = voice.text(LIMIT_NAMES.get(sizing.cut_by, sizing.cut_by))
    said = voice.text("{limit}: a risk of {wanted} would go beyond it", limit=limit, wanted=wanted)
    return [Fact(voice.text("Cut by the limit"), said, is_wide=True)]


def _targets(sizing: Sizing, voice: Voice) -> list[Fact]:
    lines = [
        f"{number} R · {price_words(price, sizing.tick, voice)}"
        for number, price in enumerate(sizing.targets, 1)
    ]
    return [Fact(voice.text("Targets"), "\n".join(lines))] if lines else []


def _kelly(sizing: Sizing, voice: Voice) -> str:
    text = voice.text
    if sizing.kelly_share is None:
        return text("not told, too few closed trades: {count}", count=sizing.trades)
    share = voice.numbers.share(sizing.kelly_share)
    return text("{share} at most, closed trades: {count}", share=share, count=sizing.trades)


def _blackout(one: Blackout, voice: Voice) -> Fact:
    text = voice.text
    whose = text("of the farm") if one.is_farm_wide else text("of this server")
    span = text("{begin} to {end}", begin=full(one.from_at), end=full(one.until_at))
    return Fact(clip(one.event, 100), f"{span} ({relative(one.from_at)}) · {whose}", is_wide=True)

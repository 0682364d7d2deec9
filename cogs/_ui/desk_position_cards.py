"""A member's open positions as cards: all of an account, and one with whatever is known of it.

The living card that is delivered, and edited as a position changes, is `position_cards`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from cogs._ui.card import Action, Card, Fact, Picture, press_id
from cogs._ui.desk_figures import as_of_fact, is_up, nature_facts, short_of, state_facts, titled, tone_of
from cogs._ui.desk_performance import performance_facts
from cogs._ui.desk_position_facts import (
    golden_words,
    health_line,
    health_words,
    levels_words,
    position_facts,
    summed_up,
)
from cogs._ui.desk_words import signed_money, signed_share
from cogs._ui.form import Field, Form
from cogs._ui.origin import footnote
from services.personas.voice import Voice, quoted
from services.trading.ledger.messages import Performance
from services.trading.messages import AccountView, Positions, PositionSide, PositionView
from services.trading.positions.messages import Analysis

COG: Final = "positions"
TICKETS: Final = "desk_ticket"
"""The cog that every bot carries for the tickets which these cards and delivered ones open."""
_LISTED: Final = 12
_STOP: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What an account holds, as the desk says it, with what the analyzer reads in it."""

    positions: Positions
    read: Mapping[tuple[str, PositionSide], Analysis] = field(default_factory=dict)
    """By market and side."""
    performance: Performance | None = None
    picture: Picture | None = None
    missing: str = ""
    """An English sentence: why nothing was read, or why there is no chart."""

    def of(self, position: PositionView) -> Analysis | None:
        """Return what is read in a position."""
        return self.read.get((position.market, position.side))


def listed_card(held: Held, voice: Voice, *, now: datetime, key: str, lacks: str = "") -> Card:
    """Return the card of all positions; `lacks` is a market that was asked for and is not held."""
    text, told = voice.text, held.positions
    account, total = told.account, _total(told.positions)
    shown = told.positions[:_LISTED]
    verdict = voice.render(
        "positions",
        key=key,
        count=len(told.positions),
        total=None if total is None else signed_money(total, account.currency, voice),
        is_up=is_up(total),
    )
    more = len(told.positions) - len(shown)
    return Card(
        title=titled(text("Positions"), account, text),
        verdict=verdict,
        facts=(
            *([Fact(text("Not held"), text("No position in {market}.", market=lacks))] if lacks else []),
            *state_facts(told.state, told.why, voice),
            *(_listed(one, held, voice) for one in shown),
            *([Fact(text("Not shown"), text("{count} more positions", count=more))] if more else []),
            *_missing(held, voice),
            *([] if shown else [_elsewhere(account, voice)]),
            as_of_fact(told.as_of, now, voice),
            *nature_facts(account, text),
        ),
        picture=held.picture,
        actions=(*_buttons(shown, account, voice), _refresh(account, voice)),
        footnote=footnote(voice, short_of(account.id)),
        tone=tone_of(total),
        accent=None if is_up(total) is not None else voice.card.accent,
    )


def position_card(held: Held, position: PositionView, voice: Voice, *, now: datetime, key: str) -> Card:
    """Return the card of one position, with what can be done about it."""
    text, account, read = voice.text, held.positions.account, held.of(position)
    return Card(
        title=titled(position.market, account, text),
        verdict=_said(held, position, voice, key),
        facts=(
            *state_facts(held.positions.state, held.positions.why, voice),
            *position_facts(position, account.currency, voice),
            *_reading(read, position, voice),
            *performance_facts(held.performance, account.currency, voice),
            *_missing(held, voice),
            as_of_fact(held.positions.as_of, now, voice),
            *nature_facts(account, text),
        ),
        picture=held.picture,
        actions=_deeds(position, read, account, voice),
        footnote=footnote(voice, short_of(read.card if read and read.card else account.id)),
        tone=tone_of(position.unrealised),
        accent=None if is_up(position.unrealised) is not None else voice.card.accent,
    )


def shared_card(market: str, account: AccountView, voice: Voice, *, key: str, is_shared: bool) -> Card:
    """Return the card that says whether others see a position now."""
    told = "Others see percent there, and no sums." if is_shared else "Its living card comes to you alone."
    return Card(
        title=titled(market, account, voice.text),
        verdict=voice.render("position_shared", key=key, market=market, is_shared=is_shared),
        facts=(Fact(voice.text("What is shared"), voice.text(told), is_wide=True),),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def stop_form(cog: str, market: str, account: str, voice: Voice) -> Form:
    """Return the form that asks where a stop shall be; `cog` takes what is written."""
    text = voice.text
    asked = Field(
        name="stop", label=text("Stop at which price; none takes it away"), is_required=True, most=_STOP
    )
    return Form(
        text("Stop of {market}", market=market),
        press_id(cog, "stop_at", market, account, voice.card.name),
        (asked,),
    )


def _total(positions: Sequence[PositionView]) -> Decimal | None:
    """Return the profit of all; None where that of one is not known, or there is none."""
    known = [one.unrealised for one in positions if one.unrealised is not None]
    return sum(known, Decimal(0)) if positions and len(known) == len(positions) else None


def _listed(position: PositionView, held: Held, voice: Voice) -> Fact:
    name, lines = summed_up(position, held.positions.account.currency, voice)
    read = held.of(position)
    if read is not None:
        lines = [
            *lines,
            levels_words(read, position, voice, most=1),
            health_line(read.health, voice),
        ]
    return Fact(name, "\n".join(line for line in lines if line), is_wide=True)


def _said(held: Held, position: PositionView, voice: Voice, key: str) -> str:
    """Say how a position does; where nothing was read in it, without its health."""
    read, currency = held.of(position), held.positions.account.currency
    if read is None:
        total = position.unrealised
        said = None if total is None else signed_money(total, currency, voice)
        return voice.render("positions", key=key, count=1, total=said, is_up=is_up(total))
    return voice.render(
        "position",
        key=key,
        market=position.market,
        is_long=position.side == "long",
        share=signed_share(position.share, voice),
        is_up=is_up(position.share),
        health=read.health.score,
    )


def _reading(read: Analysis | None, position: PositionView, voice: Voice) -> list[Fact]:
    """Return what the analyzer sees: levels, golden score, health, and how far it has been."""
    if read is None:
        return []
    text = voice.text
    furthest = text(
        "in favour {best} · against {worst}",
        best=signed_share(read.best_share, voice),
        worst=signed_share(read.worst_share, voice),
    )
    levels = levels_words(read, position, voice) or text.sentence(read.reason) or text("unknown")
    named = text("Fibonacci levels · {timeframe}", timeframe=read.timeframe)
    return [
        Fact(named, levels, is_wide=True),
        Fact(text("Golden score"), golden_words(read.golden_score, voice), is_wide=True),
        Fact(text("Health"), health_words(read.health, voice), is_wide=True),
        Fact(text("Furthest so far"), furthest, is_wide=True),
    ]


def _missing(held: Held, voice: Voice) -> list[Fact]:
    if not held.missing:
        return []
    return [Fact(voice.text("Not to be had now"), voice.text.sentence(held.missing), is_wide=True)]


def _elsewhere(account: AccountView, voice: Voice) -> Fact:
    """Say that other accounts may hold something, where this one holds nothing."""
    said = voice.text(
        "only {name} is looked at: /account list shows yours, /positions takes one", name=quoted(account.name)
    )
    return Fact(voice.text("Other accounts"), said, is_wide=True)


def _buttons(shown: Sequence[PositionView], account: AccountView, voice: Voice) -> list[Action]:
    """Return a button for each position, which shows it with what can be done about it."""
    markets = dict.fromkeys(one.market for one in shown)
    short = short_of(account.id)
    return [Action(market, press_id(COG, "one", market, short, voice.card.name)) for market in markets]


def _refresh(account: AccountView, voice: Voice) -> Action:
    return Action(voice.text("Refresh"), press_id(COG, "show", short_of(account.id), voice.card.name))


def _deeds(
    position: PositionView, read: Analysis | None, account: AccountView, voice: Voice
) -> tuple[Action, ...]:
    text, who = voice.text, (position.market, short_of(account.id), voice.card.name)
    share, label = ("unshare", text("Share no more")) if read and read.is_shared else ("share", text("Share"))
    return (
        Action(text("Close"), press_id(COG, "close", *who), "danger"),
        Action(text("Reduce 50 %"), press_id(COG, "half", *who)),
        Action(text("Stop to entry"), press_id(COG, "even", *who)),
        Action(text("Set stop"), press_id(COG, "stop", *who)),
        *([] if read is None else [Action(label, press_id(COG, share, *who))]),
        Action(text("Refresh"), press_id(COG, "one", *who)),
        Action(text("All positions"), press_id(COG, "show", *who[1:])),
    )

"""A member's own alerts as cards: the list, one of them after a change, and whether to delete it.

Why one fired stands in `alert_why_cards`; one that was just set, in `alert_set_cards`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal

from cogs._ui.alert_set_cards import SHORT_ID, alert_title, level_of, set_facts
from cogs._ui.alert_words import condition_words, place_words
from cogs._ui.card import Action, Card, Fact, press_id
from cogs._ui.origin import footnote, origin_facts
from cogs._ui.times import full, relative
from services.alerts.conditions import markets_of
from services.alerts.messages import AlertView, Status
from services.locales.numbers import clip
from services.market.messages import Quote
from services.personas.voice import Voice

COG: Final = "alerts"
Filter = Literal["", "active", "paused", "done", "expired", "failed"]
Done = Literal["paused", "resumed", "snoozed", "deleted", "tested", "repeating", "once"]
STATUSES: Final[dict[Status, str]] = {
    "active": "on watch",
    "paused": "paused",
    "done": "done",
    "expired": "expired",
    "failed": "could not be delivered",
}
"""What each status is called."""
_WORDS: Final = 160
"""Characters of a condition in a list, so that a page of them fits into one card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of a member's alerts. `active` counts all of them that wait, as far as they fit the filter."""

    alerts: Sequence[AlertView]
    total: int
    active: int
    number: int
    count: int
    market: str = ""
    status: Filter = ""
    quotes: Mapping[str, Quote] = field(default_factory=dict)
    """The last price of markets in which a level is waited for, where it could be had."""


def listed_card(listing: Listing, voice: Voice, *, now: datetime, key: str) -> Card:
    """Return the card of a page, with buttons for the pages before and behind."""
    text = voice.text
    origins = [quote.origin for quote in listing.quotes.values()]
    pages = text("page {number} of {count}", number=listing.number, count=listing.count)
    return Card(
        title=text("Your alerts"),
        verdict=voice.render("alerts_listed", key=key, count=listing.total, active=listing.active),
        facts=(
            *(_listed(alert, listing.quotes, voice, now) for alert in listing.alerts),
            *origin_facts(origins, voice, now=now, of="Price"),
        ),
        actions=_turns(listing, voice),
        footnote=footnote(voice, *([pages] if listing.count > 1 else [])),
        accent=voice.card.accent,
    )


def state_words(view: AlertView, voice: Voice, now: datetime) -> str:
    """Write how an alert stands: armed, waiting to cease, snoozed, paused or past."""
    if view.status != "active":
        return voice.text(STATUSES[view.status])
    if view.snoozed_until is not None and view.snoozed_until > now:
        return voice.text("snoozed")
    return voice.text("armed") if view.is_armed else voice.text("must first cease")


def own_card(view: AlertView, voice: Voice, *, verdict: str, carrier: str, now: datetime) -> Card:
    """Return the card of an alert with all that can be done with it; `verdict` is what is said of it.

    Args:
        view: the alert.
        voice: who says it.
        verdict: what is said of it.
        carrier: who brings it, as a member reads the name.
        now: the wall time, which ages are counted from.
    """
    return Card(
        title=alert_title(view.condition, voice),
        verdict=verdict,
        facts=(
            *_restated(set_facts(view, voice, carrier=carrier), view, voice, now),
            *standing_facts(view, voice, now),
            *origin_facts([] if view.origin is None else [view.origin], voice, now=now, of="Price"),
        ),
        actions=(*own_actions(view, voice), Action(voice.text("Why?"), press_id(COG, "why", view.id))),
        footnote=footnote(voice, view.id[:SHORT_ID]),
        accent=voice.card.accent,
    )


def changed_words(view: AlertView, done: Done, voice: Voice, *, key: str) -> str:
    """Return what a persona says of a change."""
    what = condition_words(view.condition, voice, tick=view.tick)
    until = view.snoozed_until if done == "snoozed" else None
    return voice.render("alert_changed", key=key, what=what, done=done, until=until and full(until))


def changed_card(view: AlertView, done: Done, voice: Voice, *, key: str) -> Card:
    """Return the card of a change that leaves nothing more to be done from it."""
    return Card(
        title=alert_title(view.condition, voice),
        verdict=changed_words(view, done, voice, key=key),
        footnote=footnote(voice, view.id[:SHORT_ID]),
        accent=voice.card.accent,
    )


def question_card(view: AlertView, voice: Voice, *, owner: str, now: datetime) -> Card:
    """Return the card that asks whether to delete an alert; its buttons answer to `owner` alone."""
    text = voice.text
    return Card(
        title=text("Delete this alert?"),
        verdict=condition_words(view.condition, voice, tick=view.tick),
        facts=(Fact(text("State"), state_words(view, voice, now)), *standing_facts(view, voice, now)),
        actions=(
            Action(text("Delete for good"), press_id(COG, "erase", owner, view.id), "danger"),
            Action(text("Keep it"), press_id(COG, "keep", owner, view.id)),
        ),
        footnote=footnote(voice, view.id[:SHORT_ID]),
        tone="warn",
    )


def standing_facts(view: AlertView, voice: Voice, now: datetime) -> list[Fact]:
    """Return how often an alert fired, and until when it is silent."""
    text, until = voice.text, view.snoozed_until
    fired = Fact(text("Fired"), _fired(view, voice))
    if until is None or until <= now:
        return [fired]
    return [Fact(text("Silent until"), f"{full(until)} ({relative(until)})"), fired]


def own_actions(view: AlertView, voice: Voice) -> tuple[Action, ...]:
    """Return what an owner may do with an alert by a button."""
    text, alert = voice.text, view.id
    waits = view.status == "active"
    named = (
        ("Test", "test"),
        ("Pause" if waits else "Resume", "pause" if waits else "resume"),
        ("Edit", "edit"),
    )
    return (
        *(Action(text(label), press_id(COG, action, alert)) for label, action in named),
        Action(text("Delete"), press_id(COG, "delete", alert), "danger"),
    )


def _restated(facts: list[Fact], view: AlertView, voice: Voice, now: datetime) -> list[Fact]:
    """Let the fact of the state say that an alert is paused, snoozed or past, where it is so."""
    said = state_words(view, voice, now)
    if said in {voice.text("armed"), voice.text("must first cease")}:
        return facts
    name = voice.text("State")
    return [Fact(name, said) if fact.name == name else fact for fact in facts]


def _fired(view: AlertView, voice: Voice) -> str:
    times, last = _times(view.fired, voice), view.last_fired_at
    return times if last is None else f"{times} · {full(last)} ({relative(last)})"


def _times(count: int, voice: Voice) -> str:
    few = {0: "never", 1: "once"}
    return voice.text(few[count]) if count in few else voice.text("{count} times", count=count)


def _listed(view: AlertView, quotes: Mapping[str, Quote], voice: Voice, now: datetime) -> Fact:
    text = voice.text
    quote = next((quotes[name] for name in markets_of(view.condition) if name in quotes), None)
    words = condition_words(view.condition, voice, tick=None if quote is None else quote.tick)
    until = view.snoozed_until
    parts = [
        "" if quote is None else _away(view, quote.price, voice),
        text("fired {count}\N{MULTIPLICATION SIGN}", count=view.fired),
        place_words(view.options.place, voice),
        "" if until is None or until <= now else text("silent until {when}", when=full(until)),
    ]
    below = " · ".join(part for part in parts if part)
    return Fact(
        f"{view.id[:SHORT_ID]} · {state_words(view, voice, now)}",
        f"{clip(words, _WORDS)}\n{below}",
        is_wide=True,
    )


def _away(view: AlertView, price: Decimal, voice: Voice) -> str:
    level = level_of(view.condition)
    if level is None or not price:
        return ""
    return voice.text("to the level {away}", away=voice.numbers.percent((level / price - 1) * 100))


def _turns(listing: Listing, voice: Voice) -> tuple[Action, ...]:
    turns = []
    if listing.number > 1:
        turns.append((voice.text("Previous"), listing.number - 1))
    if listing.number < listing.count:
        turns.append((voice.text("Next page"), listing.number + 1))
    try:
        return tuple(
            Action(label, press_id(COG, "list", str(number), listing.status, listing.market))
            for label, number in turns
        )
    except ValueError:  # the market that a member wrote does not fit into a button
        return ()

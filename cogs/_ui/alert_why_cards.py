"""Why an alert fired or did not: the exact values and times of a firing, and the last firings of an alert."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from cogs._ui.alert_set_cards import SHORT_ID, alert_title
from cogs._ui.alert_words import condition_words, price_words, value_words
from cogs._ui.alerts_cards import own_actions, standing_facts, state_words
from cogs._ui.card import Card, Fact
from cogs._ui.origin import footnote, origin_facts
from cogs._ui.times import full, relative
from services.alerts.messages import AlertView, AlertWhy, Happening
from services.alerts.posts import Value
from services.alerts.wording.labels import STATES, reason_words
from services.locales.numbers import clip
from services.personas.voice import Voice

HISTORY: Final = 10
"""Firings that are told."""
_FIRED: Final = frozenset({"fired", "confirmed", "armed"})
"""States of what fired: armed is what fired, ceased and waits again."""
_DELIVERED: Final = {
    "": "nobody was to be told",
    "waiting": "not sent yet",
    "queued": "on its way",
    "held": "held back for now",
    "sent": "delivered",
    "dead": "not delivered",
    "dropped": "left out",
}
_LINES_A_FACT: Final = 4
_LINE: Final = 240
"""Characters; so many lines fit into one fact."""


def why_card(why: AlertWhy, voice: Voice, *, now: datetime, key: str, is_aside: bool = False) -> Card:
    """Return the card of the newest firing, and of what the rule sees now.

    Args:
        why: the alert, its newest firing, what its rule sees.
        voice: who says it.
        now: the wall time, which ages are counted from.
        key: chooses the phrasing.
        is_aside: it stands beside a delivered card, which has buttons of its own.

    How it stands, and what can be done about it, is told to its owner alone.
    """
    alert, newest, is_own = why.alert, why.happenings[:1], why.is_own and not is_aside
    own = _standing(alert, voice, now) if is_own else []
    return Card(
        title=f"{alert_title(alert.condition, voice)} · {voice.text('Why?')}",
        verdict=_told(why, voice, key),
        facts=(
            Fact(voice.text("Waits for"), _what(alert, voice), is_wide=True),
            *(fact for one in newest for fact in _happened(one, voice)),
            *_seen_now(why, voice),
            *own,
            *origin_facts([] if alert.origin is None else [alert.origin], voice, now=now, of="Price"),
        ),
        actions=own_actions(alert, voice) if is_own else (),
        footnote=footnote(voice, *_ids(alert, newest, voice)),
        accent=voice.card.accent,
    )


def history_card(why: AlertWhy, voice: Voice, *, key: str) -> Card:
    """Return the card of an alert's last firings, the newest first."""
    alert, text = why.alert, voice.text
    lines = [clip(_line(one, voice), _LINE) for one in why.happenings]
    groups = [lines[first : first + _LINES_A_FACT] for first in range(0, len(lines), _LINES_A_FACT)]
    return Card(
        title=f"{alert_title(alert.condition, voice)} · {text('History')}",
        verdict=_told(why, voice, key),
        facts=tuple(Fact(text("Firings"), "\n".join(group), is_wide=True) for group in groups),
        actions=own_actions(alert, voice) if why.is_own else (),
        footnote=footnote(voice, alert.id[:SHORT_ID]),
        accent=voice.card.accent,
    )


def _told(why: AlertWhy, voice: Voice, key: str) -> str:
    """Return what the persona says of how often it fired, which is its owner's to know."""
    if not why.is_own:
        return voice.text("Of this alert you see what was seen when it came, and no more.")
    fired = [one for one in why.happenings if one.state in _FIRED]
    price = next((_price(one, voice) for one in fired if one.price is not None), None)
    times = max(why.alert.fired, len(fired))
    return voice.render("alert_why", key=key, what=_what(why.alert, voice), times=times, price=price)


def _what(alert: AlertView, voice: Voice) -> str:
    return condition_words(alert.condition, voice, tick=alert.tick)


def _happened(one: Happening, voice: Voice) -> list[Fact]:
    text = voice.text
    facts = [
        Fact(text("When"), f"{full(one.at)} ({relative(one.at)})\n{_to_the_second(one.at)}"),
        Fact(text("Seen"), f"{_to_the_second(one.seen_at)}\n{_candle(one, voice)}"),
    ]
    if one.late:
        facts.append(Fact(text("Late"), text("late by {span}", span=voice.numbers.age(one.late))))
    if one.price is not None:
        facts.append(Fact(text("Price then"), _price(one, voice)))
    if one.values:
        facts.append(Fact(text("What it looked at"), _values(one.values, voice, one.tick), is_wide=True))
    return [
        *facts,
        Fact(text("What came of it"), _state(one, voice)),
        Fact(text("Message"), _delivered(one, voice), is_wide=bool(one.reason)),
    ]


def _seen_now(why: AlertWhy, voice: Voice) -> list[Fact]:
    if not why.now:
        return []
    seen = _values(why.now, voice, why.alert.tick)
    when = "" if why.at is None else f"\n{_to_the_second(why.at)}"
    return [Fact(voice.text("What it sees now"), f"{seen}{when}", is_wide=True)]


def _standing(alert: AlertView, voice: Voice, now: datetime) -> list[Fact]:
    return [Fact(voice.text("State"), state_words(alert, voice, now)), *standing_facts(alert, voice, now)]


def _line(one: Happening, voice: Voice) -> str:
    parts = [
        f"{full(one.at)} ({one.at.astimezone(UTC):%H:%M:%S} UTC)",
        "" if one.price is None else f"**{_price(one, voice)}**",
        _state(one, voice),
        voice.text("late by {span}", span=voice.numbers.age(one.late)) if one.late else "",
        _delivered(one, voice),
        _seen_in_vain(one, voice),
    ]
    return " · ".join(part for part in parts if part)


def _seen_in_vain(one: Happening, voice: Voice) -> str:
    """Write what a rule saw where it was not confirmed: what fired has its card for that."""
    if one.state != "failed":
        return ""
    return ", ".join(": ".join(value_words(value, voice, one.tick)) for value in one.values)


def _values(values: Sequence[Value], voice: Voice, tick: Decimal | None) -> str:
    return "\n".join(": ".join(value_words(value, voice, tick)) for value in values)


def _price(one: Happening, voice: Voice) -> str:
    return "" if one.price is None else price_words(one.price, voice, one.tick)


def _candle(one: Happening, voice: Voice) -> str:
    if one.span == 0:
        return voice.text("at a single price")
    return voice.text("seen in a candle of {span}", span=voice.numbers.age(one.span))


def _state(one: Happening, voice: Voice) -> str:
    return voice.text(STATES[one.state]) if one.state in STATES else one.state


def _delivered(one: Happening, voice: Voice) -> str:
    said = voice.text(_DELIVERED[one.delivered]) if one.delivered in _DELIVERED else one.delivered
    return f"{said}: {reason_words(one.reason, voice)}" if one.reason else said


def _to_the_second(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _ids(alert: AlertView, newest: Sequence[Happening], voice: Voice) -> list[str]:
    rule = voice.text("rule {id}", id=alert.id[:SHORT_ID])
    return [rule, *(voice.text("alert {id}", id=one.alert[:SHORT_ID]) for one in newest)]

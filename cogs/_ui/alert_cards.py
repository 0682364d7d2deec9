"""What is delivered as a card: an alert in the state it is in, a digest, a post by the clock, a notice.

The line of a card and its facts stand in `spoken`, how its condition reads in `alert_words`; what a bot does
with the card belongs to `bots`.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import Final

from cogs._ui.alert_words import condition_words, price_words, severity_words, value_words
from cogs._ui.brief_cards import brief_facts, brief_title, digest_facts
from cogs._ui.card import Action, Card, Fact, Picture, Tone, press_id
from cogs._ui.origin import footnote, origin_facts
from cogs._ui.position_cards import (
    trading_actions,
    trading_facts,
    trading_line,
    trading_marks,
    trading_title,
    trading_tone,
)
from cogs._ui.times import full, relative
from services.alerts.conditions import markets_of
from services.alerts.posts import Body, Brief, Delivery, Digest, Notice, State, Told
from services.alerts.trading_posts import DeskTold, PositionTold
from services.alerts.wording.labels import NOTICES, STATES, reason_words, waited_words
from services.locales.texts import Texts
from services.personas.voice import Voice

_COG: Final = "alert_card"
_SNOOZE: Final = 3600
_SHORT: Final = 8
_SHORT_BYTES: Final = 5
_BEFORE: Final[dict[State, tuple[str, ...]]] = {
    "pending": ("armed",),
    "fired": ("armed",),
    "confirmed": ("armed", "fired"),
    "failed": ("armed", "met"),
    "armed": ("armed", "fired"),
    "test": (),
}
"""The way of an alert to the state it is in."""
_SPAN_TOLD: Final = 1
"""Seconds of a candle above which it is told that the alert was seen in one."""


def spoken(body: Body, voice: Voice) -> tuple[str, dict[str, object]]:
    """Return the line that a body is told with, and the facts of that line."""
    match body:
        case Told():
            return _told_line(body, voice)
        case Digest():
            return "alert_digest", {"count": len(body.lines) + body.more}
        case Brief():
            session = voice.text(body.session) if body.session else None
            return "brief", {"kind": body.kind, "session": session, "count": len(body.markets)}
        case Notice():
            return "alert_notice", {"about": body.what, "what": _what(body, voice)}
        case PositionTold() | DeskTold():
            return trading_line(body, voice)


def subject_of(delivery: Delivery) -> str:
    """Return the id of what a delivery is about: its line keeps its words while that is edited."""
    match delivery.body:
        case Told(alert=id_) | PositionTold(card=id_) | DeskTold(about=id_):
            return id_
        case _:
            return delivery.id


def delivery_card(
    delivery: Delivery, voice: Voice, *, now: datetime, verdict: str, picture: Picture | None = None
) -> Card:
    """Return the card of a delivery; `verdict` is its line as the persona said it."""
    body = delivery.body
    return Card(
        title=_title(body, voice),
        verdict=verdict,
        facts=_facts(body, voice, now),
        picture=picture,
        actions=_actions(body, voice.text),
        footnote=footnote(voice, *_ids(delivery, voice.text)),
        tone=_tone(body),
        accent=voice.card.accent if _tone(body) == "neutral" else None,
    )


def marks_of(delivery: Delivery) -> tuple[str, ...]:
    """Return the short ids in the footer of a delivery's card, by which its message is found again."""
    body = delivery.body
    if isinstance(body, Told):
        return tuple(short[:_SHORT] for short in (body.alert, body.rule) if short)
    digest = hashlib.blake2b(delivery.id.encode(), digest_size=_SHORT_BYTES).digest()
    return (base64.b32encode(digest).decode().lower(),)


def _ids(delivery: Delivery, text: Texts) -> list[str]:
    body = delivery.body
    if not isinstance(body, Told):
        about = trading_marks(body, text) if isinstance(body, PositionTold | DeskTold) else []
        return [*about, text("post {id}", id=marks_of(delivery)[0])]
    alert, *rule = marks_of(delivery)
    return [text("alert {id}", id=alert), *(text("rule {id}", id=one) for one in rule)]


def _told_line(told: Told, voice: Voice) -> tuple[str, dict[str, object]]:
    what = condition_words(told.condition, voice, tick=told.tick)
    then = told.price if told.decided is None else told.decided
    price = None if then is None else price_words(then, voice, told.tick)
    if told.state not in {"fired", "test"}:
        waits_for = waited_words(told.confirmed_by, voice) if told.state == "pending" else None
        return "alert_developed", {
            "what": what,
            "price": price,
            "state": told.state,
            "waits_for": waits_for,
        }
    return "alert_fired", {
        "what": what,
        "price": price,
        "late": voice.numbers.age(told.late) if told.late else None,
        "note": told.note or None,
        "count": 1,
        "is_test": told.state == "test",
    }


def _title(body: Body, voice: Voice) -> str:
    match body:
        case Told():
            return ", ".join(markets_of(body.condition)) or voice.text("The sky")
        case Digest():
            return voice.text("Digest")
        case Brief():
            return brief_title(body, voice.text)
        case Notice():
            return voice.text(NOTICES[body.what])
        case PositionTold() | DeskTold():
            return trading_title(body, voice)


def _tone(body: Body) -> Tone:
    match body:
        case Told(state="failed"):
            return "down"
        case Told(state="pending" | "fired" | "confirmed", severity="high" | "urgent") | Notice():
            return "warn"
        case PositionTold() | DeskTold():
            return trading_tone(body)
        case _:
            return "neutral"


def _facts(body: Body, voice: Voice, now: datetime) -> tuple[Fact, ...]:
    match body:
        case Told():
            return tuple(_told_facts(body, voice, now))
        case Digest():
            return digest_facts(body, voice)
        case Brief():
            return brief_facts(body, voice, now=now)
        case Notice():
            reason = reason_words(body.reason, voice)
            return (Fact(voice.text("Why"), reason, is_wide=True),) if reason else ()
        case PositionTold() | DeskTold():
            return trading_facts(body, voice, now)


def _told_facts(told: Told, voice: Voice, now: datetime) -> list[Fact]:
    text, numbers = voice.text, voice.numbers
    origins = [] if told.origin is None else [told.origin]
    price = [] if told.price is None else [Fact(text("Price"), price_words(told.price, voice, told.tick))]
    candle = text("seen in a candle of {span}", span=numbers.age(told.span))
    when = f"{full(told.at)} ({relative(told.at)})"
    decided = [] if told.decided is None else [price_words(told.decided, voice, told.tick)]
    late = text("late by {span}", span=numbers.age(told.late))
    return [
        *price,
        *_looked_at(told, voice),
        Fact(text("When"), f"{when}\n{candle}" if told.span > _SPAN_TOLD else when),
        *([Fact(text("Late"), late)] if told.late else []),
        Fact(text("State"), _way(told.state, text), is_wide=True),
        *(Fact(text("Price when decided"), one) for one in decided),
        *([Fact(text("Severity"), severity_words(told.severity, voice))] if told.feed else []),
        *origin_facts(origins, voice, now=now, of="Price"),
    ]


def _looked_at(told: Told, voice: Voice) -> list[Fact]:
    """Return the values that the rule looked at, one a line."""
    lines = [": ".join(value_words(value, voice, told.tick)) for value in told.values]
    return [Fact(voice.text("What it looked at"), "\n".join(lines), is_wide=True)] if lines else []


def _way(state: State, text: Texts) -> str:
    before = [text(step) for step in _BEFORE[state]]
    return " → ".join([*before, f"**{text(STATES[state])}**"])


def _what(notice: Notice, voice: Voice) -> str:
    if notice.condition is not None:
        return condition_words(notice.condition, voice)
    return voice.text("news of your trades") if notice.is_of_desk else voice.text("an alert")


def _turn(told: Told, text: Texts) -> Action:
    """Return the button that turns an alert to the other way; it carries which one that is."""
    if told.repeats:
        return Action(text("Only once"), press_id(_COG, "repeat", told.rule, "off"))
    return Action(text("Repeat"), press_id(_COG, "repeat", told.rule, "on"))


def _actions(body: Body, text: Texts) -> tuple[Action, ...]:
    match body:
        case Told():
            return _told_actions(body, text)
        case PositionTold() | DeskTold():
            return trading_actions(body, text)
        case _:
            return ()


def _told_actions(told: Told, text: Texts) -> tuple[Action, ...]:
    """Return what can be done about an alert; that of a feed has no rule which a member could change."""
    why = Action(text("Why?"), press_id(_COG, "why", told.rule, told.alert))
    if told.feed:
        return (why,)
    return (
        why,
        Action(text("Snooze 1 h"), press_id(_COG, "snooze", told.rule, str(_SNOOZE))),
        _turn(told, text),
        Action(text("Edit"), press_id(_COG, "edit", told.rule)),
    )

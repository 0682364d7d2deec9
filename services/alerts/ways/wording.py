"""What is sent out of Discord, in plain words: no marks, no buttons, and every moment in UTC.

Labels are those of the cards, so that whoever reads both reads the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from services.alerts.posts import Body, Brief, BriefMarket, Delivery, Digest, DigestLine, Notice, Told
from services.alerts.trading_posts import DeskTold, PositionTold
from services.alerts.ways.way import Letter
from services.alerts.wording.desk_words import desk_pairs, desk_title
from services.alerts.wording.labels import (
    BRIEFS,
    DEVELOPED,
    LEANS,
    NOTICES,
    STATES,
    TOGETHER,
    reason_words,
    waited_words,
)
from services.alerts.wording.position_words import position_pairs, position_title
from services.alerts.wording.speech import Speech, plain
from services.alerts.wording.words import condition_words, price_words, severity_words, value_words
from services.looks import MARKS
from services.market.messages import Origin

_SHORT: Final = 8
"""Characters of an id, as in the footer of a card."""


def letter_of(delivery: Delivery) -> Letter:
    """Return a delivery in words of its language."""
    speech = plain(delivery.locale)
    title, lines = _told(delivery.body, speech)
    return Letter(
        id=delivery.id,
        title=title,
        text="\n".join([*lines, speech.text("not financial advice")]),
        body=delivery.body,
        locale=delivery.locale,
        is_silent=delivery.is_silent,
    )


def _told(body: Body, speech: Speech) -> tuple[str, list[str]]:
    text = speech.text
    match body:
        case Told():
            return _title(body, speech), [*_alert(body, speech)]
        case Digest():
            return text("Digest"), [*_digest(body, speech)]
        case Brief():
            title = text(BRIEFS[body.kind], session=text(body.session) if body.session else "")
            return title, [*_brief(body, speech)]
        case Notice():
            why = [] if not body.reason else [_fact("Why", reason_words(body.reason, speech), speech)]
            return text(NOTICES[body.what]), [_what(body, speech), *why]
        case PositionTold():
            return position_title(body, speech), [*_position(body, speech)]
        case DeskTold():
            return desk_title(body, speech), [*_desk(body, speech)]


def _title(told: Told, speech: Speech) -> str:
    what = condition_words(told.condition, speech, tick=told.tick)
    return what if told.state == "fired" else f"{what} ({speech.text(STATES[told.state])})"


def _alert(told: Told, speech: Speech) -> Iterable[str]:
    text, numbers = speech.text, speech.numbers
    if told.price is not None:
        yield _fact("Price", price_words(told.price, speech, told.tick), speech)
    for value in told.values:
        yield ": ".join(value_words(value, speech, told.tick))
    late = f" ({text('late by {span}', span=numbers.age(told.late))})" if told.late else ""
    yield _fact("When", f"{_moment(told.at)}{late}", speech)
    if told.state == "pending" and told.confirmed_by:
        yield _fact("Waits for", waited_words(told.confirmed_by, speech), speech)
    if told.decided is not None:
        yield _fact("Price when decided", price_words(told.decided, speech, told.tick), speech)
    if told.feed:
        yield _fact("Severity", severity_words(told.severity, speech), speech)
    if told.note:
        yield _fact("Note", told.note, speech)
    yield from _source([told.origin], speech)
    yield text("alert {id}", id=told.alert[:_SHORT])


def _digest(digest: Digest, speech: Speech) -> Iterable[str]:
    yield _fact("Together because of", speech.text(TOGETHER.get(digest.why, digest.why)), speech)
    for line in digest.lines:
        yield _line(line, speech)
    if digest.more:
        yield speech.text("{count} not shown", count=digest.more)


def _line(line: DigestLine, speech: Speech) -> str:
    parts = [_moment(line.at), condition_words(line.condition, speech, tick=line.tick)]
    if line.price is not None:
        parts.append(price_words(line.price, speech, line.tick))
    if line.state in DEVELOPED:
        parts.append(speech.text(STATES[line.state]))
    if line.count > 1:
        parts.append(f"{line.count}x")
    return " · ".join(parts)


def _brief(brief: Brief, speech: Speech) -> Iterable[str]:
    text = speech.text
    for market in brief.markets:
        yield from _market(market, speech)
    if brief.sky:
        yield _fact("Sky", text(brief.sky), speech)
    if brief.calendar:
        yield _fact("Next days", "; ".join(text.sentence(one) for one in brief.calendar), speech)
    if brief.missing:
        yield _fact("No price to be had", ", ".join(brief.missing), speech)
    yield from _source([market.origin for market in brief.markets], speech)


def _market(market: BriefMarket, speech: Speech) -> Iterable[str]:
    text = speech.text
    change = "" if market.before is None else f" {speech.numbers.change(market.before, market.price)}"
    yield f"{market.market} {price_words(market.price, speech, market.tick)}{change}"
    levels = (("support {price}", market.support), ("resistance {price}", market.resistance))
    known = [text(label, price=_price(level, market, speech)) for label, level in levels if level is not None]
    said = [text(LEANS[market.lean])] if market.lean in LEANS else []
    found = [text(market.finding)] if market.finding else []
    if known or said or found:
        yield f"  {' · '.join([*known, *said, *found])}"


def _price(level: Decimal, market: BriefMarket, speech: Speech) -> str:
    return price_words(level, speech, market.tick)


def _source(origins: Iterable[Origin | None], speech: Speech) -> Iterable[str]:
    named = (f"{one.venue} · {speech.text(MARKS[one.nature])}" for one in origins if one is not None)
    sources = dict.fromkeys(named)
    if sources:
        yield _fact("Source", ", ".join(sources), speech)


def _position(told: PositionTold, speech: Speech) -> Iterable[str]:
    yield from (f"{label}: {value}" for label, value in position_pairs(told, speech))
    yield _fact("When", _moment(told.at), speech)
    yield from _source([told.origin], speech)
    yield speech.text("position {id}", id=told.card[:_SHORT])


def _desk(told: DeskTold, speech: Speech) -> Iterable[str]:
    yield from (f"{label}: {value}" for label, value in desk_pairs(told, speech))
    yield _fact("When", _moment(told.at), speech)
    if told.expires_at is not None:
        yield _fact("Open until", _moment(told.expires_at), speech)


def _what(notice: Notice, speech: Speech) -> str:
    if notice.condition is not None:
        return condition_words(notice.condition, speech)
    return speech.text("news of your trades") if notice.is_of_desk else speech.text("an alert")


def _fact(label: str, value: str, speech: Speech) -> str:
    return f"{speech.text(label)}: {value}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"

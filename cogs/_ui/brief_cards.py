"""The facts of a post by the clock and of a digest: markets and alerts in short, several on one card."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from cogs._ui.alert_words import condition_words, price_words, severity_words
from cogs._ui.card import Fact
from cogs._ui.limits import FIELD_VALUE
from cogs._ui.origin import origin_facts
from cogs._ui.times import full, relative
from services.alerts.posts import Brief, BriefMarket, Digest, DigestLine
from services.alerts.wording.labels import BRIEFS, DEVELOPED, LEANS, STATES, TOGETHER
from services.locales.texts import Texts
from services.personas.voice import Voice

_MARKETS: Final = 12
_ROOM: Final = 3_600
"""Characters for all lines of a digest together."""


def brief_title(brief: Brief, text: Texts) -> str:
    """Return what a post by the clock is called."""
    return text(BRIEFS[brief.kind], session=text(brief.session) if brief.session else "")


def brief_facts(brief: Brief, voice: Voice, *, now: datetime) -> tuple[Fact, ...]:
    """Return each market with what is known of it, and what else the day brings."""
    text, shown = voice.text, brief.markets[:_MARKETS]
    origins = [market.origin for market in shown if market.origin is not None]
    left = [market.market for market in brief.markets[_MARKETS:]]
    others = (
        ("Sky", text(brief.sky) if brief.sky else ""),
        ("Next days", "\n".join(text.sentence(one) for one in brief.calendar)),
        ("Not on this card", ", ".join(left)),
        ("No price to be had", ", ".join(brief.missing)),
    )
    return (
        *(Fact(market.market, _market(market, brief, voice), is_wide=True) for market in shown),
        *(Fact(text(name), value, is_wide=True) for name, value in others if value),
        *origin_facts(origins, voice, now=now, of="Price"),
    )


def digest_facts(digest: Digest, voice: Voice) -> tuple[Fact, ...]:
    """Return the alerts of a digest in short, as many as fit, and how many more there are."""
    text = voice.text
    packed, left = _packed(_line(line, voice) for line in digest.lines)
    more = len(digest.lines) - left + digest.more
    why = text(TOGETHER[digest.why]) if digest.why in TOGETHER else digest.why
    return (
        *(Fact(text("Alerts"), lines, is_wide=True) for lines in packed),
        *([Fact(text("More"), text("{count} not shown", count=more))] if more else []),
        Fact(text("Together because of"), why),
        Fact(text("From"), f"{full(digest.since)} ({relative(digest.since)})"),
        Fact(text("Until"), f"{full(digest.until)} ({relative(digest.until)})"),
    )


def _market(market: BriefMarket, brief: Brief, voice: Voice) -> str:
    text, tick = voice.text, market.tick
    price = price_words(market.price, voice, tick)
    change = "" if market.before is None else f" · {voice.numbers.change(market.before, market.price)}"
    span = {"daily": "24 h", "weekly": "7 d"}.get(brief.kind, "24 h")
    levels = (("support {price}", market.support), ("resistance {price}", market.resistance))
    known = [
        text(label, price=price_words(level, voice, tick)) for label, level in levels if level is not None
    ]
    parts = [
        f"**{price}**{change}{f' ({span})' if change else ''}",
        " · ".join(known),
        text(LEANS[market.lean]) if market.lean in LEANS else "",
        text(market.finding) if market.finding else "",
    ]
    return "\n".join(part for part in parts if part)


def _line(line: DigestLine, voice: Voice) -> str:
    words = condition_words(line.condition, voice, tick=line.tick)
    parts = [relative(line.at), f"**{words}**"]
    if line.price is not None:
        parts.append(price_words(line.price, voice, line.tick))
    if line.state in DEVELOPED:
        parts.append(voice.text(STATES[line.state]))
    if line.count > 1:
        parts.append(voice.text("{count} times", count=line.count))
    if line.severity in {"high", "urgent"}:
        parts.append(severity_words(line.severity, voice))
    return " · ".join(parts)


def _packed(lines: Iterable[str]) -> tuple[Sequence[str], int]:
    """Put lines together into values of facts; return them, and how many lines found room."""
    packed: list[str] = []
    room, count = _ROOM, 0
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        count += 1
        if packed and len(packed[-1]) + len(line) < FIELD_VALUE:
            packed[-1] = f"{packed[-1]}\n{line}"
        else:
            packed.append(line)
    return packed, count

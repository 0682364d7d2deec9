"""Candlestick patterns as a card: which, when, what they are usually read for, and how common they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Final

from cogs._ui.card import Action, Card, Fact, Picture
from cogs._ui.origin import footnote
from cogs._ui.scenes import UNBROKEN, scene_facts, title_of
from cogs._ui.times import full
from services.analyst.messages import PatternSeen, PatternsFinding, Side
from services.personas.voice import Voice

_SHOWN: Final = 8
SIDES: Final[dict[Side, str]] = {"bull": "▲ bullish", "bear": "▼ bearish", "even": "● undecided"}


def patterns_card(
    finding: PatternsFinding,
    voice: Voice,
    *,
    now: datetime,
    key: str,
    actions: Sequence[Action] = (),
    picture: Picture | None = None,
) -> Card:
    """Return the card of candlestick patterns."""
    scene, text = finding.scene, voice.text
    shown = finding.patterns[:_SHOWN]
    lines = pattern_lines(shown, voice)
    left = len(finding.patterns) - len(shown)
    if left:
        lines.append(text("and {count} more", count=left))
    looked = text(
        "{window} newest candles, for {count} patterns", window=finding.window, count=finding.looked_for
    )
    return Card(
        title=f"{title_of(scene)} · {text('Candlestick patterns')}",
        verdict=voice.render("patterns", key=key, **_words(finding, voice)),
        facts=(
            Fact(
                text("Seen, the newest first (usual reading, how often in all candles)"),
                "\n".join(lines) or text("none"),
                is_wide=True,
            ),
            Fact(text("Looked at"), looked),
            *scene_facts(scene, voice, now=now),
        ),
        picture=picture,
        actions=tuple(actions),
        footnote=footnote(voice, text("a usual reading, not a measured edge")),
        accent=voice.card.accent,
    )


def pattern_lines(patterns: Sequence[PatternSeen], voice: Voice) -> list[str]:
    """Write when patterns were complete, and under it by side their names and how often each was seen."""
    lines = []
    for closed_at, at_once in groupby(patterns, key=attrgetter("closed_at")):
        lines.append(full(closed_at))
        for side, same in groupby(sorted(at_once, key=attrgetter("side")), key=attrgetter("side")):
            lines.append(f"{voice.text(SIDES[side])} · {', '.join(_seen(one, voice) for one in same)}")
    return lines


def _seen(one: PatternSeen, voice: Voice) -> str:
    meaning = f"{voice.text(one.meaning)}, " if one.meaning else ""
    return f"**{voice.text(one.title)}**{UNBROKEN}({meaning}{one.seen}\N{MULTIPLICATION SIGN})"


def _words(finding: PatternsFinding, voice: Voice) -> dict[str, object]:
    newest = next(iter(finding.patterns), None)
    return {
        "market": finding.scene.market,
        "timeframe": finding.scene.timeframe,
        "count": len(finding.patterns),
        "window": finding.window,
        "newest": None if newest is None else voice.text(newest.title),
        "bias": finding.bias,
    }


def patterns_why(finding: PatternsFinding, voice: Voice) -> Card:
    """Return the card that says what a pattern is worth."""
    text = voice.text
    return Card(
        title=f"{title_of(finding.scene)} · {text('Why these patterns')}",
        verdict=text(
            "A pattern is a rule about the shapes of one to five candles; it is complete at a close."
        ),
        facts=(
            Fact(
                text("Rules"),
                text("Those of TA-Lib, all of its candlestick functions, with their usual settings."),
                is_wide=True,
            ),
            Fact(
                text("Side"),
                text("What the books read it for. Whether that ever held here is not claimed."),
                is_wide=True,
            ),
            Fact(
                text("How common"),
                text("Counted over all candles looked at: what is seen often says little."),
                is_wide=True,
            ),
        ),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )

"""A market from every side as a card: the points for bull and bear, readings, levels and patterns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cogs._ui.card import Action, Card, Fact, Picture, Tone
from cogs._ui.origin import footnote
from cogs._ui.patterns_cards import pattern_lines
from cogs._ui.scenes import level_of, price_of, scene_facts, title_of, zone_of
from cogs._ui.tables import COLUMNS, row, table
from services.analyst.messages import Analysis, Point, Reading, Side, Trend
from services.market.figures import currency_of
from services.personas.voice import Voice

_POINTS: Final = 5
_PATTERNS: Final = 3
TRENDS: Final[dict[Trend, str]] = {"up": "▲ up", "down": "▼ down", "sideways": "● sideways"}
_TONES: Final[dict[Side, Tone]] = {"bull": "up", "bear": "down", "even": "neutral"}


def analysis_card(
    analysis: Analysis,
    voice: Voice,
    *,
    now: datetime,
    key: str,
    actions: Sequence[Action] = (),
    picture: Picture | None = None,
) -> Card:
    """Return the card of an analysis."""
    scene, text = analysis.scene, voice.text
    return Card(
        title=f"{title_of(scene)} · {text('Analysis')}",
        verdict=voice.render("analyze", key=key, **_words(analysis, voice)),
        facts=(
            Fact(text("Trend"), text(TRENDS[analysis.trend])),
            _side(text("Speaks for the bulls · {weight}", weight=analysis.bull), "bull", analysis, voice),
            _side(text("Speaks for the bears · {weight}", weight=analysis.bear), "bear", analysis, voice),
            *table(text("Readings"), [_reading(one, analysis, voice) for one in analysis.readings]),
            *_nearby(analysis, voice),
            *_patterns(analysis, voice),
            *scene_facts(scene, voice, now=now),
        ),
        picture=picture,
        actions=tuple(actions),
        footnote=footnote(voice, text("a description of closed candles, no forecast")),
        tone=_TONES[analysis.lean],
    )


def point_of(point: Point, analysis: Analysis, voice: Voice) -> str:
    """Write one point in the member's language, its figures by tick and locale."""
    prices = {name: price_of(analysis.scene, price, voice) for name, price in point.prices.items()}
    numbers = {name: voice.numbers.decimal(value) for name, value in point.numbers.items()}
    words = {name: voice.text(word) for name, word in point.words.items()}
    return voice.text(point.text, **prices, **numbers, **words)


def strongest(side: Side, analysis: Analysis) -> Point | None:
    """Return the weightiest point of a side, the first of equals."""
    return max(
        (point for point in analysis.points if point.side == side),
        key=lambda point: point.weight,
        default=None,
    )


def analysis_why(analysis: Analysis, voice: Voice) -> Card:
    """Return the card that says how the two sides are weighed."""
    text = voice.text
    return Card(
        title=f"{title_of(analysis.scene)} · {text('Why this balance')}",
        verdict=text(
            "Every point is one simple fact about closed candles with a fixed weight of one to three."
        ),
        facts=(
            Fact(text("Weights"), text("Trend and averages weigh most, single candles least."), is_wide=True),
            Fact(
                text("Not measured"),
                text("Whether such a balance ever told the next move is not claimed here."),
                is_wide=True,
            ),
        ),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def _words(analysis: Analysis, voice: Voice) -> dict[str, object]:
    scene = analysis.scene
    best = None if analysis.lean == "even" else strongest(analysis.lean, analysis)
    return {
        "market": scene.market,
        "timeframe": scene.timeframe,
        "price": price_of(scene, scene.price, voice),
        "currency": currency_of(scene.market),
        "trend": analysis.trend,
        "bull": analysis.bull,
        "bear": analysis.bear,
        "lean": analysis.lean,
        "strongest": None if best is None else point_of(best, analysis, voice),
    }


def _side(name: str, side: Side, analysis: Analysis, voice: Voice) -> Fact:
    points = sorted(
        (point for point in analysis.points if point.side == side), key=lambda point: -point.weight
    )
    lines = [f"{'●' * point.weight} {point_of(point, analysis, voice)}" for point in points[:_POINTS]]
    return Fact(name, "\n".join(lines) or voice.text("nothing"), is_wide=True)


def _reading(one: Reading, analysis: Analysis, voice: Voice) -> str:
    value = price_of(analysis.scene, one.value, voice) if one.is_price else voice.numbers.decimal(one.value)
    whole = f"{one.title} {voice.text(one.says)}".strip()
    return row(whole if len(whole) < COLUMNS - len(value) else one.title, value)


def _nearby(analysis: Analysis, voice: Voice) -> list[Fact]:
    scene, text = analysis.scene, voice.text
    facts = []
    for name, zones in (("Next resistance", analysis.resistances), ("Next support", analysis.supports)):
        if zones:
            facts.append(Fact(text(name), zone_of(scene, zones[0], voice)))
    near = [
        level_of(scene, level, voice)
        for level in (analysis.fib_above, analysis.fib_below)
        if level is not None
    ]
    return [*facts, *([Fact(text("Fibonacci around it"), "\n".join(near))] if near else [])]


def _patterns(analysis: Analysis, voice: Voice) -> list[Fact]:
    lines = pattern_lines(analysis.patterns[:_PATTERNS], voice)
    name = voice.text("Newest patterns (and how often in all candles)")
    return [Fact(name, "\n".join(lines), is_wide=True)] if lines else []

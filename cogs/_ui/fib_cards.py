"""Fibonacci levels as a card: the swing, the ladder of levels, where price stands and what it respected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cogs._ui.card import Action, Card, Fact, Picture
from cogs._ui.origin import footnote
from cogs._ui.scenes import UNBROKEN, away, band_of, level_of, price_of, ratio_of, scene_facts, title_of
from cogs._ui.tables import row, table
from cogs._ui.times import full
from services.analyst.messages import Confluence, FibFinding, FibLevel, FibMode
from services.personas.voice import Voice

_MODES: Final[dict[FibMode, str]] = {
    "retrace": "Fibonacci retracement",
    "extend": "Fibonacci extension",
    "project": "Fibonacci projection",
}
_CONFLUENCES: Final = 3
_AHEAD: Final = 4


def fib_card(
    finding: FibFinding,
    voice: Voice,
    *,
    now: datetime,
    key: str,
    actions: Sequence[Action] = (),
    picture: Picture | None = None,
) -> Card:
    """Return the card of Fibonacci levels."""
    scene = finding.scene
    return Card(
        title=f"{title_of(scene)} · {voice.text(_MODES[finding.mode])}",
        verdict=voice.render("fib", key=key, **fib_words(finding, voice)),
        facts=(
            Fact(voice.text("Swing"), _swing(finding, voice), is_wide=True),
            *table(voice.text("Level · price · turned / touched"), _ladder(finding, voice)),
            *_respected(finding, voice),
            *_confluences(finding, voice),
            *_ahead(finding, voice),
            *scene_facts(scene, voice, now=now),
        ),
        picture=picture,
        actions=tuple(actions),
        footnote=footnote(voice, voice.text("levels describe the past, they forecast nothing")),
        accent=voice.card.accent,
    )


def fib_words(finding: FibFinding, voice: Voice) -> dict[str, object]:
    """Return the facts of the line ``fib``."""
    scene, swing, respected = finding.scene, finding.swing, finding.respected
    best = next(iter(finding.confluences), None)
    return {
        "market": scene.market,
        "timeframe": scene.timeframe,
        "price": price_of(scene, scene.price, voice),
        "start": price_of(scene, swing.start_price, voice),
        "end": price_of(scene, swing.end_price, voice),
        "is_up": swing.is_up,
        "above": None if finding.above is None else level_of(scene, finding.above, voice),
        "below": None if finding.below is None else level_of(scene, finding.below, voice),
        "respected": None if respected is None else level_of(scene, respected, voice),
        "times": None if respected is None else respected.respected,
        "confluence": None if best is None else band_of(scene, best.low, best.high, voice),
        "frames": None if best is None else best.frames,
    }


def fib_why(finding: FibFinding, voice: Voice) -> Card:
    """Return the card that says how the levels came about."""
    swing, text = finding.swing, voice.text
    chosen = (
        text("You gave both points.")
        if swing.known_at is None
        else text(
            "The largest recent swing that is still in play; its end was known at {when}.",
            when=full(swing.known_at),
        )
    )
    scale = text("Logarithmic, as the move is long.") if finding.is_log else text("Linear.")
    return Card(
        title=f"{title_of(finding.scene)} · {text('Why these levels')}",
        verdict=text("Every level is a fixed share of one swing; nothing in it looks ahead."),
        facts=(
            Fact(text("Swing"), f"{_swing(finding, voice)}\n{chosen}", is_wide=True),
            Fact(text("Scale"), scale),
            Fact(
                text("Touched"),
                text(
                    "Since the swing was known, a candle came close: within a part of the average true range."
                ),
                is_wide=True,
            ),
            Fact(
                text("Turned"),
                text("It touched, and the next closes went back without closing beyond."),
                is_wide=True,
            ),
            Fact(
                text("Confluence"),
                text("Levels of several timeframes within one narrow band; more frames, more score."),
                is_wide=True,
            ),
        ),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def _swing(finding: FibFinding, voice: Voice) -> str:
    scene, swing = finding.scene, finding.swing
    way = voice.text("rising") if swing.is_up else voice.text("falling")
    points = f"{price_of(scene, swing.start_price, voice)} → {price_of(scene, swing.end_price, voice)}"
    third = "" if swing.projected_from is None else f" → {price_of(scene, swing.projected_from, voice)}"
    return f"{points}{third} ({way})\n{full(swing.start_at)} → {full(swing.end_at)}"


def _ladder(finding: FibFinding, voice: Voice) -> list[str]:
    """Return the levels from the highest price down, with the price where it stands among them."""
    rows, is_marked = [], False
    for level in reversed(finding.levels):
        if not is_marked and level.price < finding.scene.price:
            rows.append(_here(finding, voice))
            is_marked = True
        rows.append(_rung(finding, level, voice))
    return rows if is_marked else [*rows, _here(finding, voice)]


def _rung(finding: FibFinding, level: FibLevel, voice: Voice) -> str:
    counts = f"{level.respected}/{level.touched}"
    return row(ratio_of(level.ratio, voice), f"{price_of(finding.scene, level.price, voice)} {counts:>5}")


def _here(finding: FibFinding, voice: Voice) -> str:
    return row(f"▶ {voice.text('price')}", f"{price_of(finding.scene, finding.scene.price, voice)} {'':>5}")


def _respected(finding: FibFinding, voice: Voice) -> list[Fact]:
    level = finding.respected
    if level is None:
        return [Fact(voice.text("Turned most at"), voice.text("none of them yet"))]
    times = voice.text("{count} of {touched} touches", count=level.respected, touched=level.touched)
    return [Fact(voice.text("Turned most at"), f"{level_of(finding.scene, level, voice)} · {times}")]


def _confluences(finding: FibFinding, voice: Voice) -> list[Fact]:
    scene = finding.scene
    lines = [
        f"**{band_of(scene, one.low, one.high, voice)}** ({away(scene, one.low, voice)}) · "
        f"{voice.text('score {score}', score=one.score)} · {_members(one, voice)}"
        for one in finding.confluences[:_CONFLUENCES]
    ]
    text = voice.text
    looked = text("compared: {timeframes}", timeframes=", ".join(finding.looked_at))
    if finding.missing:
        missing = ", ".join(finding.missing)
        lacking = text("too few candles, or none to be had: {timeframes}", timeframes=missing)
        looked = f"{looked} · {lacking}"
    lines = [*(lines or [text("none within these levels")]), looked]
    return [Fact(text("Confluence of timeframes"), "\n".join(lines), is_wide=True)]


def _members(one: Confluence, voice: Voice) -> str:
    return ", ".join(f"{member.timeframe}{UNBROKEN}{ratio_of(member.ratio, voice)}" for member in one.members)


def _ahead(finding: FibFinding, voice: Voice) -> list[Fact]:
    coming = [zone for zone in finding.zones if zone.at > finding.scene.closed_at][:_AHEAD]
    facts = []
    if coming:
        times = "\n".join(f"{zone.number} · {full(zone.at)}" for zone in coming)
        facts.append(Fact(voice.text("Time zones, in market time"), times))
    if finding.fan:
        fan = "\n".join(
            f"{ratio_of(line.ratio, voice)} · {price_of(finding.scene, line.price, voice)}"
            for line in finding.fan
        )
        facts.append(Fact(voice.text("Fan at the last candle"), fan))
    return facts

"""How findings stand on a card: what belongs together in one place, narrow enough, and cut nowhere."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

from analyst_stage import sight

from cogs._ui.analysis_cards import analysis_card
from cogs._ui.patterns_cards import pattern_lines
from cogs._ui.pivots_cards import pivots_card
from services.analyst.analysis import analyze
from services.analyst.messages import PatternSeen, PivotSet, PivotsFinding, Side
from services.analyst.overlays import patterns as marks_of
from services.analyst.patterns import find_patterns
from services.locales.texts import ENGLISH
from services.personas.roster import read_roster

ROSTER = read_roster(Path(__file__).parents[3] / "personas")
SIGHT = sight("4h")
NOW = SIGHT.scene.closed_at
NARROW = 14
"""Columns of a third of a card on a desk, and of half of one on a telephone."""


def seen(title: str, side: Side) -> PatternSeen:
    """Return a pattern of the newest candle."""
    return PatternSeen(name=title, title=title, side=side, closed_at=NOW, age=0, seen=7)


def test_patterns_of_one_candle_stand_under_its_time_by_side() -> None:
    found = [seen("Doji", "even"), seen("Engulfing", "bull"), seen("High Wave", "even")]
    time, *sides = pattern_lines(found, ROSTER.voice("xyko"))
    assert time == f"<t:{int(NOW.timestamp())}:f>"
    assert [line.replace("\u00a0", " ") for line in sides] == [
        "▲ bullish · **Engulfing** (7\u00d7)",
        "● undecided · **Doji** (7\u00d7), **High Wave** (7\u00d7)",
    ]


def test_a_candle_has_one_mark_for_all_patterns_of_a_side() -> None:
    finding = find_patterns(SIGHT)
    marks = marks_of(SIGHT, finding, ENGLISH).marks
    assert len({(mark.position, mark.side) for mark in marks}) == len(marks)
    newest = [one for one in finding.patterns if one.closed_at == finding.patterns[0].closed_at]
    same = [one for one in newest if one.side == newest[0].side]
    others = f" +{len(same) - 1}" if len(same) > 1 else ""
    assert marks[0].title == f"{newest[0].title}{others}"


def test_pivot_points_of_several_methods_fit_side_by_side() -> None:
    points = PivotSet(
        method="standard", pivot=Decimal("98210.5"), resistances=[Decimal(110_000)], supports=[Decimal(9_000)]
    )
    finding = PivotsFinding(scene=SIGHT.scene, period="1d", opened_at=NOW, sets=[points])
    ladder = pivots_card(finding, ROSTER.voice("f"), now=NOW, key="1").facts[0]
    assert not ladder.is_wide
    assert ladder.value.splitlines()[1:-1] == ["R1 110,000.0", "P   98,210.5", "S1   9,000.0"]
    assert max(map(len, ladder.value.splitlines())) <= NARROW


def test_no_reading_is_cut() -> None:
    for locale in ("en", "pt-BR"):
        card = analysis_card(analyze(SIGHT), ROSTER.voice("f", locale), now=NOW, key="1")
        tables = re.findall(r"```\n(.*?)\n```", "\n".join(fact.value for fact in card.facts), re.DOTALL)
        assert tables
        assert "…" not in "".join(tables)

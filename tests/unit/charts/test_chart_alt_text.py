from __future__ import annotations

import ast
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from chart_stage import chart, usual_chart
from hypothesis import given, settings
from hypothesis import strategies as st
from market_stage import wandering_minutes

from services.charts.alt import LIMIT, MEANINGS, alt_text
from services.charts.spec import Band, Level, Line, Mark, Zone
from services.charts.time_axis import MONTHS
from services.locales import LOCALES
from services.locales.texts import texts_of
from services.looks import MARKS

ENGLISH, PORTUGUESE = texts_of("en"), texts_of("pt-BR")
SOURCES = Path(__file__).parents[3] / "services" / "charts"


def written_keys() -> set[str]:
    """Every text that the charts' modules ask for by writing it out."""
    found = set()
    for path in SOURCES.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("texts"):
                constants = [one for argument in node.args[:1] for one in ast.walk(argument)]
                found |= {one.value for one in constants if isinstance(one, ast.Constant)}
    return {key for key in found if isinstance(key, str)}


def test_a_chart_is_told_in_a_sentence() -> None:
    spec = replace(
        chart(wandering_minutes(60), price=Decimal("101.2")),
        lines=(Line(label="EMA 50", values=np.full(60, 100.04)),),
        levels=(Level(price=Decimal("99.5"), ratio=Decimal("0.618")),),
        zones=(Zone(low=Decimal(98), high=Decimal("98.5"), label="S1", kind="support"),),
        marks=(Mark(position=59, side="bear", title="Evening Star"),),
    )
    candles = spec.candles
    assert alt_text(spec, ENGLISH) == (
        "BTC/USDT:USDT 1m, 60 candles to 16 June 2025 01:00 UTC, rising 1.20%, last 101.2, "
        f"highest {candles.high.max():.1f}, lowest {candles.low.min():.1f}; with EMA 50 100.0; "
        "levels: 61.8% 99.5; zones: S1 98.0 to 98.5; patterns: Evening Star (bearish); "
        "replay of recorded candles, not today's market, binance · REPLAY · 2 s old."
    )


def test_a_band_whose_edges_have_crossed_is_told_from_the_lower_one() -> None:
    low, high = np.full(60, 99.0), np.full(60, 101.0)
    cloud = Band(label="Ichimoku", upper=low, lower=high)
    said = alt_text(replace(chart(wandering_minutes(60)), bands=(cloud,)), ENGLISH)
    assert "Ichimoku 99.0 to 101.0;" in said


def test_it_is_told_in_portuguese_with_portuguese_numbers() -> None:
    said = alt_text(chart(wandering_minutes(60), price=Decimal("98.8"), nature="simulated"), PORTUGUESE)
    assert said.startswith(
        "BTC/USDT:USDT 1m, 60 candles até 16 de junho de 2025 01:00 UTC, em queda de 1,20%,"
    )
    assert "simulado, um mercado inventado" in said


@settings(max_examples=25)
@given(
    market=st.text(max_size=1500),
    source=st.text(max_size=1500),
    titles=st.lists(st.text(max_size=300), max_size=20),
    locale=st.sampled_from(LOCALES),
)
def test_a_description_is_never_longer_than_may_be_sent_and_always_says_how_real_it_is(
    market: str, source: str, titles: list[str], locale: str
) -> None:
    marks = tuple(Mark(position=0, side="bull", title=title) for title in titles)
    texts = ENGLISH if locale == "en" else PORTUGUESE
    said = alt_text(replace(usual_chart(60), market=market, source=source, marks=marks), texts)
    assert len(said) <= LIMIT
    assert texts("replay of recorded candles, not today's market") in said


@pytest.mark.parametrize(
    "key", sorted(written_keys() | set(MARKS.values()) | set(MEANINGS.values()) | set(MONTHS))
)
def test_every_text_of_the_charts_is_there_in_portuguese(key: str) -> None:
    assert PORTUGUESE.knows(key)


def test_the_texts_were_found() -> None:
    assert {"Volume", "unchanged", "rising {percent}", "closed {when}"} <= written_keys()

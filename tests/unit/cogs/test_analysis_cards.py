"""Every card of a finding is shown whole within Discord's limits, whoever speaks and in every language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from analyst_stage import NOW, series, sight
from msgspec.structs import replace

from cogs._ui.analysis_cards import analysis_card, analysis_why
from cogs._ui.card import Card, Picture
from cogs._ui.chart_cards import chart_card
from cogs._ui.embed import to_embed, to_files
from cogs._ui.fib_cards import fib_card, fib_why
from cogs._ui.levels_cards import levels_card, levels_why
from cogs._ui.panel_cards import panel_card, speeches_of
from cogs._ui.patterns_cards import patterns_card, patterns_why
from cogs._ui.pivots_cards import pivots_card, pivots_why
from cogs._ui.tables import COLUMNS
from services.analyst.analysis import analyze
from services.analyst.fibs import find_fib
from services.analyst.levels import find_levels
from services.analyst.messages import ChartDrawn, FibFinding, FormingPrice, PivotSet, PivotsFinding
from services.analyst.patterns import find_patterns
from services.locales import Locale
from services.personas.roster import read_roster
from services.personas.voice import Voice

ROSTER = read_roster(Path(__file__).parents[3] / "personas")
VOICES = [
    pytest.param(ROSTER.voice(card.name, locale), id=f"{card.name}-{locale}")
    for card in ROSTER.cards.values()
    for locale in card.locales
]
SIGHT = sight("4h")
PICTURE = Picture(b"\x89PNG", "btcusdt-4h.png", "BTC/USDT:USDT 4h, falling")
PIVOTS = PivotsFinding(
    scene=SIGHT.scene,
    period="1d",
    opened_at=SIGHT.scene.closed_at,
    sets=[
        PivotSet(
            method="standard",
            pivot=Decimal("64210.5"),
            resistances=[Decimal(65_000), Decimal(66_000)],
            supports=[Decimal(63_000), Decimal(62_000)],
        )
    ],
)


FORMING = FormingPrice(price=Decimal("64123.4"), origin=SIGHT.scene.origin)


def fib(**other: object) -> FibFinding:
    """Return a finding with levels of other timeframes in it."""
    others = {name: sight(name) for name in ("15m", "1h", "1d")}
    return replace(find_fib(SIGHT, others, swing="auto", mode="retrace"), **other)


def bare() -> FibFinding:
    """Return a finding of a swing that nothing is known of but its levels."""
    return fib(above=None, below=None, respected=None, confluences=[], zones=[], fan=[])


def cards(voice: Voice) -> Iterator[Card]:
    """Yield every card of a finding, with much in it and with little."""
    for finding in (fib(), bare()):
        yield fib_card(finding, voice, now=NOW, key="1", picture=PICTURE)
        yield fib_why(finding, voice)
    levels, patterns, analysis = find_levels(SIGHT), find_patterns(SIGHT), analyze(SIGHT)
    yield levels_card(levels, voice, now=NOW, key="1", picture=PICTURE)
    yield levels_card(replace(levels, supports=[], resistances=[]), voice, now=NOW, key="1")
    yield patterns_card(patterns, voice, now=NOW, key="1", picture=PICTURE)
    yield patterns_card(replace(patterns, patterns=[], bias="even"), voice, now=NOW, key="1")
    yield pivots_card(PIVOTS, voice, now=NOW, key="1", picture=PICTURE)
    yield analysis_card(analysis, voice, now=NOW, key="1", picture=PICTURE)
    few = replace(analysis, points=[], bull=0, bear=0, supports=[], resistances=[], patterns=[], readings=[])
    yield analysis_card(few, voice, now=NOW, key="1")
    yield chart_card(chart(), voice, now=NOW, key="1", picture=PICTURE)
    yield chart_card(replace(chart(), forming=FORMING), voice, now=NOW, key="1", picture=PICTURE)
    yield from (levels_why(levels, voice), patterns_why(patterns, voice))
    yield from (pivots_why(PIVOTS, voice), analysis_why(analysis, voice))
    yield from panels(voice)


def chart() -> ChartDrawn:
    """Return a chart of which everything is told."""
    return ChartDrawn(
        scene=SIGHT.scene,
        digest="d",
        alt="BTC",
        shown=160,
        first_open=Decimal("61000.0"),
        indicators=["EMA 50", "RSI 14"],
    )


def panels(voice: Voice) -> Iterator[Card]:
    """Yield a panel of five on one card, and one whose speeches are said apart."""
    analysis, names = analyze(SIGHT), ("xyko", "f", "biel", "z", "waze")
    speakers = [ROSTER.voice(name, voice.locale) for name in names]
    said = speeches_of(analysis, "Full Moon", speakers, voice, key="1")
    for shown in (said, []):
        yield panel_card(
            analysis,
            voice,
            [one.card for one in speakers],
            shown,
            ROSTER,
            question="Is this the top? `code` @everyone",
            now=NOW,
            key="1",
        )


@pytest.mark.parametrize("voice", VOICES)
def test_every_card_is_within_the_limits_and_cut_nowhere(voice: Voice) -> None:
    for card in cards(voice):
        embed = to_embed(card)
        assert len(embed) <= 6_000
        assert len(embed.fields) <= 25
        assert embed.description == card.verdict
        assert [field.value for field in embed.fields] == [fact.value for fact in card.facts]
        assert all(field.name and field.value for field in embed.fields)


@pytest.mark.parametrize("voice", VOICES)
def test_a_table_is_no_wider_than_a_telephone(voice: Voice) -> None:
    for card in cards(voice):
        for fact in card.facts:
            for block in re.findall(r"```\n(.*?)\n```", fact.value, re.DOTALL):
                assert max(map(len, block.splitlines())) <= COLUMNS, (card.title, fact.name)


def test_a_picture_goes_out_with_its_words() -> None:
    card = levels_card(find_levels(SIGHT), ROSTER.voice("f"), now=NOW, key="1", picture=PICTURE)
    (file,) = to_files(card)
    assert to_embed(card).image.url == "attachment://btcusdt-4h.png"
    assert (file.filename, file.description) == ("btcusdt-4h.png", PICTURE.alt)


def test_the_ladder_of_levels_shows_the_price_where_it_stands() -> None:
    finding = fib()
    card = fib_card(finding, ROSTER.voice("f"), now=NOW, key="1")
    ladder = next(fact.value for fact in card.facts if "▶" in fact.value).splitlines()
    place = next(at for at, line in enumerate(ladder) if "▶" in line)
    above = [level for level in finding.levels if level.price >= finding.scene.price]
    assert place - 1 == len(above)


def test_a_persona_says_the_same_figures_in_its_own_numbers() -> None:
    english = levels_card(find_levels(SIGHT), ROSTER.voice("z", "en"), now=NOW, key="1")
    portuguese = levels_card(find_levels(SIGHT), ROSTER.voice("z", "pt-BR"), now=NOW, key="1")
    price = f"{series().close[-1]:,.1f}"
    assert price in english.verdict + english.facts[1].value
    assert price.translate(str.maketrans(",.", ".,")) in portuguese.verdict + portuguese.facts[1].value


def test_a_chart_with_a_forming_candle_is_told_by_its_price_and_how_old_that_is() -> None:
    voice = ROSTER.voice("xyko")
    card = chart_card(replace(chart(), forming=FORMING), voice, now=NOW, key="1", picture=PICTURE)
    facts = {fact.name: fact.value for fact in card.facts}
    assert "64,123.4" in card.verdict
    assert facts["In the picture"].endswith("+5.12% up")
    assert facts["Still forming"] == "64,123.4 · 2 s old"
    assert "Still forming" not in {
        fact.name for fact in chart_card(chart(), voice, now=NOW, key="1", picture=PICTURE).facts
    }


@pytest.mark.parametrize(("locale", "said"), [("en", "reversal"), ("pt-BR", "reversão")])
def test_a_pattern_is_shown_with_what_it_is_usually_read_for(locale: Locale, said: str) -> None:
    seen = replace(find_patterns(SIGHT).patterns[0], title="Hammer", meaning="reversal", seen=12)
    finding = replace(find_patterns(SIGHT), patterns=[seen])
    voice = ROSTER.voice("xyko", locale)
    card = patterns_card(finding, voice, now=NOW, key="1")
    assert f"({said}, 12\N{MULTIPLICATION SIGN})" in card.facts[0].value


def test_every_pattern_says_what_it_is_usually_read_for() -> None:
    assert {one.meaning for one in find_patterns(SIGHT).patterns} <= {
        "reversal",
        "continuation",
        "indecision",
    }

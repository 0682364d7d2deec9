from __future__ import annotations

import pytest
from contrast import contrast

from services.charts.faces import face, width_of
from services.charts.themes import Colours, colours_of, mixed
from services.looks import Palette, Theme

THEMES: tuple[Theme, ...] = ("dark", "light")
PALETTES: tuple[Palette, ...] = ("standard", "colour_blind")
every_look = pytest.mark.parametrize("colours", [colours_of(t, p) for t in THEMES for p in PALETTES])
WRITTEN = "\N{MINUS SIGN}\N{EN DASH}\N{MULTIPLICATION SIGN}çãõéÇÃÕÉáâêíóôú€▲▼●…·₀₁₂₃₄₅₆₇₈₉→'/%+:"


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#FFFFFF", 21.0), ("#777777", "#FFFFFF", 4.48), ("#FF0000", "#FFFFFF", 4.0)],
)
def test_contrast_is_that_of_the_web_s_guidelines(one: str, other: str, ratio: float) -> None:
    """Authority: the contrast checker of WebAIM."""
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


@every_look
def test_every_colour_that_text_is_written_in_stands_out_by_4_5(colours: Colours) -> None:
    written = (
        colours.text,
        colours.muted,
        colours.up,
        colours.down,
        colours.fib,
        colours.pivot,
        *colours.series,
    )
    assert {colour: contrast(colour, colours.background) >= 4.5 for colour in written} == dict.fromkeys(
        written, True
    )
    assert contrast(colours.background, colours.warn) >= 4.5
    assert contrast(colours.background, colours.text) >= 4.5


@every_look
def test_bars_of_volume_and_both_sides_of_a_zone_can_be_seen(colours: Colours) -> None:
    for side in (colours.up, colours.down):
        assert contrast(mixed(side, colours.background, 0.5), colours.background) >= 1.5


@every_look
def test_no_line_has_the_colour_of_up_down_or_another_line(colours: Colours) -> None:
    used = [colours.up, colours.down, *colours.series]
    assert len(set(used)) == len(used)


def test_a_mixture_lies_between_its_colours() -> None:
    assert mixed("#FFFFFF", "#000000", 0.5) == "#808080"
    assert mixed("#26A69A", "#161B22", 1.0) == "#26A69A"


@pytest.mark.parametrize("is_bold", [True, False])
def test_the_typeface_has_every_sign_that_a_chart_writes(*, is_bold: bool) -> None:
    font = face(20, is_bold=is_bold)
    missing = bytes(font.getmask("\N{CJK UNIFIED IDEOGRAPH-4E00}"))
    assert [sign for sign in WRITTEN if bytes(font.getmask(sign)) == missing] == []


def test_all_figures_have_one_width() -> None:
    assert len({width_of(figure * 10, 20) for figure in "0123456789"}) == 1

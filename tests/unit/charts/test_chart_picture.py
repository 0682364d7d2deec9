from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

import numpy as np
import pytest
from chart_stage import chart, fib_levels, scaled, usual_chart
from market_stage import wandering_minutes, without
from PIL import Image, ImageColor

from analytics.candles import Candles
from services.charts.digest import digest_of
from services.charts.frame import PICTURE
from services.charts.plan import Plan, plan_of
from services.charts.render import draw
from services.charts.spec import (
    Band,
    ChartSpec,
    Dots,
    Forming,
    Level,
    Line,
    Mark,
    Pane,
    Path,
    Zone,
)
from services.looks import Nature

Pixel = tuple[int, int, int]
PICTURE_SIZE = (1200, 675)


def picture(spec: ChartSpec) -> Image.Image:
    return Image.open(io.BytesIO(draw(spec))).convert("RGB")


def at(image: Image.Image, x: float, y: float) -> Pixel:
    found = image.getpixel((round(x), round(y)))
    assert isinstance(found, tuple)
    return found[0], found[1], found[2]


def rgb(colour: str) -> Pixel:
    found = ImageColor.getrgb(colour)
    return found[0], found[1], found[2]


def distance(one: Pixel, other: Pixel) -> int:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


def two_candles() -> Candles:
    """One that rose from 100 to 110, and one that fell back; no wicks."""
    return Candles(
        step_ms=60_000,
        time=np.array([0, 60_000]),
        open=np.array([100.0, 110.0]),
        high=np.array([110.0, 110.0]),
        low=np.array([100.0, 100.0]),
        close=np.array([110.0, 100.0]),
        volume=np.array([1.0, 2.0]),
    )


def everything() -> ChartSpec:
    spec = usual_chart(120)
    candles, close = spec.candles, spec.candles.close
    last = float(close[-1])
    sums = Pane(
        lines=(Line(label="sum", values=close - 100),), histogram=Line(label="h", values=close - close.mean())
    )
    return replace(
        spec,
        dots=(Dots(label="SAR", values=close * 1.001),),
        panes=(*spec.panes, sums),
        zones=(Zone(low=Decimal(99), high=Decimal("99.5"), label="S1", kind="support"),),
        marks=(Mark(position=60, side="bull", title="Hammer"), Mark(position=119, side="even", title="Doji")),
        forming=Forming(
            time=int(candles.time[-1]) + 60_000,
            open=last,
            high=last,
            low=last - 0.2,
            close=last - 0.1,
            volume=1.0,
        ),
    )


def test_a_chart_is_a_png_of_1200_by_675() -> None:
    image = Image.open(io.BytesIO(draw(chart())))
    assert (image.format, image.size, image.mode) == ("PNG", PICTURE_SIZE, "RGB")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_line_stands_on_the_row_of_its_price_and_ends_in_the_colour_of_its_kind(theme: str) -> None:
    levels = (
        Level(price=Decimal("99.2"), label="S", kind="support"),
        Level(price=Decimal("100.4"), label="R", kind="resistance"),
    )
    spec = chart(wandering_minutes(30), levels=levels, theme=theme)
    plan, image = plan_of(spec), picture(spec)
    for level in levels:
        row, x = round(plan.scale.height(level.price)), plan.frame.price.left + 3
        colour = rgb(plan.look.colours.level(level.kind))
        assert distance(at(image, x, row), colour) < 150
        assert distance(at(image, x, row - 2), colour) > 150
        assert distance(at(image, x, row + 2), colour) > 150


def test_a_candle_that_rose_is_hollow_and_one_that_fell_is_filled_up_to_its_open_and_close() -> None:
    spec = chart(two_candles(), price=Decimal(100))
    plan, image = plan_of(spec), picture(spec)
    rose, fell = plan.places.middles.tolist()
    middle, top = plan.scale.height(104), plan.scale.height(110)
    up, down, ground = (
        rgb(colour) for colour in (plan.look.colours.up, plan.look.colours.down, plan.look.colours.background)
    )
    assert at(image, fell, middle) == down
    assert distance(at(image, rose, middle), ground) < distance(at(image, rose, middle), up)
    assert at(image, rose, top) == up
    assert distance(at(image, fell, top - 2), ground) < distance(at(image, fell, top - 2), down)


def test_the_higher_volume_has_the_higher_bar() -> None:
    spec = chart(two_candles())
    plan, image = plan_of(spec), picture(spec)
    box, ground = plan.frame.volume, rgb(plan.look.colours.background)
    filled = [
        sum(distance(at(image, x, y), ground) > 60 for y in range(box.top, box.bottom))
        for x in plan.places.middles.tolist()
    ]
    assert filled[1] == pytest.approx(2 * filled[0], abs=2)


@pytest.mark.parametrize(
    ("nature", "badge"), [("replay", "REPLAY"), ("simulated", "SIMULATED"), ("live", "")]
)
def test_what_is_not_today_s_market_says_so_in_the_picture(nature: Nature, badge: str) -> None:
    plan = plan_of(chart(nature=nature))
    assert [text.text for text in plan.words if text.fill == plan.look.colours.warn] == [badge] * bool(badge)


def texts(plan: Plan) -> set[str]:
    return {text.text for text in plan.words}


def test_market_timeframe_price_source_and_market_time_stand_in_the_picture() -> None:
    written = texts(plan_of(chart(wandering_minutes(60))))
    assert {"BTC/USDT:USDT", "1m", "binance · REPLAY · 2 s old", "closed 16 June 2025 01:00 UTC"} <= written
    portuguese = texts(plan_of(chart(wandering_minutes(60), locale="pt-BR", nature="simulated")))
    assert {"fechado em 16 de junho de 2025 01:00 UTC", "SIMULADO"} <= portuguese


def test_the_same_chart_is_the_same_picture_byte_for_byte_under_the_same_name() -> None:
    one, other = everything(), everything()
    assert draw(one) == draw(other)
    assert digest_of(one) == digest_of(other)


def test_a_chart_that_differs_in_anything_has_another_name() -> None:
    spec = everything()
    candles = scaled(spec.candles, 1.0, 1)
    changed = [
        replace(spec, theme="light"),
        replace(spec, source="binance · REPLAY · 3 s old"),
        replace(spec, candles=replace(candles, volume=candles.volume + 1)),
        replace(spec, levels=spec.levels[1:]),
        replace(spec, lines=spec.lines[:1], bands=()),
        replace(spec, marks=(), locale="pt-BR"),
        replace(spec, forming=None),
    ]
    assert len({digest_of(one) for one in [spec, *changed]}) == 1 + len(changed)


MINUTES = wandering_minutes(1000)
HOUR = MINUTES.last(60)
STILL = np.full(50, 5.0)
FLAT = replace(MINUTES.last(50), open=STILL, high=STILL, low=STILL, close=STILL, volume=np.zeros(50))
NOTHING = np.full(1000, np.nan)
HALF = np.where(np.arange(1000) % 7 < 3, MINUTES.close, np.nan)
HOLES = chart(
    MINUTES,
    lines=(Line(label="nothing", values=NOTHING), Line(label="now and then", values=HALF)),
    bands=(Band(label="half", upper=HALF + 1, lower=HALF),),
    dots=(Dots(label="dots", values=HALF),),
    panes=(Pane(lines=(Line(label="nothing", values=NOTHING),), histogram=Line(label="half", values=HALF)),),
)
FAR = chart(
    paths=(Path(points=((-50, Decimal(1)), (100, Decimal(900)))), Path(points=())),
    levels=fib_levels(MINUTES),
)
ODD: dict[str, ChartSpec] = {
    "one candle": chart(MINUTES.last(1)),
    "a thousand candles": chart(MINUTES),
    "a price that stands still, without volume": chart(FLAT),
    "a tiny price": chart(scaled(HOUR, 1.23e-7, 10), tick=Decimal("0.0000000001")),
    "a huge price": chart(scaled(HOUR, 1e12, 0), tick=Decimal(1)),
    "logarithmic": chart(scaled(HOUR, 1e12, 0), tick=Decimal(1), is_log=True),
    "a gap in time": chart(without(MINUTES.last(90), *range(20, 50))),
    "lines with holes": HOLES,
    "long names": chart(market="A" * 200, source="s" * 300),
    "a line from far outside to far outside": FAR,
    "everything at once": everything(),
}


@pytest.mark.parametrize("name", ODD)
def test_whatever_candles_there_are_a_picture_comes_of_them_in_which_every_text_can_be_read(
    name: str,
) -> None:
    assert picture(ODD[name]).size == PICTURE_SIZE
    written = [text.box for text in plan_of(ODD[name]).words]
    assert all(PICTURE.holds(box) for box in written)
    assert not any(one.overlaps(other) for one, other in combinations(written, 2))


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (lambda: chart(MINUTES.slice(0, 0), price=Decimal(1)), "no candle"),
        (lambda: chart(lines=(Line(label="EMA", values=np.zeros(3)),)), "EMA is not of the candles' length"),
        (lambda: chart(bands=(Band(label="BB", upper=np.zeros(3), lower=np.zeros(3)),)), "BB is not of"),
        (
            lambda: chart(marks=(Mark(position=120, side="bull", title="Hammer"),)),
            "Hammer stands at no candle",
        ),
        (
            lambda: chart(zones=(Zone(low=Decimal(2), high=Decimal(1), label="Z", kind="support"),)),
            "Z is upside down",
        ),
        (lambda: chart(panes=(Pane(),) * 3), "3 panes, at most 2"),
        (lambda: chart(price=Decimal(0)), "must be positive"),
    ],
)
def test_a_chart_that_cannot_be_is_refused_with_the_reason(
    wrong: Callable[[], ChartSpec], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        wrong()

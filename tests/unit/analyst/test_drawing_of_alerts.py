"""What whoever asks for a chart wants drawn: prices, a straight line, moments."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from analyst_stage import NOON, MarketOnCall, StillClock, sight
from msgspec.structs import replace
from PIL import Image, ImageColor
from subscribing_stage import BTC, told

from services.alerts.conditions import (
    CandleClosed,
    Compared,
    Condition,
    FibMeeting,
    PatternShown,
    PriceLevel,
    TrendLine,
    ZoneMeeting,
)
from services.alerts.picture import wanted_for
from services.analyst.drawing import Drawing, Prepared
from services.analyst.messages import ChartLevel, ChartLine, ChartMark, DrawChart
from services.analyst.sight import Sights
from services.charts.digest import digest_of
from services.charts.plan import plan_of
from services.charts.render import draw
from services.errors import UserMistake

ASKED = DrawChart(market="BTC", timeframe="4h")
LATER = NOON + timedelta(minutes=90)


async def drawn(asked: DrawChart = ASKED, *, is_forming: bool = False) -> Prepared:
    market, clock = MarketOnCall(), StillClock(LATER)
    market.until = {"1m": LATER} if is_forming else {}
    return await Drawing(Sights(market.ask, clock=clock), clock=clock).prepare(asked)


def marked(at: datetime, *, is_up: bool = True) -> DrawChart:
    return replace(ASKED, marks=[ChartMark(at=at, label="Alert", is_up=is_up)])


def colour_at(png: bytes, x: int, y: int) -> tuple[int, int, int]:
    found = Image.open(io.BytesIO(png)).convert("RGB").getpixel((x, y))
    assert isinstance(found, tuple)
    return found[0], found[1], found[2]


async def test_the_level_of_an_alert_is_a_line_at_the_height_of_its_price_and_is_named() -> None:
    price = sight("4h").scene.price + 700
    chart = await drawn(replace(ASKED, levels=[ChartLevel(price=price, label="Alert")]))
    (level,) = chart.spec.levels
    plan = plan_of(chart.spec)
    (label,) = [one for one in plan.labels if one.named.price == price]
    assert level.price == price
    assert label.words.text.startswith("Alert ")
    assert label.anchor == pytest.approx(plan.scale.height(price))

    line, background = (
        ImageColor.getrgb(plan.look.colours.level("plain")),
        ImageColor.getrgb(plan.look.colours.background),
    )
    right = plan.frame.price.right - 3  # behind the last candle
    seen = {colour_at(draw(chart.spec), right, round(plan.scale.height(price)) + row) for row in (-1, 0)}
    nearest = min(sum(abs(a - b) for a, b in zip(one, line[:3], strict=True)) for one in seen)
    ground = sum(abs(a - b) for a, b in zip(background[:3], line[:3], strict=True))
    assert nearest < ground / 3


async def test_the_level_of_an_alert_is_told_in_words_in_both_languages() -> None:
    asked = replace(ASKED, levels=[ChartLevel(price=Decimal(61_500), label="Alert")])
    told = await drawn(asked), await drawn(replace(asked, locale="pt-BR"))
    assert "levels: Alert 61,500.0" in told[0].told("").alt
    assert "níveis: Alerta 61.500,0" in told[1].told("").alt


async def test_levels_of_ones_own_stand_beside_those_of_an_overlay() -> None:
    fib = replace(ASKED, overlay="fib")
    without = await drawn(fib)
    with_it = await drawn(replace(fib, levels=[ChartLevel(price=Decimal(61_500))]))
    assert with_it.spec.levels[:-1] == without.spec.levels
    assert with_it.spec.levels[-1].price == 61_500
    assert digest_of(with_it.spec) != digest_of(without.spec)


async def test_a_line_through_two_points_goes_on_to_the_last_candle() -> None:
    """From 60,000 it rises by 100 in each candle of four hours, and ends in the middle of the last one."""
    first, second = NOON - timedelta(hours=80), NOON - timedelta(hours=40)
    line = ChartLine(
        first_at=first, first_price=Decimal(60_000), second_at=second, second_price=Decimal(61_000)
    )
    chart = await drawn(replace(ASKED, line=line))
    (path,) = chart.spec.paths
    last = len(chart.spec.candles) - 1
    prices = [Decimal(60_000), Decimal(61_000), Decimal(61_950)]
    assert list(path.points) == list(zip((last - 19, last - 9, last), prices, strict=True))
    assert "line from 60,000.0 to 61,000.0 to 61,950.0" in chart.told("").alt
    turned = ChartLine(
        first_at=second, first_price=Decimal(61_000), second_at=first, second_price=Decimal(60_000)
    )
    assert (await drawn(replace(ASKED, line=turned))).spec.paths == (path,)


async def test_a_picture_reaches_back_to_the_first_point_of_a_line() -> None:
    old = NOON - timedelta(hours=4 * 220)
    line = ChartLine(first_at=old, first_price=Decimal(60_000), second_at=NOON, second_price=Decimal(61_000))
    chart = await drawn(replace(ASKED, line=line))
    assert len(chart.spec.candles) == 230
    assert chart.spec.paths[0].points[0][0] == 10
    assert draw(chart.spec)


async def test_a_line_between_points_of_one_moment_is_refused() -> None:
    line = ChartLine(first_at=NOON, first_price=Decimal(1), second_at=NOON, second_price=Decimal(2))
    with pytest.raises(UserMistake, match="same moment"):
        await drawn(replace(ASKED, line=line))


async def test_a_moment_is_marked_at_the_candle_it_is_in() -> None:
    chart = await drawn(marked(NOON - timedelta(hours=9), is_up=False))
    (mark,) = chart.spec.marks
    assert mark.position == len(chart.spec.candles) - 3
    assert (mark.side, mark.title) == ("bear", "Alert")
    alt = chart.told("").alt
    assert "marked: Alert (downwards)" in alt
    assert "patterns" not in alt


async def test_a_moment_in_the_candle_that_is_still_forming_is_marked_there() -> None:
    chart = await drawn(marked(NOON + timedelta(minutes=80)), is_forming=True)
    (mark,) = chart.spec.marks
    plan = plan_of(chart.spec)
    assert mark.position == len(chart.spec.candles)
    assert plan.places.at(mark.position) == plan.places.forming
    triangle = plan.marks[0].triangle
    assert abs((triangle.left + triangle.right) / 2 - (plan.places.forming or 0)) <= 1
    assert draw(chart.spec)


async def test_a_moment_behind_all_candles_is_marked_at_the_last_and_one_before_them_not_at_all() -> None:
    behind, before = (
        await drawn(marked(NOON + timedelta(hours=9))),
        await drawn(marked(NOON - timedelta(days=900))),
    )
    assert behind.spec.marks[0].position == len(behind.spec.candles) - 1
    assert before.spec.marks == ()


@pytest.mark.parametrize(
    "condition",
    [
        PriceLevel(market=BTC, way="above", level=Decimal(55_500)),
        Compared(market=BTC, timeframe="4h", left="close", side="above", right="bbands:20,2.upper"),
        FibMeeting(market=BTC, timeframe="1h", meeting="touch"),
        ZoneMeeting(market=BTC, timeframe="4h", meeting="break", is_support=False),
        PatternShown(market=BTC, timeframe="4h", name="hammer"),
        CandleClosed(market=BTC, timeframe="1d", closing="above", level=Decimal(40_000)),
        TrendLine(
            market=BTC,
            way="above",
            first_at=NOON - timedelta(days=8),
            first_price=Decimal(40_000),
            second_at=NOON - timedelta(days=1),
            second_price=Decimal(41_000),
        ),
    ],
    ids=lambda condition: type(condition).__name__,
)
async def test_the_chart_that_goes_with_an_alert_can_be_drawn_and_shows_what_was_waited_for(
    condition: Condition,
) -> None:
    wanted = wanted_for(told(condition=condition, at=NOON), BTC, locale="pt-BR")
    assert wanted is not None
    chart = await drawn(wanted.request)
    own = [level.price for level in chart.spec.levels if level.label == "Alerta"]
    assert own == [level.price for level in wanted.request.levels]
    assert [mark.title for mark in chart.spec.marks if mark.kind == "moment"] == ["Alerta"]
    assert draw(chart.spec)

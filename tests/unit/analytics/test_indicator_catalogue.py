from __future__ import annotations

import inspect
import pickle
import subprocess
import sys
from dataclasses import fields

import numpy as np
import pytest
from indicator_stage import smooth_walk, whole_ticks

from analytics.candles import Candles
from analytics.indicators.catalogue import CATALOGUE, Chosen, compute, parse, warm_up
from analytics.indicators.declare import Indicator

CANDLES = whole_ticks(400, seed=3)
MOVING = smooth_walk(400)
"""No price repeats, so that every value is defined."""
EVERY = pytest.mark.parametrize("name", CATALOGUE)


def least(found: Indicator) -> str:
    """The indicator with every parameter as small as it may be, and still in order."""
    values = {name: parameter.least for name, parameter in found.parameters.items()}
    return f"{found.name}:{','.join(f'{value:g}' for value in values.values())}" if values else found.name


def test_the_usual_indicators_are_there_the_averages_first() -> None:
    assert list(CATALOGUE) == [
        *("sma", "ema", "wma", "hma", "vwap"),
        *("bbands", "kc", "donchian", "supertrend", "psar", "ichimoku"),
        *("rsi", "stoch", "stochrsi", "macd", "adx", "aroon", "cci", "willr", "roc"),
        *("volume_sma", "obv", "ad", "cmf", "mfi"),
        *("atr", "natr", "hv"),
    ]


@EVERY
def test_an_indicator_says_what_it_measures_in_which_unit_and_after_whom(name: str) -> None:
    found = CATALOGUE[name]
    assert found.name == name
    assert found.summary.endswith(".")
    assert found.units.endswith(".")
    assert found.source.endswith(".")
    assert found.title
    assert found.full


@EVERY
def test_an_indicator_declares_what_its_function_takes(name: str) -> None:
    found = CATALOGUE[name]
    taken = inspect.signature(found.function).parameters.values()
    assert tuple(one.name for one in taken if one.kind is one.POSITIONAL_OR_KEYWORD) == found.inputs
    assert [one.name for one in taken if one.kind is one.KEYWORD_ONLY] == list(found.parameters)
    assert set(found.inputs) <= {field.name for field in fields(Candles)}


@EVERY
def test_the_usual_parameters_lie_within_their_bounds(name: str) -> None:
    found = CATALOGUE[name]
    for parameter in found.parameters.values():
        assert parameter.least <= parameter.default <= parameter.most
        assert not parameter.is_whole or float(parameter.least).is_integer()
    assert set(found.increasing) <= set(found.parameters)


@EVERY
def test_what_a_chart_is_told_is_about_outputs_there_are(name: str) -> None:
    found = CATALOGUE[name]
    outputs = set(found.outputs)
    assert len(outputs) == len(found.outputs)
    assert set(found.shapes) <= outputs
    assert set(found.fill or ()) <= outputs
    assert (found.pane == "price") <= found.is_price


@EVERY
def test_the_named_zones_lie_on_the_scale_and_have_names(name: str) -> None:
    zones, scale = CATALOGUE[name].zones, CATALOGUE[name].scale
    assert (zones.low is None) == (not zones.below)
    assert (zones.high is None) == (not zones.above)
    for bound in (zones.low, zones.high):
        if bound is not None and scale.least is not None and scale.most is not None:
            assert scale.least < bound < scale.most


@pytest.mark.parametrize(
    "text", [*CATALOGUE, *map(least, CATALOGUE.values()), "hma:9", "hma:16", "kc:5,1,30"]
)
def test_values_are_as_many_as_the_candles_and_unknown_just_while_it_warms_up(text: str) -> None:
    chosen = parse(text)
    values = compute(chosen, MOVING)
    assert tuple(values) == chosen.indicator.outputs
    for output in values.values():
        assert output.dtype == np.float64
        assert output.shape == MOVING.close.shape
    unknown = [int(np.argmax(np.isfinite(output))) for output in values.values()]
    assert max(unknown) == warm_up(chosen)
    assert all(np.isfinite(output[warm_up(chosen) :]).all() for output in values.values())


@EVERY
def test_too_few_candles_have_no_value_of_the_slowest_output(name: str) -> None:
    chosen = parse(name)
    for count in {0, 1, warm_up(chosen) // 2, warm_up(chosen)}:
        values = compute(chosen, CANDLES.slice(0, count))
        assert all(output.shape == (count,) for output in values.values())
        assert count > warm_up(chosen) or any(np.isnan(output).all() for output in values.values())


@pytest.mark.parametrize(
    ("text", "title", "whole"),
    [
        ("ema:50", "EMA 50", "ema:50"),
        (" EMA: 50 ", "EMA 50", "ema:50"),
        ("ema", "EMA 20", "ema:20"),
        ("bbands:20, 2.5", "Bollinger Bands 20, 2.5", "bbands:20,2.5"),
        ("bbands:10", "Bollinger Bands 10, 2", "bbands:10,2"),
        ("rsi:14.0", "RSI 14", "rsi:14"),
        ("obv", "OBV", "obv"),
    ],
)
def test_a_text_names_an_indicator_with_its_parameters(text: str, title: str, whole: str) -> None:
    chosen = parse(text)
    assert (chosen.title, chosen.text) == (title, whole)
    assert parse(chosen.text) == chosen


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("emaa", "There is no indicator emaa; the nearest are ema,"),
        ("bollinger:20", "There is no indicator bollinger; the nearest are bbands"),
        ("williams", "the nearest are willr"),
        ("qqqqqqqq", "There is no indicator qqqqqqqq; there are sma, ema,"),
        ("", "without a name; one is named such as ema:50"),
        ("rsi:1", "RSI: length is 1, expected 2 to 200."),
        ("rsi:201", "RSI: length is 201, expected 2 to 200."),
        ("ema:20.5", "EMA: length is 20.5, expected a whole number, 2 to 500."),
        ("ema:-5", "EMA: length is -5, expected a whole number"),
        ("ema:nan", "EMA: length is nan, expected a whole number"),
        ("ema:1e2", "EMA: length is 1e2, expected a whole number"),
        ("bbands:20,", "Bollinger Bands: deviations is empty, expected a number, 0.1 to 10."),
        ("obv:3", "OBV takes no number."),
        ("ema:3,4", "EMA takes no more numbers than these: length."),
        ("macd:26,12", "MACD: fast is 26, expected less than slow, which is 12."),
        ("macd:12,12", "MACD: fast is 12, expected less than slow"),
    ],
)
def test_what_cannot_be_is_refused_with_what_why_and_what_there_is(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        parse(text)
    assert message in str(refused.value)


def test_a_choice_can_be_a_key_and_travel_to_another_process() -> None:
    chosen = parse("bbands:20,2")
    assert pickle.loads(pickle.dumps(chosen)) == chosen  # noqa: S301 - our own bytes
    assert {chosen: 1}[Chosen("bbands", (20, 2.0))] == 1


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("rsi", 71.0, "overbought"),
        ("rsi", 70.0, ""),
        ("rsi", 29.9, "oversold"),
        ("rsi", np.nan, ""),
        ("willr", -10.0, "overbought"),
        ("cci", -101.0, "oversold"),
        ("adx", 26.0, "trending"),
        ("adx", 22.0, ""),
        ("cmf", 0.06, "buying pressure"),
        ("roc", 0.0, ""),
        ("ema", 100.0, ""),
    ],
)
def test_a_reading_is_taken_for_what_its_zone_is_called(name: str, value: float, words: str) -> None:
    assert CATALOGUE[name].says(value) == words


def test_indicators_load_without_pandas_where_it_is_not_installed() -> None:
    program = """
import sys
sys.modules["pandas"] = None
from analytics.indicators.catalogue import CATALOGUE
from analytics.patterns import candlesticks
from analytics import pivots
assert sys.modules["pandas"] is None and len(CATALOGUE) > 20
"""
    subprocess.run([sys.executable, "-c", program], check=True)

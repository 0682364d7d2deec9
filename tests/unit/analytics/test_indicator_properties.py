from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from indicator_stage import changed, made_of, whole_ticks

from analytics.candles import Candles, Floats
from analytics.indicators.catalogue import CATALOGUE, compute, parse

SEEDS = st.integers(0, 10_000)
COUNT = 240
OF_RATIOS = {"natr", "roc", "hv", "mfi"}
"""They compare prices by division, so that adding to all prices changes them."""
ON_PRICES = {name for name, found in CATALOGUE.items() if found.pane == "price"}


def all_of(candles: Candles) -> dict[tuple[str, str], Floats]:
    return {
        (name, output): values
        for name in CATALOGUE
        for output, values in compute(parse(name), candles).items()
    }


@settings(max_examples=15)
@given(seed=SEEDS, cut=st.integers(0, COUNT))
def test_the_result_on_a_prefix_is_the_prefix_of_the_result(seed: int, cut: int) -> None:
    candles = whole_ticks(COUNT, seed=seed)
    whole = all_of(candles)
    for name, values in all_of(candles.slice(0, cut)).items():
        np.testing.assert_array_equal(values, whole[name][:cut], err_msg=str(name))


@settings(max_examples=15)
@given(
    seed=SEEDS, times=st.sampled_from([10.0, 0.5**30, 2.0**12]), volume_times=st.sampled_from([1.0, 0.5**9])
)
def test_another_currency_changes_prices_and_nothing_else(
    seed: int, times: float, volume_times: float
) -> None:
    candles = whole_ticks(COUNT, seed=seed)
    before, after = all_of(candles), all_of(changed(candles, times=times, volume_times=volume_times))
    for (name, output), values in before.items():
        unit = CATALOGUE[name].scale.unit
        factor = {"price": times, "base": volume_times}.get(unit, 1.0)
        np.testing.assert_allclose(
            after[name, output] / factor, values, rtol=1e-8, atol=1e-8, err_msg=f"{name} {output}"
        )


@settings(max_examples=15)
@given(seed=SEEDS, plus=st.integers(1, 50_000))
def test_raising_all_prices_raises_what_is_a_price_and_nothing_else(seed: int, plus: int) -> None:
    candles = whole_ticks(COUNT, seed=seed)
    before, after = all_of(candles), all_of(changed(candles, plus=plus))
    for (name, output), values in before.items():
        if name not in OF_RATIOS:
            raised = plus if name in ON_PRICES else 0
            np.testing.assert_allclose(
                after[name, output] - raised, values, rtol=1e-7, atol=1e-6, err_msg=f"{name} {output}"
            )


@settings(max_examples=15)
@given(seed=SEEDS)
def test_an_index_stays_within_its_bounds(seed: int) -> None:
    for (name, output), values in all_of(whole_ticks(COUNT, seed=seed)).items():
        scale = CATALOGUE[name].scale
        known = values[np.isfinite(values)]
        if scale.least is not None and scale.most is not None:
            assert known.min() >= scale.least - 1e-9, (name, output)
            assert known.max() <= scale.most + 1e-9, (name, output)


@settings(max_examples=15)
@given(seed=SEEDS, start=st.integers(0, COUNT - 60))
def test_the_day_s_average_price_does_not_depend_on_where_the_candles_begin(seed: int, start: int) -> None:
    candles = whole_ticks(COUNT, seed=seed)
    whole = compute(parse("vwap"), candles)["vwap"][start:]
    late = compute(parse("vwap"), candles.slice(start, COUNT))["vwap"]
    known = np.isfinite(late)
    assert np.count_nonzero(~known) == -start % 24
    np.testing.assert_array_equal(late[known], whole[known])


@settings(max_examples=40)
@given(
    seed=SEEDS,
    price=st.floats(1e-8, 1e5),
    length=st.integers(2, 40),
    volume=st.sampled_from([0.0, 3.7]),
)
def test_whatever_it_stood_at_a_market_that_stopped_has_no_reading(
    seed: int, price: float, length: int, volume: float
) -> None:
    """TA-Lib's running sums keep a rest of what was before: it must not be taken for a reading."""
    rng = np.random.default_rng(seed)
    moving = price * np.exp(np.cumsum(rng.normal(0, 0.01, 70)))
    marks = np.concatenate([moving, np.full(60 + length, moving[-1])])
    traded = np.where(np.arange(len(marks)) < 70, rng.uniform(0, 1e6, len(marks)), volume)
    candles = made_of(marks, marks, np.zeros((2, len(marks))), traded)
    texts = [f"cci:{length}", f"mfi:{length}", f"willr:{length}", f"stoch:{length}"]
    for text in texts if volume else [*texts, f"cmf:{length}"]:
        for name, values in compute(parse(text), candles).items():
            assert np.isnan(values[80 + length :]).all(), (text, name)

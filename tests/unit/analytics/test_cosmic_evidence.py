"""Labels of days and the honest test: it finds what is there, and seldom what is not."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.candles import Floats, Integers
from analytics.cosmic.evidence import (
    FOUND_BELOW,
    can_be_tried,
    daily_returns,
    holm,
    p_values,
    weigh,
)
from analytics.cosmic.factors import FACTORS, labels
from analytics.cosmic.moments import DAY_MS

MARKETS = 60
BIRTH = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp() * 1_000)


def days(count: int) -> Integers:
    return BIRTH + np.arange(count, dtype=np.int64) * DAY_MS


def noise(rng: np.random.Generator, count: int, *, memory: float = 0.0) -> Floats:
    """Heavy-tailed returns with an autocorrelation of `memory`."""
    shocks = 0.02 * rng.standard_t(4, count + 50)
    for place in range(1, len(shocks)):
        shocks[place] += memory * shocks[place - 1]
    return np.asarray(shocks[50:])


def labelled(name: str, count: int = 366) -> list[str]:
    """Return the days of 2024, as month and day, that carry a label."""
    time = days(count)
    return [f"{datetime.fromtimestamp(at / 1_000, UTC):%m-%d}" for at in time[labels(time)[name]].tolist()]


def test_the_day_of_a_full_moon_is_labelled_with_its_neighbours() -> None:
    """23 April 2024, 23:49 UTC, by the US Naval Observatory."""
    assert [one for one in labelled("full_moon") if one.startswith("04")] == ["04-22", "04-23", "04-24"]


def test_a_day_is_retrograde_by_how_the_planet_moves_at_noon() -> None:
    """Mercury turned on 1 April 2024 at 22:14, and back on 25 April at 12:54."""
    found = [one for one in labelled("mercury_retrograde") if one.startswith("04")]
    assert (found[0], found[-1], len(found)) == ("04-02", "04-25", 24)


def test_eclipses_are_labelled_with_three_days_around() -> None:
    """8 April 2024, 18:17 UTC."""
    assert [one for one in labelled("eclipse") if one.startswith("04")] == [
        f"04-{place:02}" for place in range(5, 12)
    ]


def test_the_moon_is_in_one_sign_a_day() -> None:
    every = labels(days(100))
    signs = np.sum([every[factor.name] for factor in FACTORS if factor.name.startswith("moon_in")], axis=0)
    assert signs.tolist() == [1] * 100


def test_labels_of_some_days_do_not_depend_on_the_days_after_them() -> None:
    longer, shorter = labels(days(200)), labels(days(120))
    assert all(np.array_equal(longer[name][:120], shorter[name]) for name in longer)


def test_missing_days_carry_no_label_and_shift_none() -> None:
    time = np.delete(days(200), [20, 21, 90])
    every, gapped = labels(days(200)), labels(time)
    assert all(np.array_equal(np.delete(every[name], [20, 21, 90]), gapped[name]) for name in every)


def test_a_return_needs_the_day_before() -> None:
    time = np.delete(days(6), 3)
    kept, returns = daily_returns(time, np.array([100.0, 110.0, 99.0, 50.0, 55.0]), step_ms=DAY_MS)
    assert kept.tolist() == [time[1], time[2], time[4]]
    assert returns == pytest.approx([0.1, -0.1, 0.1])


@pytest.mark.parametrize("memory", [0.0, 0.3])
def test_a_search_of_noise_finds_something_in_no_more_than_one_of_twenty_markets(memory: float) -> None:
    """All factors are tried on each of many markets, and the best of them counts."""
    rng = np.random.default_rng(11)
    every = [label for label in labels(days(310)).values() if can_be_tried(label)]
    stack = np.array(every, np.float64).T
    best = [
        holm(p_values(noise(rng, 310, memory=memory), stack, rng, rounds=799)).min() for _ in range(MARKETS)
    ]
    assert len(every) >= 25
    assert np.mean(np.array(best) < FOUND_BELOW) <= 0.05


def test_a_planted_effect_is_found_and_its_interval_holds_it() -> None:
    rng = np.random.default_rng(5)
    every = labels(days(700))
    returns = noise(rng, 700) + 0.03 * every["full_moon"]
    evidence = weigh(returns, every, "full_moon", rng, rounds=1_999)
    assert evidence.is_found
    assert evidence.low < 0.03 < evidence.high
    assert evidence.low > 0
    assert (evidence.days, evidence.labelled) == (700, int(every["full_moon"].sum()))
    assert evidence.p_alone < evidence.p
    assert not weigh(returns, every, "moon_in_leo", rng, rounds=1_999).is_found


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    every = {"waxing_moon": labels(days(310))["waxing_moon"]}
    held = [
        found.low <= 0 <= found.high
        for found in (weigh(noise(rng, 310), every, "waxing_moon", rng, rounds=499) for _ in range(80))
    ]
    assert 0.87 <= np.mean(held) <= 1


def test_a_label_with_too_few_days_on_either_side_is_not_tried() -> None:
    few = np.zeros(100, np.bool_)
    few[:7] = True
    assert not can_be_tried(few)
    assert not can_be_tried(~few)
    few[7] = True
    assert can_be_tried(few)


@settings(max_examples=10)
@given(scale=st.floats(1e-3, 1e3), seed=st.integers(0, 1_000))
def test_the_unit_of_returns_changes_the_effect_and_no_p_value(scale: float, seed: int) -> None:
    every = labels(days(120))
    returns = noise(np.random.default_rng(seed), 120)
    one, other = (
        weigh(series, every, "waxing_moon", np.random.default_rng(seed), rounds=199)
        for series in (returns, returns * scale)
    )
    assert (one.p, one.p_alone, one.tried) == (other.p, other.p_alone, other.tried)
    assert other.effect == pytest.approx(one.effect * scale, rel=1e-6)
    assert other.low == pytest.approx(one.low * scale, rel=1e-6)


def test_the_correction_is_that_of_holm() -> None:
    """By hand: 0.01 x 4, then 0.03 x 3 and 0.04 x 2, of which none is below the one before."""
    assert holm(np.array([0.04, 0.01, 0.9, 0.03])) == pytest.approx([0.09, 0.04, 0.9, 0.09])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_a_correction_makes_no_p_value_smaller_and_keeps_their_order(values: list[float]) -> None:
    plain = np.array(values)
    corrected = holm(plain)
    assert np.all(corrected >= plain)
    assert np.all(corrected <= 1)
    assert np.all(np.diff(corrected[np.argsort(plain)]) >= 0)

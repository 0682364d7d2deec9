from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.exchange.played.noise import drift, drifts, key_of, uniforms

PLACES = np.arange(100_000, dtype=np.int64)
HOUR_MS = 3_600_000


@given(key=st.integers(0, 2**64 - 1), place=st.integers(-(2**62), 2**62))
def test_a_number_asked_for_alone_is_the_one_asked_for_with_others(key: int, place: int) -> None:
    several = uniforms(key, np.array([place - 1, place, place + 1]))
    assert uniforms(key, np.array([place]))[0] == several[1]


def test_numbers_fill_the_range_evenly_and_do_not_depend_on_the_one_before() -> None:
    found = uniforms(key_of("test"), PLACES)
    assert found.min() >= 0
    assert found.max() < 1
    counts, _ = np.histogram(found, bins=100, range=(0, 1))
    assert abs(counts - 1_000).max() < 150
    assert abs(np.corrcoef(found[:-1], found[1:])[0, 1]) < 0.01


def test_keys_of_different_parts_differ() -> None:
    keys = {key_of("a", "b"), key_of("ab"), key_of("a", "b", ""), key_of("b", "a"), key_of("a", 1)}
    assert len(keys) == 5


@given(key=st.integers(0, 2**64 - 1), moment=st.integers(0, 2**42))
def test_a_drift_stays_within_its_range_and_moves_slowly(key: int, moment: int) -> None:
    moments = moment + np.arange(0, 3 * HOUR_MS, 60_000, dtype=np.int64)
    found = drifts(key, moments, period_ms=HOUR_MS)
    assert np.abs(found).max() <= 1
    assert np.abs(np.diff(found)).max() <= 2 / 60 + 1e-9
    assert drift(key, moment, period_ms=HOUR_MS) == found[0]

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from market_stage import MIDNIGHT_MS, MINUTE_MS, SleeperClock, wandering_minutes

from services.errors import NotOffered, UnknownMarket
from services.exchange.played.funding import (
    HOUR_MS,
    FundingHistory,
    boundaries,
    interest_at,
    next_boundary,
    rate_at,
)
from services.exchange.played.replay import ReplayExchange
from services.exchange.prices import to_moment

BTC, SPOT = "BTC/USDT:USDT", "ETH/USDT"
EIGHT_HOURS_MS = 8 * HOUR_MS
MINUTES = wandering_minutes(4_000)
STARTS_MS = MIDNIGHT_MS + 3_200 * MINUTE_MS
"""06-18 05:20, so that the next boundary is at 08:00."""
FIRST_MS = MIDNIGHT_MS + 56 * HOUR_MS
RATES = FundingHistory(
    time=FIRST_MS + np.array([-2 * EIGHT_HOURS_MS, -EIGHT_HOURS_MS + 3, 13, EIGHT_HOURS_MS + 1], np.int64),
    rate=np.array([0.0001, -0.00088029, 3.651e-05, 7.331e-05]),
)
NEVER = 2**60


def replay(clock: SleeperClock, funding: FundingHistory | None = RATES) -> ReplayExchange:
    return ReplayExchange(
        {BTC: MINUTES, SPOT: wandering_minutes(4_000, seed=2)},
        venue="binance",
        seed=1,
        clock=clock,
        funding=None if funding is None else {BTC: funding},
        sleep=clock.sleep,
    )


async def test_the_rate_paid_next_is_the_recorded_one_at_its_boundary_without_its_drift() -> None:
    funding = await replay(SleeperClock()).funding(BTC)
    assert (funding.rate, funding.nature) == (Decimal("0.00003651"), "replay")
    assert funding.next_at == to_moment(FIRST_MS)
    assert (funding.as_of, funding.interval_hours) == (to_moment(STARTS_MS), 8)
    assert funding.mark == Decimal(str(MINUTES.open[3_200]))


async def test_at_the_boundary_the_next_one_is_told() -> None:
    clock = SleeperClock()
    exchange = replay(clock)
    clock.step((FIRST_MS - STARTS_MS) / 1000 - 0.25)
    assert (await exchange.funding(BTC)).rate == Decimal("0.00003651")
    clock.step(0.25)
    funding = await exchange.funding(BTC)
    assert (funding.rate, funding.next_at) == (
        Decimal("0.00007331"),
        to_moment(FIRST_MS + EIGHT_HOURS_MS),
    )


async def test_a_boundary_that_was_not_recorded_has_a_rate_that_says_it_is_simulated() -> None:
    funding = await replay(SleeperClock(), None).funding(BTC)
    assert funding.nature == "simulated"
    assert abs(funding.rate) <= Decimal("0.0003")


async def test_what_was_paid_can_be_read_later() -> None:
    since = to_moment(FIRST_MS - EIGHT_HOURS_MS)
    paid = replay(SleeperClock()).funding_paid(BTC, since, since + timedelta(hours=24))
    assert [one.as_of for one in paid] == [since + timedelta(hours=hours) for hours in (8, 16, 24)]
    assert [one.rate for one in paid[:2]] == [Decimal("0.00003651"), Decimal("0.00007331")]
    assert [one.nature for one in paid] == ["replay", "replay", "simulated"]


async def test_what_is_paid_next_is_what_was_paid_when_it_is_over() -> None:
    clock = SleeperClock()
    exchange = replay(clock, None)
    for _ in range(20):
        ahead = await exchange.funding(BTC)
        assert ahead.next_at is not None
        clock.step(8 * 3_600)
        (paid,) = exchange.funding_paid(BTC, ahead.as_of, ahead.next_at)
        assert (paid.rate, paid.as_of) == (ahead.rate, ahead.next_at)


async def test_spot_has_paid_nothing_and_an_unknown_market_is_unknown() -> None:
    exchange = replay(SleeperClock())
    since, until = to_moment(FIRST_MS), to_moment(FIRST_MS + EIGHT_HOURS_MS)
    with pytest.raises(NotOffered, match="funding rates of ETH/USDT"):
        exchange.funding_paid(SPOT, since, until)
    with pytest.raises(UnknownMarket):
        exchange.funding_paid("NOPE/USDT:USDT", since, until)


@given(moment_ms=st.integers(0, 2**42), hours=st.sampled_from([1, 4, 8]))
def test_the_next_boundary_is_ahead_by_one_interval_at_most(moment_ms: int, hours: int) -> None:
    boundary = next_boundary(moment_ms, hours)
    assert 0 < boundary - moment_ms <= hours * HOUR_MS
    assert boundary % (hours * HOUR_MS) == 0


@given(
    cuts=st.lists(st.integers(0, 10**10), min_size=2, max_size=6).map(sorted), hours=st.sampled_from([1, 8])
)
def test_each_boundary_is_paid_once_however_the_time_is_cut(cuts: list[int], hours: int) -> None:
    pieces = [list(boundaries(since, until, hours)) for since, until in pairwise(cuts)]
    assert [boundary for piece in pieces for boundary in piece] == list(boundaries(cuts[0], cuts[-1], hours))


@given(number=st.integers(0, 10**5), key=st.integers(0, 2**64 - 1))
def test_a_made_up_rate_is_within_three_hundredths_of_a_percent(number: int, key: int) -> None:
    boundary = number * EIGHT_HOURS_MS
    rate = rate_at(boundary, history=None, key=key, hours=8, simulated_from_ms=NEVER)
    assert abs(rate.rate) <= Decimal("0.0003")
    assert rate_at(boundary, history=None, key=key, hours=8, simulated_from_ms=0).rate == rate.rate


def test_nothing_is_taken_from_a_recording_once_all_is_simulated() -> None:
    told = rate_at(FIRST_MS, history=RATES, key=1, hours=8, simulated_from_ms=FIRST_MS)
    assert told.nature == "simulated"


def test_a_rate_recorded_an_hour_off_a_boundary_is_not_that_of_the_boundary() -> None:
    late = FundingHistory(time=np.array([FIRST_MS + HOUR_MS]), rate=np.array([0.01]))
    assert late.at(FIRST_MS) is None
    assert late.at(FIRST_MS + HOUR_MS) == 0.01


def test_open_interest_moves_slowly() -> None:
    begins = int(datetime(2026, 1, 5, tzinfo=UTC).timestamp() * 1000)
    held = [interest_at(begins + minute * MINUTE_MS, turnover=100.0, key=7) for minute in range(3_000)]
    assert 50_000 < min(held) < max(held) < 70_000
    assert np.ptp(held) > 500
    assert np.abs(np.diff(held)).max() < 60


async def test_open_interest_of_a_replay_is_simulated_and_says_so() -> None:
    interest = await replay(SleeperClock()).open_interest(BTC)
    assert interest.nature == "simulated"
    assert interest.cost is not None

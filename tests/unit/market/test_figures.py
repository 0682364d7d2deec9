from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from market_answers import NOW, book, comparison, levels, origin, quote, rate

from services.market.figures import (
    base_of,
    comes_at,
    currency_of,
    day_before,
    distance_from_median,
    finest_tick,
    middle_of,
    rate_per_year,
    spread_across,
    spread_of,
    standing_within,
)
from services.market.messages import BookLevel, Nature, VenueQuote

PRICES = st.decimals("0.00000001", "1000000", places=8, allow_nan=False)
SIDE = st.lists(st.builds(BookLevel, price=PRICES, amount=PRICES), max_size=8)


@pytest.mark.parametrize("market", ["BTC/USDT", "BTC/USDT:USDT", "BTC/USDT:BTC-261225"])
def test_a_market_says_what_is_traded_and_what_it_is_priced_in(market: str) -> None:
    assert (base_of(market), currency_of(market)) == ("BTC", "USDT")


def test_the_spread_is_measured_against_the_middle_of_the_book() -> None:
    spread = spread_of(book(bids=levels(("99", "1")), asks=levels(("101", "1"))))
    assert spread is not None
    assert (spread.price, spread.around, spread.share) == (Decimal(2), Decimal(100), Decimal("0.02"))


def test_a_book_with_an_empty_side_has_neither_middle_nor_spread() -> None:
    for one_sided in (book(bids=[]), book(asks=[]), book(bids=[], asks=[])):
        assert middle_of(one_sided) is None
        assert spread_of(one_sided) is None


def test_what_stands_near_is_summed_in_quote_currency_up_to_and_with_the_distance() -> None:
    asks = levels(("100.1", "2"), ("100.5", "1"), ("100.6", "7"))
    standing = standing_within(asks, Decimal(100), Decimal("0.005"))
    assert standing.cost == Decimal("300.7")
    assert standing.is_whole


def test_a_book_that_ends_before_the_distance_is_known_only_in_part() -> None:
    standing = standing_within(levels(("100.1", "2")), Decimal(100), Decimal("0.005"))
    assert not standing.is_whole
    assert not standing_within([], Decimal(100), Decimal("0.005")).is_whole


@given(side=SIDE, middle=PRICES)
def test_further_away_never_stands_less(side: list[BookLevel], middle: Decimal) -> None:
    sums = [standing_within(side, middle, Decimal(share)).cost for share in ("0.001", "0.005", "0.01")]
    assert sums == sorted(sums)


@pytest.mark.parametrize(
    ("hours", "yearly"), [(8, "0.1095"), (4, "0.219"), (1, "0.876"), (None, None), (0, None)]
)
def test_a_year_of_rates_is_their_sum_and_unknown_without_an_interval(
    hours: int | None, yearly: str | None
) -> None:
    found = rate_per_year(rate(share="0.0001", interval_hours=hours))
    assert found == (None if yearly is None else Decimal(yearly))


@pytest.mark.parametrize("nature", ["live", "simulated"])
def test_market_time_that_is_ours_comes_when_it_says(nature: Nature) -> None:
    at = NOW + timedelta(hours=2)
    assert comes_at(at, origin(nature=nature)) == at


def test_the_future_of_a_replay_comes_in_our_time_as_far_ahead() -> None:
    where = origin(nature="replay")
    assert comes_at(where.as_of + timedelta(hours=2), where) == where.received_at + timedelta(hours=2)


def test_a_live_figure_that_is_old_does_not_move_what_comes() -> None:
    late = origin(seconds=0)
    old = type(late)(venue="binance", nature="live", as_of=NOW - timedelta(hours=8), received_at=NOW)
    assert comes_at(NOW, old) == NOW


def test_nothing_is_measured_against_a_price_that_is_not_there() -> None:
    assert day_before(quote()) is None
    assert day_before(quote(open_24h=Decimal(0))) is None
    assert day_before(quote(open_24h=Decimal(5))) == 5


def test_venues_are_measured_against_the_median() -> None:
    near, far = quote(price="99"), quote(price="101", tick="0.01")
    found = comparison(VenueQuote(venue="a", quote=near), VenueQuote(venue="b", quote=far))
    spread = spread_across(found)
    assert spread is not None
    assert (spread.price, spread.share) == (Decimal(2), Decimal("0.02"))
    assert distance_from_median(found, far) == Decimal("0.01")
    assert finest_tick([near, far]) == Decimal("0.01")


def test_one_venue_alone_has_no_median_to_be_measured_against() -> None:
    alone = comparison(VenueQuote(venue="a", quote=quote()), VenueQuote(venue="b", why_not="Away."))
    assert spread_across(alone) is None
    assert distance_from_median(alone, quote()) is None
    assert finest_tick([]) is None

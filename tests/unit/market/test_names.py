from __future__ import annotations

import timeit
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import UnknownMarket
from services.exchange.exchange import Market
from services.market.names import Names

RANKED = (
    "BTC/USDT:USDT",
    "ETH/USDT:USDT",
    "SOL/USDT:USDT",
    "BTC/USDT",
    "XRP/USDT:USDT",
    "ETH/USDT",
    "DOGE/USDT:USDT",
    "ETHW/USDT:USDT",
    "PEPE/USDT",
)
NAMES = Names([Market(name=name, tick=Decimal(1)) for name in RANKED])


@pytest.mark.parametrize(
    ("asked", "market"),
    [
        ("bitcoin", "BTC/USDT:USDT"),
        ("SOLANA", "SOL/USDT:USDT"),
        ("BTC", "BTC/USDT:USDT"),
        ("btc", "BTC/USDT:USDT"),
        ("$BTC", "BTC/USDT:USDT"),
        ("btcusdt", "BTC/USDT:USDT"),
        ("BTC/USDT:USDT", "BTC/USDT:USDT"),
        ("btc/usdt", "BTC/USDT"),
        ("BTC-USDT", "BTC/USDT:USDT"),
        (" eth usdt ", "ETH/USDT:USDT"),
        ("ETH_USDT_USDT", "ETH/USDT:USDT"),
        ("BTCUSDT.P", "BTC/USDT:USDT"),
        ("solusdtperp", "SOL/USDT:USDT"),
        ("SOL/USDT", "SOL/USDT:USDT"),
        ("pepe", "PEPE/USDT"),
        ("ethw", "ETHW/USDT:USDT"),
    ],
)
def test_what_people_write_means_the_market_they_mean(asked: str, market: str) -> None:
    assert NAMES.resolve(asked) == market


@given(name=st.sampled_from(RANKED), is_lower=st.booleans())
def test_a_full_name_means_itself_in_any_case(name: str, is_lower: bool) -> None:  # noqa: FBT001 - drawn
    assert NAMES.resolve(name.lower() if is_lower else name) == name


def suggestions_for(asked: str) -> object:
    with pytest.raises(UnknownMarket) as caught:
        NAMES.resolve(asked)
    assert caught.value.facts["asked"] == asked
    return caught.value.facts["suggestions"]


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ("BCT", "BTC/USDT:USDT"),
        ("DOG", "DOGE/USDT:USDT"),
        ("dogee", "DOGE/USDT:USDT"),
        ("eht/usdt", "ETH/USDT:USDT"),
        ("XRPUSD", "XRP/USDT:USDT"),
        ("PEPEE", "PEPE/USDT"),
    ],
)
def test_a_slip_of_the_pen_is_answered_with_what_was_probably_meant(asked: str, nearest: str) -> None:
    found = suggestions_for(asked)
    assert isinstance(found, list)
    assert found[0] == nearest
    assert len(found) <= 3


@pytest.mark.parametrize("asked", ["ZZZZZZ", "AAPL", "<@1234>", "12345678"])
def test_what_looks_like_nothing_has_no_suggestion(asked: str) -> None:
    assert suggestions_for(asked) == []


@pytest.mark.parametrize("asked", ["", "  ", "$", "///"])
def test_nothing_means_no_market(asked: str) -> None:
    with pytest.raises(UnknownMarket):
        NAMES.resolve(asked)


@given(asked=st.text(max_size=200))
def test_whatever_is_asked_means_a_market_or_is_an_error_of_few_letters(asked: str) -> None:
    try:
        found: object = [NAMES.resolve(asked)]
    except UnknownMarket as unknown:
        found, message = unknown.facts["suggestions"], unknown.message
    else:
        message = ""
    assert isinstance(found, list)
    assert set(found) <= set(RANKED)
    assert len(message) < 80


def test_nothing_typed_finds_the_most_traded() -> None:
    assert NAMES.find("", 3) == list(RANKED[:3])


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("b", ["BTC/USDT:USDT", "BTC/USDT"]),
        ("eth", ["ETH/USDT:USDT", "ETH/USDT", "ETHW/USDT:USDT"]),
        ("ETH/U", ["ETH/USDT:USDT", "ETH/USDT"]),
        ("$sol", ["SOL/USDT:USDT"]),
        ("ep", ["PEPE/USDT"]),
        ("xyz", []),
    ],
)
def test_what_is_typed_so_far_finds_what_begins_with_it_before_what_contains_it(
    typed: str, found: list[str]
) -> None:
    assert NAMES.find(typed, 25) == found


@given(typed=st.text(max_size=8), limit=st.integers(-1, 30))
def test_no_market_is_found_twice_and_no_more_than_asked_for(typed: str, limit: int) -> None:
    found = NAMES.find(typed, limit)
    assert len(found) == len(set(found)) <= max(0, limit)


@pytest.mark.parametrize(
    ("first", "found"),
    [
        (["ETHW/USDT:USDT", "BTC/USDT"], ["ETHW/USDT:USDT", "ETH/USDT:USDT", "ETH/USDT"]),
        (["GONE/USDT", "ETH/USDT", "ETH/USDT"], ["ETH/USDT", "ETH/USDT:USDT", "ETHW/USDT:USDT"]),
    ],
)
def test_favourites_that_match_come_first_in_their_order(first: list[str], found: list[str]) -> None:
    assert NAMES.find("eth", 25, first=first) == found


def test_names_that_are_ranked_anew_mean_what_is_traded_most_now() -> None:
    markets = [Market(name=name, tick=Decimal(1)) for name in ("BTC/USDT", "NEW/USDT", "BTC/USDT:USDT")]
    ranked = NAMES.ranked_anew(markets)
    assert (ranked.resolve("btc"), ranked.resolve("new")) == ("BTC/USDT", "NEW/USDT")
    assert ranked.ranked == ("BTC/USDT", "NEW/USDT", "BTC/USDT:USDT")
    with pytest.raises(UnknownMarket):
        ranked.resolve("DOGE/USDT:USDT")


def many_names() -> Names:
    """As many as a large venue has: 800 perpetuals and 800 spot markets of the same coins."""
    coins = [f"{chr(65 + n % 26)}{chr(65 + n // 26 % 26)}{n:X}" for n in range(800)]
    markets = [f"{coin}/USDT{settle}" for coin in coins for settle in (":USDT", "")]
    return Names([Market(name=name, tick=Decimal(1)) for name in markets])


def seconds_for(work: Callable[[], object], *, times: int) -> float:
    """The shortest of several tries: what else the machine does only adds to it."""
    return min(timeit.repeat(work, number=times, repeat=5)) / times


def test_among_as_many_markets_as_a_large_venue_has_names_are_found_at_once() -> None:
    names = many_names()
    wanted = names.ranked[900]
    markets = [Market(name=name, tick=Decimal(1)) for name in reversed(names.ranked)]
    assert seconds_for(lambda: names.resolve(wanted.lower()), times=100) < 0.000_1
    assert seconds_for(lambda: names.find("ab", 25), times=10) < 0.002
    assert seconds_for(lambda: names.find("zz9", 25), times=10) < 0.002
    assert seconds_for(lambda: names.ranked_anew(markets), times=3) < 0.01

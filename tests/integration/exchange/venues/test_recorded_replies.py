"""Replies that venues sent, as ccxt's project recorded them with what they mean: its expectations judge."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, NoReturn

import pytest
from recorded_replies import Case, client_answered_with, differences, made_of, recorded_cases

from config.settings import read_settings
from services.clock import SystemClock
from services.exchange.prices import to_moment
from services.exchange.venues.history import PastCandles
from services.exchange.venues.labels import Label
from services.exchange.venues.translate import Translator

FOLDER = read_settings().data / "ccxt"
CASES = recorded_cases(FOLDER)
LONG_AFTER = to_moment(1_800_000_000_000)


def name_of(case: Case) -> str:
    return f"{case.exchange}: {case.description}"


@pytest.fixture(autouse=True)
def _with_recordings(lacking: Callable[[str], NoReturn]) -> None:
    if not CASES:
        lacking(f"no recorded replies in {FOLDER}; set OMEGA_DATA")


def test_there_are_sixteen_recorded_replies() -> None:
    assert len(CASES) == 16


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_a_recorded_reply_becomes_what_its_recorder_expects(case: Case) -> None:
    assert differences(case.expected, await made_of(case)) == []


CANDLES = [case for case in CASES if case.method == "fetchOHLCV"]
BOOKS = [case for case in CASES if case.method == "fetchOrderBook"]


@pytest.mark.parametrize("case", CANDLES, ids=name_of)
async def test_recorded_candles_reach_us_with_volume_in_base_currency(case: Case) -> None:
    market, timeframe = case.input[0], case.input[1]
    async with client_answered_with(case) as client:
        past = PastCandles(client, market, timeframe, now=LONG_AFTER)
        candles = await past.newest(len(case.expected))
    columns = (candles.time, candles.open, candles.high, candles.low, candles.close, candles.volume)
    rows = [list(row) for row in zip(*(column.tolist() for column in columns), strict=True)]
    expected: list[Any] = [list(row) for row in case.expected]
    if market.endswith(":BTC"):
        expected = [[*row[:5], row[5] / row[4]] for row in expected]
    assert rows == expected


@pytest.mark.parametrize("case", BOOKS, ids=name_of)
async def test_recorded_books_keep_every_digit(case: Case) -> None:
    async with client_answered_with(case) as client:
        said = await client.call("fetch_order_book", *case.input)
        translator = Translator(quirks=client.quirks, label=Label(venue=case.exchange), clock=SystemClock())
        book = translator.book(said, client.exchange.markets[case.input[0]], 2)
    sent = case.reply.get("data", case.reply)
    for ours, theirs in ((book.bids, sent["bids"]), (book.asks, sent["asks"])):
        assert [tuple(level) for level in ours] == [(Decimal(price), Decimal(size)) for price, size in theirs]

from __future__ import annotations

from datetime import timedelta

from market_fakes import BTC, MARKETS, ticker, trade
from market_stage import SleeperClock

from services.market.board import Board
from services.market.freshness import Freshness


def board_on(clock: SleeperClock) -> Board:
    board = Board(venue=lambda: "binance", clock=clock)
    board.list_markets(MARKETS)
    return board


def test_that_there_are_no_fresh_prices_is_told_and_that_there_are_again() -> None:
    clock, told = SleeperClock(), list[tuple[bool, str]]()
    board = board_on(clock)
    freshness = Freshness(
        board, lambda is_up, reason: told.append((is_up, reason)), clock=clock, limit=timedelta(seconds=30)
    )
    freshness._look()
    board.show(ticker())
    freshness._look()
    clock.step(31)
    freshness._look()
    board.show(ticker(after=31))
    freshness._look()
    assert told == [
        (False, "no price has come yet"),
        (True, ""),
        (False, "the newest price is older than 30 s"),
        (True, ""),
    ]


def test_offers_that_no_ticker_has_told_for_long_are_not_shown_beside_a_new_price() -> None:
    clock = SleeperClock()
    board = board_on(clock)
    board.show(ticker(turnover="5"))
    clock.step(11)
    board.show(trade(11, "104000"))
    quote = board.latest(BTC)
    assert quote is not None
    assert (str(quote.price), quote.bid, quote.ask, quote.mark) == ("104000", None, None, None)
    assert quote.open_24h is not None
    clock.step(120)
    board.show(trade(131, "104001"))
    quote = board.latest(BTC)
    assert quote is not None
    assert (quote.open_24h, quote.high_24h, quote.low_24h, quote.volume_24h) == (None, None, None, None)

"""Money that is paid in or out of a live account is neither profit nor loss, and what it held is no short."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from ledger_stage import AT, BTC, Books, a_fill, facts, open_books

from services.exchange.exchange import Market
from services.exchange.orders import Position
from services.store.trading_rows import EquityRow, FillRow
from services.trading.ledger.lots import AccountLots
from services.trading.ledger.moving import AllHeld, HeldThen, older_than, with_moves
from services.trading.ledger.pnl import Bookings, performance_of, sums_of
from services.trading.messages import PositionSide
from services.trading.ports import EquityPoint, Holding

D = Decimal


def mark(minute: float, equity: str, *held: HeldThen) -> EquityRow:
    at = AT + timedelta(minutes=minute)
    text = msgspec.json.encode(AllHeld(at, list(held))).decode()
    return EquityRow(account_id="acc1", at=at, user_id="7", equity=D(equity), currency="USDT", held=text)


def btc(amount: str, price: str, side: PositionSide = "long") -> HeldThen:
    sign = 1 if side == "long" else -1
    return HeldThen(BTC, side, D(amount), D(amount) * D(price) * sign)


def moved(marks: list[EquityRow], *fills: FillRow) -> list[Decimal]:
    return [one.moved for one in with_moves(marks, fills, [])]


def test_a_deposit_is_told_from_what_a_position_lost_meanwhile() -> None:
    marks = [mark(0, "1000"), mark(5, "990", btc("1", "90")), mark(10, "1970", btc("1", "70"))]
    assert moved(marks, a_fill(1, "buy", "1", "100", minute=1)) == [0, 0, 1000]


def test_a_withdrawal_while_nothing_is_filled_is_no_loss() -> None:
    assert moved([mark(0, "1000", btc("1", "100")), mark(5, "690", btc("1", "90"))]) == [0, -300]


def test_a_loss_whose_fills_are_not_read_yet_is_never_taken_for_money_that_was_moved() -> None:
    held, flat = mark(0, "1000", btc("10", "100")), mark(5, "500")
    assert moved([held, flat]) == [0, 0]
    assert moved([held, flat], a_fill(1, "sell", "10", "50", minute=2)) == [0, 0]
    assert moved([held, flat], a_fill(1, "sell", "10", "90", minute=2)) == [0, 0]


def test_a_mark_that_cannot_be_compared_is_passed_over_and_the_deposit_stands_where_equity_rose() -> None:
    marks = [mark(0, "1000"), mark(5, "3000", btc("1", "100")), mark(10, "3000")]
    assert moved(marks) == [0, 2000, 0]


def test_neither_sharpe_nor_drawdown_takes_moved_money_for_a_return() -> None:
    worth = [1000 + 7 * day - 11 * (day % 3) for day in range(20)]
    kept = [EquityPoint(at=AT + timedelta(days=day), equity=D(one)) for day, one in enumerate(worth)]
    paid = [replace(one, equity=one.equity - (500 if day >= 10 else 0)) for day, one in enumerate(kept)]
    paid[10] = replace(paid[10], moved=D(-500))
    honest, told = performance_of([], kept), performance_of([], paid)
    assert told.drawdown is not None
    assert told.drawdown < D("0.05")
    assert told.sharpe is not None
    assert honest.sharpe is not None
    assert told.sharpe.value is not None
    assert told.sharpe.value > 0


def sums(fills: list[FillRow], *marks: EquityRow) -> tuple[object, ...]:
    lots = AccountLots.of(fills, older=older_than(fills, marks))
    found = sums_of(
        Bookings(booked=lots.booked, rounds=lots.rounds, fundings=[]), since=None, by="side", currency="USDT"
    )
    sides = [one.side for one in lots.open_rounds()]
    return found.total(lambda one: one.realised), found.unvalued, found.unknown_profits, sides


def test_what_was_held_at_linking_is_closed_at_an_unknown_cost_and_is_no_short() -> None:
    fills = [a_fill(1, "sell", "2", "110", minute=3), a_fill(2, "buy", "1", "200", minute=5)]
    assert sums(fills, mark(0, "1000", btc("2", "100"))) == (0, ["2 BTC"], 1, ["long"])


def test_a_position_that_was_closed_before_linking_is_no_short_either() -> None:
    fills = [a_fill(1, "sell", "1", "110"), a_fill(2, "buy", "1", "200", minute=5)]
    assert sums(fills, mark(2, "1000")) == (0, ["1 BTC"], 1, ["long"])


def test_a_fill_that_turns_an_older_position_opens_only_what_is_beyond_it() -> None:
    fills = [
        replace(a_fill(1, "sell", "3", "110", minute=3, fee="3"), realised=D(20)),
        a_fill(2, "buy", "1", "100", minute=5),
    ]
    assert sums(fills, mark(0, "1000", btc("2", "100"))) == (30, [], 0, [])


@pytest.fixture
async def books(tmp_path: Path) -> AsyncIterator[Books]:
    async with open_books(tmp_path) as found:
        found.desk.row = replace(found.desk.row, mode="live")
        async with found.store.write() as rows:
            await rows.trading.accounts.put(found.desk.row)
        yield found


async def test_a_live_account_tells_a_deposit_at_once_and_once(books: Books) -> None:
    await books.ledger.record("acc1")
    books.clock.seconds += 60
    books.desk.equity = D(15_000)
    for _ in range(2):
        points = await books.ledger.equity("acc1")
        assert facts(*((one.equity, one.moved) for one in points)) == ((10_000, 0), (15_000, 5_000))


async def test_the_books_of_a_live_account_begin_with_what_it_held(books: Books) -> None:
    position = Position(
        market=BTC, side="long", amount=D(2), entry=D(100), as_of=books.clock.now(), unrealised=D(0)
    )
    books.desk.holdings = (Holding(position=position, market=Market(name=BTC, tick=D("0.1"))),)
    await books.ledger.record("acc1")
    await books.put(replace(a_fill(1, "sell", "2", "110"), at=books.clock.now() + timedelta(minutes=5)))
    lots = (await books.ledger.books("acc1", "hifo")).lots
    assert facts(lots.open_rounds(), [one.is_profit_unknown for one in lots.booked]) == ([], [True])

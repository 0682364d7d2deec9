"""Profit and figures of one market alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from ledger_stage import ANN, AT, BTC, SPOT, Books, a_fill, open_books

from services.trading.ledger.messages import GetPnl
from services.trading.ledger.pnl import alone
from services.trading.ports import ClosedTrade, EquityPoint


@pytest.fixture
async def books(tmp_path: Path) -> AsyncIterator[Books]:
    async with open_books(tmp_path) as found:
        yield found


async def test_the_profit_of_a_market_is_that_of_no_other(books: Books) -> None:
    await books.put(
        a_fill(1, "buy", 1, 100),  # type: ignore[arg-type]  # whole numbers read well
        a_fill(2, "sell", 1, 130, minute=1),  # type: ignore[arg-type]
        a_fill(3, "buy", 1, 100, market=SPOT, minute=2),  # type: ignore[arg-type]
        a_fill(4, "sell", 1, 90, market=SPOT, minute=3),  # type: ignore[arg-type]
    )
    whole = await books.service.process(GetPnl(caller=ANN, window="all"))
    one = await books.service.process(GetPnl(caller=ANN, window="all", market=BTC))

    assert (whole.realised, whole.performance.trades) == (Decimal(20), 2)
    assert (one.realised, one.performance.trades) == (Decimal(30), 1)
    assert [part.name for part in one.parts] == [BTC]


def test_equity_of_a_market_alone_begins_where_the_account_did_and_goes_with_its_trades() -> None:
    def at(hours: int) -> EquityPoint:
        return EquityPoint(at=AT + timedelta(hours=hours), equity=Decimal(1_000 - hours))

    trade = ClosedTrade(
        market=BTC,
        side="long",
        opened_at=AT,
        closed_at=AT + timedelta(hours=1),
        amount=Decimal(1),
        entry=Decimal(1),
        exit=Decimal(1),
        realised=Decimal(50),
        fees=Decimal(3),
        funding=Decimal(-2),
    )
    assert [one.equity for one in alone([trade], [at(0), at(1), at(2)])] == [1_000, 1_045, 1_045]
    assert alone([trade], []) == []

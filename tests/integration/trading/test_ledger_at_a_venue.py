from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from account_subjects import ADAPTERS, SWAP
from ledger_stage import ANN, Books, an_intent, open_books
from sandbox_exchange_stage import Stage, running_exchange

from services.clock import SystemClock
from services.exchange.orders import Account
from services.trading.ledger.messages import GetPnl, ListJournal

KINDS = ("paper", "classic", "unified")
TRADES = ((2, 50_100), (3, 49_870), (-1, 50_230), (-6, 49_990), (1, 50_310), (-2, 49_660), (3, 50_070))
"""Hundredths of a coin, bought or sold at a price: nothing is left in the end."""
FUNDING = [Decimal(place * 37 % 1001 - 500) / 1000 for place in range(130)]
"""More than a page of it."""


async def cash(account: Account) -> Decimal:
    """All there is of the currency; while nothing is open that is cash."""
    assert await account.positions() == []
    return sum((one.total for one in await account.balances() if one.currency == "USDT"), Decimal(0))


def settle_funding(stage: Stage, name: str) -> None:
    """Let the venue book payments of funding, a boundary each."""
    paper = stage.unified if name == "unified" else stage.classic
    holder, now = paper._holder, SystemClock().now()
    for place, amount in enumerate(FUNDING):
        holder.book(
            "funding", "USDT", amount, wallet=holder.state.wallet_of(SWAP), market=SWAP,
            at=now + timedelta(milliseconds=place),
        )  # fmt: skip


async def net(books: Books) -> Decimal:
    return (await books.service.process(GetPnl(caller=ANN, window="all"))).net


@pytest.mark.parametrize("kind", KINDS)
async def test_cash_changes_by_what_was_realised_less_fees_and_with_funding(
    tmp_path: Path, kind: str
) -> None:
    async with (
        running_exchange() as stage,
        ADAPTERS[kind](stage, tmp_path) as subject,
        open_books(tmp_path, subject.account) as books,
    ):
        await books.put(an_intent("one"))
        before = await cash(subject.account)
        for number, (lots, price) in enumerate(TRADES):
            subject.set_price(price)
            side, amount = "buy" if lots > 0 else "sell", Decimal(abs(lots)) / 100
            await subject.buy(side=side, amount=amount, client_id=f"trade-{number}")
        settle_funding(stage, kind)
        told = len(await subject.account.fills(SWAP)) + len(FUNDING)
        assert await books.ledger.record("acc1") == told
        assert await books.ledger.record("acc1") == 0
        assert await net(books) == await cash(subject.account) - before
        assert (await books.service.process(ListJournal(caller=ANN))).total == told

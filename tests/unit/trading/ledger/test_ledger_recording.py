from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest
from ledger_stage import (
    ANN,
    AT,
    BTC,
    SPOT,
    Books,
    StopRunningError,
    ToldAccount,
    a_fill,
    an_intent,
    facts,
    open_books,
    told_fill,
)
from persona_fakes import HandClock

from services.errors import ExchangeUnavailable
from services.exchange.exchange import Market
from services.exchange.orders import Account, Balance, Fill, FundingPayment, Position
from services.store.trading_rows import EquityRow, FillRow
from services.trading.ledger.messages import GetPnl, ListJournal
from services.trading.ports import Holding


@pytest.fixture
async def account() -> ToldAccount:
    return ToldAccount()


@pytest.fixture
async def books(tmp_path: Path, account: ToldAccount) -> AsyncIterator[Books]:
    async with open_books(tmp_path, cast("Account", account)) as opened:
        yield opened


def a_payment(name: str, amount: str, minute: float = 0) -> FundingPayment:
    at = AT + timedelta(minutes=minute)
    return FundingPayment(id=name, market=BTC, at=at, amount=Decimal(amount), currency="USDT")


async def fills(books: Books) -> list[FillRow]:
    async with books.store.read() as rows:
        return await rows.trading.fills.where(by="at")


async def test_a_fill_and_a_payment_count_once_however_often_they_are_read(
    books: Books, account: ToldAccount
) -> None:
    await books.put(an_intent("one", order_id="o1"))
    account.told = [told_fill(1, "buy", "1", "100"), told_fill(2, "sell", "1", "110", minute=3)]
    account.paid = [a_payment("b1", "-0.5"), a_payment("b2", "-0.5")]
    assert await books.ledger.record("acc1") == 4
    books.clock.seconds += 600
    assert await books.ledger.record("acc1") == 0
    assert [one.client_id for one in await fills(books)] == ["omegaone", ""]
    told = await books.service.process(GetPnl(caller=ANN, window="all"))
    assert facts(told.realised, told.fees, told.funding) == (10, Decimal("0.2"), -1)
    page = await books.service.process(ListJournal(caller=ANN))
    assert [(one.words, one.facts) for one in page.lines if one.kind == "fill"] == [
        ("Sold {amount} {coin} at {price}, fee {fee}",
         {"amount": "1", "coin": "BTC", "price": "110", "order": "o2", "fee": "0.1 USDT"}),
        ("Bought {amount} {coin} at {price}, fee {fee}",
         {"amount": "1", "coin": "BTC", "price": "100", "order": "o1", "fee": "0.1 USDT"}),
    ]  # fmt: skip
    assert [one.facts for one in page.lines if one.kind == "funding"] == [{"money": "0.5 USDT"}] * 2


async def test_markets_that_only_the_venue_knows_of_are_read_too(books: Books, account: ToldAccount) -> None:
    position = Position(market=BTC, side="long", amount=Decimal(1), entry=Decimal(100), as_of=AT)
    books.desk.holdings = (Holding(position=position, market=Market(name=BTC, tick=Decimal("0.1"))),)
    coins = [("BTC", "spot"), ("USDT", "spot"), ("ETH", "swap"), ("XYZ", "spot")]
    account.coins = [
        Balance(currency=name, wallet=wallet, total=Decimal(1), free=None, used=None)  # type: ignore[arg-type]
        for name, wallet in coins
    ]
    account.told = [told_fill(1, "buy", "1", "100"), told_fill(2, "buy", "1", "100", market=SPOT)]
    assert await books.ledger.record("acc1") == 2
    assert {one.market for one in await fills(books)} == {BTC, SPOT}


async def test_a_quiet_market_is_read_every_few_minutes_and_a_lively_one_each_time(
    books: Books, account: ToldAccount
) -> None:
    now = books.clock.now()
    await books.put(
        an_intent("old", market=SPOT),
        an_intent("new", market=BTC, updated_at=now),
        an_intent("gone", market="GONE/USDT:USDT", status="open"),
    )
    await books.ledger.record("acc1")
    await books.ledger.record("acc1")
    books.clock.seconds += 301
    await books.ledger.record("acc1")
    assert sorted(one for one, _ in account.asked) == sorted([SPOT, BTC, BTC, SPOT, BTC])


async def test_reading_goes_on_a_little_before_the_newest_fill(books: Books, account: ToldAccount) -> None:
    await books.put(a_fill(1, "buy", "1", "100", minute=60))
    account.told = [told_fill(2, "buy", "1", "100", minute=55)]
    assert await books.ledger.record("acc1") == 1
    assert account.asked[0] == (BTC, AT + timedelta(minutes=50))


async def test_a_venue_that_is_away_is_asked_again_for_everything(books: Books, account: ToldAccount) -> None:
    await books.put(an_intent("old", market=SPOT))
    books.desk.trouble = ExchangeUnavailable("It is away.")
    with pytest.raises(ExchangeUnavailable):
        await books.ledger.record("acc1")
    books.desk.trouble = None
    account.told = [told_fill(1, "buy", "1", "100", market=SPOT)]
    assert await books.ledger.record("acc1") == 1


async def test_trades_follow_each_new_fill_without_being_reckoned_anew(books: Books) -> None:
    assert await books.ledger.trades("acc1") == []
    lots = (await books.ledger.books("acc1")).lots
    for number, (side, price) in enumerate([("buy", "100"), ("sell", "110"), ("sell", "90")]):
        await books.ledger.keep(books.desk.row, [told_fill(number, side, "1", price, minute=number)])
    assert [one.net for one in await books.ledger.trades("acc1")] == [Decimal("9.8")]
    assert (await books.ledger.books("acc1")).lots is lots
    late = told_fill(9, "buy", "1", "50", minute=0.5)
    assert await books.ledger.keep(books.desk.row, [late]) == 1
    assert (await books.ledger.books("acc1")).lots is not lots
    assert [one.net for one in await books.ledger.trades("acc1")] == [Decimal("49.6")]
    assert await books.ledger.trades("acc1", since=AT + timedelta(days=1)) == []


@pytest.mark.parametrize(
    "intents",
    [
        [an_intent("in", request='{"stop_loss": "95"}')],
        [
            an_intent("in"),
            an_intent("refused", kind="stop", side="sell", is_reducing=True, status="rejected",
                      request='{"trigger_price": "90"}', created_at=AT + timedelta(seconds=1)),
            an_intent("winning", kind="stop", side="sell", is_reducing=True,
                      request='{"trigger_price": "101"}', created_at=AT + timedelta(seconds=2)),
            an_intent("short", kind="stop", side="buy", is_reducing=True,
                      request='{"trigger_price": "91"}', created_at=AT + timedelta(seconds=3)),
            an_intent("other", kind="stop", side="sell", is_reducing=True, request='{"trigger_price": "50"}',
                      created_at=AT - timedelta(days=1)),
            an_intent("stop", kind="stop", side="sell", is_reducing=True, request='{"trigger_price": "95"}',
                      created_at=AT + timedelta(minutes=1)),
            an_intent("moved", kind="stop", side="sell", is_reducing=True, request='{"trigger_price": "99"}',
                      created_at=AT + timedelta(minutes=2)),
        ],
    ],
)  # fmt: skip
async def test_r_is_the_profit_over_what_the_first_stop_risked(books: Books, intents: list[object]) -> None:
    await books.put(
        *intents,  # type: ignore[arg-type]
        a_fill(1, "buy", "2", "100", client_id="omegain", fee="1"),
        a_fill(2, "sell", "2", "110", minute=5),
    )
    (trade,) = await books.ledger.trades("acc1")
    assert facts(trade.r, trade.entry, trade.exit, trade.amount) == (Decimal("1.9"), 100, 110, 2)


async def test_r_is_unknown_without_a_stop_and_with_an_unreadable_one(books: Books) -> None:
    await books.put(
        an_intent("in", request="stop_loss {"),
        a_fill(1, "buy", "2", "100", client_id="omegain"),
        a_fill(2, "sell", "2", "110", minute=5),
    )
    (trade,) = await books.ledger.trades("acc1")
    assert trade.r is None


async def test_equity_is_marked_every_five_minutes_and_a_failure_of_one_account_is_its_own(
    books: Books,
) -> None:
    await books.put(an_intent("one"))
    books.rounds = 4
    books.desk.equity = Decimal(10)
    with pytest.raises(StopRunningError):
        await books.ledger.run()
    assert books.slept == [200, 300, 300, 300, 300]
    marks = await books.ledger.equity("acc1")
    assert [one.at.minute for one in marks] == [20, 25, 30, 35]
    assert {one.equity for one in marks} == {10}
    books.desk.equity, books.rounds = None, 5
    with pytest.raises(StopRunningError):
        await books.ledger.run()
    books.desk.trouble, books.rounds = ExchangeUnavailable("It is away."), 6
    with pytest.raises(StopRunningError):
        await books.ledger.run()
    assert len(await books.ledger.equity("acc1")) == 4


async def test_a_paper_account_that_was_never_used_is_left_alone(books: Books) -> None:
    books.rounds = 1
    with pytest.raises(StopRunningError):
        await books.ledger.run()
    assert await books.ledger.equity("acc1") == []
    books.desk.row, books.rounds = replace(books.desk.row, mode="live"), 3
    with pytest.raises(StopRunningError):
        await books.ledger.run()
    assert len(await books.ledger.equity("acc1")) == 1


async def test_after_a_month_the_first_highest_and_lowest_mark_of_each_day_are_left(books: Books) -> None:
    now = HandClock().now()
    worths = (0, 5, 3, 9, 2, 4, 4, 8, 7, 1, 6, 5)
    times = [(now - timedelta(days=31)).replace(hour=hour) for hour in range(12)]
    async with books.store.write() as rows:
        await rows.trading.accounts.put(books.desk.row)
        await rows.trading.equity.put(
            *(EquityRow(account_id="acc1", at=at, user_id="7", equity=Decimal(worth), currency="USDT")
              for at, worth in zip(times, worths, strict=True))
        )  # fmt: skip
    books.rounds = 1
    with pytest.raises(StopRunningError):
        await books.ledger.run()
    assert [int(one.equity) for one in await books.ledger.equity("acc1")] == [0, 9]


async def test_the_mark_of_midnight_is_of_the_day_that_begins(books: Books) -> None:
    await books.put(an_intent("one"))
    clock = books.clock
    now = clock.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    clock.seconds += (midnight - now).total_seconds() - 10
    books.pictures.lag = 10.0
    books.rounds = 1
    with pytest.raises(StopRunningError):
        await books.ledger.run()
    assert [one.at for one in await books.ledger.equity("acc1", since=midnight)] == [midnight]


async def test_marks_of_a_month_ago_go_and_newer_ones_stay(books: Books) -> None:
    now = HandClock().now()
    async with books.store.write() as rows:
        await rows.trading.accounts.put(books.desk.row)
    times = [now - timedelta(days=days, hours=hours) for days in (1, 31, 40) for hours in (0, 6, 12)]
    async with books.store.write() as rows:
        await rows.trading.equity.put(
            *(EquityRow(account_id="acc1", at=at, user_id="7", equity=Decimal(1), currency="USDT")
              for at in times)
        )  # fmt: skip
    books.rounds = 1
    with pytest.raises(StopRunningError):
        await books.ledger.run()
    kept = [one.at for one in await books.ledger.equity("acc1")]
    old = [at for at in times if at < now - timedelta(days=30)]
    firsts = {at.date(): min(one for one in old if one.date() == at.date()) for at in old}
    assert kept == sorted([*times[:3], *firsts.values()])


class Paged(ToldAccount):
    """Tells the oldest since a moment, and no more than fifty."""

    async def fills(self, market: str, *, since: datetime | None = None, limit: int = 100) -> Sequence[Fill]:
        found = [one for one in self.told if one.market == market and (since is None or one.at >= since)]
        return found[: min(limit, 50)]


async def test_a_page_of_one_moment_and_the_first_page_are_not_the_last(tmp_path: Path) -> None:
    account = Paged()
    async with open_books(tmp_path, cast("Account", account)) as books:
        await books.put(an_intent("one"))
        account.told = [told_fill(n, "buy", "1", "100", minute=n / 60) for n in range(60)]
        account.told += [told_fill(100 + n, "buy", "1", "100", minute=2) for n in range(50)]
        account.told += [told_fill(200, "buy", "1", "100", minute=3)]
        await books.ledger.record("acc1")
        assert len((await books.ledger.books("acc1")).lots.fills) == len(account.told)

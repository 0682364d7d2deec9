from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from ledger_stage import ANN, AT, BOB, BTC, Books, a_fill, an_intent, facts, open_books
from structlog.testing import capture_logs

from services.bus.messages import R, Request
from services.errors import ExchangeUnavailable, UserMistake
from services.exchange.exchange import Market
from services.exchange.orders import Position
from services.store.trading_rows import EquityRow, FundingRow, PlanRow, ProposalRow
from services.trading.ledger.exporting import COLUMNS, harmless, to_csv
from services.trading.ledger.journal import KeptJournal
from services.trading.ledger.lots import AccountLots
from services.trading.ledger.messages import (
    AddNote,
    Export,
    ExportJournal,
    GetPnl,
    ListJournal,
    WhyOrder,
    Window,
)
from services.trading.ledger.pnl import beginning
from services.trading.messages import Verdict
from services.trading.ports import VERDICTS, Holding

NOW = datetime(2026, 8, 1, 0, 16, 40, tzinfo=UTC)
FORMULAS = ["=1+1", "+1", "-1+2", "@sum", "\t=1", "\r=1"]


@pytest.fixture
async def books(tmp_path: Path) -> AsyncIterator[Books]:
    async with open_books(tmp_path) as opened:
        yield opened


async def ask(books: Books, request: Request[R]) -> R:
    """Put a question as it comes over the bus, and take the answer as it goes back."""
    kind: Any = type(request)
    sent = msgspec.msgpack.decode(msgspec.msgpack.encode(request), type=kind)
    answer: Any = await books.service.process(sent)
    back: R = msgspec.msgpack.decode(msgspec.msgpack.encode(answer), type=type(answer))
    return back


async def paid(books: Books, amount: str, *, minute: float, name: str = "f1", market: str = BTC) -> None:
    row = FundingRow(
        id=f"acc1:{market}:{name}", account_id="acc1", user_id="7", market=market,
        at=AT + timedelta(minutes=minute), amount=Decimal(amount), currency="USDT",
    )  # fmt: skip
    async with books.store.write() as rows:
        await rows.trading.fundings.put(row)


async def test_profit_is_what_was_realised_less_fees_and_with_funding(books: Books) -> None:
    await books.put(
        a_fill(1, "buy", "1", "100", fee="0.1"),
        a_fill(2, "sell", "1", "110", fee="0.2", minute=10),
        a_fill(3, "sell", "1", "50", minute=20, market="ETH/USDT:USDT", fee="0.1", fee_currency="BGB"),
        a_fill(4, "buy", "1", "55", minute=30, market="ETH/USDT:USDT"),
    )
    await paid(books, "-0.5", minute=5)
    told = await ask(books, GetPnl(caller=ANN, window="all"))
    assert facts(told.realised, told.fees, told.funding) == (5, Decimal("0.3"), Decimal("-0.5"))
    assert told.net == Decimal("4.2")
    assert told.unvalued == ["0.1 BGB"]
    btc, eth = told.parts
    assert facts(btc.name, btc.realised, btc.funding, btc.trades, btc.wins) == (
        BTC,
        10,
        Decimal("-0.5"),
        1,
        1,
    )
    assert facts(eth.name, eth.realised, eth.trades, eth.wins) == ("ETH/USDT:USDT", -5, 1, 0)
    assert told.performance.trades == 2
    assert told.performance.win_rate is not None
    assert (told.performance.win_rate.value, told.performance.win_rate.low) == (Decimal("0.5"), None)
    assert told.performance.roi is None
    assert told.unrealised == 0


async def test_profit_is_told_by_day_and_by_side(books: Books) -> None:
    await books.put(
        a_fill(1, "buy", "1", "100"),
        a_fill(2, "sell", "3", "110", minute=60 * 24),
        a_fill(3, "buy", "2", "120", minute=60 * 24 + 5),
    )
    await paid(books, "-1", minute=60)
    await paid(books, "2", minute=60 * 24 * 9, name="f2")
    days = await ask(books, GetPnl(caller=ANN, window="all", by="day"))
    assert [facts(one.name, one.realised, one.funding, one.trades) for one in days.parts] == [
        ("2026-07-01", 0, -1, 0),
        ("2026-07-02", -10, 0, 2),
        ("2026-07-10", 0, 2, 0),
    ]
    sides = await ask(books, GetPnl(caller=ANN, window="all", by="side"))
    assert [facts(one.name, one.realised, one.funding, one.trades, one.wins) for one in sides.parts] == [
        ("long", 10, -1, 1, 1),
        ("short", -20, 0, 1, 0),
        ("unknown", 0, 2, 0, 0),
    ]


@pytest.mark.parametrize(
    ("window", "since"),
    [
        ("day", datetime(2026, 8, 1, tzinfo=UTC)),
        ("week", datetime(2026, 7, 27, tzinfo=UTC)),
        ("month", datetime(2026, 8, 1, tzinfo=UTC)),
        ("year", datetime(2026, 1, 1, tzinfo=UTC)),
        ("all", None),
    ],
)
def test_a_window_begins_with_its_day_week_month_or_year_in_utc(window: Window, since: datetime) -> None:
    assert beginning(window, NOW) == since


async def test_what_a_window_realises_rests_on_lots_of_before_it(books: Books) -> None:
    minutes = (NOW - AT) / timedelta(minutes=1)
    await books.put(a_fill(1, "buy", "1", "100"), a_fill(2, "sell", "1", "130", minute=minutes - 5))
    told = await ask(books, GetPnl(caller=ANN, window="day"))
    assert facts(told.since, told.realised, told.parts[0].trades) == (datetime(2026, 8, 1, tzinfo=UTC), 30, 1)


async def test_each_method_is_asked_for_by_name(books: Books) -> None:
    await books.put(
        a_fill(1, "buy", "1", "100"),
        a_fill(2, "buy", "1", "90", minute=1),
        a_fill(3, "sell", "1", "95", minute=2),
    )
    told = {
        name: (await ask(books, GetPnl(caller=ANN, window="all", method=name))).realised
        for name in ("fifo", "lifo", "hifo")
    }
    assert told == {"fifo": -5, "lifo": 5, "hifo": -5}


async def test_unrealised_profit_is_none_where_the_venue_does_not_say(books: Books) -> None:
    one = Position(market=BTC, side="long", amount=Decimal(1), entry=Decimal(100), as_of=AT,
                   unrealised=Decimal(3))  # fmt: skip
    market = Market(name=BTC, tick=Decimal("0.1"))
    books.desk.holdings = (Holding(position=one, market=market),)
    assert (await ask(books, GetPnl(caller=ANN))).unrealised == 3
    unsaid = Holding(position=replace(one, unrealised=None), market=market)
    books.desk.holdings = (*books.desk.holdings, unsaid)
    assert (await ask(books, GetPnl(caller=ANN))).unrealised is None
    books.desk.trouble = ExchangeUnavailable("It is away.")
    assert (await ask(books, GetPnl(caller=ANN))).unrealised is None


async def test_ten_trades_and_ten_days_have_intervals(books: Books) -> None:
    await books.put(*(
        a_fill(2 * day + part, ("buy", "sell")[part], "1", str(100 + part * (day % 3 - 1) * 5),
               minute=day * 1440 + part)
        for day in range(12) for part in (0, 1)
    ))  # fmt: skip
    async with books.store.write() as rows:
        await rows.trading.equity.put(*(
            EquityRow(account_id="acc1", at=AT + timedelta(days=day), user_id="7",
                      equity=Decimal(100 + day % 2), currency="USDT")
            for day in range(12)
        ))  # fmt: skip
    told = (await ask(books, GetPnl(caller=ANN, window="all"))).performance
    again = (await ask(books, GetPnl(caller=ANN, window="all"))).performance
    assert told == again
    assert told.trades == 12
    assert told.drawdown == Decimal("0.05"), "a trade lost it between two marks"
    assert told.roi == 0
    for one in (told.win_rate, told.expectancy, told.sharpe, told.sortino):
        assert one is not None
        assert one.value is not None
        assert one.low is not None
        assert one.high is not None
        assert one.low < one.value < one.high


async def test_the_journal_is_told_page_by_page_and_a_key_is_written_once(books: Books) -> None:
    journal = KeptJournal(books.store, clock=books.clock)
    for number in (1, 2, 2, 3):
        await journal.write(books.desk.row, "state", "Trading is halted", market=BTC, key=f"k{number}")
        books.clock.seconds += 1
    await journal.write(books.desk.row, "risk", "Trading is halted", facts={"why": "drill"})
    await journal.write(books.desk.row, "risk", "Trading is halted", facts={"why": "drill"})
    page = await ask(books, ListJournal(caller=ANN, limit=2))
    assert (page.total, [one.kind for one in page.lines]) == (5, ["risk", "risk"])
    assert page.lines[0].facts == {"why": "drill"}
    rest = await ask(books, ListJournal(caller=ANN, market=BTC, offset=2))
    assert (rest.total, len(rest.lines)) == (3, 1)
    assert (await ask(books, ListJournal(caller=BOB))).total == 0


async def test_a_note_is_kept_once_and_may_be_about_an_order_of_one_s_own(books: Books) -> None:
    await books.put(an_intent("abcd1234"), an_intent("ffff1234", user="8"))
    note = AddNote(id="1", caller=ANN, text=" Too early. ", about="abcd")
    for _ in range(2):
        page = await ask(books, note)
    assert (page.total, page.lines[0].facts, page.lines[0].intent) == (1, {"text": "Too early."}, "abcd1234")
    for text, about in (("", ""), ("x" * 1001, ""), ("Hers.", "ffff"), ("Nobody's.", "eeee")):
        with pytest.raises(UserMistake):
            await ask(books, AddNote(id="2", caller=ANN, text=text, about=about))


async def test_why_tells_what_each_rule_said_and_what_became_of_it(books: Books) -> None:
    said = [Verdict(rule="leverage", words="Leverage", is_passed=False, value=Decimal(50), limit=Decimal(10))]
    await books.put(an_intent(
        "abcd1234", order_id="990011", status="open", filled=Decimal("0.5"), kind="stop", origin="plan:p1",
        request='{"price": "99.5", "trigger_price": "98", "kind": "stop"}',
    ))  # fmt: skip
    async with books.store.write() as rows:
        plan = PlanRow(id="p1", account_id="acc1", user_id="7", kind="oco", market=BTC, status="active",
                       body="{}", due_at=None, created_at=AT, updated_at=AT)  # fmt: skip
        await rows.trading.plans.put(plan)
    journal = KeptJournal(books.store, clock=books.clock)
    facts = {VERDICTS: msgspec.json.encode(said).decode(), "count": "1"}
    await journal.write(books.desk.row, "decision", "Refused", facts=facts, intent="abcd1234", key="d")
    for start in ("abcd", "abcd1234", "#9900"):
        told = await ask(books, WhyOrder(caller=ANN, id=start))
        assert told.verdicts == said
        assert [one.facts for one in told.lines] == [{"count": "1"}]
        assert told.order is not None
        assert (told.order.state, told.order.plan, told.order.price, told.order.trigger) == (
            "partly", "oco", Decimal("99.5"), Decimal(98),
        )  # fmt: skip


async def test_why_finds_a_proposal_with_the_order_that_came_of_it_and_a_line_without_an_order(
    books: Books,
) -> None:
    await books.put(an_intent("abcd1234"))
    async with books.store.write() as rows:
        await rows.trading.proposals.put(
            ProposalRow(id="prop5678", run_id="r", account_id="acc1", user_id="7", status="approved",
                        body="{}", created_at=AT, expires_at=AT, outcome="abcd1234")
        )  # fmt: skip
    journal = KeptJournal(books.store, clock=books.clock)
    await journal.write(books.desk.row, "decision", "Proposed", intent="prop5678", key="a")
    await journal.write(books.desk.row, "order", "Sent", intent="abcd1234", key="b")
    told = await ask(books, WhyOrder(caller=ANN, id="prop"))
    assert told.order is not None
    assert (told.id, told.order.id, [one.words for one in told.lines]) == (
        "prop5678", "abcd1234", ["Proposed", "Sent"],
    )  # fmt: skip
    await journal.write(books.desk.row, "state", "Halted", key="c")
    line = (await ask(books, ListJournal(caller=ANN, limit=50))).lines
    halted = next(one for one in line if one.words == "Halted")
    alone = await ask(books, WhyOrder(caller=ANN, id=halted.id[:8]))
    assert (alone.order, [one.words for one in alone.lines]) == (None, ["Halted"])


async def test_why_takes_an_id_as_it_is_written_and_tells_of_a_torn_order_what_is_left(books: Books) -> None:
    await books.put(an_intent("a%cd1234", request="{"), an_intent("aBcd5678"))
    with capture_logs() as logged:
        told = await ask(books, WhyOrder(caller=ANN, id="a%cd"))
    assert told.order is not None
    assert (told.id, told.order.price) == ("a%cd1234", None)
    assert [one["intent"] for one in logged if one["event"] == "intent_torn"] == ["a%cd1234"]
    with pytest.raises(UserMistake, match="no order abcd"):
        await ask(books, WhyOrder(caller=ANN, id="abcd"))


async def test_why_tells_nobody_of_others_orders_and_asks_for_more_of_an_id_of_several(books: Books) -> None:
    await books.put(an_intent("abcd1234"), an_intent("abcd5678"), an_intent("ffff1234", user="8"))
    for wanted in ("ffff", "abcd", "abc", ""):
        with pytest.raises(UserMistake):
            await ask(books, WhyOrder(caller=ANN, id=wanted))
    assert (await ask(books, WhyOrder(caller=BOB, id="ffff"))).id == "ffff1234"
    assert (await ask(books, WhyOrder(caller=ANN, id="abcd1"))).id == "abcd1234"


async def test_the_export_has_a_row_a_fill_and_a_funding_with_exact_numbers(books: Books) -> None:
    await books.put(
        a_fill(1, "buy", "0.10", "100.5", fee="0.1", client_id="omega1"),
        a_fill(2, "sell", "0.3", "90", fee="-0.01", minute=2, assumption='simulated "depth", =1'),
    )
    await paid(books, "-0.25", minute=1)
    told = await ask(books, ExportJournal(caller=ANN, method="lifo"))
    assert (told.name, told.rows) == ("journal-acc1-lifo-2026-08-01.csv", 3)
    rows = list(csv.DictReader(io.StringIO(told.csv.decode(), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert [one["kind"] for one in rows] == ["fill", "funding", "fill"]
    assert (rows[0]["cost"], rows[0]["realised"], rows[0]["origin"], rows[0]["amount"]) == (
        "10.05", "", "farm", "0.1",
    )  # fmt: skip
    assert (rows[1]["funding"], rows[1]["side"]) == ("-0.25", "")
    assert (rows[2]["realised"], rows[2]["fee"], rows[2]["position"], rows[2]["origin"]) == (
        "-1.05", "-0.01", "long", "elsewhere",
    )  # fmt: skip
    assert rows[2]["note"] == 'simulated "depth", =1'
    assert told.csv.count(b"\r\n") == 4
    assert b'"simulated ""depth"", =1"' in told.csv


def test_an_export_that_is_too_long_keeps_the_newest_rows_and_says_how_many_it_lacks() -> None:
    lots = AccountLots.of([a_fill(one, "buy", "1", str(one), minute=one) for one in range(1, 6)])
    told, rows, left_out = to_csv(lots.booked, [], "fifo", most=2)
    found = [one["price"] for one in csv.DictReader(io.StringIO(told.decode(), newline=""))]
    assert facts(found, rows, left_out) == (["4", "5"], 2, 3)


async def test_no_page_is_so_far_that_all_of_a_journal_is_read(books: Books) -> None:
    journal = KeptJournal(books.store, clock=books.clock)
    await journal.write(books.desk.row, "risk", "Trading is halted")
    page = await ask(books, ListJournal(caller=ANN, offset=10**9))
    assert facts(page.lines, page.total) == ([], 1)


@pytest.mark.parametrize("cell", FORMULAS)
async def test_no_cell_of_the_export_is_a_formula(books: Books, cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    await books.put(a_fill(1, "buy", "1", "100", assumption=cell, order_id=cell, fee_currency=cell))
    export: Export = await ask(books, ExportJournal(caller=ANN))
    row = next(csv.DictReader(io.StringIO(export.csv.decode(), newline="")))
    assert {row["note"], row["order"], row["fee_currency"]} == {f"'{cell}"}


def test_numbers_stay_numbers_also_negative_ones() -> None:
    assert [harmless(one) for one in ("-1.5", "-0", "12", "")] == ["-1.5", "-0", "12", ""]


async def test_an_account_of_another_is_nobody_else_s_to_see(books: Books) -> None:
    requests: list[Request[Any]] = [
        GetPnl(caller=BOB, account="acc1"),
        ListJournal(caller=BOB, account="acc1"),
        ExportJournal(caller=BOB, account="acc1"),
    ]
    for request in requests:
        with pytest.raises(UserMistake):
            await ask(books, request)
    assert (await ask(books, GetPnl(caller=BOB, window="all"))).parts == []

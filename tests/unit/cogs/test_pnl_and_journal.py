"""`/pnl`, `/journal` and `/why`: sums that add up, estimates with intervals, and reasons with limits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from asked_cogs import asking, facts, guide, press, presses, run
from desk_cogs_stage import BTC, NOW, PAPER, ROSTER, SHORT, desk_bus
from persona_fakes import FakeBus

from bots.waze.host import WazeHost
from cogs._ui.desk_journal_cards import line_words
from cogs.journal import Journal
from cogs.pnl import ProfitAndLoss
from services.locales.numbers import MINUS
from services.trading.ledger.messages import (
    AddNote,
    Estimate,
    Export,
    ExportJournal,
    GetPnl,
    JournalLine,
    JournalPage,
    ListJournal,
    MarketPnl,
    OrderWhy,
    Performance,
    Pnl,
    WhyOrder,
)
from services.trading.messages import OrderView, Verdict

LINE = JournalLine(
    id="l1ne5678abcd",
    at=NOW,
    kind="fill",
    market=BTC,
    words="Bought {amount} {coin} at {price}",
    facts={"amount": "0.01", "coin": "BTC", "price": "60000.5"},
    intent="1ntent78abcd",
)
ORDER = OrderView(
    id="1ntent78abcd",
    account=PAPER.id,
    market=BTC,
    side="buy",
    kind="market",
    state="rejected",
    amount=Decimal("0.01"),
    created_at=NOW,
)


def pnl(**other: Any) -> Pnl:
    """Return a month with two markets, and too few days for the ratios."""
    part = MarketPnl(name=BTC, realised=Decimal(100), fees=Decimal(3), funding=Decimal(-2), trades=4, wins=3)
    eth = MarketPnl(
        name="ETH/USDT:USDT", realised=Decimal(-300), fees=Decimal(1), funding=Decimal(0), trades=1, wins=0
    )
    win_rate = Estimate(value=Decimal("0.6"), low=Decimal("0.2"), high=Decimal("0.9"))
    given: dict[str, Any] = {
        "account": PAPER,
        "window": "month",
        "method": "fifo",
        "realised": Decimal(-200),
        "fees": Decimal(4),
        "funding": Decimal(-2),
        "net": Decimal(-206),
        "unrealised": None,
        "parts": [part, eth],
        "performance": Performance(
            trades=5, roi=Decimal("-0.0206"), win_rate=win_rate, sharpe=Estimate(value=None)
        ),
        "since": NOW,
        "unvalued": ["0.1 BGB"],
    }
    return Pnl(**{**given, **other})


@pytest.fixture
def bus() -> FakeBus:
    bus = desk_bus()
    bus.answers[GetPnl] = pnl()
    bus.answers[ListJournal] = JournalPage(account=PAPER, lines=[LINE], total=23)
    return bus


@pytest.fixture
def host(bus: FakeBus) -> WazeHost:
    return guide(bus, ROSTER)


async def test_a_profit_tells_every_part_and_which_are_not_known(host: WazeHost) -> None:
    (card,) = (await run(ProfitAndLoss(host), "pnl", asking(host))).cards
    told = facts(card)
    assert card.title == "Profit · This month · paper · PAPER"
    assert (told["Net"], told["Fees"]) == (f"{MINUS}206.00 USDT", f"{MINUS}4.00 USDT")
    assert told["Open profit"] == "unknown"
    assert told["By market"].index("ETH") < told["By market"].index("BTC")
    assert "+95.00 USDT" in told["By market"]
    assert told["In none of the sums"] == "0.1 BGB"
    assert card.tone == "down"


async def test_an_estimate_stands_with_its_interval_or_says_that_trades_are_too_few(host: WazeHost) -> None:
    (card,) = (await run(ProfitAndLoss(host), "pnl", asking(host))).cards
    lines = facts(card)["Performance"].splitlines()
    assert "Won: 60.0% (20.0% to 90.0%)" in lines
    assert "Sharpe ratio: too few trades to tell" in lines
    assert "Deepest drawdown: unknown" in lines


async def test_a_window_without_trades_has_no_sum_to_say(host: WazeHost, bus: FakeBus) -> None:
    nothing = {name: Decimal(0) for name in ("realised", "fees", "funding", "net", "unrealised")}
    bus.answers[GetPnl] = pnl(parts=[], performance=Performance(trades=0), unvalued=[], **nothing)
    (card,) = (await run(ProfitAndLoss(host), "pnl", asking(host))).cards
    assert "USDT" not in card.verdict
    assert "Performance" not in facts(card)


async def test_a_button_shows_another_window_split_and_counted_as_before(
    host: WazeHost, bus: FakeBus
) -> None:
    bus.answers[GetPnl] = pnl(method="hifo")
    chosen = {"by": "side", "method": "hifo"}
    (card,) = (await run(ProfitAndLoss(host), "pnl", asking(host), **chosen)).cards
    await press(ProfitAndLoss(host), presses(card)[-1], asking(host))
    asked = bus.questions[-1]
    assert isinstance(asked, GetPnl)
    assert (asked.window, asked.by, asked.method, asked.account) == ("all", "side", "hifo", SHORT)


@pytest.mark.parametrize("custom_id", ["pnl", "pnl|show|a|decade|market|fifo|waze", "pnl|show|a|b"])
async def test_a_button_of_another_time_asks_nothing(host: WazeHost, bus: FakeBus, custom_id: str) -> None:
    await press(ProfitAndLoss(host), custom_id, asking(host))
    assert bus.questions == []


async def test_the_journal_reads_in_the_members_language_and_turns_its_pages(
    host: WazeHost, bus: FakeBus
) -> None:
    who = asking(host, locale="pt-BR")
    (card,) = (await run(Journal(host), "journal list", who, market=BTC, page=2)).cards
    told = next(iter(facts(card).values()))
    assert told.endswith(":f> · Comprou 0,01 BTC a 60.000,5 · `1ntent78`")
    before, behind = presses(card)
    await press(Journal(host), behind, asking(host))
    await press(Journal(host), before, asking(host))
    asked = [one for one in bus.questions if isinstance(one, ListJournal)]
    assert [(one.offset, one.market) for one in asked] == [(10, BTC), (20, BTC), (0, BTC)]


async def test_a_note_is_written_and_shown(host: WazeHost, bus: FakeBus) -> None:
    note = JournalLine(
        id="n0te", at=NOW, kind="note", market="", words="Note: {text}", facts={"text": "1.5 of it"}
    )
    bus.answers[AddNote] = JournalPage(account=PAPER, lines=[note, LINE], total=24)
    (card,) = (await run(Journal(host), "journal note", asking(host), text="1.5 of it")).cards
    (told,) = facts(card).values()
    assert told.endswith(":f> · Note: 1.5 of it")


async def test_an_export_is_a_file_for_its_owner(host: WazeHost, bus: FakeBus) -> None:
    bus.answers[ExportJournal] = Export(name="fills.csv", csv=b"at,market\n", rows=1)
    (card,) = (await run(Journal(host), "journal export", asking(host))).cards
    assert card.attachment is not None
    assert (card.attachment.name, card.attachment.content) == ("fills.csv", b"at,market\n")


async def test_an_export_that_was_cut_says_so(host: WazeHost, bus: FakeBus) -> None:
    bus.answers[ExportJournal] = Export(name="fills.csv", csv=b"at\n", rows=1, left_out=1_200)
    (card,) = (await run(Journal(host), "journal export", asking(host))).cards
    assert facts(card)["Left out"] == "1200 older rows found no room in the file"
    assert facts(card)["What is in it"] == "fills and funding: decisions and notes stay in /journal list"


async def test_a_refusal_says_which_rule_its_value_and_its_limit(host: WazeHost, bus: FakeBus) -> None:
    verdict = Verdict(
        rule="risk",
        words="Risk at the stop",
        is_passed=False,
        value=Decimal("0.05"),
        limit=Decimal("0.02"),
        unit="percent",
    )
    passed = Verdict(rule="spread", words="Spread", is_passed=True)
    bus.answers[WhyOrder] = OrderWhy(id=ORDER.id, order=ORDER, verdicts=[passed, verdict], lines=[LINE])
    (card,) = (await run(Journal(host), "why", asking(host), id="1nte")).cards
    told = facts(card)
    assert told["What the rules said"].startswith("✖ Risk at the stop: 5.00%, the limit is 2.00%\n✔ ")
    assert "Bought 0.01 BTC" in told["Step by step"]
    assert (card.tone, "Buy 0.01" in card.verdict) == ("warn", True)
    assert "/alerts why" in card.footnote


def test_a_fill_on_paper_is_told_with_what_it_rests_on_in_the_members_language() -> None:
    facts_ = {
        "filled": "0.01",
        "price": "104406.9",
        "basis": "Simulated: matched against replayed prices, in a simulated order book.",
    }
    line = JournalLine(
        id="l1", at=NOW, kind="order", market=BTC, words="Filled: {filled} at {price}. {basis}", facts=facts_
    )
    said = line_words(line, ROSTER.voice("waze", "pt-BR"))
    assert "Executada: 0,01 a 104.406,9. Simulada: casada com preços reproduzidos" in said

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import NoReturn, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_stage import AT, BTC, SPOT, a_fill, facts, row_of
from paper_stage import SPOT as PAPER_SPOT
from paper_stage import SWAP, Scene

from config.settings import read_settings
from services.exchange.exchange import Funding
from services.exchange.paper.events import FundingTold
from services.store.trading_rows import FillRow
from services.trading.ledger.lots import AccountLots, currency_of, is_inverse
from services.trading.ledger.messages import LotMethod
from services.trading.ledger.pnl import Bookings, performance_of, sums_of
from services.trading.ports import EquityPoint

METHODS: tuple[LotMethod, ...] = get_args(LotMethod)
NOTHING = Decimal(0)


def realised(fills: Sequence[FillRow], method: LotMethod = "fifo") -> Decimal:
    return sum((one.realised for one in AccountLots.of(fills, method).booked), NOTHING)


def fees(fills: Sequence[FillRow]) -> Decimal:
    return sum((one.fee for one in AccountLots.of(fills).booked), NOTHING)


THREE_BUYS = (
    a_fill(1, "buy", "1", "100"),
    a_fill(2, "buy", "1", "300", minute=1),
    a_fill(3, "buy", "1", "200", minute=2),
    a_fill(4, "sell", "1", "250", minute=3),
)


@pytest.mark.parametrize(("method", "expected"), [("fifo", 150), ("lifo", 50), ("hifo", -50)])
@pytest.mark.parametrize("market", [BTC, SPOT])
def test_the_oldest_the_newest_or_the_dearest_lot_goes_first(
    method: LotMethod, expected: int, market: str
) -> None:
    fills = [a_fill(int(one.order_id[1:]), one.side, one.amount, one.price, market=market, minute=n)
             for n, one in enumerate(THREE_BUYS)]  # fmt: skip
    assert realised(fills, method) == expected


def test_a_position_that_flips_closes_one_trade_and_opens_another() -> None:
    lots = AccountLots.of([
        a_fill(1, "buy", "2", "100", fee="0.4"),
        a_fill(2, "sell", "3", "110", fee="0.6", minute=1),
        a_fill(3, "buy", "1", "90", fee="0.1", minute=2),
    ])  # fmt: skip
    long, short = lots.rounds
    assert facts(long.side, long.realised, long.fees) == ("long", 20, Decimal("0.8"))
    assert facts(short.side, short.realised, short.fees) == ("short", 20, Decimal("0.3"))
    assert facts(short.opened, short.opened_cost, short.closed_cost) == (1, 110, 90)
    assert lots.open_rounds() == []


def test_in_hedge_mode_a_long_and_a_short_position_do_not_close_each_other() -> None:
    lots = AccountLots.of([
        a_fill(1, "buy", "1", "100", position_side="long"),
        a_fill(2, "sell", "1", "120", position_side="short", minute=1),
        a_fill(3, "buy", "1", "110", position_side="short", minute=2),
    ])  # fmt: skip
    assert [facts(one.side, one.realised) for one in lots.rounds] == [("short", 10)]
    assert [one.side for one in lots.open_rounds()] == ["long"]


def test_a_fee_in_coins_makes_the_lot_smaller_and_is_valued_at_the_price() -> None:
    fills = [
        a_fill(1, "buy", "1", "100", market=SPOT, fee="0.001", fee_currency="BTC"),
        a_fill(2, "sell", "0.999", "110", market=SPOT, fee="0.1", minute=1),
    ]
    assert (realised(fills), fees(fills)) == (Decimal("9.99"), Decimal("0.2"))
    cash = -Decimal(100) + Decimal("0.999") * 110 - Decimal("0.1")
    assert realised(fills) - fees(fills) == cash


def test_dust_that_fees_and_steps_leave_of_spot_does_not_keep_a_trade_open() -> None:
    lots = AccountLots.of([
        a_fill(1, "buy", "1", "100", market=SPOT, fee="0.001", fee_currency="BTC"),
        a_fill(2, "sell", "0.99", "110", market=SPOT, minute=1),
    ])  # fmt: skip
    assert [one.closed for one in lots.rounds] == [Decimal("0.99")]


def test_a_fee_in_a_third_currency_is_in_no_sum_and_listed() -> None:
    lots = AccountLots.of([a_fill(1, "buy", "1", "100", fee="0.1", fee_currency="BGB")])
    assert facts(lots.booked[0].fee, lots.booked[0].unvalued) == (0, ((Decimal("0.1"), "BGB"),))


def test_coins_whose_cost_is_not_known_are_sold_without_a_profit_and_listed() -> None:
    lots = AccountLots.of([
        a_fill(1, "buy", "1", "100", market=SPOT),
        a_fill(2, "sell", "3", "110", market=SPOT, minute=1),
    ])  # fmt: skip
    assert [one.realised for one in lots.booked] == [0, 10]
    assert lots.booked[1].unvalued == ((Decimal(2), "BTC"),)


def test_what_closes_a_position_of_before_our_first_fill_is_worth_what_the_venue_says() -> None:
    lots = AccountLots.of([
        a_fill(1, "sell", "1", "110", realised=Decimal(7)),
        a_fill(2, "buy", "1", "100", minute=1, realised=NOTHING),
    ])  # fmt: skip
    assert [facts(one.side, one.realised, one.is_closing) for one in lots.booked] == [
        ("long", 7, True),
        ("long", 0, False),
    ]
    assert lots.rounds == []


def test_a_contract_settled_in_its_own_coin_is_worth_what_the_venue_says_in_that_coin() -> None:
    market = "BTC/USD:BTC"
    lots = AccountLots.of([a_fill(1, "sell", "1", "50000", market=market, realised=Decimal("0.01"))])
    assert is_inverse(market)
    assert [(one.currency, one.realised, one.side) for one in lots.booked] == [
        ("BTC", Decimal("0.01"), "long")
    ]
    assert [currency_of(one) for one in (BTC, SPOT, "ETH/USDC:USDC", "BTC/USDT:USDT-260327")] == [
        "USDT", "USDT", "USDC", "USDT",
    ]  # fmt: skip


traded = st.lists(
    st.tuples(
        st.sampled_from(["buy", "sell"]),
        st.integers(1, 500).map(lambda amount: Decimal(amount) / 1000),
        st.integers(900_000, 1_100_000).map(lambda price: Decimal(price) / 10),
        st.integers(0, 3),
    ),
    max_size=25,
)


def flat(steps: Sequence[tuple[str, Decimal, Decimal, int]], market: str = BTC) -> list[FillRow]:
    """Fills of those steps, some at the same moment, and one that leaves nothing open."""
    fills, minute, held = [], 0, NOTHING
    for number, (side, asked, price, pause) in enumerate(steps):
        minute += pause
        amount = min(asked, held) if market == SPOT and side == "sell" else asked
        held += amount if side == "buy" else -amount
        if amount:
            fills.append(a_fill(number, side, amount, price, minute=minute, market=market, fee="0.07"))
    if held:
        side = "sell" if held > 0 else "buy"
        fills.append(a_fill(999, side, abs(held), "99999.9", minute=minute + 1, market=market, fee="0.07"))
    return fills


@settings(max_examples=60, deadline=None)
@given(traded, st.sampled_from([BTC, SPOT]))
def test_once_flat_all_methods_realise_the_same_and_exactly_what_cash_says(
    steps: list[tuple[str, Decimal, Decimal, int]], market: str
) -> None:
    fills = flat(steps, market)
    cash = sum((one.amount * one.price * (1 if one.side == "sell" else -1) for one in fills), NOTHING)
    assert {realised(fills, method) for method in METHODS} == {cash}
    if market == SPOT:  # dust that is sold after its trade has ended is of none
        return
    lots = AccountLots.of(fills)
    assert lots.open_rounds() == []
    assert sum((one.realised for one in lots.rounds), NOTHING) == cash
    assert sum((one.fees for one in lots.rounds), NOTHING) == sum((one.fee or 0 for one in fills), NOTHING)


@settings(max_examples=30, deadline=None)
@given(traded, st.randoms(use_true_random=False))
def test_in_which_order_fills_are_read_does_not_matter(
    steps: list[tuple[str, Decimal, Decimal, int]], chance: random.Random
) -> None:
    fills = flat(steps)
    shuffled = list(fills)
    chance.shuffle(shuffled)
    assert AccountLots.of(shuffled).booked == AccountLots.of(fills).booked


@settings(max_examples=8, deadline=None)
@given(traded)
def test_the_paper_account_has_what_it_realised_less_fees_and_funding_to_the_last_decimal(
    steps: list[tuple[str, Decimal, Decimal, int]],
) -> None:
    scene = Scene()
    scene.leverage(10)
    boundary = scene.now + timedelta(seconds=1)
    told = Funding(
        market=SWAP,
        rate=Decimal("0.0001"),
        as_of=scene.now,
        nature="replay",
        next_at=boundary,
        interval_hours=8,
    )
    scene.apply(FundingTold(at=scene.now, funding=told))
    before = scene.cash() + scene.cash(wallet="spot")
    for place, (side, amount, price, _) in enumerate(steps):
        market = PAPER_SPOT if place % 3 == 0 else SWAP
        scene.market((price / 30).quantize(Decimal("0.1")), market=market)
        free = scene.cash("ETH", wallet="spot")
        wanted = max(Decimal("0.01"), amount.quantize(Decimal("0.01")))
        if market == SWAP or side == "buy" or free > wanted:
            scene.place("sell" if side == "sell" else "buy", wanted, market=market)
    if scene.has_position():
        position = scene.position()
        scene.place("sell" if position.side == "long" else "buy", position.amount)
    lots = AccountLots.of([row_of(one) for one in scene.fills()])
    net = sum((one.realised - one.fee for one in lots.booked), NOTHING)
    funding = sum((one.amount for one in scene.state.bookings if one.kind == "funding"), NOTHING)
    after = scene.cash() + scene.cash(wallet="spot")
    assert after - before == net + funding - cost_of_what_is_left(lots)


def cost_of_what_is_left(lots: AccountLots) -> Decimal:
    """What the coins were bought for that were not sold."""
    return sum(
        (
            one.realised - one.amount * one.fill.price if one.is_closing else one.amount * one.fill.price
            for one in lots.booked
            if ":" not in one.fill.market
        ),
        NOTHING,
    )


def test_an_open_position_is_worth_what_a_recorded_account_says(
    lacking: Callable[[str], NoReturn],
) -> None:
    path = read_settings().data / "ccxt" / "bitget_response_excerpt.json"
    if not path.is_file():
        lacking(f"no recorded replies in {path}; set OMEGA_DATA")
    cases = json.loads(path.read_text("utf-8"))["cases"]
    row = cases[0]["httpResponse"]["data"][0]
    assert (row["symbol"], row["posMode"]) == ("LTCUSDT", "hedge_mode")
    opened = a_fill(1, "buy", row["total"], row["openPriceAvg"], position_side="long")
    closed = a_fill(2, "sell", row["total"], row["markPrice"], position_side="long", minute=1)
    assert realised([opened, closed]) == Decimal(row["unrealizedPL"])


def test_the_worked_liquidations_lose_what_the_margin_loses() -> None:
    # Isolated, 2 at 3,200 with 800 of margin: of the long one 31.54 is left at 2,815.77, of the short one
    # 40.10 at 3,579.95, which are the maintenance margins there.
    long = [a_fill(1, "buy", "2", "3200"), a_fill(2, "sell", "2", "2815.77", minute=1)]
    short = [a_fill(1, "sell", "2", "3200"), a_fill(2, "buy", "2", "3579.95", minute=1)]
    assert [800 + realised(one) for one in (long, short)] == [Decimal("31.54"), Decimal("40.10")]


def test_a_fill_follows_only_what_comes_before_it() -> None:
    lots = AccountLots.of([a_fill(9, "buy", "1", "100", minute=1)])
    assert lots.follows(a_fill(10, "buy", "1", "100", minute=1))
    assert not lots.follows(a_fill(8, "buy", "1", "100", minute=1))
    assert lots.rounds == []
    assert lots.open_rounds()[0].opened_at > AT


def test_a_position_partly_older_than_our_fills_closes_whole_and_opens_none() -> None:
    """Two were held at 10 before; the venue says 210 of closing them with ours: 200 and 10."""
    lots = AccountLots.of([
        a_fill(1, "buy", "1", "100"),
        a_fill(2, "sell", "3", "110", minute=1, realised=Decimal(210)),
        a_fill(3, "buy", "1", "200", minute=2),
        a_fill(4, "sell", "1", "210", minute=3, realised=Decimal(10)),
    ])  # fmt: skip
    assert sum(one.realised for one in lots.booked) == 220
    assert [facts(one.side, one.realised) for one in lots.rounds] == [("long", 10), ("long", 10)]
    assert lots.open_rounds() == []


def test_a_flip_whose_profit_the_venue_reckons_by_the_average_is_still_a_flip() -> None:
    lots = AccountLots.of([
        a_fill(1, "buy", "1", "100"),
        a_fill(2, "buy", "1", "200", minute=1),
        a_fill(3, "sell", "1", "150", minute=2, realised=NOTHING),
        a_fill(4, "sell", "2", "160", minute=3, realised=Decimal(10)),
    ])  # fmt: skip
    assert [facts(one.side, one.opened) for one in lots.open_rounds()] == [("short", 1)]
    assert lots.rounds[0].realised == 10


def test_in_hedge_mode_what_closes_more_than_is_known_is_listed_and_opens_nothing() -> None:
    lots = AccountLots.of([a_fill(1, "sell", "2", "110", position_side="long")])
    (one,) = lots.booked
    assert facts(one.realised, one.unvalued, one.is_profit_unknown) == (0, ((Decimal(2), "BTC"),), True)
    assert lots.open_rounds() == []


def test_fills_of_an_unknown_fee_or_profit_are_counted() -> None:
    unsaid = [
        replace(a_fill(n, side, "1", "100", minute=n), fee=None) for n, side in enumerate(("buy", "sell"))
    ]
    lots = AccountLots.of([*unsaid, a_fill(3, "sell", "1", "9", market=SPOT, minute=3)])
    books = Bookings(booked=lots.booked, rounds=lots.rounds, fundings=[])
    sums = sums_of(books, since=None, by="market", currency="USDT")
    assert (sums.unknown_fees, sums.unknown_profits) == (2, 1)


def test_returns_are_of_days_that_follow_each_other_and_have_ended() -> None:
    begins = AT.replace(hour=0)

    def sharpe(*days: float) -> object:
        marks = [
            EquityPoint(
                at=begins + timedelta(days=day), equity=Decimal(100 + round(7 * day) % 5 + round(day))
            )
            for day in days
        ]
        return performance_of([], marks).sharpe

    whole = [0.0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert sharpe(*whole) is not None
    assert sharpe(*whole, 8.01) == sharpe(*whole), "the day that runs has not ended"
    assert sharpe(0, 2, 4, 6, 8) is None, "a gap is no day"

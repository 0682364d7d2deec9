from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from paper_stage import INSTANT, ME, OTHER, Scene


def isolated_long(leverage: int = 8) -> Scene:
    here = Scene()
    here.book([("3199", 10)], [("3200", 10)])
    here.ticker(3200)
    here.isolate()
    here.leverage(leverage)
    here.place("buy", 2)
    return here


def bookings(here: Scene, kind: str) -> list[str]:
    return [one.note for one in here.engine.holders[ME].state.bookings if one.kind == kind]


def test_a_position_stands_until_its_equity_is_its_maintenance_margin() -> None:
    here = isolated_long()
    here.ticker(2816, mark="2815.8")
    assert here.has_position()
    here.book([("2815", 10)], [("2816", 10)])
    here.ticker(2816, mark="2815.7")
    assert not here.has_position()
    assert here.traded()[-1] == ("2", "2815")
    assert bookings(here, "liquidation") == [
        "liquidation: equity 31.40 against a maintenance margin of 31.54 at mark 2815.7"
    ]


def test_the_mark_decides_and_not_the_last_price() -> None:
    here = isolated_long()
    here.ticker(2700, mark=2900)
    assert here.has_position()


def test_open_orders_of_the_market_are_canceled_first() -> None:
    here = isolated_long()
    order = here.place("buy", 1, 3000)
    stop = here.place("sell", 1, kind="stop", trigger_price=2000, is_reduce_only=True)
    here.ticker(2815)
    assert (order.status, stop.status) == ("canceled", "canceled")
    assert order.why.startswith("liquidation")


def test_where_the_book_is_worse_than_bankruptcy_the_venue_takes_over_and_nobody_owes() -> None:
    here = isolated_long()
    here.book([("2810", "0.5"), ("2500", 10)], [("2816", 10)])
    here.ticker(2812)
    # Worked by hand: (2 x 3,200 - 800) / (2 x (1 - 0.0006)) = 2,801.68, on the tick above 2,801.7.
    assert here.traded()[-2:] == [("0.5", "2810"), ("1.5", "2801.7")]
    assert "bankruptcy" in here.fills()[-1].assumption
    assert here.cash() >= 10_000 - 800 - Decimal("3.84")


def test_a_gap_beyond_bankruptcy_costs_no_more_than_the_margin() -> None:
    here = isolated_long()
    here.book([("1500", 10)], [("1501", 10)])
    here.ticker(1500)
    assert not here.has_position()
    lost = 10_000 - here.cash()
    assert lost <= 800 + Decimal("3.84")


def cross_account() -> Scene:
    here = Scene(replace(INSTANT, swap_balances={"USDT": Decimal(1_000)}))
    here.market(3200)
    here.market(60_000, market=OTHER)
    here.leverage(50)
    here.leverage(50, market=OTHER)
    here.place("buy", 5)
    here.place("buy", "0.05", market=OTHER)
    return here


def test_a_cross_account_closes_the_position_that_needs_most_and_keeps_what_it_can_carry() -> None:
    here = cross_account()
    resting = here.place("buy", "0.01", 59_000, market=OTHER)
    here.market("3020.0")
    assert not here.has_position()
    assert here.has_position(market=OTHER)
    assert resting.status == "canceled"
    assert here.equity().equity > here.equity().maintenance


def test_a_cross_account_that_is_gone_owes_nothing() -> None:
    here = cross_account()
    here.market(30_000, market=OTHER)
    here.market(2_000)
    assert not here.has_position()
    assert not here.has_position(market=OTHER)
    assert 0 <= here.cash() < 1_000


def test_a_short_is_liquidated_when_the_price_rises() -> None:
    here = Scene()
    here.market(3200)
    here.isolate()
    here.leverage(8)
    here.place("sell", 2)
    here.market("3579")
    assert here.has_position()
    here.market(3581)
    assert not here.has_position()
    # The book asks 3,581.1, below the bankruptcy price: (6,400 + 800) / (2 x 1.0006) = 3,597.84.
    assert here.traded()[-1] == ("2", "3581.1")
    assert here.fills()[-1].realised == Decimal("-762.4")


def test_without_a_fresh_book_the_venue_takes_over_at_the_bankruptcy_price() -> None:
    here = isolated_long()
    here.wait(60)
    here.ticker(2815)
    assert here.traded()[-1] == ("2", "2801.7")

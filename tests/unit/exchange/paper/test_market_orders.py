from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from paper_stage import INSTANT, SWAP, Scene

from services.exchange.orders import Fill, Order
from services.exchange.paper.events import PiecesSet

BIDS = [("3199.9", 1), ("3199.5", 2), ("3199", 10)]
ASKS = [("3200.1", 1), ("3200.5", 2), ("3201", 10)]


def scene(**more: object) -> Scene:
    made = Scene(replace(INSTANT, **more))  # type: ignore[arg-type]
    made.book(BIDS, ASKS)
    made.ticker(3200)
    return made


def test_a_market_order_walks_the_book_level_by_level_and_pays_the_taker_fee_on_each() -> None:
    here = scene()
    order = here.place("buy", "2.5")
    assert order.status == "filled"
    assert here.traded() == [("1", "3200.1"), ("1.5", "3200.5")]
    fees = [one.fee.amount for one in here.fills() if one.fee is not None]
    assert [f"{fee:f}" for fee in fees] == ["1.92006000", "2.88045000"]
    assert here.cash() == 10_000 - sum(fees)
    assert order.public().average == (3200 * 2 + 1200 * 0 + order.cost - 6400) / order.amount


def test_what_exceeds_the_visible_book_is_canceled_and_says_so() -> None:
    here = scene()
    order = here.place("sell", 14)
    assert (order.status, order.filled, order.remaining) == ("canceled", Decimal(13), Decimal(1))
    assert order.why == "ioc: the visible book held no more"


def test_a_market_order_takes_nothing_beyond_the_price_band() -> None:
    here = scene()
    here.book(BIDS, [("3200.1", 1), ("3600", 5)])
    order = here.place("buy", 2)
    assert (order.status, order.filled) == ("canceled", Decimal(1))
    assert order.why.startswith("price_band")


def test_what_was_taken_from_a_level_is_gone_until_the_level_changes() -> None:
    here = scene()
    here.place("buy", 1)
    here.book(BIDS, ASKS)
    here.place("buy", 1)
    here.book(BIDS, [("3200.1", "0.7"), *ASKS[1:]])
    here.place("buy", "0.5")
    assert here.traded() == [("1", "3200.1"), ("1", "3200.5"), ("0.5", "3200.1")]


def test_an_order_meets_the_book_at_its_arrival_and_not_at_the_click() -> None:
    here = scene(entry_latency=0.25)
    order = here.place("buy", 1)
    assert order.status == "waiting"
    here.book(BIDS, [("3205", 5)])
    assert order.status == "waiting"
    here.book(BIDS, [("3206", 5)])
    here.wait(0.1)
    assert here.traded() == [("1", "3206")]
    assert "250 ms after it was sent" in here.fills()[0].assumption


def test_an_order_arrives_before_a_book_that_comes_later_although_nobody_woke_the_engine() -> None:
    here = scene(entry_latency=0.05)
    here.place("buy", 1)
    here.book(BIDS, [("3206", 5)])
    assert here.traded() == [("1", "3200.1")]


def test_jitter_is_the_same_in_every_run() -> None:
    def arrivals() -> list[float]:
        here = scene(entry_latency=0.05, jitter=1.0)
        orders = [here.place("buy", 1) for _ in range(5)]
        return [(one.arrives_at - one.created_at).total_seconds() for one in orders]

    first = arrivals()
    assert first == arrivals()
    assert len(set(first)) == 5
    assert all(0.05 <= one <= 0.1 for one in first)


def test_every_fill_says_what_it_rests_on() -> None:
    here = scene()
    here.book(BIDS, ASKS, is_simulated=True)
    here.place("buy", "0.1")
    assert here.fills()[0].assumption == (
        "met the book 0 ms after it was sent; took from the visible book, 100 ms old; simulated depth; "
        "average 3200.1 against a middle of 3200.0 on arrival, 0.31 basis points worse"
    )


def test_changes_come_in_the_order_order_fill_position_balance() -> None:
    here = scene()
    here.told.clear()
    here.place("buy", "0.1")
    kinds = [type(one.change).__name__ for one in here.told]
    assert kinds == ["Order", "Order", "Order", "Fill", "Position", "Balance"]
    stati = [one.change.status for one in here.told if isinstance(one.change, Order)]
    assert stati == ["waiting", "open", "filled"]


def test_an_order_over_more_money_than_there_is_takes_what_it_can_pay() -> None:
    # The money is there at the click and is not when the price has run away.
    here = scene(entry_latency=0.25)
    here.leverage(1)
    order = here.place("buy", "3.1")
    here.book(BIDS, [("3500", 10)])
    here.book(BIDS, [("3500.1", 10)])
    here.wait(0.1)
    assert order.status == "canceled"
    assert order.why.startswith("no_funds")
    # 10,000 / (3,500.1 x 1.0006 + 300.1), for against the mark of 3,200 that much is lost at once.
    assert f"{order.filled:f}" == "2.62"
    assert here.equity().equity - here.equity().used >= 0


def test_ioc_takes_what_stands_within_its_limit_and_ends() -> None:
    here = scene()
    order = here.place("buy", 5, "3200.5", time_in_force="ioc")
    assert (order.status, order.filled, order.why) == (
        "canceled",
        Decimal(3),
        "ioc: no more stood within its limit",
    )


def test_fok_takes_all_or_nothing() -> None:
    here = scene()
    order = here.place("buy", 5, "3200.5", time_in_force="fok")
    assert (order.status, order.filled) == ("canceled", Decimal(0))
    assert order.why == "fok: only 3 of 5 stand within its limit"
    assert here.place("buy", 3, "3200.5", time_in_force="fok").status == "filled"


def test_fok_over_more_money_than_there_is_fills_nothing_although_the_first_level_could_be_paid() -> None:
    here = Scene(replace(INSTANT, swap_balances={"USDT": Decimal(201)}))
    here.book([("96", 1), ("95", 1)], [("101", 100)])
    here.ticker(100, mark=100)
    here.leverage(1)
    order = here.place("sell", 2, 95, time_in_force="fok")
    assert (order.status, order.filled) == ("canceled", Decimal(0))
    assert order.why.startswith("no_funds")
    assert here.fills() == []
    assert here.balance().total == 201


def test_a_short_below_the_mark_needs_the_margin_of_the_mark() -> None:
    here = Scene(replace(INSTANT, swap_balances={"USDT": Decimal(201)}, entry_latency=0.25))
    here.book([("100", 100)], [("101", 100)])
    here.ticker(100, mark=100)
    here.leverage(1)
    order = here.place("sell", 2)
    here.book([("95", 100)], [("101", 100)])
    here.wait(1)
    # 201 / (100 + 95 x 0.0006 + 5): a short is margined at the mark, and 5 are lost at once.
    assert order.filled == Decimal("1.91")
    assert here.equity().used <= here.equity().equity


def test_post_only_is_canceled_where_it_would_take() -> None:
    here = scene()
    order = here.place("buy", 1, "3200.1", time_in_force="post_only")
    assert (order.status, order.filled) == ("canceled", Decimal(0))
    assert order.why.startswith("would_cross")
    assert here.place("buy", 1, "3200", time_in_force="post_only").status == "open"


def test_an_order_that_arrives_when_the_book_has_become_old_ends_without_a_fill() -> None:
    here = scene(entry_latency=15.0)
    order = here.place("buy", 1)
    here.wait(16)
    assert (order.status, order.filled) == ("canceled", Decimal(0))
    assert order.why == f"stale_market: the last price of {SWAP} is 15.1 s old"


def test_market_orders_fill_in_two_pieces_on_demand() -> None:
    here = scene()
    here.apply(PiecesSet(at=here.now, is_on=True))
    order = here.place("buy", "0.5")
    assert order.status == "filled"
    assert here.traded() == [("0.25", "3200.1"), ("0.25", "3200.1")]
    seen = [one.change for one in here.told if isinstance(one.change, Order | Fill)]
    stati = [one.status for one in seen if isinstance(one, Order) and one.filled]
    assert stati == ["open", "filled"]

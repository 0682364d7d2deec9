from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import msgspec
import pytest
from paper_stage import INSTANT, MARKETS, ME, SWAP, Scene

from services.errors import OrderRejected
from services.exchange.exchange import Trade
from services.exchange.paper.engine import PaperEngine
from services.exchange.paper.events import MarketsListed
from services.exchange.paper.state import AccountState

BIDS = [("3199.9", 1), ("3199.5", 2), ("3199", 10)]
ASKS = [("3200.1", 1), ("3200.5", 2), ("3201", 10)]


@pytest.fixture
def here() -> Scene:
    made = Scene()
    made.book(BIDS, ASKS)
    made.ticker(3200)
    return made


def test_a_limit_takes_up_to_its_price_and_the_rest_rests_and_makes(here: Scene) -> None:
    order = here.place("buy", 5, "3200.5")
    assert (order.status, order.filled) == ("open", Decimal(3))
    here.trade("sell", 7, "3200.4")
    assert order.status == "filled"
    assert here.traded() == [("1", "3200.1"), ("2", "3200.5"), ("2", "3200.5")]
    assert [one.is_maker for one in here.fills()] == [False, False, True]
    fee = here.fills()[-1].fee
    assert fee is not None
    assert fee.amount == Decimal(2) * Decimal("3200.5") * Decimal("0.0002")


def test_a_touch_of_its_price_fills_nothing_while_others_stand_before_it(here: Scene) -> None:
    order = here.place("buy", 1, "3199.5")
    here.trade("sell", "1.5", "3199.5")
    assert (order.filled, order.queue) == (Decimal(0), Decimal("0.5"))


def test_the_print_that_ends_the_queue_fills_only_its_excess(here: Scene) -> None:
    order = here.place("buy", 1, "3199.5")
    here.trade("sell", "1.5", "3199.5")
    here.trade("sell", "0.8", "3199.5")
    assert order.filled == Decimal("0.3")
    assert "first in the queue" in here.fills()[0].assumption
    here.trade("sell", 9, "3199.5")
    assert here.traded() == [("0.3", "3199.5"), ("0.7", "3199.5")]


def test_only_trades_against_its_side_shorten_the_queue(here: Scene) -> None:
    order = here.place("buy", 1, "3199.5")
    here.trade("buy", 50, "3199.5")
    assert (order.filled, order.queue) == (Decimal(0), Decimal(2))


def test_a_smaller_display_does_not_shorten_the_queue(here: Scene) -> None:
    order = here.place("buy", 1, "3199.5")
    here.book([("3199.9", 1), ("3199.5", "0.1"), ("3199", 10)], ASKS)
    assert order.queue == 2


def test_a_print_through_its_price_fills_it_at_its_own_price_and_no_more_than_was_printed(
    here: Scene,
) -> None:
    order = here.place("buy", 1, "3199.5")
    here.trade("sell", "0.4", "3199.2")
    here.trade("sell", "0.1", "3199.2")
    assert order.filled == Decimal("0.5")
    assert here.traded() == [("0.4", "3199.5"), ("0.1", "3199.5")]
    assert "printed through" in here.fills()[0].assumption


def test_two_orders_share_what_was_printed_the_better_price_first(here: Scene) -> None:
    low, high = here.place("buy", 1, "3199.3"), here.place("buy", 1, "3199.6")
    here.trade("sell", "1.4", "3199")
    assert (high.filled, low.filled) == (Decimal(1), Decimal("0.4"))


def test_two_orders_at_one_price_fill_in_the_order_they_came(here: Scene) -> None:
    first, second = here.place("buy", 1, "3199.5"), here.place("buy", 1, "3199.5")
    here.trade("sell", "3.5", "3199.5")
    assert (first.filled, second.filled) == (Decimal(1), Decimal("0.5"))


def test_inside_the_spread_nobody_stands_before_it(here: Scene) -> None:
    order = here.place("sell", 1, "3200")
    here.trade("buy", "0.2", 3200)
    assert order.filled == Decimal("0.2")


def test_below_what_the_book_shows_its_queue_is_unknown_until_its_price_comes_into_view(here: Scene) -> None:
    order = here.place("buy", 1, "3190")
    assert order.queue is None
    here.trade("sell", 100, "3190")
    assert order.filled == 0
    here.book([("3190.5", 1), ("3190", 4)], ASKS)
    assert order.queue == 4


def test_an_amended_order_keeps_its_client_id_and_loses_its_place(here: Scene) -> None:
    order = here.place("buy", 1, "3199.5", client_id="mine")
    here.trade("sell", 2, "3199.5")
    here.amend(order, amount=2)
    assert (order.queue, order.amount, order.request.client_id) == (Decimal(2), Decimal(2), "mine")
    here.trade("sell", 2, "3199.5")
    assert order.filled == 0


def test_an_order_amended_into_the_market_takes(here: Scene) -> None:
    order = here.place("buy", 1, "3199.5")
    here.amend(order, price="3200.1")
    assert order.status == "filled"
    assert here.traded() == [("1", "3200.1")]


def test_a_post_only_order_amended_into_the_market_is_canceled(here: Scene) -> None:
    order = here.place("buy", 1, "3199.5", time_in_force="post_only")
    here.amend(order, price="3200.1")
    assert (order.status, order.filled) == ("canceled", Decimal(0))


def test_a_refused_amendment_changes_nothing(here: Scene) -> None:
    order = here.place("buy", 1, "3199.5")
    with pytest.raises(OrderRejected) as caught:
        here.amend(order, price="3199.55")
    assert caught.value.facts["reason"] == "precision"
    with pytest.raises(OrderRejected) as caught:
        here.amend(order, amount=1_000)
    assert caught.value.facts["reason"] == "no_funds"
    assert (order.price, order.amount, order.queue) == (Decimal("3199.5"), Decimal(1), Decimal(2))


def test_an_order_cannot_shrink_below_what_has_filled(here: Scene) -> None:
    order = here.place("buy", 2, "3200.1")
    with pytest.raises(OrderRejected):
        here.amend(order, amount=1)
    assert order.amount == 2


def test_a_canceled_order_keeps_what_has_filled(here: Scene) -> None:
    order = here.place("buy", 2, "3200.1")
    here.cancel(order)
    assert (order.status, order.filled, order.remaining) == ("canceled", Decimal(1), Decimal(1))
    with pytest.raises(OrderRejected) as caught:
        here.cancel(order)
    assert caught.value.facts["reason"] == "already_done"


def test_an_iceberg_shows_one_slice_and_the_next_goes_behind_the_queue(here: Scene) -> None:
    order = here.place("buy", 3, "3199.5", shown_amount=1)
    here.trade("sell", 3, "3199.5")
    assert (order.filled, order.slice_left, order.queue) == (Decimal(1), Decimal(1), Decimal(2))
    here.trade("sell", "2.5", "3199.5")
    assert order.filled == Decimal("1.5")
    here.trade("sell", "5", "3199.5")
    assert (order.filled, order.status) == (Decimal(3), "filled")


def test_a_print_through_an_iceberg_fills_what_it_hides(here: Scene) -> None:
    order = here.place("buy", 3, "3199.5", shown_amount=1)
    here.trade("sell", "2.5", "3199.4")
    assert (order.filled, order.slice_left) == (Decimal("2.5"), Decimal("0.5"))


def test_one_print_passes_an_iceberg_no_faster_than_its_queue(here: Scene) -> None:
    order = here.place("buy", 3, "3199.5", shown_amount=1)
    here.trade("sell", "5.5", "3199.5")
    # 2 ahead, slice 1, 2 ahead again, and half of the next slice.
    assert order.filled == Decimal("1.5")


def test_a_trade_made_before_the_order_came_does_not_fill_it(here: Scene) -> None:
    made_at = here.now
    here.wait(3)
    order = here.place("buy", 1, "3199.5")
    here.see(a_trade("late", made_at))
    assert (order.filled, order.queue) == (Decimal(0), Decimal(2))
    here.see(a_trade("new", here.now))
    assert order.status == "filled"


def test_a_trade_that_is_told_twice_fills_once(here: Scene) -> None:
    order = here.place("buy", 5, "3199.5")
    for _ in range(3):
        here.see(a_trade("same", here.now))
    assert order.filled == 1


def test_a_trade_made_while_nothing_ran_does_not_fill_on_return(here: Scene) -> None:
    order = here.place("buy", 5, "3199.5")
    made_at = here.now + timedelta(seconds=30)
    again = Scene()
    again.engine = PaperEngine(venue="somewhere", settings=INSTANT)
    kept = msgspec.json.encode(here.engine.holders[ME].state)
    again.engine.admit(msgspec.json.decode(kept, type=AccountState))
    again.now = here.now + timedelta(seconds=60)
    again.apply(MarketsListed(at=again.now, markets=MARKETS))
    again.see(a_trade("before the first book", made_at))
    again.market(3200)
    again.see(a_trade("late", made_at))
    assert again.order(order.id).filled == 0
    again.see(a_trade("new", again.now))
    assert again.order(order.id).filled == 1


def test_what_has_passed_of_the_queue_is_there_to_keep(here: Scene) -> None:
    here.place("buy", 1, "3199.5")
    holder = here.engine.holders[ME]
    holder.has_moved = False
    here.trade("sell", "0.5", "3199.5")
    assert holder.has_moved


def a_trade(trade_id: str, as_of: datetime) -> Trade:
    return Trade(
        market=SWAP,
        id=trade_id,
        price=Decimal(3190),
        amount=Decimal(1),
        side="sell",
        as_of=as_of,
        nature="live",
    )

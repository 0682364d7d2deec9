from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from paper_stage import INSTANT, MARKETS, ME, SPOT, SWAP, Scene

from services.errors import OrderRejected
from services.exchange.orders import Twap
from services.exchange.paper.engine import PaperEngine
from services.exchange.paper.events import MarketsListed
from services.exchange.paper.state import KEPT_ORDERS, AccountState


@pytest.fixture
def here() -> Scene:
    made = Scene()
    made.market(3200)
    return made


def test_the_first_half_of_a_pair_that_fills_even_in_part_cancels_the_other(here: Scene) -> None:
    here.place("buy", 1)
    take = here.place("sell", 1, 3250, client_id="take", is_reduce_only=True)
    stop = here.place(
        "sell", 1, kind="stop", trigger_price=3150, client_id="stop", cancels="take", is_reduce_only=True
    )
    here.trade("buy", "0.2", "3250.1")
    assert (take.status, take.filled) == ("open", Decimal("0.2"))
    assert stop.status == "canceled"
    assert stop.why == f"the other half of its pair, {take.id}, has filled"


def test_the_half_that_named_the_other_cancels_it_too(here: Scene) -> None:
    here.place("buy", 1)
    take = here.place("sell", 1, 3250, client_id="take")
    here.place("sell", 1, kind="stop", trigger_price=3150, client_id="stop", cancels="take")
    here.market(3140)
    assert take.status == "canceled"
    assert not here.live()


def test_a_pair_whose_other_half_has_filled_is_refused(here: Scene) -> None:
    here.place("buy", 1, client_id="done")
    with pytest.raises(OrderRejected) as caught:
        here.place("sell", 1, 3250, cancels="done")
    assert caught.value.facts["reason"] == "already_done"


def test_the_half_that_comes_after_its_pair_has_filled_is_refused(here: Scene) -> None:
    here.place("buy", 1, client_id="first", cancels="second")
    with pytest.raises(OrderRejected) as caught:
        here.place("buy", 1, 3100, client_id="second")
    assert caught.value.facts["reason"] == "already_done"


def test_a_bracket_protects_what_has_filled_and_grows_with_it(here: Scene) -> None:
    order = here.place("buy", 2, "3199.9", stop_loss=3100, take_profit=3300)
    assert len(here.live()) == 1
    here.trade("sell", "0.5", "3199.8")
    stop, profit = (here.order(one) for one in order.protection)
    assert (stop.request.kind, stop.amount, profit.request.kind, profit.amount) == (
        "stop",
        Decimal("0.5"),
        "take_profit",
        Decimal("0.5"),
    )
    here.trade("sell", "0.7", "3199.8")
    assert (stop.amount, profit.amount) == (Decimal("1.2"), Decimal("1.2"))


def test_the_stop_of_a_bracket_ends_the_whole_plan(here: Scene) -> None:
    order = here.place("buy", 2, "3199.9", stop_loss=3100, take_profit=3300)
    here.trade("sell", "0.5", "3199.8")
    here.market(3090)
    assert not here.live()
    assert not here.has_position()
    assert (order.status, order.filled) == ("canceled", Decimal("0.5"))
    assert "protects it" in order.why


def test_a_bracket_of_a_spot_buy_sells_what_the_fee_left(here: Scene) -> None:
    here.market(3200, market=SPOT)
    order = here.place("buy", 1, market=SPOT, stop_loss=3100)
    (stop,) = (here.order(one) for one in order.protection)
    assert stop.amount == Decimal("0.99")
    here.market(3090, market=SPOT)
    assert stop.status == "filled"
    assert here.cash("ETH", wallet="spot") == Decimal("0.009")


@pytest.mark.parametrize(("stop", "profit"), [(3300, None), (None, 3100)])
def test_protection_on_the_wrong_side_is_refused(here: Scene, stop: int | None, profit: int | None) -> None:
    with pytest.raises(OrderRejected) as caught:
        here.place("buy", 1, stop_loss=stop, take_profit=profit)
    assert caught.value.facts["reason"] == "already_triggered"


def test_the_twins_of_a_bracket_end_together_long_after_what_they_protect_was_forgotten(
    here: Scene,
) -> None:
    here.market(3200, market=SPOT)
    order = here.place("buy", 1, market=SPOT, stop_loss=3100, take_profit=3300)
    stop, profit = (here.order(one) for one in order.protection)
    del here.engine.holders[ME].state.closed[order.id]
    here.market(3090, market=SPOT)
    assert (stop.status, profit.status) == ("filled", "canceled")
    here.market(3200, market=SPOT)
    coins = here.place("buy", 1, market=SPOT)
    here.market(3310, market=SPOT)
    assert coins.status == "filled"
    assert here.cash("ETH", wallet="spot") == Decimal("0.999") + Decimal("0.009")


def test_what_live_orders_protect_is_not_forgotten(here: Scene) -> None:
    order = here.place("buy", 1, stop_loss=3100)
    state = here.engine.holders[ME].state
    for number in range(KEPT_ORDERS + 200):
        if not number % 40:
            here.market(3200)
        here.cancel(here.place("buy", "0.1", 3000))
        state.forget_the_oldest()
    assert state.order(order.id) is order
    assert KEPT_ORDERS <= len(state.closed) <= KEPT_ORDERS + 100


def test_reduce_only_is_clipped_to_what_the_position_is_when_it_fills(here: Scene) -> None:
    here.place("buy", 1)
    order = here.place("sell", 3, is_reduce_only=True)
    assert (order.filled, order.status) == (Decimal(1), "canceled")
    assert order.why == "there is no position left to reduce"
    assert not here.has_position()


def test_several_reduce_only_orders_share_the_position_and_end_with_it(here: Scene) -> None:
    here.place("buy", 1)
    near, far = (here.place("sell", 1, price, is_reduce_only=True) for price in (3210, 3220))
    stop = here.place("sell", 1, kind="stop", trigger_price=3100, is_reduce_only=True)
    here.trade("buy", "0.6", "3210.1")
    here.trade("buy", 5, "3220.1")
    assert (near.filled, near.status, far.filled, far.status) == (
        Decimal(1),
        "filled",
        Decimal(0),
        "canceled",
    )
    assert stop.status == "canceled"


def test_a_flip_ends_what_could_only_reduce_the_old_position(here: Scene) -> None:
    here.place("buy", 1)
    order = here.place("sell", 1, 3210, is_reduce_only=True)
    here.place("sell", 3)
    assert here.position().side == "short"
    assert order.status == "canceled"


def test_reduce_only_without_a_position_is_refused(here: Scene) -> None:
    with pytest.raises(OrderRejected) as caught:
        here.place("sell", 1, is_reduce_only=True)
    assert caught.value.facts["reason"] == "no_position"
    here.place("buy", 1)
    with pytest.raises(OrderRejected):
        here.place("buy", 1, is_reduce_only=True)


def test_an_order_in_slices_buys_one_after_the_other_and_sums_up() -> None:
    here = Scene(replace(INSTANT, stale_after=1_000))
    here.market(3200)
    order = here.place("buy", 1, twap=Twap(slices=4, seconds=40))
    seen = [order.filled]
    for _ in range(50):
        here.wait(1)
        here.market(3200)
        seen.append(order.filled)
    assert sorted(set(seen)) == [Decimal("0.25"), Decimal("0.5"), Decimal("0.75"), 1]
    assert order.status == "filled"
    assert order.arrival_mid == 3200


def test_an_order_in_slices_stops_when_prices_become_old(here: Scene) -> None:
    order = here.place("buy", 1, twap=Twap(slices=4, seconds=400))
    here.wait(120)
    assert (order.status, order.filled) == ("canceled", Decimal("0.25"))
    assert order.why.startswith("stale_market")


def test_after_a_restart_overdue_slices_are_not_sent_all_at_once(here: Scene) -> None:
    order = here.place("buy", 10, twap=Twap(slices=10, seconds=600))
    assert order.filled == 1
    again = restarted(here)
    again.now = here.now + timedelta(hours=8)
    again.apply(MarketsListed(at=again.now, markets=MARKETS))
    again.market(3800)
    again.wait(2)
    again.market(3800)
    found = again.order(order.id)
    assert (found.status, found.filled) == ("canceled", Decimal(1))
    assert found.why.startswith("overdue")


def test_after_a_short_restart_the_slices_go_on_when_they_are_due(here: Scene) -> None:
    order = here.place("buy", 10, twap=Twap(slices=10, seconds=600))
    again = restarted(here)
    again.now = here.now + timedelta(seconds=5)
    again.apply(MarketsListed(at=again.now, markets=MARKETS))
    for _ in range(70):
        again.market(3200)
        again.wait(1)
    assert again.order(order.id).filled == 2


def restarted(here: Scene) -> Scene:
    """An engine that has just taken up what the other left."""
    again = Scene()
    again.engine = PaperEngine(venue="somewhere", settings=INSTANT)
    kept = msgspec.json.encode(here.engine.holders[ME].state)
    again.engine.admit(msgspec.json.decode(kept, type=AccountState))
    return again


def test_slices_come_at_the_same_moments_in_every_run(here: Scene) -> None:
    def moments(scene: Scene) -> list[object]:
        order = scene.place("buy", 1, twap=Twap(slices=5, seconds=50))
        assert order.slicing is not None
        return list(order.slicing.due)

    again = Scene()
    again.market(3200)
    first = moments(here)
    assert first == moments(again)
    assert first == sorted(first)  # type: ignore[type-var]


@pytest.mark.parametrize(("amount", "reason"), [("0.02", "below_min_amount"), ("0.04", "below_min_cost")])
def test_each_slice_must_be_large_enough_for_the_market(amount: str, reason: str) -> None:
    here = Scene()
    here.book([("99.9", 10)], [("100.1", 10)])
    here.ticker(100)
    with pytest.raises(OrderRejected) as caught:
        here.place("buy", amount, twap=Twap(slices=4, seconds=40), market=SWAP)
    assert caught.value.facts["reason"] == reason

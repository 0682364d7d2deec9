from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import msgspec
import pytest
from paper_stage import INSTANT, ME, SWAP, Scene, status

from services.errors import OrderRejected
from services.exchange.paper.triggers import watch_price


@pytest.fixture
def here() -> Scene:
    made = Scene()
    made.market(3200)
    made.place("buy", 1)
    return made


def fall(here: Scene, price: int, bids: list[tuple[str, int]] | None = None) -> None:
    here.book(bids or [(f"{price - 1}", 10)], [(f"{price + 1}", 10)])
    here.ticker(price)


def test_a_stop_walks_the_book_it_finds_so_that_a_gap_is_paid(here: Scene) -> None:
    order = here.place("sell", 1, kind="stop", trigger_price=3190, is_reduce_only=True)
    assert status(order) == "waiting"
    fall(here, 3191)
    assert status(order) == "waiting"
    fall(here, 3150, [("3149", 0), ("3140", 10)])
    assert status(order) == "filled"
    assert here.traded()[-1] == ("1", "3140")
    assert here.fills()[-1].is_maker is False


def test_a_stop_limit_joins_the_book_at_its_price(here: Scene) -> None:
    order = here.place("sell", 1, "3189", kind="stop_limit", trigger_price=3190)
    fall(here, 3150)
    assert (order.status, order.filled) == ("open", Decimal(0))
    here.trade("buy", 5, "3189.5")
    assert here.traded()[-1] == ("1", "3189")


def test_a_take_profit_waits_for_the_other_side(here: Scene) -> None:
    order = here.place("sell", 1, kind="take_profit", trigger_price=3250, is_reduce_only=True)
    fall(here, 3150)
    assert status(order) == "waiting"
    fall(here, 3260)
    assert here.traded()[-1] == ("1", "3259")


def test_a_take_profit_limit_rests_where_it_asked(here: Scene) -> None:
    order = here.place("sell", 1, "3270", kind="take_profit_limit", trigger_price=3250)
    fall(here, 3260)
    assert (order.status, order.filled) == ("open", Decimal(0))


def test_a_stop_looks_at_the_price_it_was_told_to(here: Scene) -> None:
    by_mark = here.place("sell", "0.4", kind="stop", trigger_price=3190, trigger_by="mark")
    by_last = here.place("sell", "0.4", kind="stop", trigger_price=3190, trigger_by="last")
    here.ticker(3189, mark=3195)
    assert (by_mark.status, by_last.status) == ("waiting", "filled")
    here.ticker(3195, mark=3189)
    assert by_mark.status == "filled"


@pytest.mark.parametrize(
    ("side", "kind", "trigger"),
    [
        ("sell", "stop", 3201),
        ("buy", "stop", 3199),
        ("sell", "take_profit", 3199),
        ("buy", "take_profit", 3201),
    ],
)
def test_a_stop_that_the_price_has_already_passed_is_refused(
    here: Scene, side: str, kind: str, trigger: int
) -> None:
    with pytest.raises(OrderRejected) as caught:
        here.place(side, 1, kind=kind, trigger_price=trigger)  # type: ignore[arg-type]
    assert caught.value.facts == {"venue": "somewhere", "reason": "already_triggered"}


def test_nobody_tells_the_index_so_no_order_can_wait_for_it(here: Scene) -> None:
    with pytest.raises(OrderRejected) as caught:
        here.place("sell", 1, kind="stop", trigger_price=3100, trigger_by="index")
    assert caught.value.facts["reason"] == "unsupported"


def test_a_triggered_stop_waits_for_a_fresh_book_and_takes_from_it(here: Scene) -> None:
    order = here.place("sell", 1, kind="stop", trigger_price=3190, is_reduce_only=True)
    here.wait(60)
    here.ticker(3150)
    assert (order.status, order.filled) == ("open", Decimal(0))
    here.book([("3148", 5)], [("3152", 5)])
    assert here.traded()[-1] == ("1", "3148")


def test_a_trailing_stop_follows_the_price_up_and_never_loosens(here: Scene) -> None:
    order = here.place("sell", 1, kind="trailing", trailing_percent=1, is_reduce_only=True)
    fall(here, 3300)
    fall(here, 3280)
    assert order.water == 3300
    fall(here, 3268)
    assert status(order) == "waiting"
    fall(here, 3267)
    assert status(order) == "filled"
    assert here.traded()[-1] == ("1", "3266")


def test_a_trailing_stop_begins_at_its_activation_price(here: Scene) -> None:
    order = here.place(
        "sell", 1, kind="trailing", trailing_percent=1, trigger_price=3300, is_reduce_only=True
    )
    fall(here, 3100)
    assert (order.status, order.water) == ("waiting", None)
    fall(here, 3310)
    assert order.water == 3310
    fall(here, 3270)
    assert status(order) == "filled"


def test_the_amount_of_a_waiting_stop_can_change_and_its_price_it_has_none(here: Scene) -> None:
    order = here.place("sell", 1, kind="stop", trigger_price=3190, is_reduce_only=True)
    here.amend(order, amount="0.5")
    with pytest.raises(OrderRejected):
        here.amend(order, price=3189)
    fall(here, 3150)
    assert here.traded()[-1] == ("0.5", "3149")


def test_a_price_of_0_is_no_price(here: Scene) -> None:
    order = here.place("sell", 1, kind="stop", trigger_price=3190, is_reduce_only=True)
    here.ticker(0, mark=0)
    assert status(order) == "waiting"
    assert here.has_position()
    assert here.shown().mark == 3200


def test_a_trailing_buy_follows_the_price_down(here: Scene) -> None:
    order = here.place("buy", 1, kind="trailing", trailing_percent=1)
    fall(here, 3000)
    fall(here, 3029)
    assert status(order) == "waiting"
    fall(here, 3030)
    assert status(order) == "filled"


@pytest.mark.parametrize("percent", [0, 11, None])
def test_a_callback_is_above_0_and_at_most_10_percent(here: Scene, percent: int | None) -> None:
    with pytest.raises(OrderRejected):
        here.place("sell", 1, kind="trailing", trailing_percent=percent)


def test_a_stop_reserves_nothing_and_is_canceled_where_there_is_no_money_for_it_then(here: Scene) -> None:
    order = here.place("buy", 100, kind="stop", trigger_price=3300)
    assert here.balance().used == here.equity().used
    here.market(3300)
    assert status(order) == "canceled"
    assert order.why.startswith("no_funds")
    assert order.filled > 0
    assert here.equity().equity >= here.equity().used


def test_a_price_that_comes_to_the_trigger_before_the_order_does_rejects_it() -> None:
    here = Scene(replace(INSTANT, entry_latency=0.5))
    here.market(3200)
    order = here.place("buy", 1, kind="stop", trigger_price=3210)
    fall(here, 3220)
    here.wait(1)
    assert (order.status, order.filled) == ("rejected", Decimal(0))
    assert order.why.startswith("already_triggered")


def test_from_which_side_a_trailing_order_waits_for_its_activation_is_there_to_keep(here: Scene) -> None:
    order = here.place("sell", 1, kind="trailing", trailing_percent=1, trigger_price=3300)
    holder = here.engine.holders[ME]
    assert (order.began_below, order.is_following) == (True, False)
    unseen = msgspec.structs.replace(order, began_below=None)
    holder.is_changed = False
    assert not watch_price(holder, unseen, holder.pits[SWAP], here.now)
    assert unseen.began_below
    assert holder.is_changed

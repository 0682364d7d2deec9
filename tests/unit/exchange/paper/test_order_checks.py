from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from paper_stage import INSTANT, MARKETS, ME, OTHER, SPOT, SWAP, Scene

from services.errors import OrderNotFound, OrderRejected, UnknownMarket
from services.exchange.orders import Twap, Wallet
from services.exchange.paper.events import Canceled, Deposited, MarketsListed, Told


@pytest.fixture
def here() -> Scene:
    made = Scene()
    made.market(3200)
    made.market(3200, market=SPOT)
    return made


def refused(here: Scene, *args: Any, **more: Any) -> str:
    """The reason for which an order is refused; nothing of it may remain."""
    before = len(here.live()), here.balance(), here.engine.holders["me"].state.numbered
    with pytest.raises(OrderRejected) as caught:
        here.place(*args, **more)
    assert (len(here.live()), here.balance(), here.engine.holders["me"].state.numbered) == before
    assert caught.value.hint
    return str(caught.value.facts["reason"])


@pytest.mark.parametrize(
    ("args", "more", "reason"),
    [
        (("buy", "0.001"), {}, "precision"),
        (("buy", 0), {}, "precision"),
        (("buy", 1, "3199.95"), {}, "precision"),
        (("sell", 1), {"kind": "stop", "trigger_price": "3100.05"}, "precision"),
        (("buy", 1, 3520), {}, "price_band"),
        (("buy", 1, 3600), {}, "price_band"),
        (("sell", 1, 2800), {}, "price_band"),
        (("buy", 100), {}, "no_funds"),
        (("buy", 100, 3100), {}, "no_funds"),
        (("buy", 1), {"position_side": "long"}, "position_mode"),
        (("buy", 1), {"market": SPOT, "position_side": "long"}, "position_mode"),
        (("buy", 1), {"market": SPOT, "is_reduce_only": True}, "unsupported"),
        (("buy", 1), {"market": SPOT, "margin_mode": "isolated"}, "unsupported"),
        (("buy", 4), {"market": SPOT}, "no_funds"),
        (("sell", 1), {"market": SPOT}, "no_funds"),
        (("buy", 1), {"time_in_force": "post_only"}, "unsupported"),
        (("buy", 1), {"shown_amount": "0.1"}, "unsupported"),
        (("buy", 1), {"kind": "limit"}, "other"),
        (("buy", 1), {"kind": "stop"}, "other"),
        (("buy", 1), {"twap": Twap(slices=1, seconds=5)}, "other"),
        (("sell", 1), {"is_reduce_only": True}, "no_position"),
        (("buy", 1), {"market": OTHER}, "stale_market"),
    ],
)
def test_an_order_that_does_not_fit_is_refused_with_its_reason(
    here: Scene, args: tuple[Any, ...], more: dict[str, Any], reason: str
) -> None:
    if reason == "price_band" and args[2] == 3520:
        assert here.place(*args, **more).status == "filled"  # exactly at the edge of 10 %
    else:
        assert refused(here, *args, **more) == reason


def test_amounts_and_costs_below_the_market_s_minimum_are_refused() -> None:
    markets = [replace(MARKETS[0], min_amount=MARKETS[0].tick, step=MARKETS[0].tick / 10), *MARKETS[1:]]
    here = Scene(markets=markets)
    here.market(40)
    assert refused(here, "buy", "0.05") == "below_min_amount"
    assert refused(here, "buy", "0.1") == "below_min_cost"
    here.place("buy", "0.2")
    assert here.place("sell", "0.1", is_reduce_only=True).status == "filled"


def test_what_is_too_small_to_be_opened_can_still_be_closed() -> None:
    fine = replace(MARKETS[0], step=Decimal("0.001"), min_amount=Decimal("0.01"))
    here = Scene(markets=[fine, *MARKETS[1:]])
    here.market(3200)
    here.place("buy", "0.015")
    here.place("sell", "0.01")
    assert refused(here, "sell", "0.004", is_reduce_only=True) == "below_min_amount"
    assert here.place("sell", "0.005", is_reduce_only=True).status == "filled"
    assert not here.has_position()


@pytest.mark.parametrize("number", ["1e30", "NaN", "Infinity", "-Infinity", "sNaN", "1e-30"])
@pytest.mark.parametrize("field", ["amount", "price", "trigger_price", "stop_loss", "shown_amount"])
def test_what_is_no_ordinary_number_is_refused_like_any_other(here: Scene, number: str, field: str) -> None:
    more: dict[str, Any] = {"amount": "1", "price": "3190"}
    if field == "trigger_price":
        more["kind"] = "stop_limit"
    more[field] = number
    assert refused(here, "buy", **more) == "precision"


def test_modes_changes_and_deposits_take_ordinary_numbers_only(here: Scene) -> None:
    order = here.place("buy", 1, 3100)
    for number in ("NaN", "Infinity", "1e30"):
        changes: list[Callable[[], object]] = [
            partial(here.amend, order, price=number),
            partial(here.amend, order, amount=number),
            partial(here.leverage, number),
            partial(deposit, here, number),
        ]
        for change in changes:
            with pytest.raises(OrderRejected):
                change()
    assert (order.price, order.amount) == (Decimal(3100), Decimal(1))


def deposit(here: Scene, amount: str | int, wallet: Wallet = "swap") -> list[Told]:
    return here.apply(
        Deposited(at=here.now, account=ME, wallet=wallet, currency="USDT", amount=Decimal(amount))
    )


def test_no_more_is_taken_out_than_is_free_and_the_balance_is_told(here: Scene) -> None:
    here.place("buy", 10)
    free = here.balance().free
    assert free is not None
    with pytest.raises(OrderRejected) as caught:
        deposit(here, "-9000")
    assert caught.value.facts["reason"] == "no_funds"
    assert here.balance().free == free
    (told,) = deposit(here, -1_000)
    assert told.change == here.balance()
    assert here.balance().free == free - 1_000


def test_gains_that_are_not_realised_cannot_be_taken_out(here: Scene) -> None:
    here.place("buy", 10)
    here.market(4000)
    with pytest.raises(OrderRejected):
        deposit(here, -12_000)


def test_a_wallet_that_the_account_has_not_takes_nothing(here: Scene) -> None:
    with pytest.raises(OrderRejected) as caught:
        deposit(here, 5, wallet="unified")
    assert caught.value.facts["reason"] == "unsupported"


def test_an_order_is_not_moved_beyond_its_own_protection(here: Scene) -> None:
    order = here.place("buy", 1, 3190, stop_loss=3100)
    with pytest.raises(OrderRejected) as caught:
        here.amend(order, price=3050)
    assert caught.value.facts["reason"] == "already_triggered"
    assert order.price == 3190


def test_a_client_id_is_used_once_ever(here: Scene) -> None:
    here.place("buy", "0.01", client_id="mine")
    assert refused(here, "buy", "0.01", client_id="mine") == "duplicate_id"


def test_a_refused_order_does_not_use_up_its_client_id(here: Scene) -> None:
    assert refused(here, "buy", 100, client_id="mine") == "no_funds"
    assert here.place("buy", 1, client_id="mine").status == "filled"


def test_a_closed_market_takes_no_order(here: Scene) -> None:
    here.apply(MarketsListed(at=here.now, markets=(replace(MARKETS[0], is_open=False),)))
    assert refused(here, "buy", 1) == "market_closed"
    assert refused(here, "buy", 1, market=SPOT) == "market_closed"
    here.apply(MarketsListed(at=here.now, markets=MARKETS))
    assert here.place("buy", 1).status == "filled"


def test_an_old_price_or_book_takes_no_order(here: Scene) -> None:
    here.wait(9)
    here.ticker(3200)
    here.wait(5)
    assert refused(here, "buy", 1) == "stale_market"
    here.market(3200)
    assert here.place("buy", 1).status == "filled"


def test_the_leverage_must_fit_the_tier_of_the_position() -> None:
    here = Scene(replace(INSTANT, swap_balances={"USDT": MARKETS[0].tick * 10**7}))
    here.market(3200)
    here.leverage(100)
    assert refused(here, "buy", 40) == "leverage"
    here.place("buy", 30)
    assert refused(here, "buy", 2) == "leverage"
    here.leverage(50)
    here.place("buy", 2)
    assert refused(here, "buy", 4_000) == "above_max_amount"


def test_contracts_settled_in_another_coin_than_their_quote_are_not_offered() -> None:
    here = Scene(markets=[replace(MARKETS[0], name="BTC/USD:BTC")])
    here.market(3200, market="BTC/USD:BTC")
    assert refused(here, "buy", 1, market="BTC/USD:BTC") == "unsupported"


def test_an_unknown_market_and_an_unknown_order_say_so(here: Scene) -> None:
    with pytest.raises(UnknownMarket):
        here.place("buy", 1, market="DOGE/USDT:USDT")
    with pytest.raises(OrderNotFound):
        here.apply(Canceled(at=here.now, account="me", order_id="42"))


def test_resting_orders_hold_back_what_they_may_cost(here: Scene) -> None:
    here.place("buy", 2, 3000, market=SPOT)
    assert (here.balance(wallet="spot").used, here.balance(wallet="spot").free) == (
        Decimal(6_000),
        Decimal(4_000),
    )
    assert refused(here, "buy", "1.5", 3000, market=SPOT) == "no_funds"
    here.place("buy", 10, 3000)
    # A 20th as margin, and the taker fee.
    assert here.balance().used == 1_500 + 18


def test_the_margin_mode_of_an_order_must_be_that_of_what_is_there(here: Scene) -> None:
    here.place("buy", "0.1", margin_mode="isolated")
    assert here.position().margin_mode == "isolated"
    assert refused(here, "buy", "0.1", margin_mode="cross") == "margin_mode"
    assert here.place("buy", "0.1").status == "filled"
    assert SWAP in here.engine.holders["me"].state.margin_modes

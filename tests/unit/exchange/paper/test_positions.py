from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from paper_stage import INSTANT, MARKETS, OTHER, SPOT, SWAP, Scene

from services.errors import OrderRejected
from services.exchange.orders import Position
from services.exchange.paper.events import HedgingSet, LeverageSet, MarginModeSet


@pytest.fixture
def here() -> Scene:
    made = Scene()
    made.market(3200)
    return made


def reason(here: Scene, event: HedgingSet | LeverageSet | MarginModeSet) -> str:
    with pytest.raises(OrderRejected) as caught:
        here.apply(event)
    return str(caught.value.facts["reason"])


def test_entry_is_the_average_and_a_partial_close_realises_its_share(here: Scene) -> None:
    here.place("buy", 1)
    here.market(3300)
    here.place("buy", 1)
    assert here.position().entry == (Decimal("3200.1") + Decimal("3300.1")) / 2
    here.market(3400)
    here.place("sell", 1)
    assert here.fills()[-1].realised == Decimal("3399.9") - Decimal("3250.1")
    assert here.position().entry == Decimal("3250.1")
    assert here.shown().unrealised == Decimal(3400) - Decimal("3250.1")


def test_an_order_larger_than_the_opposite_position_flips_it(here: Scene) -> None:
    here.place("buy", 1)
    here.place("sell", 3)
    position = here.position()
    assert (position.side, position.amount, position.entry) == ("short", Decimal(2), Decimal("3199.9"))
    assert here.fills()[-1].realised == Decimal("-0.2")
    assert len([one for one in here.fills() if one.side == "sell"]) == 1


def test_a_closed_position_is_told_with_amount_0_and_is_gone(here: Scene) -> None:
    here.place("buy", 1)
    here.place("sell", 1)
    told = [one.change for one in here.told if isinstance(one.change, Position)]
    assert (told[-1].amount, told[-1].realised) == (Decimal(0), Decimal("-0.2"))
    assert not here.has_position()


def test_cross_margin_is_the_notional_at_the_mark_over_the_leverage(here: Scene) -> None:
    here.place("buy", 2)
    here.ticker(3300, mark=3250)
    shown = here.shown()
    assert (shown.leverage, shown.margin_mode, shown.margin) == (Decimal(20), "cross", Decimal(Decimal(325)))
    assert here.equity().used == 325
    assert here.equity().available == here.equity().equity - 325
    assert shown.maintenance == 6500 * Decimal("0.0056")


def test_the_liquidation_price_of_a_cross_position_counts_the_others(here: Scene) -> None:
    here.market(60_000, market=OTHER)
    here.place("buy", "0.1", market=OTHER)
    here.place("buy", 20)
    shown = here.shown()
    assert shown.liquidation is not None
    equity = here.equity()
    at_that_price = equity.equity + 20 * (shown.liquidation - 3200)
    others = Decimal(6_000) * Decimal("0.0056")
    needed = 20 * shown.liquidation * Decimal("0.0056") + others
    assert abs(at_that_price - needed) < Decimal("1e-12")


def test_an_isolated_position_sets_its_margin_aside(here: Scene) -> None:
    here.isolate()
    here.leverage(10)
    here.place("buy", 2)
    here.ticker(3100)
    shown = here.shown()
    assert (shown.margin, shown.margin_mode) == (Decimal("640.02"), "isolated")
    assert here.equity().available == here.cash() - Decimal("640.02")
    here.market(3100)
    here.place("sell", 1)
    assert here.shown().margin == Decimal("320.01")


def test_the_worked_isolated_position_has_the_worked_liquidation_price() -> None:
    # Bitget's help article 12560603808759 with q 2, e 3,200 and a margin of 800.
    here = Scene()
    here.book([("3199", 10)], [("3200", 10)])
    here.ticker(3200)
    here.isolate()
    here.leverage(8)
    here.place("buy", 2)
    assert here.position().margin == 800
    price = here.shown().liquidation
    assert price is not None
    assert price.quantize(Decimal("0.01")) == Decimal("2815.77")


def test_both_sides_at_once_have_no_known_liquidation_price(here: Scene) -> None:
    here.hedge()
    here.place("buy", 2, position_side="long")
    here.place("sell", 1, position_side="short")
    positions = here.engine.holders["me"].state.positions
    assert [(one.side, one.amount) for one in positions] == [("long", Decimal(2)), ("short", Decimal(1))]
    shown = [here.engine.holders["me"].worth.public(one) for one in positions]
    assert [one.liquidation for one in shown] == [None, None]
    # Only the larger one counts for maintenance margin.
    assert here.equity().maintenance == 6400 * Decimal("0.0056")
    here.place("buy", 5, position_side="short")
    assert [(one.side, one.amount) for one in positions] == [("long", Decimal(2))]
    assert here.shown().liquidation is None or here.shown().liquidation


def test_in_hedge_mode_an_order_names_its_side(here: Scene) -> None:
    here.hedge()
    with pytest.raises(OrderRejected) as caught:
        here.place("buy", 1)
    assert caught.value.facts["reason"] == "position_mode"
    with pytest.raises(OrderRejected) as caught:
        here.place("sell", 1, position_side="long")
    assert caught.value.facts["reason"] == "no_position"


def test_modes_do_not_change_while_there_are_positions_or_orders(here: Scene) -> None:
    order = here.place("buy", 1, 3100)
    hedging = HedgingSet(at=here.now, account="me", is_hedged=True)
    isolating = MarginModeSet(at=here.now, account="me", market=SWAP, mode="isolated")
    assert reason(here, hedging) == "in_use"
    assert reason(here, isolating) == "in_use"
    here.cancel(order)
    here.apply(hedging)
    here.apply(isolating)
    here.place("buy", 1, position_side="long")
    assert reason(here, replace(hedging, is_hedged=False)) == "in_use"


def test_leverage_stays_within_what_the_market_allows(here: Scene) -> None:
    for leverage in (0, 101):
        event = LeverageSet(at=here.now, account="me", market=SWAP, leverage=Decimal(leverage))
        assert reason(here, event) == "leverage"
    spot = LeverageSet(at=here.now, account="me", market=SPOT, leverage=Decimal(2))
    assert reason(here, spot) == "unsupported"


def test_a_lower_leverage_needs_the_money_for_it(here: Scene) -> None:
    here.isolate()
    here.leverage(20)
    here.place("buy", 20)
    lower = LeverageSet(at=here.now, account="me", market=SWAP, leverage=Decimal(2))
    assert reason(here, lower) == "no_funds"
    assert here.shown().margin == Decimal("3200.1")
    assert here.shown().leverage == 20
    here.leverage(10)
    assert here.shown().margin == Decimal("6400.2")


def test_a_spot_buyer_pays_in_coins_and_a_seller_in_quote() -> None:
    here = Scene()
    here.market(3200, market=SPOT)
    here.place("buy", 2, market=SPOT)
    assert here.cash("ETH", wallet="spot") == Decimal("1.998")
    assert here.cash(wallet="spot") == 10_000 - 2 * Decimal("3200.1")
    here.place("sell", "1.99", market=SPOT)
    received = Decimal("1.99") * Decimal("3199.9")
    fee = (received * Decimal("0.001")).quantize(Decimal("1e-8"))
    assert here.cash("ETH", wallet="spot") == Decimal("0.008")
    assert here.cash(wallet="spot") == 10_000 - 2 * Decimal("3200.1") + received - fee
    assert [one.fee.currency for one in here.fills() if one.fee] == ["ETH", "USDT"]


def test_spot_and_swap_wallets_do_not_pay_for_each_other(here: Scene) -> None:
    here.market(3200, market=SPOT)
    here.place("buy", 3, market=SPOT)
    assert here.balance().total == 10_000


def test_a_unified_account_pays_for_both_from_one_pool() -> None:
    here = Scene(is_unified=True)
    here.market(3200)
    here.market(3200, market=SPOT)
    here.place("buy", 3, market=SPOT)
    here.place("buy", 50)
    usdt = here.balance(wallet="unified")
    assert usdt.total == here.equity().equity
    assert usdt.used == 50 * 160
    with pytest.raises(OrderRejected) as caught:
        here.place("buy", "1", market=SPOT)
    assert caught.value.facts["reason"] == "no_funds"


def test_profit_that_is_not_realised_buys_no_coins() -> None:
    here = Scene(is_unified=True)
    here.market(3200)
    here.market(3200, market=SPOT)
    here.place("buy", 20)
    here.market(6400)
    assert here.equity().available > 60_000
    with pytest.raises(OrderRejected) as caught:
        here.place("buy", 7, market=SPOT)
    assert caught.value.facts["reason"] == "no_funds"


def test_a_maker_rebate_is_received() -> None:
    here = Scene(markets=[replace(MARKETS[0], maker_fee=Decimal("-0.0001"))])
    here.market(3200)
    here.place("buy", 1, "3199.9")
    here.trade("sell", 1, "3199")
    assert here.cash() == 10_000 + Decimal("3199.9") * Decimal("0.0001")
    assert INSTANT.maker_fee == Decimal("0.0002")

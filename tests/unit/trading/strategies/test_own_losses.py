from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from ledger_stage import a_fill
from risk_cases import BTC, case, intent, picture

from config.farm_file import RiskSection
from services.exchange.exchange import Market
from services.store.trading_rows import FillRow
from services.trading.risk.rules.catalogue import judge
from services.trading.risk.rules.declare import declared
from services.trading.strategies.amounts import amount_for, within_limits, within_risk
from services.trading.strategies.losing import losses_of
from services.trading.strategies.profiles import read_profiles
from services.trading.strategies.temperament import Mood, most_leverage, risk_share

D = Decimal


def trade(number: int, realised: str, *, client_id: str = "own", fee: str = "0") -> list[FillRow]:
    opened = a_fill(2 * number, "buy", "1", "100", minute=number, fee=fee, client_id=client_id)
    closed = a_fill(2 * number + 1, "sell", "1", "100", minute=number + 0.5, fee=fee, realised=D(realised))
    return [opened, closed]


def test_a_run_s_losses_are_its_own_trades_after_their_fees() -> None:
    fills = [*trade(0, "5"), *trade(1, "-1"), *trade(2, "9", client_id="by hand"), *trade(3, "1", fee="0.6")]
    assert losses_of(fills, {"own"}) == 2
    assert losses_of([*fills, *trade(4, "3")], {"own"}) == 0


@pytest.mark.parametrize("name", ["strategist", "aggressive", "newbie"])
@pytest.mark.parametrize(("losses", "stop"), [(0, 99.7), (1, 95.0), (2, 95.0), (3, 99.0)])
def test_a_temperament_s_order_is_cut_to_what_the_gate_lets_through(
    name: str, losses: int, stop: float
) -> None:
    temperament = read_profiles()[name]
    wanted = risk_share(temperament, Mood(losses=losses)), most_leverage(temperament)
    share, leverage = within_limits(*wanted, RiskSection())
    market = Market(name=BTC, tick=D("0.1"), step=D("0.001"))
    amount = amount_for(market, equity=1000, share=share, price=100, stop=stop, leverage=leverage)
    order = intent(str(amount), stop_loss=D(str(stop)), leverage=D(10))
    assert judge(case(order, picture=picture())).is_passed
    told = replace(market, taker_fee=D("0.0006"))
    size = within_risk(amount, told, equity=D(1000), price=D(100), stop=D(str(stop)), limits=RiskSection())
    with_fees = case(intent(str(size), stop_loss=D(str(stop))), picture=picture(), market=told)
    risk = declared()["risk_per_trade"].decide(with_fees)
    assert risk is not None
    assert risk.is_passed

"""Rows of other venues as ccxt's own parsers give them: what each leaves out, or mixes in.

The rows are made up after the venues' own descriptions of them; none was recorded here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import ccxt
import pytest

from services.errors import ExchangeUnavailable
from services.exchange.orders import Fill, Order
from services.exchange.venues.private_quirks import private_quirks_of
from services.exchange.venues.private_translate import to_fill, to_order, to_position

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def in_base(_market: str, amount: Decimal, _price: Decimal | None) -> Decimal:
    return amount


def of_a_hundredth(_market: str, amount: Decimal, _price: Decimal | None) -> Decimal:
    return amount / 100


def linear(exchange: Any, identity: str = "BTCUSDT", size: float = 1.0) -> Any:
    exchange.set_markets(
        [
            {
                "id": identity, "symbol": "BTC/USDT:USDT", "base": "BTC", "quote": "USDT", "settle": "USDT",
                "baseId": "BTC", "quoteId": "USDT", "settleId": "USDT", "type": "swap", "spot": False,
                "swap": True, "future": False, "option": False, "contract": True, "linear": True,
                "inverse": False, "contractSize": size, "active": True, "taker": 0.0006, "maker": 0.0002,
                "precision": {"price": 0.1, "amount": 0.001}, "limits": {}, "info": {},
            }
        ]
    )  # fmt: skip
    return exchange


BYBIT_POSITION: dict[str, Any] = {
    "positionIdx": 0, "riskId": "1", "symbol": "BTCUSDT", "side": "Buy", "size": "0.5", "avgPrice": "50000",
    "positionValue": "25000", "tradeMode": 0, "leverage": "10", "markPrice": "52000", "liqPrice": "",
    "positionIM": "2500", "positionMM": "125", "takeProfit": "", "stopLoss": "", "unrealisedPnl": "1000",
    "cumRealisedPnl": "-10", "positionStatus": "Normal", "createdTime": "1750000020000",
    "updatedTime": "1750000021000",
}  # fmt: skip
BYBIT_FUNDING: dict[str, Any] = {
    "symbol": "BTCUSDT", "orderId": "1750003200-BTCUSDT", "orderLinkId": "", "side": "Sell",
    "orderPrice": "0",
    "orderQty": "0", "leavesQty": "0", "orderType": "UNKNOWN", "stopOrderType": "UNKNOWN",
    "execFee": "2.5",
    "execId": "f-1", "execPrice": "50000", "execQty": "0.5", "execType": "Funding", "execValue": "25000",
    "execTime": "1750003200000", "isMaker": False, "feeRate": "0.0001", "tradeIv": "", "markIv": "",
    "markPrice": "50000", "indexPrice": "50000", "underlyingPrice": "", "blockTradeId": "",
}  # fmt: skip
BINANCE_POSITION: dict[str, Any] = {
    "symbol": "BTCUSDT", "positionSide": "BOTH", "positionAmt": "-0.250", "entryPrice": "50000.0",
    "breakEvenPrice": "49980.0", "markPrice": "49000.00000000", "unRealizedProfit": "250.00000000",
    "liquidationPrice": "0", "isolatedMargin": "0", "notional": "-12250.00000000", "marginAsset": "USDT",
    "isolatedWallet": "0", "initialMargin": "612.50000000", "maintMargin": "49.00000000",
    "positionInitialMargin": "612.50000000", "openOrderInitialMargin": "0", "adl": 1, "bidNotional": "0",
    "askNotional": "0", "updateTime": 1750000021000,
}  # fmt: skip


def test_a_flat_row_of_bybits_is_no_position() -> None:
    exchange = linear(ccxt.bybit())
    flat = exchange.parse_position({**BYBIT_POSITION, "size": "0", "side": "", "avgPrice": "0"})
    assert to_position(flat, in_base=in_base, venue="bybit", read_at=NOW) is None


def test_a_position_of_bybits_is_told_with_its_amount_and_entry() -> None:
    row = linear(ccxt.bybit()).parse_position(BYBIT_POSITION)
    position = to_position(row, in_base=in_base, venue="bybit", read_at=NOW)
    assert position is not None
    assert (position.side, position.amount, position.entry) == ("long", Decimal("0.5"), Decimal(50000))
    assert (position.mark, position.leverage, position.liquidation) == (Decimal(52000), Decimal(10), None)
    assert (position.margin, position.maintenance) == (Decimal(2500), Decimal(125))


def test_a_payment_of_funding_among_bybits_trades_is_no_fill() -> None:
    exchange = linear(ccxt.bybit())
    assert fill_of("bybit", exchange.parse_trade(BYBIT_FUNDING)) is None
    traded = fill_of("bybit", exchange.parse_trade({**BYBIT_FUNDING, "execType": "Trade"}))
    assert traded is not None
    assert (traded.amount, traded.fee and traded.fee.amount) == (Decimal("0.5"), Decimal("2.5"))


def fill_of(exchange_id: str, row: Any, *, has_rebate: bool = False) -> Fill | None:
    quirks = private_quirks_of(exchange_id, is_unified=False)
    return to_fill(
        row,
        in_base=in_base,
        read=quirks.read_fill,
        venue=exchange_id,
        fee_sign=quirks.fee_sign,
        has_rebate=lambda _: has_rebate,
    )


def test_a_position_of_binances_without_a_leverage_has_none_and_not_zero() -> None:
    exchange = linear(ccxt.binanceusdm())
    exchange.options["leverageBrackets"] = {"BTC/USDT:USDT": [["0", "0.004"]]}
    row = exchange.parse_position_risk(BINANCE_POSITION)
    position = to_position({**row, "leverage": None}, in_base=in_base, venue="binance", read_at=NOW)
    assert position is not None
    assert (position.side, position.amount, position.leverage) == ("short", Decimal("0.25"), None)
    assert (position.liquidation, position.as_of.year) == (None, 2025)


def test_contracts_are_counted_in_base_currency() -> None:
    row = {"symbol": "BTC/USDT:USDT", "side": "long", "contracts": 25.0, "entryPrice": 50000.0, "info": {}}
    position = to_position(row, in_base=of_a_hundredth, venue="okx", read_at=NOW)
    assert position is not None
    assert (position.amount, position.as_of) == (Decimal("0.25"), NOW)


INCOMPLETE: dict[str, dict[str, Any]] = {
    "no amount": {"symbol": "BTC/USDT:USDT", "side": "long", "contracts": None, "entryPrice": 1.0},
    "no side": {"symbol": "BTC/USDT:USDT", "side": None, "contracts": 1.0, "entryPrice": 1.0},
    "no entry": {"symbol": "BTC/USDT:USDT", "side": "long", "contracts": 1.0, "entryPrice": None},
}


@pytest.mark.parametrize("case", INCOMPLETE)
def test_a_position_that_cannot_be_read_is_an_error_and_not_left_out(case: str) -> None:
    with pytest.raises(ExchangeUnavailable):
        to_position(INCOMPLETE[case], in_base=in_base, venue="any", read_at=NOW)


def an_order(**changes: Any) -> Order:
    row = {
        "id": "1", "clientOrderId": "mine-1", "symbol": "BTC/USDT:USDT", "side": "buy", "type": "limit",
        "status": "open", "amount": 1.0, "filled": 0.0, "price": 40000.0, "timestamp": 1750000020000,
        "info": {},
    }  # fmt: skip
    read = private_quirks_of("kraken", is_unified=False).read_order
    return to_order({**row, **changes}, in_base=in_base, read=read, venue="kraken")


def test_an_order_of_a_venue_without_a_reader_is_what_ccxt_says() -> None:
    order = an_order(triggerPrice=41000.0, timeInForce="IOC", reduceOnly=True, status="canceled", filled=0.25)
    assert (order.kind, order.trigger_price, order.time_in_force) == ("stop_limit", Decimal(41000), "ioc")
    assert (order.is_reduce_only, order.status, order.remaining) == (True, "canceled", Decimal("0.75"))
    assert an_order(postOnly=True).time_in_force == "post_only"
    assert an_order(status="expired").status == "canceled"


@pytest.mark.parametrize(
    "changes", [{"id": None}, {"side": None}, {"status": "odd"}, {"amount": None, "filled": None}]
)
def test_an_order_that_cannot_be_read_is_an_error_and_not_left_out(changes: dict[str, Any]) -> None:
    with pytest.raises(ExchangeUnavailable):
        an_order(**changes)


def a_trade(**changes: Any) -> dict[str, Any]:
    row = {
        "id": "1", "order": "2", "symbol": "BTC/USDT:USDT", "side": "buy", "price": 50000.0, "amount": 0.1,
        "timestamp": 1750000020000, "takerOrMaker": "maker", "fee": {"cost": -0.3, "currency": "USDT"},
        "info": {},
    }  # fmt: skip
    return {**row, **changes}


@pytest.mark.parametrize(
    ("exchange_id", "maker", "has_rebate", "paid"),
    [
        ("bitget", "maker", False, "0.3"),
        ("bitget", "maker", True, "-0.3"),
        ("bitget", "taker", True, "0.3"),
        ("kraken", "maker", False, "-0.3"),
    ],
)
def test_a_fee_is_paid_unless_the_market_is_known_to_pay_its_makers(
    exchange_id: str, maker: str, paid: str, *, has_rebate: bool
) -> None:
    fill = fill_of(exchange_id, a_trade(takerOrMaker=maker), has_rebate=has_rebate)
    assert fill is not None
    assert fill.fee is not None
    assert fill.fee.amount == Decimal(paid)


def test_a_fee_that_is_not_told_is_not_zero() -> None:
    fill = fill_of("bitget", a_trade(fee={"cost": None, "currency": None}))
    assert fill is not None
    assert fill.fee is None

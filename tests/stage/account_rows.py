"""Rows as Bitget sends them about an account, in both protocols, and the envelopes round them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from services.exchange.orders import OrderRequest

PLACED = {"clientOid": "mine-1", "orderId": "1300000000000000028"}
MODES = "/api/v2/mix/account/account"
ORDER_INFO = "/api/v3/trade/order-info"
ORDER_DETAIL = "/api/v2/mix/order/detail"


def good(data: object) -> dict[str, object]:
    return {"code": "00000", "msg": "success", "requestTime": 1, "data": data}


def bad(code: str, status: int = 400) -> tuple[int, dict[str, str], str]:
    text = json.dumps({"code": code, "msg": "no", "requestTime": 1, "data": None})
    return status, {"Content-Type": "application/json"}, text


def order_row(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "symbol": "BTCUSDT", "size": "0.01", "orderId": PLACED["orderId"], "clientOid": "mine-1",
        "baseVolume": "0", "fee": "0", "price": "40000", "priceAvg": "", "state": "live", "side": "buy",
        "force": "gtc", "totalProfits": "0", "posSide": "net", "marginCoin": "USDT",
        "presetStopSurplusPrice": "", "presetStopLossPrice": "", "quoteVolume": "0", "orderType": "limit",
        "leverage": "20", "marginMode": "crossed", "reduceOnly": "NO", "enterPointSource": "API",
        "tradeSide": "buy_single", "posMode": "one_way_mode", "orderSource": "normal",
        "cTime": "1750000020000", "uTime": "1750000021000",
    }  # fmt: skip
    return {**row, **changes}


def unified_row(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "orderId": PLACED["orderId"], "clientOid": "mine-1", "category": "USDT-FUTURES", "symbol": "BTCUSDT",
        "orderType": "limit", "side": "buy", "price": "40000", "qty": "0.01", "amount": "0",
        "cumExecQty": "0", "cumExecValue": "0", "avgPrice": "0", "timeInForce": "gtc", "orderStatus": "new",
        "posSide": "net", "holdMode": "one_way_mode", "reduceOnly": "no",
        "feeDetail": [{"feeCoin": "USDT", "fee": "0"}], "createdTime": "1750000020000",
        "updatedTime": "1750000021000", "stpMode": "none", "cancelReason": "", "execType": "normal",
        "tpTriggerBy": None, "slTriggerBy": None, "takeProfit": None, "stopLoss": None, "tpOrderType": None,
        "slOrderType": None, "tpLimitPrice": None, "slLimitPrice": None, "marginMode": "crossed",
        "marginCoin": "USDT", "leverage": "10", "totalProfit": "0",
    }  # fmt: skip
    return {**row, **changes}


def plan_row(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "planType": "normal_plan", "symbol": "BTCUSDT", "size": "0.01", "orderId": PLACED["orderId"],
        "executeOrderId": "", "clientOid": "mine-1", "planStatus": "live", "price": "", "executePrice": "",
        "priceAvg": "", "baseVolume": "", "callbackRatio": "", "triggerPrice": "45000",
        "triggerType": "mark_price", "side": "sell", "posSide": "net", "marginCoin": "USDT",
        "marginMode": "crossed", "enterPointSource": "API", "tradeSide": "close", "posMode": "one_way_mode",
        "orderType": "market", "stopSurplusTriggerPrice": "", "stopSurplusExecutePrice": "",
        "stopSurplusTriggerType": "fill_price", "stopLossTriggerPrice": "", "stopLossExecutePrice": "",
        "stopLossTriggerType": "fill_price", "uTime": "1750000021000", "cTime": "1750000020000",
    }  # fmt: skip
    return {**row, **changes}


def instrument() -> dict[str, object]:
    return {
        "symbol": "BTCUSDT", "category": "USDT-FUTURES", "baseCoin": "BTC", "quoteCoin": "USDT",
        "buyLimitPriceRatio": "0.05", "sellLimitPriceRatio": "0.05", "feeRateUpRatio": "0.005",
        "makerFeeRate": "0.0002", "takerFeeRate": "0.0006", "openCostUpRatio": "0.01",
        "minOrderQty": "0.0001", "maxOrderQty": "1200", "pricePrecision": "1", "quantityPrecision": "4",
        "quotePrecision": None,
        "priceMultiplier": "0.1", "quantityMultiplier": "0.0001", "type": "perpetual", "minOrderAmount": "5",
        "maxSymbolOrderNum": "400", "maxProductOrderNum": "1000", "maxPositionNum": "150", "status": "online",
        "offTime": "-1", "limitOpenTime": "-1", "deliveryTime": "", "deliveryStartTime": "",
        "deliveryPeriod": "", "launchTime": "", "fundInterval": "8", "minLeverage": "1", "maxLeverage": "125",
        "maintainTime": "",
    }  # fmt: skip


def product_of(row: dict[str, object]) -> str:
    return {"USDT": "USDT-FUTURES", "USDC": "USDC-FUTURES"}.get(str(row["quoteCoin"]), "COIN-FUTURES")


def a_request(**changes: object) -> OrderRequest:
    asked: dict[str, Any] = {
        "market": "BTC/USDT:USDT",
        "side": "buy",
        "kind": "limit",
        "amount": Decimal("0.01"),
        "price": Decimal(40000),
        "client_id": "mine-1",
    }
    return OrderRequest(**{**asked, **changes})


def fill_row(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "tradeId": "7001", "symbol": "BTCUSDT", "orderId": PLACED["orderId"], "price": "50000.50",
        "baseVolume": "0.0100",
        "feeDetail": [
            {"deduction": "no", "feeCoin": "USDT", "totalDeductionFee": "0", "totalFee": "-0.30000300"}
        ],
        "side": "buy", "quoteVolume": "500.005", "profit": "0", "enterPointSource": "api",
        "tradeSide": "buy_single", "posMode": "one_way_mode", "tradeScope": "taker", "cTime": "1750000020000",
    }  # fmt: skip
    return {**row, **changes}


def unified_fill_row(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "execId": "7001", "orderId": PLACED["orderId"], "category": "USDT-FUTURES", "symbol": "BTCUSDT",
        "orderType": "market", "side": "buy", "execPrice": "50000.50", "execQty": "0.0100",
        "execValue": "500", "tradeScope": "taker", "feeDetail": [{"feeCoin": "USDT", "fee": "0.30000300"}],
        "createdTime": "1750000020000", "updatedTime": "1750000020000", "execPnl": "0",
    }  # fmt: skip
    return {**row, **changes}


def position_row(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "marginCoin": "USDT", "symbol": "BTCUSDT", "holdSide": "long", "openDelegateSize": "0",
        "marginSize": "25.00025", "available": "0.0100", "locked": "0", "total": "0.0100", "leverage": "20",
        "achievedProfits": "0", "openPriceAvg": "50000.50", "marginMode": "crossed",
        "posMode": "one_way_mode", "unrealizedPL": "-0.005", "liquidationPrice": "0",
        "keepMarginRate": "0.004", "markPrice": "50000", "marginRatio": "0.01", "breakEvenPrice": "50060.5",
        "totalFee": "", "takeProfit": "", "stopLoss": "", "takeProfitId": "", "stopLossId": "",
        "deductedFee": "0.3", "cTime": "1750000020000", "assetMode": "single", "autoMargin": "off",
        "uTime": "1750000020000",
    }  # fmt: skip
    return {**row, **changes}


def wallet_row(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "marginCoin": "USDT", "locked": "0", "available": "10000", "crossedMaxAvailable": "10000",
        "isolatedMaxAvailable": "10000", "maxTransferOut": "10000", "accountEquity": "10000",
        "usdtEquity": "10000", "btcEquity": "0.2", "crossedRiskRate": "0", "unrealizedPL": "0", "coupon": "0",
        "unionTotalMargin": "10000", "crossedUnrealizedPL": "0", "isolatedUnrealizedPL": "0",
        "assetMode": "single",
    }  # fmt: skip
    return {**row, **changes}

"""Every resource and channel of the local exchange that has a known type, asked for once, and what came."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from sandbox_exchange_stage import CLASSIC, UNIFIED, Stage, ccxt_client, running_exchange, settled

SWAP, SPOT = "BTC/USDT:USDT", "BTC/USDT"
CONTRACT = {"symbol": "BTCUSDT", "productType": "USDT-FUTURES"}
CATEGORY = {"symbol": "BTCUSDT", "category": "USDT-FUTURES"}
COIN = {"symbol": "BTCUSDT"}
MARGIN = CONTRACT | {"marginCoin": "USDT"}
SINCE = {"limit": 3}

Ask = tuple[str, str, dict[str, Any]]

PUBLIC: list[Ask] = [
    ("COIN", "publicSpotGetV2SpotPublicCoins", {}),
    ("SPOT_SYMBOL", "publicSpotGetV2SpotPublicSymbols", {}),
    ("SPOT_TICKER", "publicSpotGetV2SpotMarketTickers", COIN),
    ("SPOT_DEPTH", "publicSpotGetV2SpotMarketOrderbook", COIN),
    ("SPOT_CANDLE", "publicSpotGetV2SpotMarketCandles", COIN | {"granularity": "1min"} | SINCE),
    ("SPOT_TRADE", "publicSpotGetV2SpotMarketFills", COIN),
    ("CONTRACT", "publicMixGetV2MixMarketContracts", {"productType": "USDT-FUTURES"}),
    ("TICKER", "publicMixGetV2MixMarketTicker", CONTRACT),
    ("TICKER", "publicMixGetV2MixMarketTickers", {"productType": "USDT-FUTURES"}),
    ("DEPTH", "publicMixGetV2MixMarketMergeDepth", CONTRACT),
    ("CANDLE", "publicMixGetV2MixMarketCandles", CONTRACT | {"granularity": "1m"} | SINCE),
    ("TRADE", "publicMixGetV2MixMarketFills", CONTRACT),
    ("OPEN_INTEREST", "publicMixGetV2MixMarketOpenInterest", CONTRACT),
    ("FUNDING_TIME", "publicMixGetV2MixMarketFundingTime", CONTRACT),
    ("SYMBOL_PRICE", "publicMixGetV2MixMarketSymbolPrice", CONTRACT),
    ("TIER", "publicMixGetV2MixMarketQueryPositionLever", CONTRACT),
    ("UNIFIED_INSTRUMENT", "publicUtaGetV3MarketInstruments", {"category": "USDT-FUTURES"}),
    ("UNIFIED_INSTRUMENT", "publicUtaGetV3MarketInstruments", {"category": "SPOT"}),
    ("UNIFIED_TICKER", "publicUtaGetV3MarketTickers", CATEGORY),
    ("UNIFIED_TICKER", "publicUtaGetV3MarketTickers", COIN | {"category": "SPOT"}),
    ("UNIFIED_CANDLE", "publicUtaGetV3MarketCandles", CATEGORY | {"interval": "1m"} | SINCE),
    ("UNIFIED_DEPTH", "publicUtaGetV3MarketOrderbook", CATEGORY),
    ("UNIFIED_TRADE", "publicUtaGetV3MarketFills", CATEGORY),
    ("UNIFIED_FUNDING", "publicUtaGetV3MarketCurrentFundRate", COIN),
    ("UNIFIED_OPEN_INTEREST", "publicUtaGetV3MarketOpenInterest", CATEGORY),
    ("UNIFIED_TIER", "publicUtaGetV3MarketPositionTier", CATEGORY),
]
CLASSIC_READS: list[Ask] = [
    ("SPOT_ACCOUNT_INFO", "privateSpotGetV2SpotAccountInfo", {}),
    ("SPOT_ASSET", "privateSpotGetV2SpotAccountAssets", {}),
    ("SPOT_OPEN_ORDER", "privateSpotGetV2SpotTradeUnfilledOrders", COIN),
    ("SPOT_ORDER", "privateSpotGetV2SpotTradeHistoryOrders", COIN),
    ("SPOT_FILL", "privateSpotGetV2SpotTradeFills", COIN),
    ("SPOT_PLAN", "privateSpotGetV2SpotTradeCurrentPlanOrder", COIN),
    ("SPOT_OLD_PLAN", "privateSpotGetV2SpotTradeHistoryPlanOrder", COIN),
    ("ACCOUNT", "privateMixGetV2MixAccountAccount", MARGIN),
    ("ACCOUNTS", "privateMixGetV2MixAccountAccounts", {"productType": "USDT-FUTURES"}),
    ("POSITION", "privateMixGetV2MixPositionAllPosition", MARGIN),
    ("OPEN_ORDER", "privateMixGetV2MixOrderOrdersPending", CONTRACT),
    ("OLD_ORDER", "privateMixGetV2MixOrderOrdersHistory", CONTRACT),
    ("FILL", "privateMixGetV2MixOrderFills", CONTRACT),
    ("PLAN", "privateMixGetV2MixOrderOrdersPlanPending", CONTRACT | {"planType": "profit_loss"}),
    ("PLAN", "privateMixGetV2MixOrderOrdersPlanPending", CONTRACT | {"planType": "track_plan"}),
    ("OLD_PLAN", "privateMixGetV2MixOrderOrdersPlanHistory", CONTRACT | {"planType": "normal_plan"}),
    ("LEVERAGE", "privateMixPostV2MixAccountSetLeverage", MARGIN | {"leverage": "10"}),
    (
        "CANCELED_PLANS",
        "privateMixPostV2MixOrderCancelPlanOrder",
        CONTRACT | {"orderIdList": [{"orderId": "1"}]},
    ),
    ("CANCELED", "privateMixPostV2MixOrderBatchCancelOrders", CONTRACT),
]
UNIFIED_READS: list[Ask] = [
    ("UNIFIED_INFO", "privateUtaGetV3AccountInfo", {}),
    ("UNIFIED_SETTINGS", "privateUtaGetV3AccountSettings", {}),
    ("UNIFIED_ASSETS", "privateUtaGetV3AccountAssets", {}),
    ("UNIFIED_POSITION", "privateUtaGetV3PositionCurrentPosition", {"category": "USDT-FUTURES"}),
    ("UNIFIED_OPEN_ORDER", "privateUtaGetV3TradeUnfilledOrders", {"category": "USDT-FUTURES"}),
    ("UNIFIED_OLD_ORDER", "privateUtaGetV3TradeHistoryOrders", {"category": "USDT-FUTURES"}),
    ("UNIFIED_FILL", "privateUtaGetV3TradeFills", {"category": "USDT-FUTURES"}),
    ("UNIFIED_STRATEGY", "privateUtaGetV3TradeUnfilledStrategyOrders", {"category": "USDT-FUTURES"}),
    ("UNIFIED_CANCELED", "privateUtaPostV3TradeCancelSymbolOrder", CATEGORY),
]
_LISTS = ("entrustedList", "fillList", "orderList", "openInterestList")


@dataclass(slots=True)
class Tour:
    """The rows that came, by the name of their type."""

    rows: dict[str, list[Any]] = field(default_factory=dict)

    def note(self, name: str, data: Any) -> None:
        """Keep what an answer carries: each row of a list, or the whole."""
        is_page = isinstance(data, Mapping) and not name.startswith(("CANCELED", "UNIFIED_CANCELED"))
        for key in (*_LISTS, *(["list"] if name != "UNIFIED_OPEN_INTEREST" else [])):
            if is_page and key in data:
                data = data[key]
                break
        self.rows.setdefault(name, []).extend(data if isinstance(data, list) else [data])


async def tour() -> Tour:
    """Ask for everything and return what came."""
    found = Tour()
    async with (
        running_exchange() as stage,
        ccxt_client(stage.url, key=CLASSIC) as classic,
        ccxt_client(stage.url, key=UNIFIED, is_unified=True) as unified,
    ):
        stage.source.print(SWAP, "50000", "0.1")
        stage.source.print(SPOT, "50000", "0.1", "sell")
        await _ask(found, classic, PUBLIC)
        await _trade(classic)
        await _trade_coins(classic)
        await _trade_unified(unified)
        await _orders(found, classic, unified)
        await _ask(found, classic, CLASSIC_READS)
        await _ask(found, unified, UNIFIED_READS)
        await _flatten(classic, found)
        await _pushed_book(stage, found)
    return found


async def _ask(found: Tour, client: Any, asks: list[Ask]) -> None:
    for name, method, params in asks:
        call: Callable[[dict[str, Any]], Awaitable[Any]] = getattr(client, method)
        found.note(name, (await call(params))["data"])


async def _trade(client: Any) -> None:
    await client.load_markets()
    closing = {"reduceOnly": True}
    await client.create_order(SWAP, "market", "buy", 0.05)
    await client.create_order(SWAP, "limit", "buy", 0.01, 48_000, {"clientOrderId": "open"})
    for params in (
        {"stopLossPrice": 45_000},
        {"takeProfitPrice": 60_000},
        {"trailingPercent": "1", "trailingTriggerPrice": "51000"},
    ):
        await client.create_order(SWAP, "market", "sell", 0.01, None, params | closing)
    plan = await client.create_order(SWAP, "market", "sell", 0.01, None, {"triggerPrice": 45_000} | closing)
    await client.cancel_order(plan["id"], SWAP, {"trigger": True})


async def _trade_coins(client: Any) -> None:
    await client.create_order(SPOT, "market", "buy", 0.01, 50_000)
    await client.create_order(SPOT, "limit", "buy", 0.01, 48_000)
    await client.create_order(SPOT, "market", "sell", 0.01, None, {"triggerPrice": 45_000})
    plan = await client.create_order(SPOT, "market", "sell", 0.01, None, {"triggerPrice": 44_000})
    await client.cancel_order(plan["id"], SPOT, {"trigger": True})


async def _trade_unified(client: Any) -> None:
    await client.load_markets()
    await client.create_order(SWAP, "market", "buy", 0.05)
    await client.create_order(SWAP, "limit", "buy", 0.01, 48_000, {"clientOrderId": "open"})
    await client.create_order(
        SWAP, "market", "sell", 0.01, None, {"stopLossPrice": 45_000, "reduceOnly": True}
    )


async def _orders(found: Tour, classic: Any, unified: Any) -> None:
    detail = await classic.privateMixGetV2MixOrderDetail(CONTRACT | {"clientOid": "open"})
    found.note("ORDER_DETAIL", detail["data"])
    info = await unified.privateUtaGetV3TradeOrderInfo({"clientOid": "open"})
    found.note("UNIFIED_ORDER", info["data"])
    placed = await unified.privateUtaPostV3TradePlaceOrder(
        CATEGORY | {"qty": "0.01", "side": "buy", "orderType": "market"}
    )
    found.note("UNIFIED_PLACED", placed["data"])


async def _flatten(client: Any, found: Tour) -> None:
    """Leave no order and no position, so that the margin mode can be changed."""
    for plan in ("profit_loss", "track_plan"):
        await client.privateMixPostV2MixOrderCancelPlanOrder(CONTRACT | {"planType": plan})
    await client.create_order(SWAP, "market", "sell", 0.05, None, {"reduceOnly": True})

    async def is_flat() -> bool:
        return not await client.fetch_positions()

    await settled(is_flat)
    mode = await client.privateMixPostV2MixAccountSetMarginMode(MARGIN | {"marginMode": "isolated"})
    found.note("MARGIN_MODE", mode["data"])
    past = await client.privateMixGetV2MixPositionHistoryPosition(CONTRACT)
    found.note("PAST_POSITION", past["data"])
    (coin,) = await client.fetch_open_orders(SPOT)
    new = COIN | {"orderId": coin["id"], "size": "0.02", "price": "47000"}
    found.note("SPOT_REPLACED", (await client.privateSpotPostV2SpotTradeCancelReplaceOrder(new))["data"])


async def _pushed_book(stage: Stage, found: Tour) -> None:
    topic = {"instType": "USDT-FUTURES", "channel": "books", "instId": "BTCUSDT"}
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{stage.url}/v2/ws/public") as socket:
        await socket.send_json({"op": "subscribe", "args": [topic]})
        async with asyncio.timeout(5):
            while len(found.rows.get("PUSHED_BOOK", ())) < 2:
                frame = json.loads((await socket.receive()).data)
                if "data" in frame:
                    found.note("PUSHED_BOOK", frame["data"])
                    stage.source.set_price(SWAP, "50100")

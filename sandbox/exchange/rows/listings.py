"""Rows that tell what is listed: contracts, spot symbols, unified instruments, coins, margin tiers."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from sandbox.exchange.catalogue import Listing
from sandbox.exchange.wire import Json, plain
from services.exchange.paper.margin import Tier

_BAND = "0.05"
_SPOT_MOST = "900000000000000000000"
_OPENED = "1532454360000"


def decimals(step: Decimal) -> int:
    """Return how many decimals a step has."""
    exponent = step.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _end_step(tick: Decimal) -> str:
    return plain(tick.scaleb(decimals(tick)))


def contract(one: Listing) -> Json:
    """Build the row of a contract."""
    return {
        "symbol": one.id,
        "baseCoin": one.market.base,
        "quoteCoin": one.market.quote,
        "buyLimitPriceRatio": _BAND,
        "sellLimitPriceRatio": _BAND,
        "feeRateUpRatio": "0.005",
        "makerFeeRate": plain(one.terms.maker_fee),
        "takerFeeRate": plain(one.terms.taker_fee),
        "openCostUpRatio": "0.01",
        "supportMarginCoins": [one.margin_coin],
        "minTradeNum": plain(one.terms.min_amount),
        "priceEndStep": _end_step(one.tick),
        "volumePlace": str(decimals(one.step)),
        "pricePlace": str(decimals(one.tick)),
        "sizeMultiplier": plain(one.step),
        "symbolType": "perpetual",
        "minTradeUSDT": plain(one.terms.min_cost),
        "maxSymbolOrderNum": "200",
        "maxProductOrderNum": "1000",
        "maxPositionNum": "150",
        "symbolStatus": "normal" if one.market.is_open else "off",
        "offTime": "-1",
        "limitOpenTime": "-1",
        "deliveryTime": "",
        "deliveryStartTime": "",
        "deliveryPeriod": "",
        "launchTime": "",
        "fundInterval": str(one.terms.funding_hours),
        "minLever": "1",
        "maxLever": plain(one.terms.max_leverage),
        "posLimit": "0.1",
        "maintainTime": "",
        "maxMarketOrderQty": "",
        "maxOrderQty": "",
        "isRwa": "NO",
    }


def spot(one: Listing) -> Json:
    """Build the row of a spot symbol."""
    return {
        "symbol": one.id,
        "baseCoin": one.market.base,
        "quoteCoin": one.market.quote,
        "minTradeAmount": plain(one.terms.min_amount),
        "maxTradeAmount": _SPOT_MOST,
        "takerFeeRate": plain(one.terms.taker_fee),
        "makerFeeRate": plain(one.terms.maker_fee),
        "pricePrecision": str(decimals(one.tick)),
        "quantityPrecision": str(decimals(one.step)),
        "quotePrecision": "8",
        "status": "online" if one.market.is_open else "halt",
        "minTradeUSDT": plain(one.terms.min_cost),
        "buyLimitPriceRatio": _BAND,
        "sellLimitPriceRatio": _BAND,
        "areaSymbol": "no",
        "orderQuantity": "200",
        "openTime": _OPENED,
        "offTime": "",
    }


def instrument(one: Listing) -> Json:
    """Build the row of a market in the unified protocol."""
    row = {
        "symbol": one.id,
        "category": one.product,
        "baseCoin": one.market.base,
        "quoteCoin": one.market.quote,
        "buyLimitPriceRatio": _BAND,
        "sellLimitPriceRatio": _BAND,
        "feeRateUpRatio": "0.005",
        "minOrderQty": plain(one.terms.min_amount),
        "maxOrderQty": "",
        "maxMarketOrderQty": "",
        "pricePrecision": str(decimals(one.tick)),
        "quantityPrecision": str(decimals(one.step)),
        "quotePrecision": "8",
        "minOrderAmount": plain(one.terms.min_cost),
        "maxSymbolOrderNum": "400",
        "maxProductOrderNum": "1000",
        "status": "online" if one.market.is_open else "offline",
        "offTime": "-1",
        "limitOpenTime": "-1",
        "maintainTime": "",
    }
    return row | _contract_part(one) if one.is_swap else row


def _contract_part(one: Listing) -> Json:
    return {
        "makerFeeRate": plain(one.terms.maker_fee),
        "takerFeeRate": plain(one.terms.taker_fee),
        "openCostUpRatio": "0.01",
        "priceMultiplier": plain(one.tick),
        "quantityMultiplier": plain(one.step),
        "type": "perpetual",
        "maxPositionNum": "150",
        "deliveryTime": "",
        "deliveryStartTime": "",
        "deliveryPeriod": "",
        "launchTime": "",
        "fundInterval": str(one.terms.funding_hours),
        "minLeverage": "1",
        "maxLeverage": plain(one.terms.max_leverage),
    }


def coin(number: int, code: str) -> Json:
    """Build the row of a coin; nothing is deposited or withdrawn here."""
    chain = {
        "chain": code,
        "needTag": "false",
        "withdrawable": "false",
        "rechargeable": "false",
        "withdrawFee": "0",
        "extraWithdrawFee": "0",
        "depositConfirm": "1",
        "withdrawConfirm": "1",
        "minDepositAmount": "0",
        "minWithdrawAmount": "0",
        "browserUrl": "",
        "contractAddress": "",
        "withdrawStep": "0",
        "withdrawMinScale": "8",
        "congestion": "normal",
    }
    return {"coinId": str(number), "coin": code, "transfer": "true", "areaCoin": "no", "chains": [chain]}


def margin_pair(one: Listing) -> Json:
    """Build the row that says that a spot pair cannot be borrowed for."""
    return {
        "symbol": one.id,
        "baseCoin": one.market.base,
        "quoteCoin": one.market.quote,
        "maxCrossedLeverage": "0",
        "maxIsolatedLeverage": "0",
        "isBorrowable": False,
        "isCrossBorrowable": False,
        "isIsolatedBaseBorrowable": False,
        "isIsolatedQuotedBorrowable": False,
    }


def tiers(one: Listing) -> list[Json]:
    """Build the rows of the margin tiers, the lowest first."""
    return [
        {
            "symbol": one.id,
            "level": str(level),
            "startUnit": plain(start),
            "endUnit": plain(tier.up_to),
            "leverage": plain(tier.max_leverage),
            "keepMarginRate": plain(tier.rate),
        }
        for level, start, tier in _steps(one)
    ]


def unified_tiers(one: Listing) -> list[Json]:
    """Build the rows of the margin tiers in the unified protocol."""
    return [
        {
            "tier": str(level),
            "minTierValue": plain(start),
            "maxTierValue": plain(tier.up_to),
            "leverage": plain(tier.max_leverage),
            "mmr": plain(tier.rate),
        }
        for level, start, tier in _steps(one)
    ]


def _steps(one: Listing) -> Iterator[tuple[int, Decimal, Tier]]:
    start = Decimal(0)
    for level, tier in enumerate(one.terms.tiers, 1):
        yield level, start, tier
        start = tier.up_to

"""Rows that tell what an account holds: wallets, positions, bills, in answers and in pushes."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sandbox.exchange.catalogue import Listing
from sandbox.exchange.rows.orders import MARGINS
from sandbox.exchange.wire import Json, at_tick, plain, stamp
from services.exchange.orders import Balance, MarginMode, Position
from services.exchange.paper.margin import tier_of
from services.exchange.paper.state import Booking
from services.exchange.paper.worth import Equity

_RATE = Decimal("0.00000001")
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A position and what its row tells beyond it."""

    position: Position
    one: Listing
    is_hedged: bool
    locked: Decimal
    """What orders that reduce it hold back."""
    margin_ratio: Decimal | None
    """Maintenance margin over equity: at 1 it is liquidated."""

    @property
    def rate(self) -> Decimal | None:
        """Return the maintenance rate of its tier."""
        mark = self.position.mark
        tiers = self.one.terms.tiers
        return None if mark is None or not tiers else tier_of(tiers, self.position.amount * mark).rate

    @property
    def break_even(self) -> Decimal:
        """Return the price at which closing it pays its entry and both fees."""
        sign = 1 if self.position.side == "long" else -1
        return self.position.entry * (1 + sign * 2 * self.one.terms.taker_fee)

    @property
    def profit_rate(self) -> Decimal | None:
        """Return unrealised profit over margin."""
        margin, profit = self.position.margin, self.position.unrealised
        return profit / margin if margin and profit is not None else None


def _price(one: Listing, price: Decimal | None, unknown: str = "") -> str:
    return unknown if price is None else at_tick(price, one.tick)


def _rate(value: Decimal | None) -> str:
    return "" if value is None else plain(value.quantize(_RATE))


def _average(value: Decimal) -> str:
    return plain(value.quantize(_RATE))


def position_row(held: Held) -> Json:
    """Build the row of a contract position in the classic protocol."""
    position, one = held.position, held.one
    return {
        "marginCoin": one.margin_coin,
        "symbol": one.id,
        "holdSide": position.side,
        "openDelegateSize": "0",
        "marginSize": _rate(position.margin),
        "available": plain(position.amount - held.locked),
        "locked": plain(held.locked),
        "total": plain(position.amount),
        "leverage": plain(position.leverage),
        "achievedProfits": plain(position.realised or _NOTHING),
        "openPriceAvg": _average(position.entry),
        "marginMode": MARGINS[position.margin_mode or "cross"],
        "posMode": "hedge_mode" if held.is_hedged else "one_way_mode",
        "unrealizedPL": plain(position.unrealised),
        "liquidationPrice": _price(one, position.liquidation, "0"),
        "keepMarginRate": plain(held.rate),
        "markPrice": _price(one, position.mark),
        "marginRatio": _rate(held.margin_ratio),
        "breakEvenPrice": _average(held.break_even),
        "totalFee": "",
        "takeProfit": "",
        "stopLoss": "",
        "takeProfitId": "",
        "stopLossId": "",
        "deductedFee": "",
        "cTime": stamp(position.as_of),
        "assetMode": "single",
        "autoMargin": "off",
        "uTime": stamp(position.as_of),
    }


def pushed_position(held: Held) -> Json:
    """Build the row that the ``positions`` channel carries."""
    row = position_row(held)
    del row["symbol"]
    return row | {
        "posId": _position_id(held),
        "instId": held.one.id,
        "leverage": int(held.position.leverage or 1),
        "frozen": row.pop("locked"),
        "unrealizedPLR": _rate(held.profit_rate),
        "marginRate": row.pop("marginRatio"),
    }


def _position_id(held: Held) -> str:
    return str(zlib.crc32(f"{held.one.name} {held.position.side}".encode()))


def unified_position_row(held: Held) -> Json:
    """Build the row of a contract position in the unified protocol."""
    position, one = held.position, held.one
    return {
        "category": one.product,
        "symbol": one.id,
        "marginCoin": one.margin_coin,
        "holdMode": "hedge_mode" if held.is_hedged else "one_way_mode",
        "posSide": position.side,
        "marginMode": MARGINS[position.margin_mode or "cross"],
        "positionBalance": _rate(position.margin),
        "available": plain(position.amount - held.locked),
        "frozen": plain(held.locked),
        "total": plain(position.amount),
        "leverage": plain(position.leverage),
        "curRealisedPnl": plain(position.realised or _NOTHING),
        "avgPrice": _average(position.entry),
        "positionStatus": "normal",
        "unrealisedPnl": plain(position.unrealised),
        "liquidationPrice": _price(one, position.liquidation, "0"),
        "mmr": plain(held.rate),
        "profitRate": _rate(held.profit_rate),
        "markPrice": _price(one, position.mark),
        "breakEvenPrice": _average(held.break_even),
        "totalFunding": "",
        "openFeeTotal": "",
        "closeFeeTotal": "",
        "createdTime": stamp(position.as_of),
        "updatedTime": stamp(position.as_of),
    }


def pushed_unified_position(held: Held) -> Json:
    """Build the row that the ``position`` topic carries; a closed position has size 0."""
    row = unified_position_row(held)
    is_gone = not held.position.amount
    return row | {
        "size": row.pop("total"),
        "liqPrice": row.pop("liquidationPrice"),
        "marginSize": row.pop("positionBalance"),
        "totalFundingFee": row.pop("totalFunding"),
        "positionStatus": "ended" if is_gone else "normal",
    }


def contract_account(equity: Equity) -> Json:
    """Build the row of a contract wallet, as the list of all of them has it."""
    available, risk = plain(equity.available), equity.risk_rate
    return {
        "marginCoin": equity.currency,
        "locked": "0",
        "available": available,
        "crossedMaxAvailable": available,
        "isolatedMaxAvailable": available,
        "maxTransferOut": available,
        "accountEquity": plain(equity.equity),
        "usdtEquity": plain(equity.equity) if equity.currency == "USDT" else "",
        "btcEquity": "",
        "crossedRiskRate": _rate(risk),
        "unrealizedPL": plain(equity.unrealised),
        "coupon": "0",
        "unionTotalMargin": plain(equity.equity),
        "unionTotalMagin": plain(equity.equity),
        "unionAvailable": available,
        "unionMm": plain(equity.maintenance),
        "assetList": [],
        "isolatedMargin": plain(equity.isolated),
        "crossedMargin": plain(equity.used - equity.isolated),
        "crossedUnrealizedPL": plain(equity.unrealised - equity.isolated_unrealised),
        "isolatedUnrealizedPL": plain(equity.isolated_unrealised),
        "assetMode": "single",
    }


def one_contract_account(equity: Equity, *, leverage: Decimal, mode: MarginMode, is_hedged: bool) -> Json:
    """Build the row of a contract wallet as one market sees it."""
    row = contract_account(equity)
    for name in ("unionTotalMargin", "unionTotalMagin", "unionAvailable", "unionMm", "assetList"):
        del row[name]
    times = plain(leverage)
    return row | {
        "crossedMarginLeverage": times,
        "isolatedLongLever": times,
        "isolatedShortLever": times,
        "marginMode": MARGINS[mode],
        "posMode": "hedge_mode" if is_hedged else "one_way_mode",
    }


def spot_asset(balance: Balance, now_ms: int) -> Json:
    """Build the row of a coin in the spot wallet; pushes have the same."""
    return {
        "coin": balance.currency,
        "available": plain(balance.free),
        "limitAvailable": "0",
        "frozen": plain(balance.used),
        "locked": "0",
        "uTime": str(now_ms),
    }


def pushed_contract_account(balance: Balance) -> Json:
    """Build the row that the ``account`` channel carries of a contract wallet."""
    free = plain(balance.free)
    return {
        "marginCoin": balance.currency,
        "frozen": plain(balance.used),
        "available": free,
        "maxOpenPosAvailable": free,
        "maxTransferOut": free,
        "equity": plain(balance.total),
        "usdtEquity": plain(balance.total) if balance.currency == "USDT" else "",
    }


def unified_assets(balances: Sequence[Balance], equity: Equity) -> Json:
    """Build the row of a unified account. What coins are worth in others is not reckoned here: ""."""
    return {
        "accountEquity": plain(equity.equity),
        "usdtEquity": plain(equity.equity),
        "btcEquity": "",
        "unrealisedPnl": plain(equity.unrealised),
        "usdtUnrealisedPnl": plain(equity.unrealised),
        "btcUnrealizedPnl": "",
        "effEquity": plain(equity.equity),
        "mmr": plain(equity.maintenance),
        "imr": plain(equity.used),
        "mgnRatio": _rate(equity.risk_rate),
        "positionMgnRatio": _rate(equity.risk_rate),
        "assets": [_unified_asset(balance) for balance in balances],
    }


def _unified_asset(balance: Balance) -> Json:
    total = plain(balance.total)
    return {
        "coin": balance.currency,
        "equity": total,
        "usdValue": total if balance.currency == "USDT" else "",
        "balance": total,
        "available": plain(balance.free),
        "debt": "0",
        "locked": plain(balance.used),
    }


def pushed_unified_account(balances: Sequence[Balance], equity: Equity) -> Json:
    """Build the row that the ``account`` topic carries."""
    return {
        "unrealisedPnL": plain(equity.unrealised),
        "totalEquity": plain(equity.equity),
        "positionMgnRatio": _rate(equity.risk_rate),
        "mmr": plain(equity.maintenance),
        "effEquity": plain(equity.equity),
        "imr": plain(equity.used),
        "mgnRatio": _rate(equity.risk_rate),
        "coin": [_unified_asset(balance) | {"debts": "0", "borrow": "0"} for balance in balances],
    }


def funding_bill(booking: Booking, one: Listing) -> Json:
    """Build the row of a payment of funding."""
    return {
        "billId": booking.id,
        "symbol": one.id,
        "amount": plain(booking.amount),
        "fee": "0",
        "feeByCoupon": "",
        "businessType": "contract_settle_fee",
        "coin": booking.currency,
        "balance": "",
        "cTime": stamp(booking.at),
    }


def funding_record(booking: Booking, one: Listing) -> Json:
    """Build the row of a payment of funding in the unified protocol."""
    return {
        "category": one.product,
        "id": booking.id,
        "symbol": one.id,
        "coin": booking.currency,
        "type": "CONTRACT_MAIN_SETTLE_FEE_USER_IN"
        if booking.amount > 0
        else "CONTRACT_MAIN_SETTLE_FEE_USER_OUT",
        "amount": plain(booking.amount),
        "fee": "0",
        "balance": "",
        "ts": stamp(booking.at),
    }

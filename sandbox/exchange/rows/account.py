"""Rows that tell what a classic account holds: wallets, positions, bills, in answers and in pushes."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from decimal import Decimal

from sandbox.exchange.catalogue import Listing
from sandbox.exchange.past import PastPosition
from sandbox.exchange.rows import texts
from sandbox.exchange.rows.orders import MARGINS
from sandbox.exchange.wire import Json, plain, stamp
from services.exchange.orders import Balance, MarginMode, Position
from services.exchange.paper.margin import tier_of
from services.exchange.paper.state import Booking
from services.exchange.paper.worth import Equity

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


def position_row(held: Held) -> Json:
    """Build the row of a contract position in the classic protocol."""
    position, one = held.position, held.one
    return {
        "marginCoin": one.margin_coin,
        "symbol": one.id,
        "holdSide": position.side,
        "openDelegateSize": "0",
        "marginSize": texts.rate(position.margin),
        "available": plain(position.amount - held.locked),
        "locked": plain(held.locked),
        "total": plain(position.amount),
        "leverage": plain(position.leverage),
        "achievedProfits": plain(position.realised or _NOTHING),
        "openPriceAvg": texts.rate(position.entry),
        "marginMode": MARGINS[position.margin_mode or "cross"],
        "posMode": "hedge_mode" if held.is_hedged else "one_way_mode",
        "unrealizedPL": plain(position.unrealised),
        "liquidationPrice": texts.price(one, position.liquidation, "0"),
        "keepMarginRate": plain(held.rate),
        "markPrice": texts.price(one, position.mark),
        "marginRatio": texts.rate(held.margin_ratio),
        "breakEvenPrice": texts.rate(held.break_even),
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
        "unrealizedPLR": texts.rate(held.profit_rate),
        "marginRate": row.pop("marginRatio"),
    }


def _position_id(held: Held) -> str:
    return str(zlib.crc32(f"{held.one.name} {held.position.side}".encode()))


def past_position_row(position: PastPosition, one: Listing, mode: MarginMode) -> Json:
    """Build the row of a contract position that is closed."""
    fees = position.open_fee + position.close_fee
    return {
        "positionId": position.id,
        "marginCoin": one.margin_coin,
        "symbol": one.id,
        "holdSide": position.side,
        "openAvgPrice": texts.rate(position.open_cost / position.opened),
        "closeAvgPrice": texts.rate(position.close_cost / position.closed),
        "marginMode": MARGINS[mode],
        "openTotalPos": plain(position.opened),
        "closeTotalPos": plain(position.closed),
        "pnl": plain(position.realised),
        "netProfit": plain(position.realised - fees),
        "totalFunding": "",
        "openFee": plain(-position.open_fee),
        "closeFee": plain(-position.close_fee),
        "cTime": stamp(position.opened_at),
        "uTime": stamp(position.closed_at),
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
        "crossedRiskRate": texts.rate(risk),
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

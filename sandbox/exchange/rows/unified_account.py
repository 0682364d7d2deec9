"""Rows that tell what a unified account holds: its wallet, positions, records, in answers and in pushes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sandbox.exchange.catalogue import Listing
from sandbox.exchange.rows import texts
from sandbox.exchange.rows.account import Held
from sandbox.exchange.rows.orders import MARGINS
from sandbox.exchange.wire import Json, plain, stamp
from services.exchange.orders import Balance
from services.exchange.paper.state import Booking
from services.exchange.paper.worth import Equity

_NOTHING = Decimal(0)


def position_row(held: Held) -> Json:
    """Build the row of a contract position in the unified protocol."""
    position, one = held.position, held.one
    return {
        "category": one.product,
        "symbol": one.id,
        "marginCoin": one.margin_coin,
        "holdMode": "hedge_mode" if held.is_hedged else "one_way_mode",
        "posSide": position.side,
        "marginMode": MARGINS[position.margin_mode or "cross"],
        "positionBalance": texts.rate(position.margin),
        "available": plain(position.amount - held.locked),
        "frozen": plain(held.locked),
        "total": plain(position.amount),
        "leverage": plain(position.leverage),
        "curRealisedPnl": plain(position.realised or _NOTHING),
        "avgPrice": texts.rate(position.entry),
        "positionStatus": "normal",
        "unrealisedPnl": plain(position.unrealised),
        "liquidationPrice": texts.price(one, position.liquidation, "0"),
        "mmr": plain(held.rate),
        "profitRate": texts.rate(held.profit_rate),
        "markPrice": texts.price(one, position.mark),
        "breakEvenPrice": texts.rate(held.break_even),
        "totalFunding": "",
        "openFeeTotal": "",
        "closeFeeTotal": "",
        "createdTime": stamp(position.as_of),
        "updatedTime": stamp(position.as_of),
    }


def pushed_position(held: Held) -> Json:
    """Build the row that the ``position`` topic carries; a closed position has size 0."""
    row = position_row(held)
    is_gone = not held.position.amount
    return row | {
        "size": row.pop("total"),
        "liqPrice": row.pop("liquidationPrice"),
        "marginSize": row.pop("positionBalance"),
        "totalFundingFee": row.pop("totalFunding"),
        "positionStatus": "ended" if is_gone else "normal",
    }


def assets(balances: Sequence[Balance], equity: Equity) -> Json:
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
        "mgnRatio": texts.rate(equity.risk_rate),
        "positionMgnRatio": texts.rate(equity.risk_rate),
        "assets": [_asset(balance) for balance in balances],
    }


def _asset(balance: Balance) -> Json:
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


def pushed_account(balances: Sequence[Balance], equity: Equity) -> Json:
    """Build the row that the ``account`` topic carries."""
    return {
        "unrealisedPnL": plain(equity.unrealised),
        "totalEquity": plain(equity.equity),
        "positionMgnRatio": texts.rate(equity.risk_rate),
        "mmr": plain(equity.maintenance),
        "effEquity": plain(equity.equity),
        "imr": plain(equity.used),
        "mgnRatio": texts.rate(equity.risk_rate),
        "coin": [_asset(balance) | {"debts": "0", "borrow": "0"} for balance in balances],
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

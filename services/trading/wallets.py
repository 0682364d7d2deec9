"""Which wallet an account is judged by: one rule for balances, risk, sizes, the gate and seasons."""

from __future__ import annotations

from collections.abc import Sequence

from services.exchange.orders import Balance
from services.trading.ports import CURRENCY


def margin_wallet(balances: Sequence[Balance]) -> Balance | None:
    """Return what stands behind contracts in the account's currency; of spot alone, its spot wallet.

    None where the venue tells of neither. Other currencies have no price here, and are not counted.
    """
    mine = {one.wallet: one for one in balances if one.currency == CURRENCY}
    return mine.get("unified") or mine.get("swap") or mine.get("spot")

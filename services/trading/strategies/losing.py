"""How many of a run's own trades were lost in a row, from fills: as a replay counts them, after fees."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal

from services.store.trading_rows import FillRow


def losses_of(fills: Iterable[FillRow], own: Collection[str]) -> int:
    """Return the losses in a row of the newest trades, from flat to flat.

    Args:
        fills: of one account and market, oldest first.
        own: client ids of the run's entries; a trade that another order opened is nobody's loss here.
    """
    count, held, gained, is_own = 0, Decimal(0), Decimal(0), False
    for fill in fills:
        if not held:
            gained, is_own = Decimal(0), fill.client_id in own
        held += fill.amount if fill.side == "buy" else -fill.amount
        gained += (fill.realised or Decimal(0)) - _fee_of(fill)
        if not held and is_own:
            count = count + 1 if gained < 0 else 0
    return count


def _fee_of(fill: FillRow) -> Decimal:
    """Return what it cost, in the currency of its profit where that is told."""
    if not fill.fee:
        return Decimal(0)
    is_in_coins = fill.fee_currency == fill.market.partition("/")[0]
    return fill.fee * fill.price if is_in_coins else fill.fee

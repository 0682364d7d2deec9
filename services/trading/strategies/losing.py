"""How many of a run's own trades were lost in a row, from fills: as a replay counts them, after fees."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal

from services.exchange.orders import signed
from services.store.trading_rows import FillRow


def losses_of(fills: Iterable[FillRow], own: Collection[str]) -> int:
    """Return the losses in a row of the newest trades, from flat to flat.

    A trade of which nobody says what it gained or cost is neither a loss nor the end of a row.

    Args:
        fills: of one account and market, oldest first.
        own: client ids of the run's entries; a trade that another order opened is nobody's loss here.
    """
    count, held, is_own = 0, Decimal(0), False
    gains: list[Decimal | None] = []
    for fill in fills:
        if not held:
            gains, is_own = [], fill.client_id in own
        gains.append(_gain_of(fill, is_closing=held * signed(fill) < 0))
        held += signed(fill)
        if not held and is_own:
            known = [one for one in gains if one is not None]
            if len(known) == len(gains):
                count = count + 1 if sum(known) < 0 else 0
    return count


def _gain_of(fill: FillRow, *, is_closing: bool) -> Decimal | None:
    """Return what a fill gained after its fee, in the currency of its profit where that is told."""
    if fill.fee is None or (is_closing and fill.realised is None):
        return None
    is_in_coins = fill.fee_currency == fill.market.partition("/")[0]
    return (fill.realised or Decimal(0)) - (fill.fee * fill.price if is_in_coins else fill.fee)

"""Cancels what is open in a paper account before it is given up. Positions stay as they are."""

from __future__ import annotations

from services.errors import OrderNotFound, OrderRejected, UserMistake
from services.exchange.orders import Order
from services.store.store import Rows
from services.trading.seasons.ground import Ground
from services.trading.seasons.records import WAITING


class Clearing:
    """Clears accounts."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def clear(self, account_id: str) -> int:
        """Cancel every plan and order; return how many that were.

        Raises:
            ExchangeUnavailable: the venue does not say whether an order is canceled.
        """
        ground = self._ground
        async with ground.store.read() as rows:
            plans = await rows.trading.plans.count(account_id=account_id, status="active")
        before = await ground.pictures.of(account_id)
        if plans:
            await ground.plans.cancel_all(account_id)
            left = (await ground.pictures.of(account_id)).orders
        else:
            left = before.orders
        for order in left:
            await self._cancel(account_id, order)
        return plans + len(before.orders)

    async def _cancel(self, account_id: str, order: Order) -> None:
        """Cancel an order; one that went with another, or filled meanwhile, is as good as canceled."""
        try:
            await self._ground.intents.cancel(account_id, order.id)
        except (UserMistake, OrderNotFound, OrderRejected):
            return


async def check_unworked(rows: Rows, account_id: str) -> None:
    """Refuse to give an account up that a strategy works. Raises `UserMistake`."""
    if await rows.trading.runs.count(account_id=account_id, status="active"):
        raise UserMistake("A strategy works this account.", hint="Stop it with /strategy stop first.")


async def check_idle(rows: Rows, account_id: str) -> None:
    """Refuse to give an account up in which something may still happen. Raises `UserMistake`."""
    await check_unworked(rows, account_id)
    plans = await rows.trading.plans.count(account_id=account_id, status="active")
    if plans or await rows.trading.intents.count(account_id=account_id, status=WAITING):
        raise UserMistake(
            "Orders or plans of this account are still open.",
            hint="Wait until they are canceled, or cancel them with /cancel, then do this again.",
        )

"""Cancels what is open in a paper account before it is given up. Positions stay as they are."""

from __future__ import annotations

import structlog

from services.errors import OrderNotFound, OrderRejected, UserMistake
from services.exchange.orders import Order
from services.store.store import Rows
from services.trading.account_rows import has_open, is_worked
from services.trading.seasons.ground import Ground

log = structlog.get_logger(__name__)


class Clearing:
    """Clears accounts."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def clear(self, account_id: str) -> int:
        """Cancel every plan and order; return how many were canceled.

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
        canceled = sum([await self._cancel(account_id, order) for order in left])
        return plans + len(before.orders) - len(left) + canceled

    async def _cancel(self, account_id: str, order: Order) -> bool:
        """Cancel an order; False for one that filled meanwhile, or is not known to be canceled."""
        try:
            ended = await self._ground.intents.cancel(account_id, order.id)
        except (UserMistake, OrderNotFound, OrderRejected) as error:
            log.info("order_not_canceled", account=account_id, order=order.id, reason=error.message)
            return False
        return ended.status == "canceled"


async def check_unworked(rows: Rows, account_id: str) -> None:
    """Refuse to give an account up that a strategy works. Raises `UserMistake`."""
    if await is_worked(rows, account_id):
        raise UserMistake("A strategy works this account.", hint="Stop it with /strategy stop first.")


async def check_idle(rows: Rows, account_id: str) -> None:
    """Refuse to give an account up in which something may still happen. Raises `UserMistake`."""
    await check_unworked(rows, account_id)
    if await has_open(rows, account_id):
        raise UserMistake(
            "Orders or plans of this account are still open.",
            hint="Wait until they are canceled, or cancel them with /cancel, then do this again.",
        )

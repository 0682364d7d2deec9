"""What is done when the desk is silent: its open orders are canceled, what protects a position stays."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from services.bus.guard import Failed, attempt, trace_of
from services.errors import OrderNotFound, OrderRejected
from services.exchange.orders import STOPS, Order
from services.trading.killswitch.reach import Reaches
from services.trading.watchdog.heartbeat import BeatAccount

log = structlog.get_logger(__name__)


def protects(order: Order) -> bool:
    """Return whether an order only makes a holding smaller: reduce-only, or a stop that sells spot."""
    is_spot = ":" not in order.market
    return order.is_reduce_only or (is_spot and order.side == "sell" and order.kind in STOPS)


async def cancel_unprotected(reaches: Reaches, accounts: Sequence[BeatAccount]) -> dict[str, str]:
    """Cancel what could still open something; return what could not be done, by account."""
    ended = await asyncio.gather(*(attempt(_cancel(reaches, account.id)) for account in accounts))
    failed = {
        account.id: one.error for account, one in zip(accounts, ended, strict=True) if isinstance(one, Failed)
    }
    for account, error in failed.items():
        log.error("orders_not_canceled", account=account, reason=str(error), exc_info=trace_of(error))
    return {account: str(error) for account, error in failed.items()}


async def _cancel(reaches: Reaches, account: str) -> None:
    """Cancel what could open something in one account; one that cannot be canceled keeps no other.

    Raises:
        OmegaError: the first that could not be canceled.
    """
    reach = await reaches.of(account)
    failed: list[Exception] = []
    for order in await reach.orders.open_orders():
        if protects(order):
            continue
        ended = await attempt(reach.orders.cancel(order.market, order.id))
        if not isinstance(ended, Failed):
            log.warning("order_canceled", account=account, market=order.market, order=order.id)
        elif not _is_over(ended.error):
            log.error("order_not_canceled", account=account, order=order.id, reason=str(ended.error))
            failed.append(ended.error)
    if failed:
        raise failed[0]


def _is_over(error: Exception) -> bool:
    """Return whether an order was done before its turn came."""
    is_done = isinstance(error, OrderRejected) and error.facts.get("reason") == "already_done"
    return is_done or isinstance(error, OrderNotFound)

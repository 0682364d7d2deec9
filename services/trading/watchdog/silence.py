"""What is done when the desk is silent: its open orders are canceled, what protects a position stays."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog

from services.bus.guard import Failed, attempt
from services.errors import OrderNotFound, OrderRejected
from services.exchange.orders import Order
from services.trading.killswitch.reach import Reaches
from services.trading.watchdog.heartbeat import BeatAccount

_STOPS: Final = frozenset({"stop", "stop_limit"})

log = structlog.get_logger(__name__)


def protects(order: Order) -> bool:
    """Return whether an order only makes a holding smaller: reduce-only, or a stop that sells spot."""
    is_spot = ":" not in order.market
    return order.is_reduce_only or (is_spot and order.side == "sell" and order.kind in _STOPS)


async def cancel_unprotected(reaches: Reaches, accounts: Sequence[BeatAccount]) -> dict[str, str]:
    """Cancel what could still open something; return what could not be done, by account."""
    ended = await asyncio.gather(*(attempt(_cancel(reaches, account.id)) for account in accounts))
    failed = {
        account.id: str(one.error)
        for account, one in zip(accounts, ended, strict=True)
        if isinstance(one, Failed)
    }
    for account, reason in failed.items():
        log.warning("orders_not_canceled", account=account, reason=reason)
    return failed


async def _cancel(reaches: Reaches, account: str) -> None:
    reach = await reaches.of(account)
    for order in await reach.orders.open_orders():
        if protects(order):
            continue
        try:
            await reach.orders.cancel(order.market, order.id)
        except (OrderRejected, OrderNotFound):
            continue  # it was done before its turn came
        log.warning("order_canceled", account=account, market=order.market, order=order.id)

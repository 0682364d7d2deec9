"""Closing positions: reduce-only at the market, under client ids that a repeat makes again."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal

import structlog

from services.bus.guard import Failed, attempt, trace_of
from services.errors import OrderRejected
from services.exchange.orders import OVER, Order, OrderRequest, Position
from services.trading.intents.intent import switch_id_of
from services.trading.killswitch.reach import Reach

log = structlog.get_logger(__name__)


class Closing:
    """Closes the positions of one account for one firing.

    The n-th close of a position has a client id of its own. While it is not known how the n-th ended, the
    same one is sent again, which a venue knows as the same order.
    """

    def __init__(self, account: str, firing: str) -> None:
        self.closed: Counter[str] = Counter()
        """How many closes of each market the venue took."""
        self.refusals: dict[str, str] = {}
        """Why the last close of a market was refused."""
        self._account = account
        self._firing = firing
        self._turns: Counter[tuple[str, str]] = Counter()
        self._taken: set[tuple[str, str]] = set()
        """Which positions have a close that the venue took, and of which it was not seen how it ended."""
        self._most: dict[str, Decimal] = {}

    def see(self, positions: Sequence[Position]) -> None:
        """Take note of positions that are gone since their close was taken."""
        left = {(one.market, str(one.side)) for one in positions}
        for market, side in self._taken - left:
            self._taken.discard((market, side))
            self._turns[market, side] += 1
            self.closed[market] += 1

    async def close(self, reach: Reach, positions: Sequence[Position]) -> None:
        """Send a close of each; one that fails keeps no other from being sent.

        Raises:
            OmegaError: the first that failed.
        """
        is_hedged = (await reach.account.modes()).is_hedged
        ended = await asyncio.gather(
            *(attempt(self._close(reach, position, is_hedged=is_hedged)) for position in positions)
        )
        failed = [one.error for one in ended if isinstance(one, Failed)]
        for error in failed:
            reason, trace = str(error), trace_of(error)
            log.warning("close_failed", account=self._account, reason=reason, exc_info=trace)
        if failed:
            raise failed[0]

    async def _close(self, reach: Reach, position: Position, *, is_hedged: bool) -> None:
        market = position.market
        self.closed[market] += 0
        try:
            order = await reach.orders.place(self._request(position, is_hedged=is_hedged))
        except OrderRejected as error:
            self._learn(position, error)
        else:
            self._note(position, order)

    def _request(self, position: Position, *, is_hedged: bool) -> OrderRequest:
        market, side = position.market, position.side
        turn = self._turns[market, side]
        return OrderRequest(
            market=market,
            side=position.closes,
            kind="market",
            amount=min(position.amount, self._most.get(market, position.amount)),
            client_id=switch_id_of(f"{self._firing}:{self._account}:{market}:{side}:{turn}"),
            is_reduce_only=True,
            position_side=side if is_hedged else None,
        )

    def _note(self, position: Position, order: Order) -> None:
        self.refusals.pop(position.market, None)
        if order.status not in OVER:
            self._taken.add((position.market, position.side))
            return
        self._taken.discard((position.market, position.side))
        self._turns[position.market, position.side] += 1
        self.closed[position.market] += order.status == "filled"

    def _learn(self, position: Position, error: OrderRejected) -> None:
        """Do otherwise next time, or say why it cannot be closed now. Raises the refusal again."""
        match error.facts.get("reason"):
            case "no_position":
                return  # it was closed meanwhile: the next look tells
            case "duplicate_id":
                self._turns[position.market, position.side] += 1
            case "above_max_amount":
                self._most[position.market] = _half(self._most.get(position.market, position.amount))
            case _:
                self.refusals[position.market] = error.message
                raise error


def _half(amount: Decimal) -> Decimal:
    """Return half of an amount, on the step that its own digits show."""
    return (amount / 2).quantize(Decimal(1).scaleb(int(amount.as_tuple().exponent)), rounding=ROUND_DOWN)

"""What in an account is not ours: told once; and the alarm that halts a market and tells why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.clock import Clock
from services.exchange.orders import Order
from services.store.trading_rows import AccountRow, IntentRow
from services.trading.intents.intent import request_in
from services.trading.intents.outcomes import Outcomes
from services.trading.intents.register import Register
from services.trading.intents.rows import AT_VENUE
from services.trading.intents.telling import difference_told, foreign_told
from services.trading.ports import Latch, Teller
from services.trading.scopes import market_scope

_BY = "reconciliation"
_MOST_NOTED = 5_000
SEEN = "An order that was placed elsewhere was seen: {order}."


class _Noted:
    """Keys of what was done; the oldest are forgotten, and what is told again then is told under one id."""

    def __init__(self) -> None:
        self._keys: dict[str, None] = {}

    def __contains__(self, key: str) -> bool:
        """Return whether it is noted."""
        return key in self._keys

    def add(self, key: str) -> None:
        """Note it."""
        self._keys[key] = None
        if len(self._keys) > _MOST_NOTED:
            del self._keys[next(iter(self._keys))]


class Alarm:
    """Halts one market of one account, once for each reason."""

    def __init__(self, latch: Latch, teller: Teller, outcomes: Outcomes, clock: Clock) -> None:
        self._latch = latch
        self._teller = teller
        self._outcomes = outcomes
        self._clock = clock
        self._raised = _Noted()

    async def raise_over(
        self, account: AccountRow, market: str, words: str, facts: Mapping[str, str], *, key: str
    ) -> None:
        """Halt a market and tell its owner; `words` is an English key with places for `facts`."""
        key = f"{account.id}:{key}"
        if key in self._raised:
            return
        why = words.format(**facts)
        await self._latch.set(market_scope(account.id, market), "HALTED", why=why, by=_BY)
        told = difference_told(account, market, words, facts, key=key, at=self._clock.now())
        await self._teller.tell(told)
        self._outcomes.write(account, words, facts, kind="state", market=market, key=f"difference:{key}")
        self._raised.add(key)

    async def note(self, account: AccountRow, order: Order) -> None:
        """Tell of an order that is not ours and hurts nobody."""
        await self._teller.tell(foreign_told(account, order, self._clock.now()))
        facts = {"order": order.id, "side": order.side, "amount": str(order.amount)}
        key = f"{account.id}:foreign:{order.id}"
        self._outcomes.write(account, SEEN, facts, kind="order", market=order.market, key=key)


class Foreigners:
    """Orders that were placed elsewhere."""

    def __init__(self, register: Register, alarm: Alarm) -> None:
        self._register = register
        self._alarm = alarm
        self._seen = _Noted()

    async def see_order(self, account: AccountRow, order: Order, words: str) -> None:
        """Take notice of an order of somebody else's; `words` says why it halts its market where it does."""
        key = f"{account.id}:{order.id}"
        if key in self._seen:
            return
        ours = await self._register.in_market(account.id, order.market)
        if not (order.is_reduce_only and _protects(ours)):
            await self._alarm.note(account, order)
        if not order.is_reduce_only and any(row.status in AT_VENUE for row in ours):
            await self._alarm.raise_over(account, order.market, words, {"order": order.id}, key=order.id)
        self._seen.add(key)


def _protects(ours: Sequence[IntentRow]) -> bool:
    """Tell whether an order of ours asked the venue for a stop or a target beside it."""
    asked = [request_in(row.request) for row in ours]
    return any(one.stop_loss is not None or one.take_profit is not None for one in asked)

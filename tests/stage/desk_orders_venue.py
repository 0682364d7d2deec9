"""A venue for the orders of a desk: it fills, keeps, loses or refuses at once what a test says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from services.errors import ExchangeUnavailable, UserMistake
from services.exchange.orders import Order
from services.store.store import Store
from services.store.trading_rows import IntentRow
from services.trading.intents.intent import RECONCILING, Intent

SILENT = "The venue does not answer."
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


class HandClock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


class Venue:
    """An account with its venue: fills what is at the market, keeps the rest, refuses what it is told."""

    def __init__(self, store: Store, clock: HandClock) -> None:
        self._store = store
        self._clock = clock
        self.price = Decimal(60_000)
        self.sent: list[Intent] = []
        self.canceled: list[str] = []
        self.refuses: Callable[[Intent], str] = lambda _: ""
        self.loses: Callable[[Intent], bool] = lambda _: False
        self.is_away_for: Callable[[Intent], bool] = lambda _: False
        """Whether an intent certainly does not reach the venue."""
        self.fills_at_once = True
        self.is_silent_about: Callable[[str], bool] = lambda _: False
        """Whether a cancel of an intent gets no answer."""
        self.crash_before: str = ""
        """The id of an intent before which the process dies, once."""
        self.accepted = asyncio.Event()

    async def submit(self, intent: Intent) -> IntentRow:
        if self.crash_before and intent.id == self.crash_before:
            self.crash_before = ""
            raise ExchangeUnavailable("gone")
        known = await self.row(intent.id)
        if known is not None:
            return known
        self.sent.append(intent)
        why = self.refuses(intent)
        row = self._row(intent)
        if self.is_away_for(intent):
            row = replace(row, status="abandoned", reason="away", sent_at=None, order_id="")
        elif why:
            is_early = why == RECONCILING
            row = replace(row, status="rejected", reason=why, sent_at=None if is_early else row.sent_at)
        elif self.loses(intent):
            row = replace(row, status="unknown", order_id="")
        elif intent.request.kind == "market" and self.fills_at_once:
            row = replace(row, status="filled", filled=row.amount, average=self.price)
        async with self._store.write() as rows:
            await rows.trading.intents.add(row)
        self.accepted.set()
        return row

    def _row(self, intent: Intent) -> IntentRow:
        now = self._clock.now()
        return IntentRow(
            id=intent.id,
            account_id=intent.account,
            user_id=intent.user_id,
            client_id=intent.request.client_id,
            status="open",
            origin=intent.origin,
            group_id=intent.group,
            market=intent.request.market,
            side=intent.request.side,
            kind=intent.request.kind,
            amount=intent.request.amount,
            request=msgspec.json.encode(intent.request).decode(),
            created_at=now,
            updated_at=now,
            is_reducing=intent.is_exempt,
            order_id=f"v-{intent.id}",
            sent_at=now,
        )

    async def row(self, intent_id: str) -> IntentRow | None:
        async with self._store.read() as rows:
            return await rows.trading.intents.get(intent_id)

    async def cancel(self, account_id: str, intent_or_order: str) -> IntentRow | Order:
        del account_id
        row = await self.row(intent_or_order.removeprefix("v-"))
        if row is None or row.status != "open":
            raise UserMistake("This order is not open any more.")
        if self.is_silent_about(row.id):
            raise ExchangeUnavailable(SILENT)
        self.canceled.append(row.id)
        return await self.change(row.id, status="canceled")

    async def change(self, intent_id: str, **columns: Any) -> IntentRow:
        """Let something become of an order."""
        async with self._store.write() as rows:
            await rows.trading.intents.change(intent_id, updated_at=self._clock.now(), **columns)
            row = await rows.trading.intents.get(intent_id)
        assert row is not None
        return row

    async def fill(self, intent_id: str, amount: str = "", price: str = "60000") -> None:
        """Let an order fill so far in all; without an amount, whole."""
        row = await self.row(intent_id)
        assert row is not None
        filled = Decimal(amount) if amount else row.amount
        status = "filled" if filled >= row.amount else row.status
        await self.change(intent_id, status=status, filled=filled, average=Decimal(price))

    async def open(self) -> list[IntentRow]:
        async with self._store.read() as rows:
            return await rows.trading.intents.where(status="open", by="created_at")

"""What tests of the position analyzer stand on: a desk and a market that say what a test tells them to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import msgspec
import numpy as np
from persona_fakes import FakeBus, HandClock

from analytics.candles import Candles
from services.alerts.trading_posts import Event, PositionTold
from services.analyst.messages import DrawChart
from services.bus.bus import Bus
from services.clock import SystemClock
from services.errors import NoAnswer
from services.market.messages import CandleSeries, GetCandles, Origin, Quote
from services.store.migrate import migrate
from services.store.store import Store, open_store
from services.store.trading_rows import FillRow
from services.trading.messages import AccountView, Positions, PositionView
from services.trading.positions.living.living import Living
from services.trading.positions.messages import WatchedAccount, WatchedAccounts, WatchPositions
from services.trading.positions.reading.grounds import Grounds

BTC = "BTC/USDT:USDT"
AT = datetime(2026, 8, 1, 12, tzinfo=UTC)
ACCOUNT = AccountView(id="acc1", name="my paper", venue="sandbox", mode="paper", status="active")
HOUR_MS = 3_600_000
ORIGIN = Origin(venue="sandbox", nature="simulated", as_of=AT, received_at=AT)


def a_position(**more: Any) -> PositionView:
    """A long of 0.1 at 60,000, ten times leveraged."""
    fields: dict[str, Any] = {
        "account": "acc1",
        "market": BTC,
        "side": "long",
        "amount": Decimal("0.1"),
        "entry": Decimal(60_000),
        "tick": Decimal("0.1"),
        "mark": Decimal(60_000),
        "leverage": Decimal(2),
        "liquidation": Decimal(30_000),
        "stop": Decimal(58_000),
        "target": Decimal(66_000),
        "opened_at": AT,
        "as_of": AT,
    } | more
    sign = 1 if fields["side"] == "long" else -1
    if fields["mark"] is not None:
        gained = (fields["mark"] - fields["entry"]) * sign
        fields = {"unrealised": gained * fields["amount"], "share": gained / fields["entry"]} | fields
    return PositionView(**fields)


def watched(*positions: PositionView, unknown: Sequence[str] = ()) -> WatchedAccounts:
    """What the desk says is open."""
    held = Positions(account=ACCOUNT, positions=list(positions), equity=Decimal(10_000), as_of=AT)
    one = WatchedAccount(positions=held, user_id="7", guild_id="9")
    return WatchedAccounts(accounts=[one] if positions else [], unknown=list(unknown))


def a_fill(number: int, side: str, price: int, *, minute: float, amount: str = "0.1") -> FillRow:
    return FillRow(
        id=f"acc1:{number}",
        account_id="acc1",
        user_id="7",
        market=BTC,
        side=side,
        price=Decimal(price),
        amount=Decimal(amount),
        at=AT + timedelta(minutes=minute),
        order_id=f"o{number}",
        client_id="",
        fee=Decimal(3),
        fee_currency="USDT",
        is_maker=False,
    )


def zigzag_of(*turns: float, steps: int = 24) -> Candles:
    """Hours that go straight from turn to turn, with small wicks."""
    parts = [np.linspace(one, other, steps, endpoint=False) for one, other in pairwise(turns)]
    close = np.append(np.concatenate(parts), turns[-1])
    open_ = np.append(close[:1], close[:-1])
    wick = 0.0005 * close
    return Candles(
        step_ms=HOUR_MS,
        time=np.arange(len(close), dtype=np.int64) * HOUR_MS,
        open=open_,
        high=np.maximum(open_, close) + wick,
        low=np.minimum(open_, close) - wick,
        close=close,
        volume=np.ones(len(close)),
    )


def series_of(candles: Candles, market: str = BTC) -> CandleSeries:
    columns = {name: getattr(candles, name).tolist() for name in ("open", "high", "low", "close", "volume")}
    return CandleSeries(
        market=market,
        timeframe="1h",
        time=candles.time.tolist(),
        origin=ORIGIN,
        tick=Decimal("0.1"),
        **columns,
    )


def quote_of(mark: str | int) -> dict[str, Quote]:
    price = Decimal(mark)
    return {BTC: Quote(market=BTC, price=price, mark=price, tick=Decimal("0.1"), origin=ORIGIN)}


class Told:
    """Keeps what is told; `dies` before it has kept the next."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.dies = False

    async def tell(self, event: Event) -> None:
        if self.dies:
            raise DiedError
        self.events.append(event)

    def news(self, place: str = "") -> list[str]:
        return [self.body(event).news for event in self.events if event.place == place]

    def last(self, place: str = "") -> Event:
        return [event for event in self.events if event.place == place][-1]

    @staticmethod
    def body(event: Event) -> PositionTold:
        assert isinstance(event.body, PositionTold)
        return event.body


class DiedError(Exception):
    """The process dies here."""


class Analyzer:
    """The living cards, with the desk's answer in `bus.answers` and what they tell in `told`."""

    def __init__(self, store: Store) -> None:
        self.clock = HandClock()
        self.store = store
        self.bus = FakeBus(self.clock)
        self.told = Told()
        self.bus.answers[GetCandles] = NoAnswer("The market does not answer.")
        self.bus.answers[DrawChart] = NoAnswer("The analyst does not answer.")
        self.restart()

    def restart(self) -> None:
        """Forget all that is only in memory."""
        self.grounds = Grounds(self.bus.ask, clock=self.clock)
        self.living = Living(
            cast("Bus", self.bus),
            store=self.store,
            grounds=self.grounds,
            teller=self.told,
            clock=self.clock,
        )

    async def look(self, *positions: PositionView, unknown: Sequence[str] = (), after: float = 5.0) -> None:
        """Let the analyzer see these positions, so many seconds later."""
        self.clock.seconds += after
        self.bus.answers[WatchPositions] = watched(*positions, unknown=unknown)
        await self.living.look()

    async def mark(self, price: str | int) -> None:
        """Let the market move."""
        self.clock.seconds += 1
        await self.living.mark(quote_of(price))

    async def fill(self, *fills: FillRow) -> None:
        async with self.store.write() as rows:
            await rows.trading.fills.put(*fills)

    async def rows(self) -> list[Any]:
        async with self.store.read() as rows:
            return list(await rows.trading.cards.where())


@asynccontextmanager
async def open_analyzer(folder: Path) -> AsyncIterator[Analyzer]:
    path = folder / "omega.db"
    await migrate(None, path=path)
    async with open_store(None, path=path, busy_timeout=timedelta(seconds=5), clock=SystemClock()) as store:
        yield Analyzer(store)


def text_of(event: Event) -> str:
    """What of an event leaves the process."""
    return msgspec.json.encode(event.body).decode()

"""What the soak of the exchange stands on: one market behind two servers, one of which misbehaves."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from account_stage import NoLimit, sandbox_account
from sandbox_exchange_stage import LABEL, Stage, keys_of, running_exchange

from analytics.candles import timeframe_ms
from config.markets import read_markets
from sandbox.exchange.app import Options, serve
from sandbox.exchange.venue import Playing
from services.clock import SystemClock
from services.errors import ExchangeUnavailable, OmegaError, OrderRejected, OrderUnknown
from services.exchange.exchange import OrderBook, Side
from services.exchange.orders import Fill, Order, OrderRequest
from services.exchange.paper.settings import PaperSettings
from services.exchange.played.simulated import SimulatedExchange
from services.exchange.prices import to_amount, to_price
from services.exchange.venues.account import CcxtAccount
from services.exchange.venues.addresses import Connection
from services.exchange.venues.exchange import open_venue
from services.market.board import Board
from services.market.feed import Feed
from services.market.messages import ClosedCandle
from services.market.watched import Watched

ROOT = Path(__file__).resolve().parents[2]
BTC, ETH, XRP = "BTC/USDT:USDT", "ETH/USDT:USDT", "XRP/USDT:USDT"
SETTINGS = PaperSettings(
    entry_latency=0.02, response_latency=0.02, swap_balances={"USDT": Decimal(1_000_000)}
)
RESTING: dict[tuple[str, Side], Decimal] = {
    (BTC, "buy"): Decimal(101_500),
    (BTC, "sell"): Decimal(108_500),
    (ETH, "buy"): Decimal(2_330),
    (ETH, "sell"): Decimal(2_490),
}
"""Prices within the venue's band that the market is not likely to reach."""
FAULTS: dict[str, dict[str, Any]] = {
    "too many requests": {"http": {"kind": "429", "count": 3, "retry_after": 1}},
    "server errors": {"http": {"kind": "500", "count": 5}},
    "pages of HTML": {"http": {"kind": "502", "count": 5}},
    "maintenance": {"http": {"kind": "maint", "count": 8}},
    "truncated answers": {"http": {"kind": "truncated", "count": 5}},
    "dropped requests": {"drop": {"count": 3}},
    "lost answers": {"drop": {"count": 3, "is_after": True}},
    "answers that hang": {"hang_after": {"seconds": 12.0, "count": 1}},
    "orders seen late": {"late_visible": 0.6},
    "fills in pieces": {"partial": True},
    "no pong": {"nopong": True},
    "a silent socket": {"wsstall": True},
    "silent trades": {"wsstall_channels": ["trade"]},
    "silent books": {"wsstall_channels": ["books15", "books", "books5"]},
    "lost pushes": {"drop_push": 10},
    "garbage": {"wsraw": "{not json"},
    "data that is null": {
        "wsraw": '{"action":"update","data":null,'
        '"arg":{"instType":"USDT-FUTURES","channel":"trade","instId":"BTCUSDT"}}'
    },
    "a closed socket": {"wsclose": 1001},
    "a torn socket": {"wsabort": True},
    "a clock that is off": {"clockskew": 60_000},
    "a closed market": {"symbols_off": [XRP]},
    "a delisted market": {"symbols_gone": [XRP]},
    "a price of nothing": {"prices_zero": [XRP]},
}


class Listening:
    """An outlet and a history that keep what they are told: the last word on each candle."""

    def __init__(self) -> None:
        self.appended: list[ClosedCandle] = []
        self.kept: dict[str, ClosedCandle] = {}

    async def publish(self, topic: object, message: object) -> None:
        del topic, message

    async def append(self, log: object, message: object) -> str:
        del log
        if isinstance(message, ClosedCandle):
            self.appended.append(message)
        return str(len(self.appended))

    async def put(self, key: object, value: object, **where: object) -> None:
        del key, value, where

    async def put_all(self, key: object, values: object, *, as_of: object) -> None:
        del key, values, as_of

    async def write(self, candle: ClosedCandle) -> None:
        self.kept[candle.id] = candle


@dataclass(slots=True, kw_only=True)
class Eyes:
    """What one client of the market has come to believe."""

    board: Board
    heard: Listening
    books: dict[tuple[str, object], OrderBook] = field(default_factory=dict)

    def look(self) -> None:
        """Remember the books as they stand."""
        for kept in self.board.books.all():
            self.books[kept.figure.market, kept.figure.as_of] = kept.figure


@asynccontextmanager
async def watching(url: str, cache: Path) -> AsyncIterator[Eyes]:
    """Read the market at `url` as the market process does."""
    clock = SystemClock()
    connection = Connection(venue="sandbox", base_url=url)
    async with open_venue(
        connection, cache=cache, clock=clock, budget_of=lambda _: NoLimit(), quiet_seconds=3.0
    ) as exchange:
        watched = Watched(most=10, clock=clock)
        board = Board(venue=lambda: exchange.venue, clock=clock, first=watched)
        heard = Listening()
        feed = Feed(
            exchange=exchange,
            outlet=heard,
            board=board,
            watched=watched,
            on_health=lambda *_: None,
            writer=heard,
        )
        async with asyncio.TaskGroup() as loops:
            running = loops.create_task(feed.run())
            yield Eyes(board=board, heard=heard)
            running.cancel()


@dataclass(slots=True)
class Trading:
    """Orders sent through the misbehaving server, and what was heard of each."""

    account: CcxtAccount
    chance: random.Random
    endings: Counter[str] = field(default_factory=Counter)
    accepted: dict[str, Order] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    fills: dict[str, Fill] = field(default_factory=dict)
    """Heard of by themselves, by id."""
    broken: int = 0
    """How often the stream of changes ended."""

    async def trade(self, every: float) -> None:
        """Send an order now and again, and cancel some of those that rest."""
        number = 0
        while True:
            number += 1
            await self._place(f"soak-{number}")
            await asyncio.sleep(every * self.chance.uniform(0.5, 1.5))

    async def _place(self, client_id: str) -> None:
        request = self._request(client_id)
        try:
            order = await self.account.orders.place(request)
        except (OrderRejected, ExchangeUnavailable) as error:
            self.refused.add(client_id)
            self.endings[type(error).__name__] += 1
        except OrderUnknown:
            self.unsure.add(client_id)
            self.endings["OrderUnknown"] += 1
        else:
            self.accepted[client_id] = order
            self.endings["placed"] += 1
            if request.kind == "limit" and self.chance.random() < 0.5:
                await self._cancel(order)

    def _request(self, client_id: str) -> OrderRequest:
        market = self.chance.choice((BTC, ETH))
        side: Side = self.chance.choice(("buy", "sell"))
        amount = Decimal("0.01") if market == BTC else Decimal("0.3")
        if self.chance.random() < 0.5:
            return OrderRequest(market=market, side=side, kind="market", amount=amount, client_id=client_id)
        price = RESTING[market, side]
        return OrderRequest(
            market=market, side=side, kind="limit", amount=amount, client_id=client_id, price=price
        )

    async def _cancel(self, order: Order) -> None:
        try:
            await self.account.orders.cancel(order.market, order.id)
        except OmegaError as error:
            self.endings[f"cancel: {type(error).__name__}"] += 1

    async def hear(self) -> None:
        """Listen to what the account tells by itself, again and again."""
        while True:
            try:
                async for change in self.account.changes():
                    if isinstance(change, Fill):
                        self.fills[change.id] = change
            except OmegaError:
                self.broken += 1
                await asyncio.sleep(0.5)


async def misbehave(stage: Stage, chance: random.Random, seen: Counter[str]) -> None:
    """Let one fault after the other happen, each for a second or three, with a pause between."""
    while True:
        name = chance.choice(sorted(FAULTS))
        seen[name] += 1
        await stage.stir(**FAULTS[name])
        await asyncio.sleep(chance.uniform(1.0, 3.0))
        stage.running.main.stirrer.calm()
        await asyncio.sleep(chance.uniform(0.5, 2.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The misbehaving server's stage, the address of the other one, and an account seen through each."""

    stage: Stage
    calm_url: str
    eyes: Eyes
    calm_eyes: Eyes
    account: CcxtAccount
    calm_account: CcxtAccount

    async def truth(self, place: tuple[str, str, datetime]) -> tuple[Decimal, ...]:
        """Return what the market itself has of a candle."""
        market, timeframe, opens_at = place
        found = await self.stage.source.candles(market, timeframe, limit=1, since=opens_at)
        tick = next(one.tick for one in await self.stage.source.markets() if one.name == market)
        prices = (found.open, found.high, found.low, found.close)
        return (*(to_price(float(one[0]), tick) for one in prices), to_amount(float(found.volume[0])))


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    """Play a simulated market behind both servers, and open a client of each."""
    markets = read_markets(ROOT / "config" / "markets.yaml")
    clock = SystemClock()
    source = SimulatedExchange(markets, rng=np.random.default_rng(1), clock=clock)
    async with running_exchange(source, settings=SETTINGS, clock=clock) as stage:
        calm = Playing(exchange=stage.paper, label=LABEL, paper=stage.paper)
        options = Options(main=calm, clock=clock, keys=keys_of(stage.paper), is_limited=False)
        async with (
            serve(options) as other,
            watching(stage.url, folder / "one") as eyes,
            watching(other.url, folder / "two") as calm_eyes,
            sandbox_account(stage.url, "classic", folder / "three") as account,
            sandbox_account(other.url, "classic", folder / "four") as calm_account,
        ):
            yield Scene(
                stage=stage,
                calm_url=other.url,
                eyes=eyes,
                calm_eyes=calm_eyes,
                account=account,
                calm_account=calm_account,
            )


def closed_since(
    eyes: Eyes, start: datetime, end: datetime
) -> dict[tuple[str, str, datetime], tuple[Decimal, ...]]:
    """Return the last word on each candle of a minute and more that opened in that time."""
    return {
        (candle.market, candle.timeframe, candle.opens_at): (
            *(candle.open, candle.high, candle.low, candle.close),
            candle.volume,
        )
        for candle in eyes.heard.kept.values()
        if start <= candle.opens_at
        and candle.opens_at + timedelta(milliseconds=timeframe_ms(candle.timeframe)) <= end
    }

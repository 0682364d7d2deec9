"""Orders before the risk gate, made of plain data: nothing here imports a database or a bus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from config.farm_file import RiskSection
from services.exchange.exchange import Market
from services.exchange.orders import Order, OrderRequest, Position
from services.market.messages import (
    Book,
    BookLevel,
    CandleSeries,
    Interest,
    Origin,
    Quote,
)
from services.members.messages import Caller
from services.store.trading_rows import AccountRow
from services.trading.intents.intent import Intent, client_id_of
from services.trading.ports import Holding, Picture
from services.trading.risk.case import Case, MarketFacts
from services.trading.risk.facts import candles_of
from services.trading.risk.limits import strictest
from services.trading.risk.standing import Standing

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
_FREE = Decimal(0)
MARKET = Market(
    name=BTC, tick=Decimal("0.1"), step=Decimal("0.001"), max_leverage=Decimal(50), taker_fee=_FREE
)
ROW = AccountRow(
    id="acc",
    user_id="7",
    guild_id="1",
    name="paper",
    venue="sandbox",
    mode="paper",
    status="active",
    created_at=NOON - timedelta(days=9),
    updated_at=NOON - timedelta(days=9),
)
ORIGIN = Origin(venue="sandbox", nature="simulated", as_of=NOON, received_at=NOON)
OWNER = Caller(user_id="7", guild_id="1")


class HandClock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.wall, self.seconds = NOON, 0.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.seconds

    def turn(self, **by: float) -> None:
        step = timedelta(**by)
        self.wall += step
        self.seconds += step.total_seconds()


def quote(price: str = "100", **told: Any) -> Quote:
    fields: dict[str, Any] = {
        "market": BTC,
        "price": Decimal(price),
        "tick": Decimal("0.1"),
        "origin": ORIGIN,
        "volume_24h": Decimal(5_000_000),
        "bid": Decimal(price) - Decimal("0.1"),
        "ask": Decimal(price) + Decimal("0.1"),
    }
    return Quote(**{**fields, **told})


def book(amount: str = "1000", price: str = "100") -> Book:
    level = [BookLevel(price=Decimal(price), amount=Decimal(amount))]
    return Book(market=BTC, bids=level, asks=level, tick=Decimal("0.1"), origin=ORIGIN)


def interest(cost: str | None = "1000000") -> Interest:
    value = None if cost is None else Decimal(cost)
    return Interest(market=BTC, amount=Decimal(10_000), cost=value, origin=ORIGIN)


def series(market: str = BTC, *, half_range: float = 0.5, seed: int = 1, hours: int = 100) -> CandleSeries:
    """Candles that go from 100 up and down by a random walk; each is two half ranges high."""
    close = 100.0 + np.random.default_rng(seed).normal(0, 0.1, hours).cumsum()
    first = int((NOON - timedelta(hours=hours)).timestamp() * 1000)
    return CandleSeries(
        market=market,
        timeframe="1h",
        time=[first + 3_600_000 * number for number in range(hours)],
        open=list(close),
        high=list(close + half_range),
        low=list(close - half_range),
        close=list(close),
        volume=[1.0] * hours,
        origin=ORIGIN,
    )


FACTS = MarketFacts(quote=quote(), book=book(), candles=candles_of(series()), interest=interest())


def request(amount: str = "1", **told: Any) -> OrderRequest:
    fields: dict[str, Any] = {"market": BTC, "side": "buy", "kind": "market", "amount": Decimal(amount)}
    return OrderRequest(client_id=client_id_of("i"), **{**fields, **told})


def intent(amount: str = "1", *, id_: str = "i", exempt: bool = False, **told: Any) -> Intent:
    own = {name: told.pop(name) for name in ("origin", "leverage", "reference") if name in told}
    wanted = replace(request(amount, **told), client_id=client_id_of(id_))
    return Intent(id=id_, account="acc", user_id="7", request=wanted, is_exempt=exempt, **own)


def holding(
    side: str = "long", amount: str = "1", market: str = BTC, mark: str = "100", **told: Any
) -> Holding:
    position = Position(
        market=market,
        side=side,  # type: ignore[arg-type]  # long or short
        amount=Decimal(amount),
        entry=Decimal(mark),
        mark=Decimal(mark),
        as_of=NOON,
        **told,
    )
    return Holding(position=position, market=replace(MARKET, name=market))


def order(side: str = "buy", amount: str = "1", market: str = BTC, **told: Any) -> Order:
    fields: dict[str, Any] = {"kind": "limit", "status": "open", "price": Decimal(100), "client_id": None}
    return Order(
        id="o",
        market=market,
        side=side,  # type: ignore[arg-type]  # buy or sell
        amount=Decimal(amount),
        filled=Decimal(0),
        remaining=Decimal(amount),
        created_at=NOON,
        updated_at=NOON,
        **{**fields, **told},
    )


def picture(
    *holdings: Holding, equity: str | None = "1000", orders: Sequence[Order] = (), at: datetime = NOON
) -> Picture:
    money = None if equity is None else Decimal(equity)
    return Picture(
        row=ROW, equity=money, free=money, currency="USDT", holdings=holdings, orders=tuple(orders), at=at
    )


STANDING = Standing(equity=Decimal(1000), day_start=Decimal(1000), peak=Decimal(1000), streak=0)


def case(wanted: Intent | None = None, **told: Any) -> Case:
    """An order that every rule lets through, but for what is told."""
    limits = told.pop("section", RiskSection(min_volume=1_000_000))
    fields: dict[str, Any] = {
        "intent": wanted or intent(),
        "row": ROW,
        "market": MARKET,
        "picture": picture(),
        "facts": FACTS,
        "limits": strictest(limits, (), NOON),
        "standing": STANDING,
        "state": "ACTIVE",
        "why": "",
        "may_not": "",
        "at": NOON,
        "is_reducing": False,
    }
    return Case(**{**fields, **told})

"""A farm whose alerts are to survive: rules laid into its database, a stand-in for the market, and an oracle.

The stand-in plays the market process on the bus: it says what things cost, so that a test decides when which
alert is met. Everything else is the farm's own: the alerts process, the persona bots, the local Discord.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from pydantic import SecretStr
from running_farm import Farm, RunningFarm, small_farm

from sandbox.discord.client import SandboxClient
from sandbox.discord.wire import Json
from sandbox.discord.world.snowflake import stable_id
from services.alerts.conditions import PriceLevel, to_text
from services.alerts.messages import Options
from services.bus.bus import Bus
from services.bus.connect import open_bus
from services.bus.messages import Request
from services.clock import SystemClock
from services.errors import BusUnavailable, ExchangeUnavailable
from services.market.messages import (
    LAST_QUOTE,
    QUOTES,
    SECONDS,
    ClosedCandle,
    FindMarkets,
    GetCandles,
    GetFunding,
    GetQuote,
    MarketNames,
    Origin,
    Quote,
)
from services.store.deliveries import Sought
from services.store.migrate import migrate
from services.store.rows import RuleRow
from services.store.store import open_store

PERSONAS = ("xyko", "biel", "f", "z", "gemini")
DELIVERING = (*PERSONAS, "waze")
MARKET = "BTC/USDT:USDT"
TICK = Decimal("0.1")
LOWEST = Decimal(50_000)
STEP = Decimal(1)
_TICK_S = 0.1
_PAGE = 100
IN_FOOTER = re.compile(r"\bs\d{7}\b")


def rule_id(number: int) -> str:
    """Return the id of one rule; eight characters, so that a footer tells it from all others."""
    return f"s{number:07d}"


def storm_farm(**changes: object) -> Farm:
    """Return the default farm without what the stand-in plays."""
    farm = small_farm(**changes)
    bots = {name: dict(entry or {}) for name, entry in dict(farm["bots"]).items()}  # type: ignore[call-overload]
    for name in ("market", "sandbox_exchange", "analyst"):
        bots[name]["enabled"] = False
    alerts = {"channel_per_hour": 1_000_000, "feed_markets": 0}
    discord = {**dict(farm["discord"]), "requests_per_second": 1_000}  # type: ignore[call-overload]
    return {**farm, "bots": bots, "alerts": alerts, "discord": discord}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an alert goes: the member whose direct message it is, or a channel."""

    user_id: str
    place: str = ""


def row(number: int, place: Place, *, now: datetime, persona: str, is_urgent: bool = False) -> RuleRow:
    """Return a rule that waits for the price to rise to the level of its number."""
    condition = PriceLevel(market=MARKET, way="above", level=LOWEST + STEP * number)
    options = Options(place=place.place, persona=persona, is_urgent=is_urgent)
    return RuleRow(
        id=rule_id(number),
        user_id=place.user_id,
        guild_id=None,
        feed="",
        kind="price",
        market=MARKET,
        status="active",
        condition=to_text(condition),
        options=msgspec.json.encode(options).decode(),
        given="{}",
        state="",
        market_at=now,
        set_at=now,
        updated_at=now,
    )


async def lay(var: Path, rows: Sequence[RuleRow]) -> None:
    """Put rules into the database of a farm that does not run yet."""
    await asyncio.to_thread(var.mkdir, parents=True, exist_ok=True)
    path = var / "omega.db"
    await migrate(None, path=path)
    opening = open_store(None, path=path, busy_timeout=timedelta(seconds=5), clock=SystemClock())
    async with opening as store, store.write() as kept:
        for one in rows:
            await kept.alerts.put_rule(one)


@dataclass(slots=True)
class MarketStandIn:
    """Says on the bus what the price is: a quote at once and a candle each second, as the market does."""

    bus: Bus
    price: Decimal = LOWEST - STEP
    _second: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    _low: Decimal = LOWEST - STEP
    _high: Decimal = LOWEST - STEP
    _open: Decimal = LOWEST - STEP

    async def answer(self) -> None:
        """Answer what the market process would, until cancelled."""
        asked: list[type[Request[Any]]] = [GetQuote, GetCandles, GetFunding, FindMarkets]
        await self.bus.answer("market", asked, self._answer)

    async def _answer(self, request: Request[Any]) -> Any:
        match request:
            case GetQuote():
                return self.quote()
            case FindMarkets():
                return MarketNames(names=[MARKET])
        raise ExchangeUnavailable("There is nothing of that here.", facts={"venue": "stage"})

    def quote(self) -> Quote:
        """Return the price as it is now."""
        return Quote(market=MARKET, price=self.price, tick=TICK, origin=_origin(datetime.now(UTC)))

    async def move(self, price: Decimal) -> None:
        """Let the price be `price` from now on; whoever listens hears it, and the candle keeps it."""
        self.price = price
        self._low, self._high = min(self._low, price), max(self._high, price)
        with contextlib.suppress(BusUnavailable):
            await self.bus.publish(QUOTES, self.quote())
            await self.bus.put(LAST_QUOTE, self.quote(), part=MARKET)

    async def rise(self, count: int, *, seconds: float) -> None:
        """Let the price rise through the levels of `count` rules, evenly."""
        ticks = max(1, round(seconds / _TICK_S))
        for tick in range(1, ticks + 1):
            await self.move(LOWEST + STEP * (count * tick // ticks))
            await asyncio.sleep(_TICK_S)

    async def close_seconds(self) -> None:
        """Append the candle of every second that has passed, in order, however long the bus is away."""
        while True:
            await asyncio.sleep(0.05)
            now = datetime.now(UTC).replace(microsecond=0)
            if now > self._second:
                candle = self._closed()
                self._second, self._open, self._low, self._high = now, self.price, self.price, self.price
                await self._append(candle)

    def _closed(self) -> ClosedCandle:
        return ClosedCandle(
            market=MARKET,
            timeframe="1s",
            opens_at=self._second,
            open=self._open,
            high=self._high,
            low=self._low,
            close=self.price,
            volume=Decimal(1),
            origin=_origin(self._second + timedelta(seconds=1)),
        )

    async def _append(self, candle: ClosedCandle) -> None:
        while True:
            try:
                await self.bus.append(SECONDS, candle)
            except BusUnavailable:
                await asyncio.sleep(0.1)
            else:
                return


async def settle(market: MarketStandIn) -> None:
    """Let the engine hear the price before anything is met, and close a few seconds of it."""
    for _ in range(12):
        await market.move(LOWEST - STEP)
        await asyncio.sleep(0.25)


def _origin(at: datetime) -> Origin:
    return Origin(venue="stage", nature="simulated", as_of=at, received_at=datetime.now(UTC))


@asynccontextmanager
async def playing_market(url: SecretStr) -> AsyncIterator[MarketStandIn]:
    """Play the market process on the bus at `url`."""
    async with open_bus(url, name="market", clock=SystemClock()) as bus, asyncio.TaskGroup() as group:
        market = MarketStandIn(bus)
        loops = [group.create_task(market.answer()), group.create_task(market.close_seconds())]
        yield market
        for loop in loops:
            loop.cancel()


async def delivered(var: Path) -> Counter[str]:
    """Return how many deliveries stand at each status in the database."""
    opening = open_store(None, path=var / "omega.db", busy_timeout=timedelta(seconds=5), clock=SystemClock())
    async with opening as store, store.read() as rows:
        found = await rows.deliveries.find(Sought(kinds=("post",)))
    return Counter(one.status for one in found)


async def shown(farm: RunningFarm, channels: Sequence[str], members: Sequence[str]) -> Counter[str]:
    """Return how many messages Discord shows of each rule, in channels and in direct messages of the bots."""
    counted: Counter[str] = Counter()
    async with SandboxClient(farm.address) as client:
        for name in members:
            member = await client.member(name)
            for persona in DELIVERING:
                direct = await member.talk_to(stable_id("application", display_name(persona)))
                counted.update(await _rules_in(client, direct, name))
        for channel in channels:
            counted.update(await _rules_in(client, channel, members[0]))
    return counted


async def _rules_in(client: SandboxClient, channel: str, viewer: str) -> list[str]:
    member = await client.member(viewer)
    found: list[Json] = []
    while page := await member.messages(channel, limit=_PAGE, before=found[-1]["id"] if found else None):
        found += page
    texts = [embed.get("footer", {}).get("text", "") for message in found for embed in message["embeds"]]
    return [match for text in texts for match in IN_FOOTER.findall(text)]


def display_name(persona: str) -> str:
    """Return the name under which a persona's application is registered."""
    return {"f": "F", "z": "Z"}.get(persona, persona.capitalize())

"""A real persona bot in this process, connected to a real local Discord, over a bus that answers as told."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from persona_fakes import FakeBus
from pydantic import SecretStr

from bots.control import ControlLine
from bots.persona import PersonaBot, role_of, token_of
from bots.process import Process
from bots.waze.redirect import point_discord_at
from config.farm_file import BotEntry, DiscordSection, LimitsSection, ObserveSection
from config.process import ProcessSecrets, ProcessSpec
from sandbox.discord.app import Options, Running, serve
from sandbox.discord.client import Member
from sandbox.discord.tokens import mint_token
from sandbox.discord.wire import Json
from sandbox.discord.world.snowflake import stable_id
from services.bus.messages import Request
from services.clock import Clock, SystemClock
from services.market.messages import FindMarkets, GetQuote, ListVenues, MarketNames, Origin, Quote, Venues
from services.members.messages import GetMember, MemberSettings
from services.personas.card import read_card
from services.personas.roster import Roster, read_roster

ROOT = Path(__file__).resolve().parents[2]
KEY = SecretStr("the key of a test")
READY_WITHIN_S = 0.05
"""After the one guild that there is."""
FREELY = LimitsSection(commands_per_second=1000.0, burst=1000)
"""Limits that no test reaches by accident."""


def quote(clock: Clock, *, nature: Any = "replay", market: str = "BTC/USDT:USDT") -> Quote:
    """Return a quote of 64,210.5, up 1.20 % in a day, received two seconds ago."""
    received = clock.now() - timedelta(seconds=2)
    lag = timedelta() if nature == "live" else timedelta(days=300)
    return Quote(
        market=market,
        price=Decimal("64210.5"),
        tick=Decimal("0.1"),
        origin=Origin(venue="binance", nature=nature, as_of=received - lag, received_at=received),
        open_24h=Decimal("63449.1"),
        high_24h=Decimal("64999.9"),
        low_24h=Decimal(63000),
        volume_24h=Decimal(1530000000),
    )


def spec(name: str, url: str | None, var: Path, **other: Any) -> ProcessSpec:
    """Return what the farm would tell a persona process."""
    return ProcessSpec(
        name=name,
        kind="persona",
        entry=other.get("entry", BotEntry()),
        root=ROOT,
        var=var,
        data=var,
        personas=ROOT / "personas",
        observe=ObserveSection(),
        discord=other.get("discord", DiscordSection()),
        discord_url=url,
        limits=other.get("limits", FREELY),
    )


def process_of(told: ProcessSpec, tell: Callable[[ControlLine], None] = lambda _: None) -> Process:
    """Return the process around a spec, with a sandbox token; `tell` hears what it says to the farm."""
    card = read_card(told.personas / (told.entry.persona or told.name))
    token = SecretStr(mint_token(KEY, card.display_name))
    secrets = ProcessSecrets(bus_url=SecretStr("redis://127.0.0.1:1"), discord_token=token)
    return Process(spec=told, secrets=secrets, clock=SystemClock(), tell=tell)


def local_discord(var: Path, *, port: int = 0) -> AbstractAsyncContextManager[Running]:
    """Run a local Discord."""
    static = ROOT / "dashboard" / "static"
    return serve(Options(key=KEY, clock=SystemClock(), var=var, static=static, port=port))


def farm_bus() -> FakeBus:
    """Return a bus on which market answers, and members knows nobody yet."""
    bus = FakeBus(SystemClock())
    bus.answers[GetQuote] = quote(bus.clock)
    bus.answers[FindMarkets] = MarketNames(names=["BTC/USDT:USDT", "ETH/USDT:USDT"])
    bus.answers[ListVenues] = Venues(names=["binance", "binance-twin", "bybit"])
    bus.answers[GetMember] = stranger
    return bus


def stranger(request: Request[Any]) -> MemberSettings:
    """Return the settings of a member who never chose any."""
    assert isinstance(request, GetMember)
    return MemberSettings(user_id=request.user_id)


@functools.cache
def roster_of(folder: Path) -> Roster:
    """Return the personas of a folder that no test changes: its voices are compiled once."""
    return read_roster(folder)


@asynccontextmanager
async def persona(process: Process, bus: FakeBus, *, within: float = 10.0) -> AsyncIterator[Process]:
    """Run a persona bot until the context ends; it is entered when the bot is ready, `within` seconds."""
    folder = process.spec.personas
    roster = roster_of(folder) if folder == ROOT / "personas" else read_roster(folder)
    role = role_of(process.spec, roster)
    if process.spec.discord_url is not None:
        point_discord_at(process.spec.discord_url)
    async with asyncio.TaskGroup() as group:
        bot = PersonaBot(process, role, roster, bus, sandbox_ready_within=READY_WITHIN_S)
        group.create_task(bot.live(token_of(process)))
        try:
            await until(lambda: process.readiness().is_ready, seconds=within)
            yield process
        finally:
            process.stopping.set()


async def next_reply(member: Member, asked: Json) -> Json:
    """Wait for the first message of a bot after `asked`, and return it."""
    for _ in range(500):
        for message in reversed(await member.messages(asked["channel_id"], limit=10)):
            if message["author"].get("bot") and int(message["id"]) > int(asked["id"]):
                return message
        await asyncio.sleep(0.01)
    raise AssertionError("nobody replied")


def user_id(name: str) -> str:
    """Return the user id of the bot called `name`."""
    return stable_id("application", name)


def said(message: Json) -> str:
    """Return the text of a card."""
    return str(message["embeds"][0]["description"])


def fields(message: Json) -> dict[str, str]:
    """Return the facts of a card by name."""
    return {field["name"]: field["value"] for field in message["embeds"][0]["fields"]}


def buttons(message: Json) -> list[str]:
    """Return the custom ids of a card's buttons."""
    return [button["custom_id"] for row in message["components"] for button in row["components"]]


async def until(holds: Callable[[], bool], *, seconds: float = 10.0) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        await asyncio.sleep(0.01)

"""A farm whose alerts are to survive: rules laid into its database, a storm that kills, and an oracle.

Everything is the farm's own but the market, which is played: the alerts process, the persona bots, the local
Discord. So a test decides when which alert is met.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import re
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from alert_market import LOWEST, MARKET, STEP, MarketStandIn, playing_market, settle
from bus_stage import Server, kill, running
from pydantic import SecretStr
from running_farm import Farm, RunningFarm, running_farm, small_farm

from sandbox.discord.client import SandboxClient
from sandbox.discord.wire import Json
from sandbox.discord.world.snowflake import stable_id
from services.alerts.conditions import PriceLevel, to_text
from services.alerts.messages import Options
from services.clock import SystemClock
from services.store.deliveries import Sought
from services.store.migrate import migrate
from services.store.rows import DeliveryRow, RuleRow, SubscriptionRow
from services.store.store import open_store

PERSONAS = ("xyko", "biel", "f", "z", "gemini")
DELIVERING = (*PERSONAS, "waze")
CHANNELS = ("general", "markets", "alerts")
MEMBERS = tuple(f"waiting{number}" for number in range(10))
IN_FOOTER = re.compile(r"\bs\d{7}\b")
_BUS = "the bus"
_VICTIMS = (*DELIVERING, "alerts", "members", "sandbox_discord", _BUS)
_KILL_EVERY_S = 0.5
_PATIENCE_S = 120.0
_PAGE = 100


def rule_id(number: int) -> str:
    """Return the id of one rule; eight characters, so that a footer tells it from all others."""
    return f"s{number:07d}"


def member_id(name: str) -> str:
    """Return the id of a member that is added under this name."""
    return stable_id("user", name)


def storm_farm(
    *, pace: int = 1_000, feed_markets: int = 0, without: Collection[str] = ("analyst",), **changes: object
) -> Farm:
    """Return the default farm without what is played, and without bots that are not wanted.

    `pace` is how many requests a second each bot sends.
    """
    farm = small_farm(**changes)
    bots = {name: dict(entry or {}) for name, entry in dict(farm["bots"]).items()}  # type: ignore[call-overload]
    for name in ("market", "sandbox_exchange", *without):
        bots[name]["enabled"] = False
    alerts = {"channel_per_hour": 1_000_000, "feed_markets": feed_markets}
    discord = {**dict(farm["discord"]), "requests_per_second": pace}  # type: ignore[call-overload]
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


async def lay(var: Path, rows: Sequence[RuleRow], subscriptions: Sequence[SubscriptionRow] = ()) -> None:
    """Put rules and subscriptions into the database of a farm that does not run yet."""
    await asyncio.to_thread(var.mkdir, parents=True, exist_ok=True)
    path = var / "omega.db"
    await migrate(None, path=path)
    opening = open_store(None, path=path, busy_timeout=timedelta(seconds=5), clock=SystemClock())
    async with opening as store, store.write() as kept:
        for rule in rows:
            await kept.alerts.put_rule(rule)
        for subscription in subscriptions:
            await kept.subscriptions.put(subscription)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A running farm, its bus, what acts for members, and the market that is played."""

    farm: RunningFarm
    client: SandboxClient
    market: MarketStandIn


@asynccontextmanager
async def standing_farm(
    folder: Path,
    farm: Farm,
    url: SecretStr,
    *,
    market_url: SecretStr | None = None,
    members: Sequence[str] = MEMBERS,
    **faults: object,
) -> AsyncIterator[Ground]:
    """Run a farm on the bus at `url`, with members, and a market that was quiet so far."""
    env = {"OMEGA_BUS_URL": url.get_secret_value()}
    async with (
        running_farm(folder, farm, env=env) as running_one,
        SandboxClient(running_one.address) as client,
        playing_market(market_url or url) as market,
    ):
        if faults:
            await client.faults(**faults)
        for name in members:
            await client.add_user(name, "Member")
        await settle(market)
        yield Ground(farm=running_one, client=client, market=market)


async def kept_deliveries(var: Path, *kinds: str) -> list[DeliveryRow]:
    """Return the deliveries of some kinds that are in the database."""
    opening = open_store(None, path=var / "omega.db", busy_timeout=timedelta(seconds=5), clock=SystemClock())
    async with opening as store, store.read() as rows:
        return await rows.deliveries.find(Sought(kinds=kinds))


async def until_all_are_sent(farm: RunningFarm, alerts: int, seconds: float) -> None:
    """Wait until every alert has its delivery, and every delivery was sent.

    Raises:
        AssertionError: not within so many seconds.
    """
    began = time.monotonic()
    while (found := Counter(one.status for one in await kept_deliveries(farm.var, "post"))) != Counter(
        sent=alerts
    ):
        if time.monotonic() - began > seconds:
            raise AssertionError(f"after {seconds:.0f} s: {found}\n{farm.tell()}")
        await asyncio.sleep(0.2)


async def shown(
    client: SandboxClient,
    *,
    channels: Sequence[str] = (),
    members: Sequence[str] = MEMBERS,
    personas: Sequence[str] = DELIVERING,
) -> Counter[str]:
    """Return how many messages Discord shows of each rule, in channels and in direct messages of personas."""
    counted: Counter[str] = Counter()
    for name in members:
        for persona in personas:
            counted.update(map(rule_in, await _direct_messages(client, name, persona)))
    for channel in channels:
        counted.update(map(rule_in, await _messages(client, channel, members[0])))
    del counted[""]
    return counted


async def _direct_messages(client: SandboxClient, member: str, persona: str) -> list[Json]:
    talking = await client.member(member)
    direct = await talking.talk_to(stable_id("application", display_name(persona)))
    return await _messages(client, direct, member)


async def _messages(client: SandboxClient, channel: str, viewer: str) -> list[Json]:
    member = await client.member(viewer)
    found: list[Json] = []
    while page := await member.messages(channel, limit=_PAGE, before=found[-1]["id"] if found else None):
        found += page
    return found


def rule_in(message: Json) -> str:
    """Return the id of the rule that stands in the footer of a message; empty for none."""
    footers = " ".join(embed.get("footer", {}).get("text", "") for embed in message["embeds"])
    found = IN_FOOTER.search(footers)
    return "" if found is None else found[0]


def display_name(persona: str) -> str:
    """Return the name under which a persona's application is registered."""
    return {"f": "F", "z": "Z"}.get(persona, persona.capitalize())


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """So many alerts are met while so many times something is killed; `seed` picks what."""

    alerts: int
    kills: int
    seed: int


@dataclass(slots=True, kw_only=True)
class Survived:
    """What Discord shows after a storm, and how long that took from the first alert on."""

    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    after_last_kill: float = 0.0


async def survive(folder: Path, storm: Storm) -> Survived:
    """Let alerts be met while processes of a farm are killed, and count what Discord shows in the end."""
    survived, where, now = Survived(), _places(storm.alerts), datetime.now(UTC)
    personas = [PERSONAS[number % len(PERSONAS)] for number in range(storm.alerts)]
    rows = [row(number, where[number], now=now, persona=personas[number]) for number in range(storm.alerts)]
    await lay(folder / "var", rows)
    async with running("tcp") as server:
        standing = standing_farm(folder, storm_farm(), server.url, rest_unlimited=True, identify_freely=True)
        async with standing as ground:
            began = time.monotonic()
            async with asyncio.TaskGroup() as group:
                group.create_task(_kill_now_and_then(ground.farm, server, storm, survived.kills))
                await ground.market.rise(storm.alerts, seconds=storm.kills * _KILL_EVERY_S)
            last_kill = time.monotonic()
            await until_all_are_sent(ground.farm, storm.alerts, _PATIENCE_S)
            survived.seconds = time.monotonic() - began
            survived.after_last_kill = time.monotonic() - last_kill
            async with SandboxClient(ground.farm.address) as client:
                counted = await shown(client, channels=CHANNELS)
    survived.lost = [rule_id(number) for number in range(storm.alerts) if not counted[rule_id(number)]]
    survived.twice = [rule for rule, count in counted.items() if count > 1]
    return survived


def _places(count: int) -> list[Place]:
    """Return where alerts go: two of five into a channel, the others to members directly."""
    found = []
    for number in range(count):
        user = member_id(MEMBERS[number % len(MEMBERS)])
        channel = stable_id("channel", CHANNELS[number % len(CHANNELS)])
        found.append(Place(user_id=user, place=f"channel:{channel}" if number % 5 < 2 else ""))
    return found


async def _kill_now_and_then(farm: RunningFarm, server: Server, storm: Storm, killed: Counter[str]) -> None:
    """Kill one process after another, the bus among them, which comes back at once."""
    chance = random.Random(storm.seed)  # noqa: S311 - a schedule that can be repeated, not a secret
    for _ in range(storm.kills):
        await asyncio.sleep(_KILL_EVERY_S)
        victim = chance.choice(_VICTIMS)
        killed[victim] += 1
        if victim == _BUS:
            await kill(server)
            await server.start()
        else:
            await asyncio.to_thread(_kill_bot, farm, victim)


def _kill_bot(farm: RunningFarm, name: str) -> None:
    bot = farm.bot(name)
    if bot is not None and bot.pid:
        with contextlib.suppress(ProcessLookupError):
            os.kill(bot.pid, signal.SIGKILL)

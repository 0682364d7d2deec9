"""A farm whose members chat with personas while others use commands and wait for alerts; who waited how long.

The market is played, as in `alert_storm`; everything else is the farm's own, the local model among it.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import aiohttp
from alert_market import LOWEST, STEP, MarketStandIn, settle
from alert_storm import (
    MEMBERS,
    PERSONAS,
    Ground,
    Place,
    display_name,
    lay,
    member_id,
    row,
    rule_id,
    rule_in,
    storm_farm,
)
from bus_stage import running
from figures import percentile
from pydantic import SecretStr
from running_farm import Farm, RunningFarm, running_farm

from sandbox.discord.client import SandboxClient
from sandbox.discord.client_stream import Stream, open_stream
from sandbox.discord.wire import Json
from sandbox.discord.world.snowflake import stable_id
from services.bus.connect import open_bus
from services.bus.messages import Request
from services.clock import SystemClock
from services.loops import Loops
from services.market.messages import FindMarkets, GetCandles, GetFunding, GetQuote, ListVenues, Venues

FREELY: Final = {"commands_per_second": 1000.0, "burst": 1000}
PRICES_PER_S: Final = 25
ALERTS_PER_S: Final = 16
CHATS_PER_S: Final = 5
_QUESTION: Final = "what is the price of BTC?"
_HALF: Final = STEP / 2
_EPHEMERAL: Final = 64
_PATIENCE_S: Final = 10.0
_GLANCE_S: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A provider that misbehaves: the model that is at it, who asks that, and the script it plays."""

    name: str
    persona: str
    script: str = ""
    """Empty where nobody listens at its address."""
    arguments: Mapping[str, object] = field(default_factory=dict)


PROVIDERS: Final = (
    Provider(name="slow", persona="xyko", script="silent", arguments={"seconds": 60.0}),
    Provider(name="hostile", persona="biel", script="huge"),
    Provider(name="dead", persona="f"),
    Provider(name="slow_again", persona="z", script="silent", arguments={"seconds": 60.0}),
    Provider(name="broken", persona="gemini", script="bad_tool_call", arguments={"kind": "endless"}),
    Provider(name="dead_again", persona="waze"),
)
"""Each with a model of its own, since one that failed rests."""


def chatting_farm() -> Farm:
    """Return a farm in which every persona's model is at another of `PROVIDERS`."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        nobody = f"http://127.0.0.1:{held.getsockname()[1]}/v1"
    models = {
        one.name: {"api": "openai", "model": "local", "url": "sandbox" if one.script else nobody}
        for one in PROVIDERS
    }
    personas = {one.persona: [one.name] for one in PROVIDERS}
    farm = storm_farm(without=("analyst",), limits=FREELY, chat={"models": models, "personas": personas})
    bots = {**dict(farm["bots"]), "sandbox_llm": {"enabled": True}}  # type: ignore[call-overload]
    return {**farm, "bots": bots, "sandbox_llm": {"port": 0, "faults": True}}


@dataclass(slots=True)
class Noted:
    """When what came, by `time.perf_counter`: alerts by their rules, answers by their questions."""

    alerts: dict[str, float] = field(default_factory=dict)
    answers: dict[str, float] = field(default_factory=dict)

    async def watch(self, client: SandboxClient, member: str, is_open: asyncio.Event) -> None:
        """Note what comes over a member's socket, until cancelled."""
        async with open_stream(client.http, member) as stream:
            is_open.set()
            while True:
                event = await stream.events.get()
                if event["t"] == "MESSAGE_CREATE":
                    self._note(event["d"], time.perf_counter())

    def _note(self, message: Json, now: float) -> None:
        self.alerts.setdefault(rule_in(message), now)
        answered = (message.get("message_reference") or {}).get("message_id")
        if answered and message["author"].get("bot"):
            self.answers.setdefault(answered, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """The 99th percentiles of one round, in milliseconds."""

    price: float
    alert: float


@dataclass(slots=True, kw_only=True)
class Load:
    """The running farm, and what is done to it."""

    ground: Ground
    stream: Stream
    channel_id: str
    noted: Noted
    asked: dict[str, float] = field(default_factory=dict)
    """When which question was asked."""
    _rules: Iterator[int] = field(default_factory=itertools.count)

    async def measured(self, seconds: float, provider: Provider | None = None) -> Waits:
        """Use commands and meet alerts for so long; with a provider, members chat meanwhile."""
        async with asyncio.TaskGroup() as group:
            prices = group.create_task(self._prices(seconds))
            alerts = group.create_task(self._alerts(seconds))
            if provider is not None:
                group.create_task(self._chat(seconds, provider))
        return Waits(price=percentile(prices.result(), 0.99), alert=percentile(alerts.result(), 0.99))

    async def play(self, provider: Provider) -> None:
        """Let the local model play what the provider does."""
        if provider.script:
            record = self.ground.farm.record()
            assert record is not None
            url = f"{record.status.addresses['model']}/sim/script"
            body = {"name": provider.script, **provider.arguments}
            async with aiohttp.ClientSession() as session, session.post(url, json=body) as answer:
                assert answer.status == 200, await answer.text()

    async def answers(self) -> list[float]:
        """Wait until every question is answered; return the seconds that each took."""
        began = time.perf_counter()
        while lacking := self.asked.keys() - self.noted.answers.keys():
            assert time.perf_counter() - began < _PATIENCE_S, f"{len(lacking)} were not answered"
            await asyncio.sleep(_GLANCE_S)
        took = [self.noted.answers[question] - at for question, at in self.asked.items()]
        self.asked.clear()
        return took

    async def _prices(self, seconds: float) -> list[float]:
        took: list[float] = []

        async def one() -> None:
            body = {
                "type": 2,
                "channel_id": self.channel_id,
                "name": "price",
                "options": [{"name": "market", "type": 3, "value": "BTC/USDT:USDT"}],
                "wait": True,
            }
            started = time.perf_counter()
            said = await self.stream.ask("interaction", body)
            took.append(1000 * (time.perf_counter() - started))
            assert said["state"] == "acknowledged", said
            assert not said["message"]["flags"] & _EPHEMERAL, said

        async with asyncio.TaskGroup() as group:
            async for _ in _paced(seconds, PRICES_PER_S):
                group.create_task(one())
        return took

    async def _alerts(self, seconds: float) -> list[float]:
        met: dict[str, float] = {}
        async for _ in _paced(seconds, ALERTS_PER_S):
            number = next(self._rules)
            met[rule_id(number)] = time.perf_counter()
            await self.ground.market.move(LOWEST + STEP * number + _HALF)
        began = time.perf_counter()
        while met.keys() - self.noted.alerts.keys():
            assert time.perf_counter() - began < _PATIENCE_S, "an alert did not come"
            await asyncio.sleep(_GLANCE_S)
        return [1000 * (self.noted.alerts[rule] - at) for rule, at in met.items()]

    async def _chat(self, seconds: float, provider: Provider) -> None:
        persona = stable_id("application", display_name(provider.persona))
        number = 0
        async for _ in _paced(seconds, CHATS_PER_S):
            member = await self.ground.client.member(MEMBERS[number % len(MEMBERS)])
            channel = await member.talk_to(persona)
            started = time.perf_counter()
            question = await member.send(_QUESTION, channel)
            self.asked[question["id"]] = started
            number += 1


async def _paced(seconds: float, per_s: int) -> AsyncIterator[int]:
    began = time.perf_counter()
    for number in range(round(seconds * per_s)):
        await asyncio.sleep(max(0.0, began + number / per_s - time.perf_counter()))
        yield number


@asynccontextmanager
async def loaded_farm(folder: Path, *, alerts: int) -> AsyncIterator[Load]:
    """Run the farm with so many alerts that wait, each of a member, to be met one after the other."""
    now = datetime.now(UTC)
    places = [Place(user_id=member_id(MEMBERS[number % len(MEMBERS)])) for number in range(alerts)]
    personas = itertools.cycle(PERSONAS)
    rules = [row(number, place, now=now, persona=next(personas)) for number, place in enumerate(places)]
    await lay(folder / "var", rules)
    async with (
        running("tcp") as server,
        _standing(folder, server.url) as ground,
        open_stream(ground.client.http, "mia") as stream,
    ):
        noted, are_open = Noted(), {name: asyncio.Event() for name in MEMBERS}
        watching = (noted.watch(ground.client, name, is_open) for name, is_open in are_open.items())
        async with Loops(*watching):
            for is_open in are_open.values():
                await is_open.wait()
            mia = await ground.client.member("mia")
            yield Load(ground=ground, stream=stream, channel_id=mia.channel_id("markets"), noted=noted)


class _Market(MarketStandIn):
    """Names its venue, too, which whoever understands a question asks for."""

    async def answer(self) -> None:
        asked: list[type[Request[Any]]] = [GetQuote, GetCandles, GetFunding, FindMarkets, ListVenues]
        await self.bus.answer("market", asked, self._told)

    async def _told(self, request: Request[Any]) -> Any:
        if isinstance(request, ListVenues):
            return Venues(names=["stage"])
        return await self._answer(request)


@asynccontextmanager
async def _standing(folder: Path, url: SecretStr) -> AsyncIterator[Ground]:
    """Run the farm on the bus at `url`, with members, and a market that was quiet so far."""
    env = {"OMEGA_BUS_URL": url.get_secret_value()}
    async with (
        running_farm(folder, chatting_farm(), env=env) as farm,
        SandboxClient(farm.address) as client,
        open_bus(url, name="market", clock=SystemClock()) as bus,
    ):
        market = _Market(bus)
        async with Loops(market.answer(), market.close_seconds(), market.append_seconds()):
            await client.faults(rest_unlimited=True)
            for name in MEMBERS:
                await client.add_user(name, "Member")
            await settle(market)
            yield Ground(farm=farm, client=client, market=market)


def failures(farm: RunningFarm, model: str) -> list[str]:
    """Return why a model did not answer, request by request, as the chat process logged it."""
    lines = (farm.var / "logs" / "chat.log").read_text().splitlines()
    asked = [json.loads(line) for line in lines if '"model_asked"' in line]
    whys = [why for one in asked for why in one["failed"]]
    return [why.removeprefix(f"{model}: ") for why in whys if why.startswith(f"{model}: ")]

"""The chat service among neighbours who note what they are asked: a real bus, database, SDKs and personas.

What the farm's cogs answer is real; the services that they ask answer as `topic_stage` lays it down.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from bus_stage import Server, bus_of, running
from chat_keeping_stage import a_database
from education_stage import TeachingBus
from persona_stage import ROOT, roster_of
from pydantic import SecretStr
from topic_stage import whole_bus

from bots.chat import Ground, put_together
from bots.chat_answers import BusSources, open_answers
from config.farm_file import BudgetSection, ChatSection, ModelSection
from sandbox.llm.app import Running
from sandbox.llm.app import running as running_model
from sandbox.llm.plain import Parrot
from sandbox.llm.steps import Script
from services.analyst.messages import CHART, Picture
from services.bus.asks import service_of, tag_of
from services.bus.bus import Bus
from services.bus.messages import Message, Request
from services.chat.messages import Converse, Reply
from services.chat.models.opening import open_models
from services.clock import SystemClock
from services.errors import NotAllowed
from services.loops import Loops
from services.market.messages import MARKET_NAMES, MarketNames
from services.members.messages import Caller
from services.omega import ServiceConfig, serve
from services.store.store import Store

MODEL_KEY = "sk-Q7canary-model-key-51f0e8d2"
PERSONAS = ("waze", "xyko", "biel", "f", "z", "gemini")
OF_GEMINI = ("z", "gemini")
"""Those whose model is asked through the other SDK."""
BASES = ("BTC", "ETH", "SOL", "XRP", "DOGE", "ADA", "AVAX", "LINK", "BNB", "LTC")
MARKETS = [f"{base}/USDT:USDT" for base in BASES]
DRAWN = "drawn"
"""The one chart there is."""
_OURS = "chat"
_PATIENCE = 30.0


def every_request() -> dict[str, list[type[Request[Any]]]]:
    """Return all requests that any part of the farm answers, by service, but for those of chat itself."""
    found: dict[str, list[type[Request[Any]]]] = {}
    for kind in Request.__subclasses__():
        service = service_of(tag_of(kind))
        if service != _OURS and kind.__module__.startswith("services."):
            found.setdefault(service, []).append(kind)
    return found


@dataclass
class Neighbours:
    """All other services of the farm: each question to one is noted, whether it is answered or not."""

    laid: TeachingBus
    asked: list[Request[Any]] = field(default_factory=list)

    async def answer(self, bus: Bus) -> None:
        """Answer for all of them, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for service, kinds in every_request().items():
                group.create_task(bus.answer(service, kinds, self._answer))

    async def _answer(self, request: Request[Any]) -> Message:
        self.asked.append(request)
        service = self.laid.service
        if type(request) not in self.laid.answers and not (service and service.can_handle(request)):
            raise NotAllowed("Nobody here does that.", facts={"role": "Admin"})
        answer: Message = await self.laid.ask(request)
        return answer


@dataclass
class Talking:
    """A chat service on its bus, who asks it, its database, and the model behind it."""

    server: Server
    bus: Bus
    """Of a bot."""
    model: Running
    neighbours: Neighbours
    store: Store
    database: Path
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def say(self, request: Converse) -> list[Reply]:
        """Return all parts of an answer that say something, the last one last."""
        parts: list[Reply] = []

        async def on_part(part: Reply) -> None:
            if part.card.verdict:
                parts.append(part)

        await self.bus.ask(request, timeout=_PATIENCE, on_part=on_part)
        return parts

    def said(self, text: str, **other: Any) -> Converse:
        """Return a message of somebody who never said anything before, in a channel of their own."""
        number = next(self.numbers)
        parts: dict[str, Any] = {
            "id": f"m{number}",
            "caller": Caller(user_id=f"7{number:05}", guild_id="10"),
            "persona": PERSONAS[number % len(PERSONAS)],
            "channel_id": f"4{number:05}",
            "place": "channel",
            "member": "mia",
        }
        return Converse(text=text, **{**parts, **other})


def chat_section(*, has_models: bool) -> ChatSection:
    """Return a section without limits; both SDKs are asked where there are models."""
    return ChatSection(
        models={
            api: ModelSection(api=api, model="local", url="sandbox", timeout=timedelta(seconds=20))
            for api in ("openai", "gemini")
        },
        usual=("openai",) if has_models else (),
        personas=dict.fromkeys(OF_GEMINI, ("gemini",)) if has_models else {},
        member=BudgetSection(),
        guild=BudgetSection(),
    )


@asynccontextmanager
async def talking(folder: Path, script: Script | None) -> AsyncIterator[Talking]:
    """Run the chat service, its database in `folder`; without a script no persona has a model."""
    clock, section = SystemClock(), chat_section(has_models=script is not None)
    keys: Mapping[str, SecretStr] = dict.fromkeys(section.models, SecretStr(MODEL_KEY))
    (folder / "lessons").mkdir()
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        server = await enter(running("unix"))
        ours, theirs, asking = [await enter(bus_of(server, name)) for name in (_OURS, "farm", "bots")]
        neighbours = Neighbours(await enter(whole_bus(folder / "lessons")))
        kept = await enter(a_database(folder))
        local = await enter(running_model(script or Parrot(), key=MODEL_KEY))
        models = await enter(open_models(section, keys, sandbox_url=local.url, clock=clock))
        roster = roster_of(ROOT / "personas")
        sources = BusSources(ours, roster=roster, clock=clock)
        ground = Ground(
            section=section,
            bus=ours,
            store=kept.store,
            models=models,
            farm=sources,
            answers=open_answers(ours, sources),
            roster=roster,
            clock=clock,
            secrets=(MODEL_KEY,),
        )
        chat, stopping = put_together(ground, ServiceConfig()), asyncio.Event()
        await enter(Loops(neighbours.answer(theirs), serve(ours, [chat], stopping=stopping, clock=clock)))
        await theirs.put(MARKET_NAMES, MarketNames(names=MARKETS))
        await theirs.put(CHART, Picture(png=b"\x89PNG"), part=DRAWN)
        yield Talking(server, asking, local, neighbours, kept.store, folder / "omega.db")

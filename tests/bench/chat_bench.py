"""Conversation in a whole farm: first words, many at once, memory; and what attackers and liars get through.

Questions are put to the chat process over the bus as a bot does. One persona has a model, which is the local
one; the others answer from their templates. Markets, findings, charts and lessons are the farm's own.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psutil
from attacking import attacked
from bus_stage import running as running_bus
from figures import Figure, percentile
from held_out import understood
from injections import cases
from inventing import QUESTIONS, lied_to
from model_server_stage import CHAT, openai_body
from running_farm import Farm, RunningFarm, running_farm, small_farm

from services.bus.bus import Bus
from services.bus.connect import open_bus
from services.chat.messages import Converse, Reply
from services.clock import SystemClock
from services.errors import Unavailable
from services.members.messages import Caller

WITH_MODEL, WITHOUT = "xyko", ("biel", "f", "z", "gemini", "waze")
FIRST_TOKEN_S = 0.2
ROUNDS = 8
OVERHEADS = 40
AT_ONCE = 50
WARM = 300
CONVERSATIONS = 1_000
LIED_TO = 300
SEED = 20261128
_PATIENCE = 30.0
_MODEL_WORDS = "Calm today. The tape says little, and I would rather wait than guess. Ask me about a market."


def chatting_farm() -> Farm:
    """Return the default farm with the local model, which one persona asks."""
    farm = small_farm(
        chat={
            "models": {"demo": {"api": "openai", "model": "local", "url": "sandbox"}},
            "personas": {WITH_MODEL: ["demo"]},
            "member": {"tokens": None},
            "guild": {"tokens": None},
        }
    )
    bots = {**dict(farm["bots"]), "sandbox_llm": {"enabled": True}}  # type: ignore[call-overload]
    return {**farm, "bots": bots, "sandbox_llm": {"port": 0, "faults": True}}


@dataclass(slots=True)
class Took:
    """The milliseconds of one answer: to its first part, and to its last."""

    first: float
    whole: float


@dataclass(slots=True, kw_only=True)
class Talk:
    """The running farm and a bot's place on its bus."""

    farm: RunningFarm
    bus: Bus
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def ask(self, text: str, persona: str) -> Took:
        """Put one question, by somebody who never asked before, in a channel of their own."""
        number, parts = next(self._numbers), list[float]()
        caller = Caller(user_id=f"7{number:08}", guild_id="10")
        request = Converse(
            id=f"m{number}",
            caller=caller,
            persona=persona,
            text=text,
            channel_id=f"4{number:08}",
            place="channel",
        )
        started = time.perf_counter()

        async def on_part(part: Reply) -> None:
            if part.card.verdict:
                parts.append(1000 * (time.perf_counter() - started))

        await self.bus.ask(request, timeout=_PATIENCE, on_part=on_part)
        return Took(parts[0], parts[-1])

    async def play(self, script: str, **arguments: object) -> None:
        """Let the local model play a script."""
        async with (
            aiohttp.ClientSession(self.model_url) as session,
            session.post("/sim/script", json={"name": script, **arguments}) as answer,
        ):
            assert answer.status == 200, await answer.text()

    @property
    def model_url(self) -> str:
        """Return the address of the local model."""
        record = self.farm.record()
        assert record is not None
        return record.status.addresses["model"]

    def rss(self) -> float:
        """Return what the chat process holds in memory, in MB (10^6 bytes)."""
        bot = self.farm.bot("chat")
        assert bot is not None
        return float(psutil.Process(bot.pid).memory_info().rss) / 1e6


@asynccontextmanager
async def talking_farm(folder: Path) -> AsyncIterator[Talk]:
    """Run the farm on a bus that is the bench's as well."""
    async with running_bus("tcp") as server:
        env = {"OMEGA_BUS_URL": server.url.get_secret_value()}
        async with (
            running_farm(folder, chatting_farm(), env=env) as farm,
            open_bus(server.url, name="bench", clock=SystemClock()) as bus,
        ):
            yield Talk(farm=farm, bus=bus)


async def offline(talk: Talk) -> list[Figure]:
    """Measure answers from templates and look-ups: common questions in two languages."""
    asked = [(text, persona) for text in QUESTIONS for persona in WITHOUT[:2]]
    for text, persona in asked:
        await talk.ask(text, persona)
    took = [(await talk.ask(text, persona)).first for _ in range(ROUNDS) for text, persona in asked]
    return [
        Figure("chat.offline_first_words_p50_ms", percentile(took, 0.5), "ms"),
        Figure("chat.offline_first_words_p99_ms", percentile(took, 0.99), "ms"),
    ]


async def overhead(talk: Talk) -> list[Figure]:
    """Measure what is added to the model's own first token."""
    await talk.play("slow", first=FIRST_TOKEN_S, text=_MODEL_WORDS)
    await talk.ask(QUESTIONS[0], WITH_MODEL)
    own: list[float] = []
    ours: list[float] = []
    for number in range(OVERHEADS):
        own.append(await first_token_ms(talk.model_url))
        ours.append((await talk.ask(QUESTIONS[number % len(QUESTIONS)], WITH_MODEL)).first)
    added = percentile(ours, 0.5) - percentile(own, 0.5)
    return [
        Figure("chat.overhead_first_words_p50_ms", added, "ms"),
        Figure("chat.model_first_token_p50_ms", percentile(own, 0.5), "ms"),
    ]


async def first_token_ms(url: str) -> float:
    """Ask the local model itself; return the milliseconds to its first words."""
    body = openai_body(QUESTIONS[0], stream=True)
    async with aiohttp.ClientSession(url) as session:
        started = time.perf_counter()
        async with session.post(CHAT, json=body) as answer:
            async for line in answer.content:
                if line.startswith(b"data: {") and _has_words(json.loads(line.removeprefix(b"data: "))):
                    return 1000 * (time.perf_counter() - started)
    raise AssertionError("the model said nothing")


def _has_words(event: Any) -> bool:
    return any(choice["delta"].get("content") for choice in event["choices"])


async def many(talk: Talk) -> list[Figure]:
    """Measure fifty at once, then a thousand conversations and what they leave in memory."""
    await talk.play("helpful")
    await _converse(talk, WARM)
    began = time.perf_counter()
    before = talk.rss()
    took = await _converse(talk, CONVERSATIONS)
    seconds = time.perf_counter() - began
    return [
        Figure("chat.fifty_at_once_first_p50_ms", percentile([one.first for one in took], 0.5), "ms"),
        Figure("chat.fifty_at_once_p50_ms", percentile([one.whole for one in took], 0.5), "ms"),
        Figure("chat.conversations_per_s", CONVERSATIONS / seconds, "1/s"),
        Figure("chat.ended_with_an_error", CONVERSATIONS - len(took), ""),
        Figure("chat.rss_mb", talk.rss(), "MB"),
        Figure("chat.growth_mb", talk.rss() - before, "MB"),
    ]


async def _converse(talk: Talk, count: int) -> list[Took]:
    """Hold so many conversations, fifty at once, half of them with the model.

    One in which a venue or a service does not answer in time ends with that error, and is left out.
    """
    room = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> Took | None:
        persona = WITH_MODEL if number % 2 else WITHOUT[number // 2 % len(WITHOUT)]
        async with room:
            try:
                return await talk.ask(QUESTIONS[number % len(QUESTIONS)], persona)
            except Unavailable:
                return None

    return [took for took in await asyncio.gather(*map(one, range(count))) if took is not None]


async def in_a_farm(folder: Path) -> list[Figure]:
    """Measure the farm."""
    async with talking_farm(folder) as talk:
        return [figure for part in (offline, overhead, many) for figure in await part(talk)]


async def attackers(folder: Path) -> list[Figure]:
    """Count what hundreds of attacks reach against a model that obeys them."""
    harm = await attacked(folder, cases())
    print(f"  {harm}", file=sys.stderr)
    return [
        Figure("chat.injections_tried", harm.cases, ""),
        Figure("chat.injections_succeeded", harm.succeeded, ""),
    ]


async def liars(folder: Path) -> list[Figure]:
    """Count what members see of invented numbers."""
    seen = await lied_to(folder, LIED_TO, seed=SEED)
    print(f"  {seen}", file=sys.stderr)
    return [
        Figure("chat.invented_numbers", sum(seen.invented.values()), ""),
        Figure("chat.invented_numbers_shown", len(seen.shown) + len(seen.unfounded), ""),
    ]


async def wishes(_: Path) -> list[Figure]:
    """Mark what is understood without a model, on utterances that nothing was tuned on."""
    result = understood()
    return [
        Figure("chat.intent_accuracy", result.intents, ""),
        Figure("chat.market_accuracy", result.places, ""),
    ]


PARTS: Sequence[Callable[[Path], Any]] = (in_a_farm, wishes, attackers, liars)


async def measure() -> list[Figure]:
    """Measure one after the other, each in a folder of its own."""
    found: list[Figure] = []
    for part in PARTS:
        with tempfile.TemporaryDirectory(prefix="omega-bench-") as folder:
            print(f"  {part.__doc__}", file=sys.stderr)
            found += await part(Path(folder))
    return found

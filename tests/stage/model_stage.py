"""Models at a local server, asked through the real SDKs; and a server that sends the bytes it is told to."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeVar

from pydantic import SecretStr

from config.farm_file import ModelSection
from sandbox.llm.app import Running, running
from sandbox.llm.steps import Script
from services.chat.models.gemini_model import GeminiModel
from services.chat.models.openai_model import OpenAiModel
from services.chat.ports import Model, Piece, Prompt, ToolSpec, Turn
from services.clock import Clock, SystemClock

Api = Literal["openai", "gemini"]
Thing = TypeVar("Thing")
APIS: tuple[Api, ...] = ("openai", "gemini")
KEY = "sk-Zq81-canary-key-77"
SECRET_WORDS = "the prompt canary 4711"
PRICE = ToolSpec(
    name="price",
    description="What a market costs now.",
    slots={"market": "A market, such as BTC/USDT.", "venue": "An exchange."},
    needs=("market",),
)
ASKED = Prompt(
    system=f"You are a trader. {SECRET_WORDS}", turns=(Turn(role="member", text="What does BTC cost?"),)
)


class SetClock:
    """A clock that only moves when it is told to."""

    def __init__(self) -> None:
        self.passed = 0.0

    def now(self) -> datetime:
        return datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC) + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return 1_000 + self.passed


@asynccontextmanager
async def model_at(
    api: Api, url: str, *, key: str | None = KEY, clock: Clock | None = None, **section: Any
) -> AsyncIterator[Model]:
    """Open a model whose server is at `url`, as the sandbox has it."""
    made = ModelSection(api=api, model="local", **section)
    secret = SecretStr(key) if key else None
    model: Model
    if api == "openai":
        model = OpenAiModel("first", made, secret, url=f"{url}/v1", clock=clock or SystemClock())
    else:
        model = GeminiModel("first", made, secret, url=url, clock=clock or SystemClock())
    try:
        yield model
    finally:
        await model.close()


@asynccontextmanager
async def scripted(
    api: Api, script: Script, *, key: str = "", **section: Any
) -> AsyncIterator[tuple[Model, Running]]:
    """Open a model that follows a script."""
    async with running(script, key=key) as server, model_at(api, server.url, **section) as model:
        yield model, server


async def said_by(model: Model, prompt: Prompt = ASKED) -> list[Piece]:
    """Return all that a model says."""
    return [piece async for piece in model.stream(prompt)]


async def heard_of(said: AsyncIterator[Thing], kept: list[Thing]) -> None:
    """Keep what comes, also of what fails in the end."""
    async for one in said:
        kept.append(one)  # noqa: PERF401 - a comprehension would lose it all


def words(pieces: Sequence[Piece]) -> str:
    """Return the words of the pieces."""
    return "".join(piece.text for piece in pieces)


Sent = bytes | float
"""What a server sends, or how long it waits."""


@dataclass(slots=True)
class ByteServer:
    """Sends the same to everybody, then closes; notes who goes away before that."""

    sent: Sequence[Sent]
    url: str = ""
    asked: list[bytes] = field(default_factory=list)
    """The heads of the requests."""
    bodies: list[bytes] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[ByteServer]:
        server = await asyncio.start_server(self._served, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()
            await server.wait_closed()

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.asked.append(head)
            length = re.search(rb"(?i)content-length: (\d+)", head)
            self.bodies.append(await reader.readexactly(int(length[1]) if length else 0))
            self.arrived.set()
            leaving = asyncio.ensure_future(self._see_off(reader))
            for one in self.sent:
                if isinstance(one, float):
                    await asyncio.wait([leaving], timeout=one)
                elif not leaving.done():
                    writer.write(one)
                    await writer.drain()
            leaving.cancel()
        except (ConnectionError, asyncio.IncompleteReadError):
            self.gone.set()
        finally:
            writer.close()

    async def _see_off(self, reader: asyncio.StreamReader) -> None:
        try:
            while await reader.read(65_536):
                pass
        except ConnectionError:
            pass
        self.gone.set()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


def events(*said: dict[str, Any] | str) -> bytes:
    """Return a whole answer of these events; a text is sent as it is."""
    lines = (one if isinstance(one, str) else json.dumps(one) for one in said)
    return HEAD + "".join(f"data: {line}\n\n" for line in lines).encode()


def delta(ending: str | None = None, /, **new: Any) -> dict[str, Any]:
    """Return a chunk of OpenAI's."""
    return {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "local"} | {
        "choices": [{"index": 0, "delta": new, "finish_reason": ending}]
    }


def candidate(*parts: dict[str, Any], ending: str | None = None, **more: Any) -> dict[str, Any]:
    """Return a chunk of Gemini's."""
    made: dict[str, Any] = {"content": {"role": "model", "parts": list(parts)}, "index": 0}
    return {"candidates": [made | ({"finishReason": ending} if ending else {})], **more}

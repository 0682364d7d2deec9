"""A local model for the length of a test, and plain clients of both its protocols."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from sandbox.llm.app import Running, running
from sandbox.llm.asked import Asked, Made, Offered, Said
from sandbox.llm.steps import Script

PRICE = Offered(
    name="price",
    description="The last price of a market.",
    parameters={"market": "A market such as BTC/USDT."},
    needs=("market",),
)
CHAT = "/v1/chat/completions"
Body = dict[str, Any]


def asked(
    text: str, *, system: str = "", results: Sequence[str] = (), tools: tuple[Offered, ...] = (PRICE,)
) -> Asked:
    """Return a request in which a member said `text`, and tools gave `results` since."""
    turns = [Said(role="member", text=text)]
    for result in results:
        turns.append(Said(role="persona", text="", calls=(Made(name="price", arguments="{}"),)))
        turns.append(Said(role="tool", text=result, tool="price"))
    return Asked(api="openai", model="local", system=system, turns=tuple(turns), tools=tools)


def openai_body(text: str = "price of BTC?", **changes: object) -> Body:
    """Return a request of OpenAI's client, with one tool."""
    schema = {
        "type": "object",
        "properties": {"market": {"type": "string", "description": "A market."}},
        "required": ["market"],
    }
    tool = {"name": "price", "description": "The last price.", "parameters": schema}
    messages = [{"role": "system", "content": "You are Xyko."}, {"role": "user", "content": text}]
    usual = {"model": "local", "messages": messages, "tools": [{"type": "function", "function": tool}]}
    return {**usual, **changes}


def gemini_body(text: str = "price of BTC?", **changes: object) -> Body:
    """Return a request of Gemini's client, with one tool."""
    schema = {"type": "OBJECT", "properties": {"market": {"type": "STRING"}}, "required": ["market"]}
    declared = {"name": "price", "description": "The last price.", "parameters": schema}
    usual = {
        "contents": [{"role": "user", "parts": [{"text": text}]}],
        "systemInstruction": {"parts": [{"text": "You are Xyko."}]},
        "tools": [{"functionDeclarations": [declared]}],
    }
    return {**usual, **changes}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status and the body, or the events of a stream."""

    status: int
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def events(self) -> list[Any]:
        """Return what each event of a stream says; the word that ends OpenAI's is left as it is."""
        lines = [line.removeprefix("data: ") for line in self.text.splitlines() if line.startswith("data: ")]
        return [line if line == "[DONE]" else json.loads(line) for line in lines]

    @property
    def words(self) -> str:
        """Return the text of a stream, of either protocol."""
        return "".join(_words(event) for event in self.events if event != "[DONE]")


def _words(event: Any) -> str:
    if "candidates" in event:
        parts = event["candidates"][0]["content"].get("parts", [])
        return "".join(part.get("text", "") for part in parts)
    return "".join(choice["delta"].get("content") or "" for choice in event.get("choices", []))


@dataclass(frozen=True, slots=True)
class Client:
    """Plain HTTP to a running model."""

    server: Running
    session: aiohttp.ClientSession

    async def post(self, path: str, body: object, **headers: str) -> Answer:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.post(path, data=raw, headers=named) as response:
            return Answer(response.status, await response.text())

    async def chat(self, body: Body | None = None, **changes: object) -> Answer:
        """Ask as OpenAI's client does."""
        return await self.post(CHAT, {**(body or openai_body()), **changes})

    async def generate(self, body: Body | None = None, verb: str = "generateContent") -> Answer:
        """Ask as Gemini's client does."""
        return await self.post(f"/v1beta/models/local:{verb}", body or gemini_body())


@asynccontextmanager
async def model_server(
    script: Script, *, key: str = "", scripts_allowed: bool = False
) -> AsyncIterator[Client]:
    """Run a local model that plays `script`."""
    async with (
        running(script, key=key, scripts_allowed=scripts_allowed) as server,
        aiohttp.ClientSession(server.url) as session,
    ):
        yield Client(server, session)

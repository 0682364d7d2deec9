"""The server: both protocols on one port. `running` runs it; what it says is decided by a script."""

from __future__ import annotations

import itertools
import socket as sockets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hmac import compare_digest

import structlog
from aiohttp import web

from sandbox.llm import gemini_requests, openai_requests
from sandbox.llm.asked import Asked
from sandbox.llm.control import Control
from sandbox.llm.gemini_dialect import GeminiDialect
from sandbox.llm.gemini_dialect import refusal as gemini_refusal
from sandbox.llm.openai_dialect import OpenAiDialect
from sandbox.llm.openai_dialect import refusal as openai_refusal
from sandbox.llm.playing import CutOff, Framing, JsonArray, Playing, ServerSentEvents, answer
from sandbox.llm.steps import Script
from sandbox.llm.wire import Dialect, Json, Refused, Spoken, given
from services.clock import Clock, SystemClock

log = structlog.get_logger(__name__)

MODEL = "local"
"""What the only model is called where a client lists them; any other name is answered, too."""
_LARGEST_REQUEST = 8 * 2**20
_ENDS_WITHIN_S = 0.5
_KEPT = 1_000


@dataclass(slots=True, kw_only=True)
class Running:
    """A server that accepts connections."""

    url: str = ""
    """``http://127.0.0.1:8797``. OpenAI's API begins at ``/v1`` below it, Gemini's at ``/``."""
    script: Script
    """Decides the next replies; set another one at any time."""
    seen: list[Asked] = field(default_factory=list)
    """What was asked, oldest first; of very many the latest."""

    def see(self, asked: Asked) -> None:
        """Keep what was asked."""
        self.seen.append(asked)
        del self.seen[:-_KEPT]


@asynccontextmanager
async def running(
    script: Script,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    key: str = "",
    listening: sockets.socket | None = None,
    scripts_allowed: bool = False,
    clock: Clock | None = None,
) -> AsyncIterator[Running]:
    """Run a local model until the context ends.

    Args:
        script: what it says.
        host: where it listens, together with `port`, of which 0 picks a free one.
        port: see `host`.
        key: what clients must present; empty lets everybody in.
        listening: a socket that already listens; host and port are then not used.
        scripts_allowed: whether ``POST /sim/script`` may change the script.
        clock: the machine's own where none is given.
    """
    served = Running(script=script)
    app = web.Application(client_max_size=_LARGEST_REQUEST)
    _Server(served, key, clock or SystemClock()).mount(app)
    if scripts_allowed:
        Control(served).mount(app)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=_ENDS_WITHIN_S)
    await runner.setup()
    site = web.TCPSite(runner, host, port) if listening is None else web.SockSite(runner, listening)
    try:
        await site.start()
        bound, number = runner.addresses[0][:2]
        served.url = f"http://[{bound}]:{number}" if ":" in bound else f"http://{bound}:{number}"
        log.info("sandbox_llm_opened", url=served.url)
        yield served
    finally:
        await runner.cleanup()


class _Server:
    """Answers what clients of both protocols ask."""

    def __init__(self, served: Running, key: str, clock: Clock) -> None:
        self._served = served
        self._key = key
        self._clock = clock
        self._ids = itertools.count(1)

    def mount(self, app: web.Application) -> None:
        """Answer at the addresses of both."""
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_get("/v1/models", self._models)
        app.router.add_get("/v1beta/models", self._models)
        app.router.add_post(r"/{version:v1|v1beta}/models/{model}:{verb:\w+}", self._gemini)

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        try:
            self._let_in_openai(request)
            asked = openai_requests.read(await request.read())
        except Refused as refused:
            return answer(refused.body, refused.status)
        return await self._play(request, asked, OpenAiDialect(asked=asked), ServerSentEvents(last=b"[DONE]"))

    async def _gemini(self, request: web.Request) -> web.StreamResponse:
        verb, model = request.match_info["verb"], request.match_info["model"]
        try:
            self._let_in_gemini(request)
            if verb == "countTokens":
                counted = gemini_requests.read_counted(await request.read(), model)
                return answer({"totalTokens": given(counted)})
            if verb not in {"generateContent", "streamGenerateContent"}:
                return answer(gemini_refusal("Method not found.", status=404, name="NOT_FOUND"), 404)
            is_streamed = verb == "streamGenerateContent"
            asked = gemini_requests.read(await request.read(), model, is_streamed=is_streamed)
        except Refused as refused:
            return answer(refused.body, refused.status)
        is_sse = request.query.get("alt") == "sse"
        framing: Framing = ServerSentEvents(newline=b"\r\n") if is_sse else JsonArray()
        return await self._play(request, asked, GeminiDialect(asked=asked), framing)

    async def _models(self, request: web.Request) -> web.Response:
        is_gemini = request.path.startswith("/v1beta") or "x-goog-api-key" in request.headers
        check: Callable[[web.Request], None] = self._let_in_gemini if is_gemini else self._let_in_openai
        try:
            check(request)
        except Refused as refused:
            return answer(refused.body, refused.status)
        return answer(_GEMINI_MODELS if is_gemini else _OPENAI_MODELS)

    async def _play(
        self, request: web.Request, asked: Asked, dialect: Dialect, framing: Framing
    ) -> web.StreamResponse:
        self._served.see(asked)
        created = int(self._clock.now().timestamp())
        spoken = Spoken(id=next(self._ids), created=created, given=given(asked))
        playing = Playing(steps=self._served.script.replies(asked), dialect=dialect, spoken=spoken)
        try:
            return await (playing.stream(request, framing) if asked.is_streamed else playing.whole())
        except CutOff:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()

    def _let_in_openai(self, request: web.Request) -> None:
        kind, _, key = request.headers.get("Authorization", "").partition(" ")
        if self._is_key(key if kind.lower() == "bearer" else ""):
            return
        message = "Incorrect API key provided." if key else "You didn't provide an API key."
        raise Refused(
            401,
            openai_refusal(message, kind="invalid_request_error", code="invalid_api_key" if key else None),
        )

    def _let_in_gemini(self, request: web.Request) -> None:
        key = request.headers.get("x-goog-api-key", request.query.get("key", ""))
        if self._is_key(key):
            return
        if key:
            message = "API key not valid. Please pass a valid API key."
            raise Refused(400, gemini_refusal(message, reason="API_KEY_INVALID"))
        message = "Method doesn't allow unregistered callers. Please use API Key to call this API."
        raise Refused(403, gemini_refusal(message, status=403, name="PERMISSION_DENIED"))

    def _is_key(self, key: str) -> bool:
        return not self._key or compare_digest(key.encode(), self._key.encode())


_OPENAI_MODELS: Json = {
    "object": "list",
    "data": [{"id": MODEL, "object": "model", "created": 1_700_000_000, "owned_by": "omega"}],
}
_GEMINI_MODELS: Json = {
    "models": [
        {
            "name": f"models/{MODEL}",
            "displayName": "The local model",
            "supportedGenerationMethods": ["generateContent", "countTokens"],
        }
    ]
}

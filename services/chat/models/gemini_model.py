"""A model behind the API of Gemini."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Final

import httpx2
import msgspec
from google import genai
from google.genai import errors, types
from pydantic import SecretStr

from config.farm_file import ModelSection
from services.chat.models.bounds import in_bounds
from services.chat.models.calls import GatheredCalls
from services.chat.models.failing import broken, down, refused, seconds_until, silent
from services.chat.models.gemini_words import config_of, contents_of, ending_of, token_of
from services.chat.models.wire import noting, open_wire
from services.chat.ports import Ending, Piece, Prompt, Used
from services.clock import Clock
from services.errors import ModelFailed

GEMINI: Final = "https://generativelanguage.googleapis.com"
_VERSION: Final = "v1beta"
_NO_KEY: Final = "none"
"""What a server is told that wants no key: the SDK insists on one."""
_TAIL_S: Final = 1.0
"""How long the usage is waited for once an answer has ended."""
_FAILURES: Final = (
    *(errors.APIError, httpx2.HTTPError, httpx2.StreamError, OSError),
    *(ValueError, TypeError, AttributeError, LookupError, RecursionError),
)
"""What the SDK raises where a server answers what it did not expect."""
_WRONG_KEY: Final = "API_KEY_INVALID"
"""The reason that Gemini gives with a status of 400. Source: google.rpc.ErrorInfo, service googleapis.com."""
_DELAY: Final = re.compile(r"(\d{1,6}(?:\.\d{1,9})?)s")
"""Source: google.protobuf.Duration as JSON, in google.rpc.RetryInfo."""
for _logger in ("google_genai", "httpx2", "httpcore2"):
    logging.getLogger(_logger).setLevel(logging.WARNING)


class GeminiModel:
    """One model there; the arguments are those of `OpenAiModel`."""

    def __init__(
        self, name: str, section: ModelSection, key: SecretStr | None, *, url: str | None, clock: Clock
    ) -> None:
        self.name = name
        self._model = section.model
        self._seconds = section.timeout.total_seconds()
        self._clock = clock
        self._wire = open_wire(name, url=url or GEMINI, seconds=self._seconds)
        self._client = genai.Client(
            vertexai=False,
            api_key=key.get_secret_value() if key else _NO_KEY,
            http_options=types.HttpOptions(
                base_url=url or GEMINI,
                api_version=_VERSION,
                timeout=int(self._seconds * 1000),
                retry_options=types.HttpRetryOptions(attempts=1),
                httpx_async_client=self._wire,
            ),
        )

    def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        """Yield what it says; see `Model.stream`."""
        return in_bounds(self.name, self._said(prompt), prompt=prompt, seconds=self._seconds)

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aio.aclose()
        self._client.close()
        await self._wire.aclose()

    async def _said(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        calls = GatheredCalls(self.name, prompt)
        finished: types.FinishReason | None = None
        is_blocked, used = False, None
        async with aclosing(_Answer(await self._asked(prompt))) as answer:
            while (chunk := await self._next(answer, _TAIL_S if finished else None)) is not None:
                used = _used(chunk.usage_metadata) or used
                is_blocked = is_blocked or _is_blocked(chunk)
                for candidate in (chunk.candidates or [])[:1]:
                    if text := self._read(candidate, calls):
                        yield Piece(text=text)
                    finished = candidate.finish_reason or finished
                if is_blocked or (finished and used):
                    break
        ending = self._ending(finished, is_blocked=is_blocked, has_calls=bool(calls))
        yield Piece(calls=calls.whole() if ending == "tools" else (), ending=ending, used=used)

    def _ending(self, finished: types.FinishReason | None, *, is_blocked: bool, has_calls: bool) -> Ending:
        if is_blocked:
            return "blocked"
        ending = ending_of(finished, has_calls=has_calls) if finished else None
        if ending is None:
            raise broken(self.name)
        return ending

    def _read(self, candidate: types.Candidate, calls: GatheredCalls) -> str:
        """Gather the calls of a candidate, and return its words without its thoughts."""
        parts = (candidate.content.parts if candidate.content else None) or []
        for part in parts:
            if called := part.function_call:
                calls.add(
                    None,
                    id_=called.id,
                    name=called.name,
                    arguments=json.dumps(called.args or {}, ensure_ascii=False),
                    token=token_of(part),
                )
        return "".join(part.text for part in parts if part.text and not part.thought)

    async def _asked(self, prompt: Prompt) -> AsyncIterator[types.GenerateContentResponse]:
        contents, config = contents_of(prompt), config_of(prompt)
        try:
            return await self._client.aio.models.generate_content_stream(
                model=self._model, contents=contents, config=config
            )
        except _FAILURES as error:
            raise self._failed(error) from None

    async def _next(self, answer: _Answer, patience: float | None) -> types.GenerateContentResponse | None:
        """Return the next chunk; None at the end, or once `patience` is over."""
        try:
            async with asyncio.timeout(patience):
                return await answer.next()
        except TimeoutError:
            return None
        except _FAILURES as error:
            raise self._failed(error) from None

    def _failed(self, error: Exception) -> ModelFailed:
        """Translate an error of the SDK, of which nothing is kept: a prompt or a key may stand in it."""
        match error:
            case errors.APIError() if isinstance(error.code, int):
                return self._refused(error)
            case httpx2.TimeoutException():
                return silent(self.name)
            case httpx2.HTTPError() | OSError():
                return down(self.name)
        return broken(self.name)

    def _refused(self, error: errors.APIError) -> ModelFailed:
        details = _details(error.details)
        reasons = [one.reason for one in details if one.reason]
        delays = [float(found[1]) for one in details if (found := _DELAY.fullmatch(one.retry_delay or ""))]
        header = str(getattr(error.response, "headers", {}).get("retry-after") or "")
        wait = delays[0] if delays else seconds_until(header, self._clock.now())
        return refused(
            self.name, error.code, error.status, *reasons, retry_after=wait, is_key=_WRONG_KEY in reasons
        )


class _Answer:
    """What is streamed, and the connections it comes by: the SDK leaves them open when nobody reads on."""

    def __init__(self, stream: AsyncIterator[types.GenerateContentResponse]) -> None:
        self._stream = stream
        self._responses: list[httpx2.Response] = []

    async def next(self) -> types.GenerateContentResponse | None:
        """Return the next chunk; None after the last one."""
        with noting(self._responses):
            return await anext(self._stream, None)

    async def aclose(self) -> None:
        """Close the connections."""
        for response in self._responses:
            await response.aclose()


class _Detail(msgspec.Struct, frozen=True):
    reason: str | None = None
    retry_delay: str | None = msgspec.field(default=None, name="retryDelay")


class _Error(msgspec.Struct, frozen=True):
    details: list[_Detail] = []


class _Body(msgspec.Struct, frozen=True):
    error: _Error = _Error()


def _details(body: object) -> list[_Detail]:
    """Return the details of an error's body, in which Google says more than its status does."""
    try:
        return msgspec.convert(body, _Body).error.details
    except msgspec.ValidationError:
        return []


def _is_blocked(chunk: types.GenerateContentResponse) -> bool:
    return bool(chunk.prompt_feedback and chunk.prompt_feedback.block_reason)


def _used(told: types.GenerateContentResponseUsageMetadata | None) -> Used | None:
    if told is None or told.prompt_token_count is None:
        return None
    written = (told.candidates_token_count or 0) + (told.thoughts_token_count or 0)
    return Used(given=max(0, told.prompt_token_count), written=max(0, written))

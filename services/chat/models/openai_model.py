"""A model behind the API of OpenAI, which many others speak: Grok, Ollama, vLLM, llama.cpp."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

import httpx2
import msgspec
import openai
from openai import AsyncOpenAI, AsyncStream
from openai.types.chat import ChatCompletionChunk
from pydantic import SecretStr

from config.farm_file import ModelSection
from services.chat.models.bounds import in_bounds
from services.chat.models.calls import GatheredCalls
from services.chat.models.failing import broken, down, refused, seconds_until, silent
from services.chat.models.openai_words import Chunk, Delta, Tokens, ending_of, messages_of, tools_of
from services.chat.models.thoughts import WithoutThoughts
from services.chat.models.wire import open_wire
from services.chat.ports import Piece, Prompt, Used
from services.clock import Clock
from services.errors import ModelFailed

OPENAI: Final = "https://api.openai.com/v1"
_NO_KEY: Final = "none"
"""What a server is told that wants no key: the SDK insists on one."""
_TAIL_S: Final = 1.0
"""How long the usage is waited for once an answer has ended: some servers send none, and stay silent."""
_FAILURES: Final = (
    *(openai.OpenAIError, httpx2.HTTPError, httpx2.StreamError, OSError),
    *(ValueError, TypeError, AttributeError, RecursionError, msgspec.ValidationError),
)
"""What the SDK raises where a server answers what it did not expect."""
for _logger in ("openai", "httpx2", "httpcore2"):
    logging.getLogger(_logger).setLevel(logging.WARNING)  # below that they write prompts down


class OpenAiModel:
    """One model there.

    Args:
        name: by which farm.yaml calls it.
        section: its entry there.
        key: None for a server that wants none.
        url: where the API begins; None for OpenAI's own.
        clock: for what a provider dates.
    """

    def __init__(
        self, name: str, section: ModelSection, key: SecretStr | None, *, url: str | None, clock: Clock
    ) -> None:
        self.name = name
        self._model = section.model
        self._seconds = section.timeout.total_seconds()
        self._clock = clock
        self._is_own = (url or OPENAI).startswith(OPENAI)
        self._client = AsyncOpenAI(
            api_key=key.get_secret_value() if key else _NO_KEY,
            base_url=url or OPENAI,
            timeout=self._seconds,
            max_retries=0,
            http_client=open_wire(name, url=url or OPENAI, seconds=self._seconds),
        )
        self._client.organization = self._client.project = None  # whose the key is, not the environment

    def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        """Yield what it says; see `Model.stream`."""
        return in_bounds(self.name, self._said(prompt), prompt=prompt, seconds=self._seconds)

    async def close(self) -> None:
        """Close its connections."""
        await self._client.close()

    async def _said(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        calls, shown = GatheredCalls(self.name, prompt), WithoutThoughts()
        finished, is_refused, used = "", False, None
        async with aclosing(await self._asked(prompt)) as stream:
            while (chunk := await self._next(stream, _TAIL_S if finished else None)) is not None:
                used = _used(chunk.usage) or used
                for choice in (chunk.choices or [])[:1]:
                    delta = choice.delta or Delta()
                    is_refused = is_refused or bool(delta.refusal)
                    _gather(calls, delta)
                    if isinstance(delta.content, str) and (text := shown.after(delta.content)):
                        yield Piece(text=text)
                    finished = choice.finish_reason or finished
                if finished and used:
                    break
        if not finished:
            raise broken(self.name)
        ending = "blocked" if is_refused else ending_of(finished, has_calls=bool(calls))
        if ending is None:
            raise broken(self.name)
        yield Piece(
            text=shown.rest(), calls=calls.whole() if ending == "tools" else (), ending=ending, used=used
        )

    async def _asked(self, prompt: Prompt) -> AsyncStream[ChatCompletionChunk]:
        most, messages, tools = prompt.most_tokens, messages_of(prompt), tools_of(prompt)
        try:
            return await self._client.chat.completions.create(
                model=self._model,
                messages=messages,
                tools=tools or openai.omit,
                max_completion_tokens=most if self._is_own else openai.omit,
                max_tokens=openai.omit if self._is_own else most,  # the older word, which all others know
                stream=True,
                stream_options={"include_usage": True},
            )
        except _FAILURES as error:
            raise self._failed(error) from None

    async def _next(self, stream: AsyncStream[ChatCompletionChunk], patience: float | None) -> Chunk | None:
        """Return the next chunk; None at the end, or once `patience` is over."""
        try:
            async with asyncio.timeout(patience):
                chunk = await anext(stream, None)
            return None if chunk is None else msgspec.convert(chunk, Chunk, from_attributes=True)
        except TimeoutError:
            return None
        except _FAILURES as error:
            raise self._failed(error) from None

    def _failed(self, error: Exception) -> ModelFailed:
        """Translate an error of the SDK, of which nothing is kept: a prompt or a key may stand in it."""
        match error:
            case openai.APIStatusError():
                wait = seconds_until(error.response.headers.get("retry-after"), self._clock.now())
                return refused(
                    self.name, error.status_code, error.code, error.type, error.param, retry_after=wait
                )
            case openai.APITimeoutError():
                return silent(self.name)
            case openai.APIConnectionError():
                return down(self.name)
        return broken(self.name)


def _gather(calls: GatheredCalls, delta: Delta) -> None:
    for part in delta.tool_calls or ():
        function = part.function
        calls.add(
            part.index,
            id_=part.id,
            name=function.name if function else None,
            arguments=function.arguments if function else None,
        )


def _used(tokens: Tokens | None) -> Used | None:
    if tokens is None or tokens.prompt_tokens is None or tokens.completion_tokens is None:
        return None
    return Used(given=max(0, tokens.prompt_tokens), written=max(0, tokens.completion_tokens))

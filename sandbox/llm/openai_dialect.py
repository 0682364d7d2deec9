"""How OpenAI's Chat Completions say things: events of a stream, whole answers, errors.

Source: the API reference of OpenAI, Chat Completions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sandbox.llm.asked import Asked
from sandbox.llm.steps import Call
from sandbox.llm.wire import Json, Spoken

_ENDINGS: Final = {"stop": "stop", "length": "length", "tools": "tool_calls"}
_FILTERED: Final = "content_filter"
_KINDS: Final = {
    400: ("invalid_request_error", None, "The request was refused."),
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    403: ("invalid_request_error", None, "This key may not use the model."),
    404: ("invalid_request_error", "model_not_found", "The model does not exist."),
    429: ("requests", "rate_limit_exceeded", "Rate limit reached."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAiDialect:
    """Answers one request."""

    asked: Asked

    def opened(self, spoken: Spoken) -> Iterator[Json]:
        """Yield the chunk that names the role."""
        yield self._chunk(spoken, {"role": "assistant", "content": ""})

    def said(self, text: str, spoken: Spoken) -> Iterator[Json]:
        """Yield one delta."""
        yield self._chunk(spoken, {"content": text})

    def called(self, call: Call, spoken: Spoken) -> Iterator[Json]:
        """Yield the name of the tool, then its arguments in two halves, as they stream."""
        index = len(spoken.calls) - 1
        begun = {**_tool_call(spoken, index, call), "index": index}
        yield self._chunk(
            spoken, {"tool_calls": [{**begun, "function": {"name": call.name, "arguments": ""}}]}
        )
        half = len(call.arguments) // 2
        for part in filter(None, (call.arguments[:half], call.arguments[half:])):
            yield self._chunk(spoken, {"tool_calls": [{"index": index, "function": {"arguments": part}}]})

    def ended(self, spoken: Spoken) -> Iterator[Json]:
        """Yield the reason, and the tokens in a chunk of their own where they are wanted."""
        yield self._chunk(spoken, {}, ending=_ending(spoken))
        if self.asked.wants_usage:
            yield {**self._head(spoken, "chat.completion.chunk"), "choices": [], "usage": self._usage(spoken)}

    def whole(self, spoken: Spoken) -> Json:
        """Return a chat completion."""
        message: Json = {"role": "assistant", "content": spoken.words or None, "refusal": None}
        if spoken.calls:
            message["tool_calls"] = [_tool_call(spoken, *found) for found in enumerate(spoken.calls)]
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _ending(spoken)}
        head = self._head(spoken, "chat.completion")
        return {**head, "choices": [choice], "usage": self._usage(spoken)}

    def error(self, status: int) -> Json:
        """Return an error body."""
        usual = ("server_error", None, "The server had an error while processing your request.")
        kind, code, message = _KINDS.get(status, usual)
        return refusal(message, kind=kind, code=code)

    def _head(self, spoken: Spoken, kind: str) -> Json:
        return {
            "id": f"chatcmpl-{spoken.id}",
            "object": kind,
            "created": spoken.created,
            "model": self.asked.model,
        }

    def _chunk(self, spoken: Spoken, delta: Json, ending: str | None = None) -> Json:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": ending}
        found = {**self._head(spoken, "chat.completion.chunk"), "choices": [choice]}
        return {**found, "usage": None} if self.asked.wants_usage else found

    def _usage(self, spoken: Spoken) -> Json:
        read, written = spoken.given, spoken.written
        return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def refusal(message: str, *, kind: str, param: str | None = None, code: str | None = None) -> Json:
    """Return an error as OpenAI words one."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def _ending(spoken: Spoken) -> str:
    return _FILTERED if spoken.blocked else _ENDINGS[spoken.ending]


def _tool_call(spoken: Spoken, index: int, call: Call) -> Json:
    return {
        "id": f"call_{spoken.id}_{index}",
        "type": "function",
        "function": {"name": call.name, "arguments": call.arguments},
    }

"""How Gemini says things: candidates with parts, prompt feedback, errors.

Source: the API reference of Gemini, generateContent and streamGenerateContent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sandbox.llm.asked import Asked
from sandbox.llm.steps import Call
from sandbox.llm.wire import Json, Spoken, parsed

_ENDINGS: Final = {"stop": "STOP", "length": "MAX_TOKENS", "tools": "STOP"}
_STATUSES: Final = {
    400: ("INVALID_ARGUMENT", "The request was refused."),
    403: ("PERMISSION_DENIED", "This key may not use the model."),
    404: ("NOT_FOUND", "The model is not found."),
    429: ("RESOURCE_EXHAUSTED", "You exceeded your current quota."),
    500: ("INTERNAL", "An internal error has occurred."),
    503: ("UNAVAILABLE", "The model is overloaded. Please try again later."),
    504: ("DEADLINE_EXCEEDED", "The deadline expired before the operation could complete."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GeminiDialect:
    """Answers one request."""

    asked: Asked

    def opened(self, spoken: Spoken) -> Iterator[Json]:
        """Yield nothing: Gemini begins with its first words."""
        del spoken
        return iter(())

    def said(self, text: str, spoken: Spoken) -> Iterator[Json]:
        """Yield one piece of the candidate."""
        yield self._reply(spoken, [{"text": text}])

    def called(self, call: Call, spoken: Spoken) -> Iterator[Json]:
        """Yield a call in one piece, as Gemini does."""
        yield self._reply(spoken, [_function_call(call)])

    def ended(self, spoken: Spoken) -> Iterator[Json]:
        """Yield the reason; a prompt that was blocked has no candidate at all."""
        yield (
            self._feedback(spoken)
            if _is_prompt_blocked(spoken)
            else self._reply(spoken, [{"text": ""}], ending=_ending(spoken))
        )

    def whole(self, spoken: Spoken) -> Json:
        """Return one response."""
        if _is_prompt_blocked(spoken):
            return self._feedback(spoken)
        words: list[Json] = [{"text": spoken.words}] if spoken.words else []
        return self._reply(spoken, [*words, *map(_function_call, spoken.calls)], ending=_ending(spoken))

    def error(self, status: int) -> Json:
        """Return an error body."""
        name, message = _STATUSES.get(status, ("UNKNOWN", "An error has occurred."))
        return refusal(message, status=status, name=name)

    def _reply(self, spoken: Spoken, parts: list[Json], ending: str | None = None) -> Json:
        content: Json = {"role": "model", "parts": parts} if parts else {"role": "model"}
        candidate: Json = {"content": content, "index": 0}
        if ending is not None:
            candidate["finishReason"] = ending
        return {"candidates": [candidate], **self._tail(spoken)}

    def _feedback(self, spoken: Spoken) -> Json:
        return {"promptFeedback": {"blockReason": spoken.blocked}, **self._tail(spoken)}

    def _tail(self, spoken: Spoken) -> Json:
        read, written = spoken.given, spoken.written
        return {
            "usageMetadata": {
                "promptTokenCount": read,
                "candidatesTokenCount": written,
                "totalTokenCount": read + written,
            },
            "modelVersion": self.asked.model,
            "responseId": f"response-{spoken.id}",
        }


def refusal(message: str, *, status: int = 400, name: str = "INVALID_ARGUMENT", reason: str = "") -> Json:
    """Return an error as Gemini words one."""
    error: Json = {"code": status, "message": message, "status": name}
    if reason:
        kind = "type.googleapis.com/google.rpc.ErrorInfo"
        error["details"] = [{"@type": kind, "reason": reason, "domain": "googleapis.com"}]
    return {"error": error}


def _is_prompt_blocked(spoken: Spoken) -> bool:
    return bool(spoken.blocked) and not spoken.text and not spoken.calls


def _ending(spoken: Spoken) -> str:
    return spoken.blocked or _ENDINGS[spoken.ending]


def _function_call(call: Call) -> Json:
    return {"functionCall": {"name": call.name, "args": parsed(call.arguments)}}

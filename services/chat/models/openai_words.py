"""A prompt as the API of OpenAI takes it, and what is read of the chunks that it streams."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import msgspec

from services.chat.ports import Call, Ending, Prompt, ToolSpec, Turn

if TYPE_CHECKING:
    from openai.types.chat import (
        ChatCompletionFunctionToolParam,
        ChatCompletionMessageFunctionToolCallParam,
        ChatCompletionMessageParam,
    )

_ENDINGS: Final[dict[str, Ending]] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tools",
    "function_call": "tools",
    "content_filter": "blocked",
    "eos": "stop",
    "eos_token": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "completed": "stop",
    "max_tokens": "length",
    "max_length": "length",
    "safety": "blocked",
}
"""What OpenAI says, and then what servers say that speak its API."""


class FunctionPart(msgspec.Struct, frozen=True):
    """Name and arguments of a call, or parts of them."""

    name: str | None = None
    arguments: str | None = None


class CallPart(msgspec.Struct, frozen=True):
    """A part of a call; some servers give no index, some no id."""

    index: int | None = None
    id: str | None = None
    function: FunctionPart | None = None


class Delta(msgspec.Struct, frozen=True):
    """What is new. `content` is a text; with some servers a list that holds thoughts, which is not read."""

    content: object = None
    refusal: str | None = None
    tool_calls: list[CallPart] | None = None


class Choice(msgspec.Struct, frozen=True):
    """One of the answers that were asked for; there is only one."""

    delta: Delta | None = None
    finish_reason: str | None = None


class Tokens(msgspec.Struct, frozen=True):
    """What was used."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class Chunk(msgspec.Struct, frozen=True):
    """One event of the stream; the one with the usage has no choices."""

    choices: list[Choice] | None = None
    usage: Tokens | None = None


def ending_of(finish_reason: str, *, has_calls: bool) -> Ending | None:
    """Return the ending, which some servers call a stop where there are calls; None of a word unheard of."""
    ending = _ENDINGS.get(finish_reason.casefold())
    return "tools" if has_calls and ending == "stop" else ending


def messages_of(prompt: Prompt) -> list[ChatCompletionMessageParam]:
    """Return the messages of a prompt."""
    return [{"role": "system", "content": prompt.system}, *(_message(turn) for turn in prompt.turns)]


def tools_of(prompt: Prompt) -> list[ChatCompletionFunctionToolParam]:
    """Return the tools of a prompt."""
    return [_tool(spec) for spec in prompt.tools]


def _message(turn: Turn) -> ChatCompletionMessageParam:
    match turn.role:
        case "member":
            return {"role": "user", "content": turn.text}
        case "tool":
            return {"role": "tool", "tool_call_id": turn.call_id, "content": turn.text}
        case "persona" if turn.calls:
            calls = [_call(call) for call in turn.calls]
            return {"role": "assistant", "content": turn.text or None, "tool_calls": calls}
        case "persona":
            return {"role": "assistant", "content": turn.text}


def _call(call: Call) -> ChatCompletionMessageFunctionToolCallParam:
    arguments = call.arguments if is_object(call.arguments) else "{}"
    return {"type": "function", "id": call.id, "function": {"name": call.name, "arguments": arguments}}


def _tool(spec: ToolSpec) -> ChatCompletionFunctionToolParam:
    return {
        "type": "function",
        "function": {
            "name": spec.name,
            "description": spec.description,
            "parameters": {
                "type": "object",
                "properties": {
                    slot: {"type": "string", "description": told} for slot, told in spec.slots.items()
                },
                "required": list(spec.needs),
                "additionalProperties": False,
            },
        },
    }


def is_object(arguments: str) -> bool:
    """Return whether arguments are an object of JSON: servers refuse a conversation with others in it."""
    try:
        return isinstance(json.loads(arguments), dict)
    except (ValueError, RecursionError):
        return False

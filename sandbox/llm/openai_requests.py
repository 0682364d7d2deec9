"""What a client of OpenAI's Chat Completions may send, and what it is refused for.

Source: the API reference of OpenAI, Chat Completions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal, NoReturn

import msgspec

from sandbox.llm.asked import Asked, Made, Offered, Said
from sandbox.llm.openai_dialect import refusal
from sandbox.llm.wire import Refused, decode

_NAME: Final = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_HOTTEST: Final = 2.0
_ROLES: Final[dict[str, Literal["member", "persona"]]] = {"user": "member", "assistant": "persona"}


class _Part(msgspec.Struct):
    type: str
    text: str = ""


class _Function(msgspec.Struct):
    name: str
    arguments: str


class _ToolCall(msgspec.Struct):
    id: str
    function: _Function
    type: Literal["function"] = "function"


class _Message(msgspec.Struct):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[_Part] | None = None
    tool_calls: list[_ToolCall] | None = None
    tool_call_id: str | None = None


class _Declared(msgspec.Struct):
    name: str
    description: str = ""
    parameters: dict[str, Any] = {}


class _Tool(msgspec.Struct):
    type: Literal["function"]
    function: _Declared


class _StreamOptions(msgspec.Struct):
    include_usage: bool = False


class _Request(msgspec.Struct):
    model: str
    messages: list[_Message]
    tools: list[_Tool] | None = None
    stream: bool | None = None
    stream_options: _StreamOptions | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    temperature: float | None = None


def read(raw: bytes) -> Asked:
    """Return what a request asks.

    Raises:
        Refused: OpenAI would answer it with 400.
    """
    try:
        found = decode(raw, _Request)
    except ValueError as error:
        _refuse(str(error))
    _check(found)
    most = found.max_completion_tokens if found.max_tokens is None else found.max_tokens
    return Asked(
        api="openai",
        model=found.model,
        system="\n".join(_text(one) for one in found.messages if one.role in {"system", "developer"}),
        turns=tuple(_turns(found.messages)),
        tools=tuple(_offered(tool.function) for tool in found.tools or ()),
        is_streamed=bool(found.stream),
        wants_usage=bool(found.stream_options and found.stream_options.include_usage),
        most_tokens=most,
    )


def _check(found: _Request) -> None:
    if not found.model:
        _refuse("you must provide a model parameter", "model")
    if not found.messages:
        _refuse("[] is too short - 'messages'", "messages")
    if found.stream_options and not found.stream:
        _refuse("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options")
    if found.temperature is not None and not 0 <= found.temperature <= _HOTTEST:
        _refuse(f"{found.temperature} is outside of 0 to 2 - 'temperature'", "temperature")
    for name in ("max_tokens", "max_completion_tokens"):
        most: int | None = getattr(found, name)
        if most is not None and most < 1:
            _refuse(f"{most} is less than the minimum of 1 - '{name}'", name)
    _check_tools(found.tools)
    _check_answers(found.messages)


def _check_tools(tools: list[_Tool] | None) -> None:
    if tools is not None and not tools:
        _refuse("[] is too short - 'tools'", "tools")
    for number, tool in enumerate(tools or ()):
        at = f"tools[{number}].function"
        if not _NAME.fullmatch(tool.function.name):
            _refuse("Expected a string that matches '^[a-zA-Z0-9_-]{1,64}$'.", f"{at}.name")
        if tool.function.parameters and tool.function.parameters.get("type") != "object":
            _refuse("schema must be a JSON Schema of 'type: \"object\"'", f"{at}.parameters")


def _check_answers(messages: Sequence[_Message]) -> None:
    """Every call must be answered right after it, and nothing else may be."""
    waiting: set[str] = set()
    for number, message in enumerate(messages):
        at = f"messages[{number}]"
        if message.role == "tool":
            if message.tool_call_id not in waiting:
                _refuse("messages with role 'tool' must be a response to a preceding 'tool_calls'.", at)
            waiting.discard(message.tool_call_id)
            continue
        if waiting:
            _refuse(f"these 'tool_call_ids' have no response messages: {', '.join(sorted(waiting))}", at)
        if message.content is None and not message.tool_calls:
            _refuse(f"Invalid value for 'content' of role '{message.role}': expected a string, got null.", at)
        waiting = {call.id for call in message.tool_calls or ()}
    if waiting:
        _refuse(f"these 'tool_call_ids' have no response messages: {', '.join(sorted(waiting))}", "messages")


def _turns(messages: Sequence[_Message]) -> Iterator[Said]:
    names: dict[str | None, str] = {}
    for message in messages:
        if message.role == "tool":
            yield Said(role="tool", text=_text(message), tool=names.get(message.tool_call_id, ""))
        elif message.role in _ROLES:
            calls = message.tool_calls or ()
            names |= {call.id: call.function.name for call in calls}
            yield Said(role=_ROLES[message.role], text=_text(message), calls=tuple(map(_made, calls)))


def _made(call: _ToolCall) -> Made:
    return Made(name=call.function.name, arguments=call.function.arguments, id=call.id)


def _text(message: _Message) -> str:
    if isinstance(message.content, list):
        return "".join(part.text for part in message.content)
    return message.content or ""


def _offered(tool: _Declared) -> Offered:
    properties = tool.parameters.get("properties", {})
    return Offered(
        name=tool.name,
        description=tool.description,
        parameters={name: str(one.get("description", "")) for name, one in properties.items()},
        needs=tuple(tool.parameters.get("required", ())),
    )


def _refuse(message: str, param: str | None = None) -> NoReturn:
    raise Refused(400, refusal(message, kind="invalid_request_error", param=param))

"""What a client of Gemini may send, and what it is refused for.

Source: the API reference of Gemini, generateContent and streamGenerateContent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal, NoReturn

import msgspec

from sandbox.llm.asked import Asked, Made, Offered, Said
from sandbox.llm.gemini_dialect import refusal
from sandbox.llm.wire import Refused, decode, encode

_NAME: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}")
_HOTTEST: Final = 2.0


class _FunctionCall(msgspec.Struct):
    name: str
    args: dict[str, Any] = {}
    id: str | None = None


class _FunctionResponse(msgspec.Struct):
    name: str
    response: dict[str, Any]
    id: str | None = None


class _Part(msgspec.Struct, rename="camel"):
    text: str | None = None
    function_call: _FunctionCall | None = None
    function_response: _FunctionResponse | None = None


class _Content(msgspec.Struct):
    parts: list[_Part] = []
    role: Literal["user", "model", "function"] | None = None

    @property
    def calls(self) -> list[_FunctionCall]:
        return [part.function_call for part in self.parts if part.function_call]

    @property
    def responses(self) -> list[_FunctionResponse]:
        return [part.function_response for part in self.parts if part.function_response]

    @property
    def words(self) -> str:
        return "".join(part.text or "" for part in self.parts)


class _Declared(msgspec.Struct, rename="camel"):
    name: str
    description: str = ""
    parameters: dict[str, Any] = {}
    parameters_json_schema: dict[str, Any] = {}
    as_google_genai_writes_it: dict[str, Any] = msgspec.field(
        name="parameters_json_schema", default_factory=dict
    )
    """The same: the API takes both spellings of a name, and google-genai 3.4.0 sends this one."""

    @property
    def schema(self) -> dict[str, Any]:
        return self.parameters_json_schema or self.as_google_genai_writes_it or self.parameters


class _Tool(msgspec.Struct, rename="camel"):
    function_declarations: list[_Declared] = []


class _GenerationConfig(msgspec.Struct, rename="camel"):
    max_output_tokens: int | None = None
    temperature: float | None = None


class _Request(msgspec.Struct, rename="camel"):
    contents: list[_Content] = []
    system_instruction: _Content | None = None
    tools: list[_Tool] = []
    generation_config: _GenerationConfig = msgspec.field(default_factory=_GenerationConfig)


class _Counted(msgspec.Struct, rename="camel"):
    contents: list[_Content] = []
    generate_content_request: _Request | None = None


def read(raw: bytes, model: str, *, is_streamed: bool) -> Asked:
    """Return what a request asks.

    Raises:
        Refused: Gemini would answer it with 400.
    """
    try:
        found = decode(raw, _Request)
    except ValueError as error:
        _refuse(f"Invalid JSON payload received. {error}")
    return _asked(found, model, is_streamed=is_streamed)


def read_counted(raw: bytes, model: str) -> Asked:
    """Return what a request of countTokens is about.

    Raises:
        Refused: Gemini would answer it with 400.
    """
    try:
        found = decode(raw, _Counted)
    except ValueError as error:
        _refuse(f"Invalid JSON payload received. {error}")
    return _asked(found.generate_content_request or _Request(contents=found.contents), model)


def _asked(found: _Request, model: str, *, is_streamed: bool = False) -> Asked:
    _check(found)
    return Asked(
        api="gemini",
        model=model,
        system=found.system_instruction.words if found.system_instruction else "",
        turns=tuple(_turns(found.contents)),
        tools=tuple(_offered(one) for tool in found.tools for one in tool.function_declarations),
        is_streamed=is_streamed,
        most_tokens=found.generation_config.max_output_tokens,
    )


def _check(found: _Request) -> None:
    if not found.contents:
        _refuse("* GenerateContentRequest.contents: contents is not specified")
    for number, content in enumerate(found.contents):
        if not content.parts:
            at = f"GenerateContentRequest.contents[{number}].parts"
            _refuse(f"* {at}: contents.parts must not be empty.")
    heat, most = found.generation_config.temperature, found.generation_config.max_output_tokens
    if heat is not None and not 0 <= heat <= _HOTTEST:
        _refuse("* GenerateContentRequest.generation_config.temperature: must be in the range [0.0, 2.0]")
    if most is not None and most < 1:
        _refuse("* GenerateContentRequest.generation_config.max_output_tokens: must be positive")
    for declared in (one for tool in found.tools for one in tool.function_declarations):
        if not _NAME.fullmatch(declared.name):
            _refuse("Invalid function name. Must start with a letter or an underscore.")
    _check_answers(found.contents)


def _check_answers(contents: Sequence[_Content]) -> None:
    """The responses come right after the calls, as many as there were."""
    waiting = 0
    for content in contents:
        answered = len(content.responses)
        if answered != waiting:
            message = (
                "Please ensure that function response turn comes immediately after a function call turn."
                if not waiting or not answered
                else "Please ensure that the number of function response parts is equal to the number of "
                "function call parts of the function call turn."
            )
            _refuse(message)
        waiting = len(content.calls)
    if waiting:
        _refuse("Please ensure that a function call turn is answered before the model is asked again.")


def _turns(contents: Sequence[_Content]) -> Iterator[Said]:
    for content in contents:
        if content.role == "model":
            yield Said(role="persona", text=content.words, calls=tuple(map(_made, content.calls)))
            continue
        for response in content.responses:
            yield Said(role="tool", text=_result(response), tool=response.name)
        if content.words or not content.responses:
            yield Said(role="member", text=content.words)


def _result(response: _FunctionResponse) -> str:
    """Return the text of a result: what stands alone in it as text, else all of it as JSON."""
    (only,) = response.response.values() if len(response.response) == 1 else (None,)
    return only if isinstance(only, str) else encode(response.response).decode()


def _made(call: _FunctionCall) -> Made:
    return Made(name=call.name, arguments=encode(call.args).decode(), id=call.id or "")


def _offered(tool: _Declared) -> Offered:
    properties = tool.schema.get("properties", {})
    return Offered(
        name=tool.name,
        description=tool.description,
        parameters={name: str(one.get("description", "")) for name, one in properties.items()},
        needs=tuple(tool.schema.get("required", ())),
    )


def _refuse(message: str) -> NoReturn:
    raise Refused(400, refusal(message))

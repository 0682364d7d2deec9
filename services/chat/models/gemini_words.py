"""A prompt as the API of Gemini takes it, and what its reasons to end mean."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from itertools import groupby
from typing import Final

from google.genai import types

from services.chat.models.openai_words import is_object
from services.chat.ports import Call, Ending, Prompt, ToolSpec, Turn

_ENDINGS: Final[dict[types.FinishReason, Ending]] = {
    types.FinishReason.STOP: "stop",
    types.FinishReason.MAX_TOKENS: "length",
    types.FinishReason.SAFETY: "blocked",
    types.FinishReason.RECITATION: "blocked",
    types.FinishReason.LANGUAGE: "blocked",
    types.FinishReason.BLOCKLIST: "blocked",
    types.FinishReason.PROHIBITED_CONTENT: "blocked",
    types.FinishReason.SPII: "blocked",
    types.FinishReason.MODEL_ARMOR: "blocked",
    types.FinishReason.IMAGE_SAFETY: "blocked",
    types.FinishReason.IMAGE_PROHIBITED_CONTENT: "blocked",
}


def ending_of(reason: types.FinishReason, *, has_calls: bool) -> Ending | None:
    """Return the ending; None where the model did not get to one. Gemini calls it a stop where it calls."""
    ending = _ENDINGS.get(reason)
    return "tools" if has_calls and ending == "stop" else ending


def contents_of(prompt: Prompt) -> types.ContentListUnion:
    """Return the turns of a prompt; the results of the calls of one turn belong together."""
    grouped = groupby(enumerate(prompt.turns), lambda one: -1 if one[1].role == "tool" else one[0])
    return [content for _, turns in grouped if (content := _content([turn for _, turn in turns])).parts]


def config_of(prompt: Prompt) -> types.GenerateContentConfig:
    """Return the rest of a prompt; nothing is called by the SDK itself, and it goes on with nothing."""
    declarations = [_declared(spec) for spec in prompt.tools]
    return types.GenerateContentConfig(
        system_instruction=prompt.system,
        max_output_tokens=prompt.most_tokens,
        candidate_count=1,
        tools=[types.Tool(function_declarations=declarations)] if declarations else None,
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        automatic_continuation=False,
    )


def token_of(part: types.Part) -> str:
    """Return the signature of a call's thoughts, which Gemini wants back with the call."""
    return base64.b64encode(part.thought_signature).decode() if part.thought_signature else ""


def _content(turns: list[Turn]) -> types.Content:
    role = "model" if turns[0].role == "persona" else "user"
    return types.Content(role=role, parts=[part for turn in turns for part in _parts(turn)])


def _parts(turn: Turn) -> Iterable[types.Part]:
    if turn.role == "tool":
        yield types.Part.from_function_response(name=turn.tool, response={"result": turn.text})
        return
    if turn.text:
        yield types.Part.from_text(text=turn.text)
    for call in turn.calls:
        yield _called(call)


def _called(call: Call) -> types.Part:
    arguments = json.loads(call.arguments) if is_object(call.arguments) else {}
    return types.Part(
        function_call=types.FunctionCall(name=call.name, args=arguments),
        thought_signature=_signature(call.token),
    )


def _signature(token: str) -> bytes | None:
    try:
        return base64.b64decode(token, validate=True) or None
    except binascii.Error:
        return None


def _declared(spec: ToolSpec) -> types.FunctionDeclaration:
    properties = {
        str(slot): types.Schema(type=types.Type.STRING, description=told) for slot, told in spec.slots.items()
    }
    parameters = types.Schema(
        type=types.Type.OBJECT, properties=properties, required=[str(slot) for slot in spec.needs] or None
    )
    return types.FunctionDeclaration(
        name=spec.name, description=spec.description, parameters=parameters if properties else None
    )

"""What servers that speak the API of OpenAI, or Gemini's, do differently from its owner, or on occasion."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from model_stage import (
    APIS,
    ASKED,
    Api,
    ByteServer,
    SetClock,
    candidate,
    delta,
    events,
    model_at,
    said_by,
    words,
)

from services.chat.ports import Call, Piece, Prompt, Turn, Used
from services.errors import ModelFailed

BTC = '{"market": "BTC"}'
USAGE = {"choices": [], "usage": {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}}


async def openai_says(*said: dict[str, Any] | str, prompt: Prompt = ASKED) -> list[Piece]:
    async with ByteServer([events(*said)]).opened() as server, model_at("openai", server.url) as model:
        return await said_by(model, prompt)


async def gemini_says(*said: dict[str, Any] | str, prompt: Prompt = ASKED) -> list[Piece]:
    async with ByteServer([events(*said)]).opened() as server, model_at("gemini", server.url) as model:
        return await said_by(model, prompt)


def call(index: int | None = None, id_: str | None = None, **function: str) -> dict[str, Any]:
    made: dict[str, Any] = {"function": function}
    return made | ({} if index is None else {"index": index}) | ({} if id_ is None else {"id": id_})


async def test_a_server_that_counts_no_tokens_has_them_guessed() -> None:
    pieces = await openai_says(delta(content="12345"), delta("stop"), "[DONE]")
    assert pieces[-1].used == Used(given=(len(ASKED.system) + 19 + 3) // 4, written=2, is_guessed=True)
    pieces = await gemini_says(candidate({"text": "12345"}, ending="STOP"))
    assert pieces[-1].used == Used(given=(len(ASKED.system) + 19 + 3) // 4, written=2, is_guessed=True)


async def test_chunks_without_choices_or_content_and_thoughts_are_no_words() -> None:
    pieces = await openai_says(
        {"choices": [], "prompt_filter_results": []},
        delta(role="assistant"),
        delta(reasoning_content="Let me think."),
        delta(content=None, reasoning="Hm."),
        delta(content=[{"type": "thinking", "thinking": []}]),
        delta(content="Up."),
        delta("stop", content=""),
        USAGE,
        "[DONE]",
    )
    assert pieces == [Piece(text="Up."), Piece(ending="stop", used=Used(given=12, written=3))]


async def test_usage_may_come_with_the_last_words_and_a_stream_may_lack_its_done() -> None:
    told = {**delta("stop", content="Up."), "usage": USAGE["usage"]}
    assert (await openai_says(told))[-1].used == Used(given=12, written=3)


async def test_a_server_that_stays_silent_after_the_end_is_not_waited_for() -> None:
    ended = events(delta(content="Up."), delta("stop"))
    async with ByteServer([ended, 30.0]).opened() as server, model_at("openai", server.url) as model:
        pieces = await said_by(model)
    assert (words(pieces), pieces[-1].ending) == ("Up.", "stop")


@pytest.mark.parametrize(
    "parts",
    [
        [[call(0, "a", name="price", arguments=BTC)], [call(1, "b", name="moon", arguments="{}")]],
        [[call(0, "a", name="price", arguments=BTC), call(1, "b", name="moon", arguments="{}")]],
        [[call(0, "a", name="price", arguments=BTC)], [call(0, "b", name="moon", arguments="{}")]],
        [[call(None, "a", name="price", arguments=BTC)], [call(None, "b", name="moon", arguments="{}")]],
        [
            [call(1, "b", name="moon"), call(0, "a", name="price")],
            [call(0, arguments=BTC[:5])],
            [call(1, arguments="{}")],
            [call(0, "a", name="price", arguments=BTC[5:])],
        ],
    ],
    ids=["whole", "at once", "same index", "no index", "in pieces and crossed"],
)
@pytest.mark.parametrize("ending", ["tool_calls", "stop"])
async def test_parallel_calls_are_put_together_however_they_come(
    parts: Sequence[Sequence[dict[str, Any]]], ending: str
) -> None:
    pieces = await openai_says(*(delta(tool_calls=one) for one in parts), delta(ending), USAGE, "[DONE]")
    assert sorted(pieces[-1].calls, key=lambda one: one.id) == [
        Call(id="a", name="price", arguments=BTC),
        Call(id="b", name="moon", arguments="{}"),
    ]
    assert pieces[-1].ending == "tools"


async def test_a_call_without_an_id_gets_one_that_the_conversation_does_not_have_yet() -> None:
    before = Turn(role="persona", text="", calls=(Call(id="call-1", name="price", arguments="{}"),))
    prompt = Prompt(system="S", turns=(*ASKED.turns, before, Turn(role="tool", text="1", call_id="call-1")))
    told = (delta(tool_calls=[call(0, "", name="moon", arguments="{}")]), delta("tool_calls"), USAGE)
    assert [one.id for one in (await openai_says(*told, prompt=prompt))[-1].calls] == ["call-2"]
    told = (delta(tool_calls=[call(0, "call-1", name="moon", arguments="{}")]), delta("tool_calls"), USAGE)
    assert [one.id for one in (await openai_says(*told, prompt=prompt))[-1].calls] == ["call-2"]


async def test_calls_of_an_answer_that_was_cut_short_are_not_made() -> None:
    told = (delta(content="So"), delta(tool_calls=[call(0, "a", name="price", arguments='{"mar')]))
    pieces = await openai_says(*told, delta("length"), USAGE)
    assert (pieces[-1].ending, pieces[-1].calls) == ("length", ())


async def test_a_refusal_of_the_model_is_a_block_and_a_filter_is_one() -> None:
    assert (await openai_says(delta(refusal="I cannot."), delta("stop"), USAGE))[-1].ending == "blocked"
    assert (await openai_says(delta("content_filter"), USAGE))[-1].ending == "blocked"


@pytest.mark.parametrize("said", [("<think>buy", " or sell?</th", "ink>\n\nUp", "."), ("Up.",), ("<", "Up.")])
async def test_thoughts_between_marks_at_the_beginning_are_not_shown(said: tuple[str, ...]) -> None:
    pieces = await openai_says(*(delta(content=one) for one in said), delta("stop"), USAGE)
    assert words(pieces).removeprefix("<") == "Up."


async def test_an_answer_that_never_stops_thinking_is_empty() -> None:
    with pytest.raises(ModelFailed, match="said nothing"):
        await openai_says(delta(content="<think>" + "buy or sell " * 9), delta("length"), USAGE)


async def test_an_unset_environment_and_a_set_one_make_the_same_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {
        "OPENAI_ORG_ID": "org-canary",
        "OPENAI_PROJECT_ID": "proj-canary",
        "OPENAI_API_KEY": "sk-canary",
        "OPENAI_BASE_URL": "http://127.0.0.1:1",
        "OPENAI_LOG": "debug",
        "GOOGLE_API_KEY": "g-canary",
        "GOOGLE_GEMINI_BASE_URL": "http://127.0.0.1:1",
        "GOOGLE_GENAI_USE_VERTEXAI": "true",
        "GOOGLE_CLOUD_PROJECT": "cloud-canary",
        "HTTP_PROXY": "http://127.0.0.1:1",
    }.items():
        monkeypatch.setenv(name, value)
    answers: dict[Api, bytes] = {
        "openai": events(delta("stop", content="Up."), USAGE),
        "gemini": events(candidate({"text": "Up."}, ending="STOP")),
    }
    for api, told in answers.items():
        async with ByteServer([told]).opened() as server, model_at(api, server.url, key=None) as model:
            assert words(await said_by(model)) == "Up."
        (head,) = server.asked
        assert b"canary" not in head


async def test_thoughts_of_gemini_are_not_shown_and_are_paid_for() -> None:
    used = {"promptTokenCount": 9, "candidatesTokenCount": 2, "thoughtsTokenCount": 30}
    pieces = await gemini_says(
        candidate({"text": "Let me think.", "thought": True}),
        candidate({"text": "Up"}, {"text": "."}, ending="STOP", usageMetadata=used),
    )
    assert pieces == [Piece(text="Up."), Piece(ending="stop", used=Used(given=9, written=32))]


async def test_the_signature_of_a_call_of_gemini_goes_back_with_it() -> None:
    part = {"functionCall": {"name": "price", "args": {"market": "BTC"}}, "thoughtSignature": "c2lnbmVk"}
    (made,) = (await gemini_says(candidate(part, ending="STOP")))[-1].calls
    assert (made.id, made.name, json.loads(made.arguments), made.token) == (
        *("call-1", "price", {"market": "BTC"}),
        "c2lnbmVk",
    )
    prompt = Prompt(
        system="S",
        turns=(
            *ASKED.turns,
            Turn(role="persona", text="", calls=(made,)),
            Turn(role="tool", text="70 000", call_id="call-1", tool="price"),
        ),
    )
    told = events(candidate({"text": "Up."}, ending="STOP"))
    async with ByteServer([told]).opened() as server, model_at("gemini", server.url) as model:
        await said_by(model, prompt)
        assert b'"c2lnbmVk"' in server.bodies[0]


@pytest.mark.parametrize("reason", ["SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII"])
async def test_what_gemini_holds_back_is_blocked(reason: str) -> None:
    assert (await gemini_says(candidate(ending=reason)))[-1].ending == "blocked"
    assert (await gemini_says({"promptFeedback": {"blockReason": "OTHER"}}))[-1].ending == "blocked"


@pytest.mark.parametrize("reason", ["MALFORMED_FUNCTION_CALL", "OTHER", "UNEXPECTED_TOOL_CALL"])
async def test_an_answer_that_gemini_could_not_finish_is_a_failure(reason: str) -> None:
    with pytest.raises(ModelFailed, match="broke off"):
        await gemini_says(candidate({"text": "So"}, ending=reason))


@pytest.mark.parametrize("api", APIS)
async def test_a_server_says_in_seconds_or_by_the_clock_when_to_come_back(api: Api) -> None:
    told = {
        "17": 17,
        "Fri, 02 Jan 2026 03:04:35 GMT": 30,
        "Thu, 01 Jan 2026 00:00:00 GMT": 0,
        "soon": None,
        "": None,
        "-5": 0,
        "nan": None,
        "inf": None,
    }
    async with ByteServer([]).opened() as server, model_at(api, server.url, clock=SetClock()) as model:
        for header, seconds in told.items():
            lines = ("HTTP/1.1 429 No", f"Retry-After: {header}", "Content-Length: 0", "Connection: close")
            server.sent = ["\r\n".join((*lines, "", "")).encode()]
            with pytest.raises(ModelFailed, match="429 Too Many Requests") as caught:
                await said_by(model)
            assert caught.value.facts["retry_after"] == seconds, header


async def test_gemini_says_in_its_body_when_to_come_back() -> None:
    body = json.dumps(
        {
            "error": {
                "code": 429,
                "status": "RESOURCE_EXHAUSTED",
                "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "41.5s"}],
            }
        }
    )
    head = f"HTTP/1.1 429 No\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    async with (
        ByteServer([(head + body).encode()]).opened() as server,
        model_at("gemini", server.url) as model,
    ):
        with pytest.raises(ModelFailed, match=r"429 Too Many Requests, RESOURCE_EXHAUSTED\.") as caught:
            await said_by(model)
    assert caught.value.facts["retry_after"] == 41.5

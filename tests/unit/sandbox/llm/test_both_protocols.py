from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
from model_server_stage import CHAT, Client, gemini_body, model_server, openai_body

from sandbox.llm.script import (
    BadToolCall,
    Block,
    Call,
    Cut,
    Empty,
    End,
    Fail,
    Huge,
    InvalidJson,
    Parrot,
    Refusing,
    SafetyBlocked,
    Say,
    Script,
    Scripted,
    Silent,
    Truncated,
    Wait,
)

STREAM = "streamGenerateContent?alt=sse"
PRICE = Call("price", '{"market": "BTC/USDT"}')


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with model_server(Parrot(text="It is calm.")) as served:
        yield served


async def test_openai_answers_in_one_piece_with_its_tokens(client: Client) -> None:
    answer = await client.chat()
    (choice,) = answer.json["choices"]
    assert choice["message"]["content"] == "It is calm."
    assert choice["finish_reason"] == "stop"
    used = answer.json["usage"]
    assert used["total_tokens"] == used["prompt_tokens"] + used["completion_tokens"] > 3


async def test_openai_streams_an_event_a_word_and_says_when_it_is_done(client: Client) -> None:
    answer = await client.chat(stream=True)
    assert answer.words == "It is calm."
    assert answer.events[0]["choices"][0]["delta"]["role"] == "assistant"
    assert len(answer.events) == 1 + 3 + 1 + 1
    assert answer.events[-2]["choices"][0]["finish_reason"] == "stop"
    assert answer.events[-1] == "[DONE]"
    assert "usage" not in answer.events[1]


async def test_openai_streams_its_tokens_only_to_who_asks_for_them(client: Client) -> None:
    events = (await client.chat(stream=True, stream_options={"include_usage": True})).events
    assert events[-2]["choices"] == []
    assert events[-2]["usage"]["completion_tokens"] == 3
    assert all(event["usage"] is None for event in events[:-2])


async def test_gemini_answers_in_one_piece_as_events_and_as_one_array(client: Client) -> None:
    whole = (await client.generate()).json
    assert whole["candidates"][0]["content"] == {"role": "model", "parts": [{"text": "It is calm."}]}
    assert whole["candidates"][0]["finishReason"] == "STOP"
    assert whole["usageMetadata"]["candidatesTokenCount"] == 3
    streamed = await client.generate(verb=STREAM)
    assert (streamed.words, len(streamed.events)) == ("It is calm.", 4)
    assert streamed.events[-1]["candidates"][0]["finishReason"] == "STOP"
    array = (await client.generate(verb="streamGenerateContent")).json
    assert array == [{**event, "responseId": array[0]["responseId"]} for event in streamed.events]


async def test_gemini_counts_tokens(client: Client) -> None:
    plain = {"contents": gemini_body()["contents"]}
    assert (await client.generate(plain, "countTokens")).json == {"totalTokens": 4}
    wrapped = {"generateContentRequest": {"model": "models/local", **gemini_body()}}
    assert (await client.generate(wrapped, "countTokens")).json["totalTokens"] > 4


async def test_models_are_listed_as_each_protocol_lists_them(client: Client) -> None:
    async with client.session.get("/v1/models") as found:
        assert [model["id"] for model in (await found.json())["data"]] == ["local"]
    async with client.session.get("/v1beta/models") as found:
        assert [model["name"] for model in (await found.json())["models"]] == ["models/local"]


async def test_a_call_has_a_name_and_arguments_in_each_protocol() -> None:
    async with model_server(Scripted([PRICE, PRICE])) as client:
        choice = (await client.chat()).json["choices"][0]
        assert choice["finish_reason"] == "tool_calls"
        first, second = choice["message"]["tool_calls"]
        assert first["function"] == {"name": "price", "arguments": PRICE.arguments}
        assert first["id"] != second["id"]
        parts = (await client.generate()).json["candidates"][0]["content"]["parts"]
        assert parts == [{"functionCall": {"name": "price", "args": {"market": "BTC/USDT"}}}] * 2


async def test_openai_streams_the_arguments_of_a_call_in_pieces() -> None:
    async with model_server(Scripted([PRICE, PRICE])) as client:
        streamed = [
            call
            for event in (await client.chat(stream=True)).events[:-1]
            for call in event["choices"][0]["delta"].get("tool_calls", ())
        ]
    assert [call["index"] for call in streamed] == [0, 0, 0, 1, 1, 1]
    assert json.loads("".join(call["function"]["arguments"] for call in streamed[3:])) == {
        "market": "BTC/USDT"
    }


async def test_what_was_asked_is_seen_alike_in_both_protocols(client: Client) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "price", "arguments": '{"market":"BTC"}'}}
    body = openai_body()
    body["messages"] += [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "64,210.5"},
    ]
    await client.chat(body)
    contents = [
        *gemini_body()["contents"],
        {"role": "model", "parts": [{"functionCall": {"name": "price", "args": {"market": "BTC"}}}]},
        {
            "role": "user",
            "parts": [{"functionResponse": {"name": "price", "response": {"result": "64,210.5"}}}],
        },
    ]
    await client.generate(gemini_body(contents=contents))
    assert [seen.api for seen in client.server.seen] == ["openai", "gemini"]
    for seen in client.server.seen:
        assert seen.system == "You are Xyko."
        assert [(turn.role, turn.text, turn.tool) for turn in seen.turns] == [
            ("member", "price of BTC?", ""),
            ("persona", "", ""),
            ("tool", "64,210.5", "price"),
        ]
        assert seen.results == ("64,210.5",)
        assert [(one.name, one.arguments) for one in seen.made] == [("price", '{"market":"BTC"}')]
        assert [(tool.name, tool.needs) for tool in seen.tools] == [("price", ("market",))]


@pytest.mark.parametrize("spelling", ["parameters", "parametersJsonSchema", "parameters_json_schema"])
async def test_gemini_takes_the_schema_of_a_tool_in_every_spelling(client: Client, spelling: str) -> None:
    schema = {"type": "object", "properties": {"term": {"type": "string", "description": "A word."}}}
    declared = {"name": "definition", spelling: {**schema, "required": ["term"]}}
    await client.generate(gemini_body(tools=[{"functionDeclarations": [declared]}]))
    (tool,) = client.server.seen[0].tools
    assert (tool.name, tool.parameters, tool.needs) == ("definition", {"term": "A word."}, ("term",))


STRAY = [{"role": "user", "content": "x"}, {"role": "tool", "tool_call_id": "c9", "content": "1"}]
CALL = {"id": "c", "type": "function", "function": {"name": "price", "arguments": "{}"}}


@pytest.mark.parametrize(
    "body",
    [
        b"no json",
        b"[]",
        {"messages": [{"role": "user", "content": "x"}]},
        {"model": "m"},
        {"model": "m", "messages": []},
        openai_body(messages=[{"role": "pirate", "content": "x"}]),
        openai_body(messages=[{"role": "user", "content": None}]),
        openai_body(messages=[{"role": "user", "content": 7}]),
        openai_body(messages=STRAY),
        openai_body(messages=[{"role": "assistant", "tool_calls": [CALL]}]),
        openai_body(tools=[]),
        openai_body(tools=[{"type": "function", "function": {"name": "no spaces"}}]),
        openai_body(
            tools=[{"type": "function", "function": {"name": "x", "parameters": {"type": "string"}}}]
        ),
        openai_body(stream_options={"include_usage": True}),
        openai_body(max_tokens=0),
        openai_body(temperature=3),
    ],
)
async def test_openai_refuses_a_bad_request_in_its_own_words(client: Client, body: object) -> None:
    answer = await client.post(CHAT, body)
    assert answer.status == 400
    assert answer.json["error"]["type"] == "invalid_request_error"
    assert answer.json["error"]["message"]
    assert client.server.seen == []


SPOKEN = {"role": "user", "parts": [{"text": "x"}]}
CALLED = {"role": "model", "parts": [{"functionCall": {"name": "price", "args": {}}}]}
ANSWERED = {"role": "user", "parts": [{"functionResponse": {"name": "price", "response": {"result": "1"}}}]}


@pytest.mark.parametrize(
    "body",
    [
        b"no json",
        b"[]",
        {"contents": []},
        gemini_body(contents=[{"role": "user", "parts": []}]),
        gemini_body(contents=[{"role": "assistant", "parts": [{"text": "x"}]}]),
        gemini_body(contents=[SPOKEN, CALLED, SPOKEN]),
        gemini_body(contents=[SPOKEN, ANSWERED]),
        gemini_body(contents=[SPOKEN, CALLED]),
        gemini_body(tools=[{"functionDeclarations": [{"name": "1 two"}]}]),
        gemini_body(generationConfig={"temperature": 3}),
        gemini_body(generationConfig={"maxOutputTokens": 0}),
    ],
)
async def test_gemini_refuses_a_bad_request_in_its_own_words(client: Client, body: object) -> None:
    answer = await client.post("/v1/models/local:generateContent", body)
    assert answer.status == 400
    assert (answer.json["error"]["code"], answer.json["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert client.server.seen == []


async def test_openai_s_key_is_asked_for_where_one_is_set() -> None:
    async with model_server(Parrot(), key="sk-right") as client:
        assert (await client.post(CHAT, openai_body())).status == 401
        wrong = await client.post(CHAT, openai_body(), Authorization="Bearer sk-wrong")
        assert (wrong.status, wrong.json["error"]["code"]) == (401, "invalid_api_key")
        assert (await client.post(CHAT, openai_body(), Authorization="Bearer sk-right")).status == 200
        assert "sk-right" not in repr(client.server.seen)


async def test_gemini_s_key_is_asked_for_where_one_is_set() -> None:
    path = "/v1beta/models/local:generateContent"
    async with model_server(Parrot(), key="right") as client:
        assert (await client.post(path, gemini_body())).status == 403
        wrong = await client.post(path, gemini_body(), x_goog_api_key="wrong")
        assert (wrong.status, wrong.json["error"]["details"][0]["reason"]) == (400, "API_KEY_INVALID")
        assert (await client.post(path, gemini_body(), x_goog_api_key="right")).status == 200


async def test_a_refusal_has_the_words_of_its_provider_and_says_when_to_come_back() -> None:
    async with model_server(Refusing(status=429, retry_after=7)) as client:
        async with client.session.post(CHAT, json=openai_body(stream=True)) as refused:
            assert (refused.status, refused.headers["Retry-After"]) == (429, "7")
            assert (await refused.json())["error"]["code"] == "rate_limit_exceeded"
        assert (await client.generate(verb=STREAM)).json["error"]["status"] == "RESOURCE_EXHAUSTED"
        client.server.script = Refusing(status=500, body="<html>oops</html>")
        assert (await client.chat()).text == "<html>oops</html>"


async def test_a_failure_after_the_first_words_is_an_event_of_the_stream() -> None:
    async with model_server(Scripted([Say("It "), Fail(503)])) as client:
        events = (await client.chat(stream=True)).events
        assert events[-1]["error"]["type"] == "server_error"
        assert (await client.generate(verb=STREAM)).events[-1]["error"]["status"] == "UNAVAILABLE"


@pytest.mark.parametrize("is_streamed", [False, True])
async def test_a_connection_breaks_off_where_the_script_says_so(*, is_streamed: bool) -> None:
    async with model_server(Truncated(is_cut=True)) as client:
        with pytest.raises(aiohttp.ClientError):
            await client.chat(stream=is_streamed)
        client.server.script = Scripted([Cut()])
        with pytest.raises(aiohttp.ClientError):
            await client.chat(stream=is_streamed)


async def test_endings_are_told_in_the_words_of_each_provider() -> None:
    endings: list[tuple[Script, str, str]] = [
        (Truncated(), "length", "MAX_TOKENS"),
        (SafetyBlocked(text="It "), "content_filter", "SAFETY"),
        (Empty(), "stop", "STOP"),
        (Scripted([Say("x"), End("length")]), "length", "MAX_TOKENS"),
        (Scripted([Say("x"), Block("RECITATION")]), "content_filter", "RECITATION"),
    ]
    async with model_server(Empty()) as client:
        for script, openai, gemini in endings:
            client.server.script = script
            assert (await client.chat()).json["choices"][0]["finish_reason"] == openai
            events = (await client.generate(verb=STREAM)).events
            assert events[-1]["candidates"][0]["finishReason"] == gemini


async def test_gemini_gives_no_candidate_for_a_prompt_that_it_blocks() -> None:
    async with model_server(SafetyBlocked(reason="PROHIBITED_CONTENT")) as client:
        for answer in ((await client.generate()).json, (await client.generate(verb=STREAM)).events[-1]):
            assert answer["promptFeedback"] == {"blockReason": "PROHIBITED_CONTENT"}
            assert "candidates" not in answer


async def test_what_is_no_json_is_sent_as_it_is() -> None:
    async with model_server(InvalidJson(text="It ", raw="{half")) as client:
        assert (await client.chat()).text == "{half"
        assert (await client.chat(stream=True)).text.endswith("data: {half\n\n")


async def test_bad_arguments_reach_the_client_as_the_model_wrote_them() -> None:
    async with model_server(BadToolCall(kind="no_json")) as client:
        (call,) = (await client.chat()).json["choices"][0]["message"]["tool_calls"]
        assert call["function"]["arguments"] == '{"market": "BTC'
        client.server.script = BadToolCall(kind="many")
        assert len((await client.chat()).json["choices"][0]["message"]["tool_calls"]) == 50


async def test_ten_megabytes_come_whole() -> None:
    async with model_server(Huge()) as client:
        assert len((await client.generate(verb=STREAM)).words) == 10_000_000


async def test_words_arrive_as_they_are_said_and_not_at_the_end() -> None:
    async with (
        model_server(Scripted([Say("first "), Wait(30), Say("last")])) as client,
        client.session.post(CHAT, json=openai_body(stream=True)) as response,
    ):
        async with asyncio.timeout(5):
            while b"first" not in await response.content.readline():
                pass


async def test_a_client_may_go_away_and_the_next_one_is_answered() -> None:
    async with model_server(Silent()) as client:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await client.chat()
        client.server.script = Parrot(text="Here.")
        assert (await client.chat(stream=True)).words == "Here."


async def test_a_script_is_chosen_by_its_name_where_that_is_allowed() -> None:
    async with model_server(Parrot(), scripts_allowed=True) as client:
        answer = await client.post("/sim/script", {"name": "refusing", "status": 503})
        assert answer.json["script"] == "Refusing(status=503, body='', retry_after=None)"
        assert (await client.chat()).status == 503
        for bad in ({"name": "nobody"}, {"name": "slow", "speed": 1}, {"name": "slow", "first": "x"}, b"x"):
            assert (await client.post("/sim/script", bad)).status == 400
    async with model_server(Parrot()) as client:
        assert (await client.post("/sim/script", {"name": "empty"})).status == 404

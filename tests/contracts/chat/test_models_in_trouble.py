from __future__ import annotations

import asyncio
import json
import logging
import traceback
from contextlib import aclosing
from datetime import timedelta

import pytest
from model_stage import (
    APIS,
    ASKED,
    HEAD,
    KEY,
    SECRET_WORDS,
    Api,
    ByteServer,
    Sent,
    candidate,
    delta,
    events,
    heard_of,
    model_at,
    said_by,
    scripted,
    words,
)

from sandbox.llm.broken import Empty, InvalidJson, Truncated
from sandbox.llm.plain import Dripping, Parrot, Scripted, Silent, Slow
from sandbox.llm.steps import Fail
from services.chat.ports import Piece
from services.errors import ModelFailed

pytestmark = pytest.mark.parametrize("api", APIS)
ECHO = json.dumps(
    {
        "error": {
            "message": f"Incorrect API key {KEY}: {SECRET_WORDS}",
            "code": KEY,
            "type": f"{SECRET_WORDS}",
            "status": KEY,
            "param": SECRET_WORDS,
        }
    }
)
BEGUN = {
    "openai": events(delta(content="It costs ")),
    "gemini": events(candidate({"text": "It costs "})),
}


def everything_of(error: ModelFailed, caplog: pytest.LogCaptureFixture) -> str:
    return "".join(traceback.format_exception(error)) + repr((error.facts, error.hint)) + caplog.text


STATUSES = {
    400: ("refused", "400 Bad Request"),
    401: ("key", "401 Unauthorized"),
    403: ("key", "403 Forbidden"),
    404: ("refused", "404 Not Found"),
    429: ("busy", "429 Too Many Requests"),
    500: ("trouble", "500 Internal Server Error"),
    503: ("trouble", "503 Service Unavailable"),
    529: ("trouble", "529"),
    302: ("refused", "302 Found"),
}


@pytest.mark.parametrize("body", [ECHO, "", "<html>no JSON", "[]", '{"error": 1}', '{"error": null}'])
async def test_a_refusal_tells_its_status_and_neither_key_nor_prompt(
    api: Api, body: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    script = Scripted(*([Fail(status, body, retry_after=7)] for status in STATUSES))
    async with scripted(api, script) as (model, server):
        for why, named in STATUSES.values():
            with pytest.raises(ModelFailed, match=f"The model first refused: {named}") as caught:
                await said_by(model)
            error = caught.value
            assert (error.facts["model"], error.facts["why"]) == ("first", why)
            assert error.facts["retry_after"] == 7
            told = everything_of(error, caplog)
            assert KEY not in told
            assert SECRET_WORDS not in told
    assert len(server.seen) == len(STATUSES)


async def test_a_wrong_key_is_told_as_one(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with scripted(api, Parrot(), key="another") as (model, _):
        with pytest.raises(ModelFailed, match=r"refused: 40\d") as caught:
            await said_by(model)
    assert caught.value.facts["why"] == "key"
    assert KEY not in everything_of(caught.value, caplog)


async def test_a_server_that_is_not_there_is_told_at_once(api: Api) -> None:
    async with ByteServer([]).opened() as server:
        url = server.url
    async with model_at(api, url) as model:
        with pytest.raises(ModelFailed, match="The model first cannot be reached"):
            await said_by(model)


async def test_a_connection_that_is_closed_without_a_word_is_told(api: Api) -> None:
    async with ByteServer([]).opened() as server, model_at(api, server.url) as model:
        with pytest.raises(ModelFailed, match="cannot be reached"):
            await said_by(model)
    assert len(server.asked) == 1


@pytest.mark.parametrize("script", [Silent(), Slow(first=0, between=30), Dripping(between=0.01)])
async def test_an_answer_that_takes_too_long_is_cut(
    api: Api, script: Silent | Slow | Dripping, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with scripted(api, script, timeout=timedelta(milliseconds=150)) as (model, _):
        with pytest.raises(ModelFailed, match="The model first did not answer in time") as caught:
            await said_by(model)
    assert SECRET_WORDS not in everything_of(caught.value, caplog)


UNREADABLE: tuple[list[Sent], ...] = (
    [HEAD],
    [HEAD, b"<html>this is no model</html>"],
    [HEAD, b"data: {half"],
    [HEAD, b"data: [1, 2]\n\n"],
    [HEAD, b'data: "text"\n\n'],
    [HEAD, b"data: 7\n\n"],
    [HEAD, b"data: null\n\n"],
    [HEAD, b'data: {"choices": "all", "candidates": "all"}\n\n'],
    [HEAD, b'data: {"choices": [7], "candidates": [7]}\n\n'],
    [HEAD, b'data: {"choices": [{"delta": 7}], "candidates": [{"content": 7}]}\n\n'],
    [HEAD, b'data: {"choices": [{"delta": {"tool_calls": {"a": 1}}}], "candidates": {"a": 1}}\n\n'],
    [HEAD, b"data: " + b"[" * 200_000 + b"\n\n"],
    [HEAD, b"data: \xff\xfe\n\n"],
    [HEAD, b'data: {"error": {"message": "' + SECRET_WORDS.encode() + b'", "code": 500}}\n\n'],
    [HEAD, b'data: {"error": "' + SECRET_WORDS.encode() + b'"}\n\n'],
    [b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\nxx"],
    [b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\ndata: {}\n\n"],
    [b"SSH-2.0-OpenSSH_9.2\r\n"],
)


async def test_what_cannot_be_read_is_told_as_a_failure(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with ByteServer([]).opened() as server, model_at(api, server.url) as model:
        for server.sent in UNREADABLE:
            with pytest.raises(ModelFailed) as caught:
                await said_by(model)
            assert SECRET_WORDS not in everything_of(caught.value, caplog)
    assert len(server.asked) == len(UNREADABLE)


@pytest.mark.parametrize("script", [InvalidJson(text="It costs"), Truncated(is_cut=True)])
async def test_what_breaks_in_the_middle_fails_after_its_words(
    api: Api, script: InvalidJson | Truncated
) -> None:
    kept: list[Piece] = []
    async with scripted(api, script) as (model, _):
        with pytest.raises(ModelFailed, match=r"broke off|cannot be reached"):
            await heard_of(model.stream(ASKED), kept)
    assert words(kept).startswith(("It costs", "The trend"))


async def test_others_have_their_turn_while_a_flood_of_events_is_read(api: Api) -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    flood = [HEAD + b"data: {}\n\n" * 5, *[b"\n" * 65_536] * 4]
    async with ByteServer(flood).opened() as server, model_at(api, server.url) as model:
        counting = asyncio.ensure_future(count())
        with pytest.raises(ModelFailed, match="broke off"):
            await said_by(model)
        counting.cancel()
    assert turns >= 4 * 65_536 // 4_096


async def test_an_answer_that_stops_without_an_end_broke_off(api: Api) -> None:
    async with ByteServer([BEGUN[api]]).opened() as server, model_at(api, server.url) as model:
        with pytest.raises(ModelFailed, match="broke off"):
            await said_by(model)


async def test_an_empty_answer_is_a_failure(api: Api) -> None:
    async with scripted(api, Empty()) as (model, _):
        with pytest.raises(ModelFailed, match="The model first said nothing"):
            await said_by(model)


async def test_a_connection_is_closed_as_soon_as_nobody_listens_any_more(api: Api) -> None:
    sent: list[Sent] = [BEGUN[api], 30.0]
    async with ByteServer(sent).opened() as server, model_at(api, server.url) as model:
        async with aclosing(model.stream(ASKED)) as pieces:  # type: ignore[type-var]  # both are generators
            assert (await anext(pieces)).text == "It costs "
            assert not server.gone.is_set()
        await asyncio.wait_for(server.gone.wait(), 1)


@pytest.mark.parametrize("sent", [(30.0,), None], ids=["before the first word", "in the middle"])
async def test_a_connection_is_closed_when_whoever_waits_is_canceled(
    api: Api, sent: tuple[Sent, ...] | None
) -> None:
    async with (
        ByteServer(sent or (BEGUN[api], 30.0)).opened() as server,
        model_at(api, server.url) as model,
    ):
        waiting = asyncio.ensure_future(said_by(model))
        await server.arrived.wait()
        await asyncio.sleep(0.05)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await asyncio.wait_for(server.gone.wait(), 1)

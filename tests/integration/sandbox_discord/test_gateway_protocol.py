from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import aiohttp
import pytest
from sandbox_discord_stage import Stage

from sandbox.discord.client_stream import open_stream
from sandbox.discord.wire import decode

GUILDS, GUILD_MEMBERS, GUILD_MESSAGES, MESSAGE_CONTENT = 1 << 0, 1 << 1, 1 << 9, 1 << 15


class Client:
    """A gateway client that does only what a test tells it."""

    def __init__(self, stage: Stage, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.stage = stage
        self.socket = socket

    async def send(self, op: int, payload: object) -> None:
        await self.socket.send_json({"op": op, "d": payload})

    async def identify(self, name: str = "Raw", intents: int = GUILDS | GUILD_MESSAGES, **more: Any) -> None:
        await self.send(2, {"token": self.stage.token(name), "intents": intents, "properties": {}, **more})

    async def receive(self) -> dict[str, Any]:
        return dict(await self.socket.receive_json(timeout=5))

    async def event(self, name: str) -> dict[str, Any]:
        while True:
            said = await self.receive()
            if said["t"] == name:
                return dict(said["d"])

    async def close_code(self) -> int | None:
        while not self.socket.closed:
            await self.socket.receive(timeout=5)
        return self.socket.close_code


Open = Callable[..., AbstractAsyncContextManager[Client]]


@pytest.fixture
async def connect(stage: Stage) -> AsyncIterator[Open]:
    async with aiohttp.ClientSession() as session:

        @asynccontextmanager
        async def opened(query: str = "?v=10&encoding=json") -> AsyncIterator[Client]:
            async with session.ws_connect(stage.url + "/" + query) as socket:
                yield Client(stage, socket)

        yield opened


async def test_hello_comes_first_and_a_heartbeat_is_acknowledged(connect: Open) -> None:
    async with connect() as client:
        assert (await client.receive())["d"] == {"heartbeat_interval": 41250}
        await client.send(1, None)
        assert (await client.receive())["op"] == 11


async def test_ready_is_numbered_one_and_the_guild_follows(connect: Open, stage: Stage) -> None:
    async with connect() as client:
        await client.receive()
        await client.identify()
        ready, guild = await client.receive(), await client.receive()
    assert (ready["t"], ready["s"], guild["t"], guild["s"]) == ("READY", 1, "GUILD_CREATE", 2)
    assert ready["d"]["guilds"] == [{"id": stage.guild, "unavailable": True}]
    assert ready["d"]["resume_gateway_url"] == stage.url.replace("http", "ws")
    assert guild["d"]["unavailable"] is False
    assert (guild["d"]["member_count"], len(guild["d"]["members"])) == (4, 1)


@pytest.mark.parametrize(
    ("op", "payload", "code"),
    [
        (3, {"status": "online"}, 4003),
        (99, None, 4001),
        (2, "not an object", 4002),
        (2, {"token": "wrong", "intents": 1}, 4004),
        (6, {"token": "wrong", "session_id": "1", "seq": 1}, 4004),
    ],
)
async def test_a_wrong_first_payload_closes_with_its_code(
    connect: Open, op: int, payload: object, code: int
) -> None:
    async with connect() as client:
        await client.send(op, payload)
        assert await client.close_code() == code


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"shard": [3, 2]}, 4010),
        ({"intents": 1 << 30}, 4013),
        ({"intents": GUILD_MEMBERS}, 4014),
        ({"intents": MESSAGE_CONTENT}, 4014),
    ],
)
async def test_a_wrong_identify_closes_with_its_code(connect: Open, more: dict[str, Any], code: int) -> None:
    async with connect() as client:
        await client.identify(**more)
        assert await client.close_code() == code


async def test_another_version_closes_with_4012(connect: Open) -> None:
    async with connect("?v=6&encoding=json") as client:
        assert await client.close_code() == 4012


async def test_what_is_not_json_or_too_long_closes_with_4002(connect: Open) -> None:
    for raw in ("{", '{"op":1,"d":"' + "x" * 4096 + '"}'):
        async with connect() as client:
            await client.socket.send_str(raw)
            assert await client.close_code() == 4002


async def test_a_second_identify_closes_with_4005(connect: Open) -> None:
    async with connect() as client:
        await client.identify()
        await client.identify()
        assert await client.close_code() == 4005


async def test_too_many_payloads_close_with_4008(connect: Open) -> None:
    async with connect() as client:
        for _ in range(121):
            await client.send(1, None)
        assert await client.close_code() == 4008


async def test_a_silent_client_is_cut_off(connect: Open, stage: Stage) -> None:
    await stage.client.faults(heartbeat_interval_ms=100)
    async with connect() as client:
        assert await client.close_code() == 4000


async def test_a_second_identify_within_five_seconds_is_turned_away(connect: Open, stage: Stage) -> None:
    await stage.client.faults(identify_freely=False)
    async with connect() as first, connect() as second:
        await first.identify()
        await first.event("READY")
        await second.receive()
        await second.identify()
        assert (await second.receive())["op"] == 9


async def test_resume_replays_what_came_after_a_number(connect: Open, stage: Stage) -> None:
    async with connect() as client:
        await client.identify()
        session = (await client.event("READY"))["session_id"]
        await client.event("GUILD_CREATE")
        await client.socket.close(code=4000)
    await stage.mia.send("one")
    await stage.mia.send("two")
    async with connect() as client:
        await client.receive()
        await client.send(6, {"token": stage.token("Raw"), "session_id": session, "seq": 2})
        replayed = [await client.receive() for _ in range(3)]
    assert [(one["t"], one["s"]) for one in replayed] == [
        ("MESSAGE_CREATE", 3),
        ("MESSAGE_CREATE", 4),
        ("RESUMED", 5),
    ]
    assert isinstance(replayed[2]["d"], dict)


@pytest.mark.parametrize("code", [1000, 1001])
async def test_a_client_that_says_goodbye_cannot_resume(connect: Open, stage: Stage, code: int) -> None:
    async with connect() as client:
        await client.identify()
        session = (await client.event("READY"))["session_id"]
        await client.socket.close(code=code)
    async with connect() as client:
        await client.receive()
        await client.send(6, {"token": stage.token("Raw"), "session_id": session, "seq": 1})
        said = await client.receive()
    assert (said["op"], said["d"]) == (9, False)


async def test_a_resume_from_the_future_closes_with_4007(connect: Open, stage: Stage) -> None:
    async with connect() as client:
        await client.identify()
        session = (await client.event("READY"))["session_id"]
        async with connect() as other:
            await other.send(6, {"token": stage.token("Raw"), "session_id": session, "seq": 99})
            assert await other.close_code() == 4007


async def test_a_session_of_another_application_cannot_be_resumed(connect: Open, stage: Stage) -> None:
    async with connect() as client:
        await client.identify()
        session = (await client.event("READY"))["session_id"]
        async with connect() as thief:
            await thief.receive()
            await thief.send(6, {"token": stage.token("Thief"), "session_id": session, "seq": 1})
            assert (await thief.receive())["op"] == 9


async def test_the_stream_can_be_compressed(connect: Open) -> None:
    async with connect("?v=10&encoding=json&compress=zlib-stream") as client:
        await client.identify()
        inflate = zlib.decompressobj()
        names = []
        for _ in range(3):
            raw = await client.socket.receive_bytes(timeout=5)
            assert raw.endswith(b"\x00\x00\xff\xff")
            names.append(decode(inflate.decompress(raw))["t"])
    assert names == [None, "READY", "GUILD_CREATE"]


async def test_events_go_only_to_those_who_asked_for_them(connect: Open, stage: Stage) -> None:
    async with connect() as deaf, connect() as hearing:
        await deaf.identify("Deaf", GUILDS)
        await deaf.event("GUILD_CREATE")
        await hearing.identify("Hearing", GUILD_MESSAGES)
        await hearing.event("READY")
        await stage.mia.send("hello")
        assert (await hearing.event("MESSAGE_CREATE"))["content"] == ""
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(deaf.socket.receive(), 0.05)


async def test_messages_that_are_removed_at_once_are_told_of_at_once(connect: Open, stage: Stage) -> None:
    ids = [(await stage.mia.send(text))["id"] for text in ("one", "two", "three")]
    place = f"/channels/{stage.general}/messages/bulk-delete"
    async with connect() as client, open_stream(stage.client.http, "theo") as stream, stage.rest() as raw:
        await client.identify()
        await client.event("GUILD_CREATE")
        status, _ = await raw.call("POST", place, {"messages": [*ids[:2], ids[0], "1"]})
        told = await client.receive()
        assert await stream.next("MESSAGE_DELETE_BULK") == told["d"]
    assert (status, told["t"]) == (204, "MESSAGE_DELETE_BULK")
    assert told["d"] == {"ids": ids[:2], "channel_id": stage.general, "guild_id": stage.guild}
    assert [one["id"] for one in await stage.mia.messages()] == [ids[2]]


async def test_members_are_sent_in_chunks_with_the_nonce_of_the_request(connect: Open, stage: Stage) -> None:
    await stage.client.faults(privileged_intents=["members"])
    async with connect() as client:
        await client.identify(intents=GUILDS | GUILD_MEMBERS)
        guild = await client.event("GUILD_CREATE")
        assert len(guild["members"]) == guild["member_count"]
        await client.send(8, {"guild_id": stage.guild, "query": "", "limit": 0, "nonce": "n1"})
        chunk = await client.event("GUILD_MEMBERS_CHUNK")
        assert (chunk["nonce"], chunk["chunk_index"], chunk["chunk_count"]) == ("n1", 0, 1)
        assert {one["user"]["username"] for one in chunk["members"]} == {"ana", "theo", "mia", "Raw"}
        await client.send(8, {"guild_id": stage.guild, "user_ids": [stage.mia.user["id"], "1"]})
        named = await client.event("GUILD_MEMBERS_CHUNK")
        assert ([one["user"]["username"] for one in named["members"]], named["not_found"]) == (["mia"], ["1"])
        await client.send(8, {"guild_id": stage.guild, "query": "", "limit": 0})
        assert (await client.event("RATE_LIMITED"))["opcode"] == 8


async def test_a_newcomer_is_announced_to_who_may_hear_of_members(connect: Open, stage: Stage) -> None:
    await stage.client.faults(privileged_intents=["members"])
    async with connect() as client:
        await client.identify(intents=GUILDS | GUILD_MEMBERS)
        await client.event("GUILD_CREATE")
        await stage.client.add_user("zoe", "Trader")
        assert (await client.event("GUILD_MEMBER_ADD"))["user"]["username"] == "zoe"


async def test_a_server_that_never_says_hello_stays_silent(connect: Open, stage: Stage) -> None:
    await stage.client.faults(hello_never=True)
    async with connect() as client:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.socket.receive(), 0.05)


async def test_a_heartbeat_is_not_acknowledged_when_that_is_switched_off(connect: Open, stage: Stage) -> None:
    await stage.client.faults(mute_heartbeat_ack=True)
    async with connect() as client:
        await client.receive()
        await client.send(1, None)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.socket.receive(), 0.05)

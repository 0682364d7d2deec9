from __future__ import annotations

import io
from collections.abc import AsyncIterator

import aiohttp
import pytest
from sandbox_discord_stage import Raw, Stage

from sandbox.discord.world.snowflake import stable_id

NOBODY = "123456789012345678"


@pytest.fixture
async def raw(stage: Stage) -> AsyncIterator[Raw]:
    async with stage.rest() as calls:
        yield calls


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, 0),
        ("DELETE", "/users/@me", 405, 0),
        ("GET", f"/users/{NOBODY}", 404, 10013),
        ("GET", f"/channels/{NOBODY}", 404, 10003),
        ("GET", f"/guilds/{NOBODY}", 404, 10004),
        ("GET", f"/channels/{stable_id('channel', 'general')}/messages/{NOBODY}", 404, 10008),
        ("GET", f"/webhooks/{NOBODY}/token/messages/@original", 404, 10015),
        ("POST", f"/interactions/{NOBODY}/token/callback", 404, 10062),
        ("PUT", f"/applications/{NOBODY}/commands", 403, 20012),
        (
            "PUT",
            f"/channels/{stable_id('channel', 'general')}/messages/{NOBODY}/reactions/ok/@me",
            400,
            10014,
        ),
    ],
)
async def test_what_is_not_there_is_refused_with_its_code(
    raw: Raw, method: str, path: str, status: int, code: int
) -> None:
    found, body = await raw.call(method, path)
    assert (found, body["code"]) == (status, code)


async def test_a_command_that_is_not_there_is_refused_with_10063(raw: Raw) -> None:
    status, body = await raw.call("GET", f"/applications/{raw.id}/commands/{NOBODY}")
    assert (status, body["code"]) == (404, 10063)


async def test_a_wrong_token_is_refused_with_401(stage: Stage) -> None:
    headers = {"Authorization": f"Bot {stage.token('Raw')}x"}
    async with aiohttp.ClientSession(headers=headers) as session:
        status, body = await Raw(f"{stage.url}/api/v10", session, "").call("GET", "/users/@me")
    assert (status, body) == (401, {"message": "401: Unauthorized", "code": 0})


async def test_a_body_that_is_not_json_is_refused_with_50109(raw: Raw, stage: Stage) -> None:
    headers = {"Content-Type": "application/json"}
    url = f"{raw.base}/channels/{stage.general}/messages"
    async with raw.session.post(url, data=b"{no", headers=headers) as response:
        assert (response.status, (await response.json())["code"]) == (400, 50109)


async def test_an_empty_message_is_refused_with_50006(raw: Raw, stage: Stage) -> None:
    status, body = await raw.call("POST", f"/channels/{stage.general}/messages", {"content": " "})
    assert (status, body["code"]) == (400, 50006)


async def test_a_message_that_is_too_long_is_refused_with_the_place_of_the_fault(
    raw: Raw, stage: Stage
) -> None:
    status, body = await raw.call("POST", f"/channels/{stage.general}/messages", {"content": "x" * 2001})
    assert (status, body["code"]) == (400, 50035)
    assert body["errors"]["content"]["_errors"][0]["code"] == "BASE_TYPE_MAX_LENGTH"


async def test_a_reply_to_a_message_that_is_gone_is_refused(raw: Raw, stage: Stage) -> None:
    body = {"content": "x", "message_reference": {"message_id": NOBODY}}
    status, said = await raw.call("POST", f"/channels/{stage.general}/messages", body)
    assert (status, said["code"]) == (400, 50035)
    assert said["errors"]["message_reference"]["_errors"][0]["code"] == "REPLIES_UNKNOWN_MESSAGE"


async def test_an_upload_that_is_too_large_is_refused_with_40005(raw: Raw, stage: Stage) -> None:
    form = aiohttp.FormData()
    form.add_field("files[0]", io.BytesIO(b"x" * (10 * 2**20 + 1)), filename="big.bin")
    async with raw.session.post(f"{raw.base}/channels/{stage.general}/messages", data=form) as response:
        assert (response.status, (await response.json())["code"]) == (413, 40005)


async def test_another_users_message_cannot_be_changed(raw: Raw, stage: Stage) -> None:
    said = await stage.mia.send("mine")
    path = f"/channels/{stage.general}/messages/{said['id']}"
    status, body = await raw.call("PATCH", path, {"content": "yours"})
    assert (status, body["code"]) == (403, 50005)


async def test_an_answer_has_exactly_the_content_type_and_the_bucket_that_clients_read(
    raw: Raw, stage: Stage
) -> None:
    async with raw.session.get(f"{raw.base}/channels/{stage.general}") as response:
        assert response.headers["Content-Type"] == "application/json"
        assert int(response.headers["X-RateLimit-Remaining"]) < int(response.headers["X-RateLimit-Limit"])


async def test_the_sixth_message_at_once_is_limited_with_the_headers_that_clients_need(
    raw: Raw, stage: Stage
) -> None:
    url = f"{raw.base}/channels/{stage.general}/messages"
    for _ in range(5):
        async with raw.session.post(url, json={"content": "x"}) as response:
            assert response.status == 200
    async with raw.session.post(url, json={"content": "x"}) as response:
        body = await response.json()
        assert (response.status, body["global"], body["code"]) == (429, False, 0)
        assert response.headers["Via"] == "1.1 sandbox"
        assert response.headers["X-RateLimit-Scope"] == "user"


async def test_commands_are_kept_by_name_and_replaced_in_bulk(raw: Raw) -> None:
    path = f"/applications/{raw.id}/commands"
    one = {"name": "one", "description": "d", "type": 1}
    created, first = await raw.call("POST", path, one)
    replaced, second = await raw.call("POST", path, {**one, "description": "e"})
    assert (created, replaced, first["id"]) == (201, 200, second["id"])
    _, changed = await raw.call("PATCH", f"{path}/{first['id']}", {"description": "f"})
    assert changed["description"] == "f"
    _, listed = await raw.call("PUT", path, [one, {"name": "two", "description": "d"}])
    assert [(command["name"], command["id"] == first["id"]) for command in listed] == [
        ("one", True),
        ("two", False),
    ]
    assert (await raw.call("DELETE", f"{path}/{first['id']}"))[0] == 204
    assert [command["name"] for command in (await raw.call("GET", path))[1]] == ["two"]


async def test_a_command_of_the_guild_hides_the_global_one_of_its_name(raw: Raw, stage: Stage) -> None:
    body = {"name": "one", "description": "everywhere"}
    await raw.call("POST", f"/applications/{raw.id}/commands", body)
    path = f"/applications/{raw.id}/guilds/{stage.guild}/commands"
    await raw.call("POST", path, {**body, "description": "here"})
    url = f"/channels/{stage.general}/commands"
    offered = await stage.client.http.call("GET", url, {"as": "mia"})
    assert [one["command"]["description"] for one in offered] == ["here"]


async def test_a_bot_without_the_right_is_refused_with_50013_and_without_sight_with_50001(
    raw: Raw, stage: Stage
) -> None:
    world = stage.running.realm.world
    bots = stable_id("role", "Bots")
    channel = world.channels[stage.general]
    send, view = 1 << 11, 1 << 10
    for bit, code in ((send, 50013), (view, 50001)):
        overwrite = {"id": bots, "type": 0, "allow": "0", "deny": str(bit)}
        channel.data["permission_overwrites"] = [overwrite]
        world.touch("channel", channel.id)
        status, body = await raw.call("POST", f"/channels/{channel.id}/messages", {"content": "x"})
        assert (status, body["code"]) == (403, code)

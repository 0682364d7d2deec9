from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sandbox_discord_bot import PNG, FlowBot
from sandbox_discord_stage import Stage, connected, open_stage

from sandbox.discord.client import SandboxClient
from sandbox.discord.client_stream import open_stream
from sandbox.discord.events import Event
from services.errors import NoAnswer, UserMistake


async def test_everyone_to_act_as_is_listed_with_their_roles(stage: Stage) -> None:
    users = (await stage.client.http.call("GET", "/users", {}))["users"]
    assert [(one["username"], one["role_names"]) for one in users] == [
        ("ana", ["Admin"]),
        ("theo", ["Trader"]),
        ("mia", ["Member"]),
    ]


async def test_the_channel_of_the_admins_is_seen_by_admins_alone(stage: Stage) -> None:
    assert "farm-admin" in stage.ana.channels
    assert "farm-admin" not in stage.mia.channels
    with pytest.raises(UserMistake, match="Missing Access"):
        await stage.mia.send("let me in", stage.ana.channels["farm-admin"])


async def test_a_user_that_is_made_twice_is_one(stage: Stage) -> None:
    first = await stage.client.add_user("zoe", "Member")
    second = await stage.client.add_user("zoe", "Trader")
    assert (first["id"], second["role_names"]) == (second["id"], ["Member", "Trader"])


async def test_an_unknown_user_is_told_who_there_is(stage: Stage) -> None:
    with pytest.raises(UserMistake) as caught:
        await stage.client.member("nobody")
    assert "ana, theo, mia" in caught.value.hint


async def test_a_language_that_is_none_is_refused(stage: Stage) -> None:
    stage.mia.locale = "klingon"
    with pytest.raises(UserMistake, match="locale"):
        await stage.mia.slash("price", market="BTC")


async def test_a_server_that_is_not_there_is_no_answer() -> None:
    async with SandboxClient("http://127.0.0.1:9") as client:
        with pytest.raises(NoAnswer, match="No local Discord answers"):
            await client.member("mia")


async def test_messages_are_written_changed_reacted_to_and_removed_by_members(stage: Stage) -> None:
    said = await stage.mia.send("one", files={"../evil name.png": PNG})
    assert said["attachments"][0]["filename"] == "evil_name.png"
    reply = await stage.theo.send("two", reply_to=said["id"])
    assert reply["referenced_message"]["content"] == "one"
    place = f"/channels/{stage.general}/messages/{said['id']}"
    http = stage.client.http
    await http.call("PUT", f"{place}/reactions/👍", {"as": "theo"})
    changed = await http.call("PATCH", place, {"as": "mia"}, {"content": "uno"})
    assert (changed["content"], changed["reactions"][0]["me"]) == ("uno", False)
    with pytest.raises(UserMistake, match="Only its author"):
        await http.call("PATCH", place, {"as": "theo"}, {"content": "dos"})
    with pytest.raises(UserMistake, match="Missing Permissions"):
        await http.call("DELETE", place, {"as": "theo"})
    await http.call("DELETE", place, {"as": "ana"})
    assert [one["content"] for one in await stage.mia.messages()] == ["two"]


async def test_a_socket_shows_what_happens_in_order_and_without_gaps(stage: Stage) -> None:
    async with open_stream(stage.client.http, "mia") as stream:
        ready = await stream.events.get()
        await stage.theo.send("hello")
        await stage.client.http.call("POST", f"/channels/{stage.general}/typing", {"as": "theo"})
        await stage.ana.send("for admins", "farm-admin")
        await stage.theo.send("bye")
        seen = [await stream.events.get() for _ in range(3)]
    assert (ready["s"], ready["t"], ready["d"]["user"]["username"]) == (1, "READY", "mia")
    assert [(one["s"], one["t"]) for one in seen] == [
        (2, "MESSAGE_CREATE"),
        (3, "TYPING_START"),
        (4, "MESSAGE_CREATE"),
    ]
    assert seen[0]["d"]["guild_id"] == stage.guild
    assert seen[0]["d"]["member"]["roles"]


async def test_a_socket_acts_for_many_users(stage: Stage) -> None:
    async with open_stream(stage.client.http, "mia") as stream:
        body = {"channel_id": stage.general, "content": "hi"}
        sent = await asyncio.gather(*(stream.ask("message", body, actor=name) for name in ("ana", "theo")))
        assert {one["author"]["username"] for one in sent} == {"ana", "theo"}
        with pytest.raises(UserMistake, match="Cannot do"):
            await stream.ask("dance", {})


async def test_a_member_is_told_how_an_interaction_stands_and_of_its_ephemeral_answer(stage: Stage) -> None:
    async with connected(stage, FlowBot(), "Xyko"), open_stream(stage.client.http, "mia") as stream:
        body = {"type": 2, "channel_id": stage.general, "name": "secret", "nonce": "n-1"}
        told = await stream.ask("interaction", body)
        states = [await stream.next("INTERACTION") for _ in range(2)]
        whispered = await stream.next("MESSAGE_CREATE")
    assert told["state"] == "sent"
    assert [(one["state"], one["nonce"]) for one in states] == [("sent", "n-1"), ("acknowledged", "n-1")]
    assert states[0]["interaction_id"] == told["interaction_id"]
    assert (whispered["content"], whispered["flags"] & 64) == ("psst", 64)
    assert "guild_id" not in whispered


async def test_a_modal_and_new_commands_are_told_to_members(stage: Stage) -> None:
    async with open_stream(stage.client.http, "mia") as stream, connected(stage, FlowBot(), "Xyko"):
        commands = await stream.next("COMMANDS")
        opened = await stage.mia.slash("note")
        modal = await stream.next("MODAL")
    assert modal["application_id"] == commands["application_id"]
    assert (modal["interaction_id"], modal["title"]) == (opened.interaction_id, "A note")


async def test_who_reads_too_slowly_is_shown_everything_anew(stage: Stage) -> None:
    def away(number: int) -> Event:
        return Event(type="PRESENCE", payload={"user_id": str(number), "online": False})

    async with open_stream(stage.client.http, "mia") as stream:
        assert (await stream.events.get())["t"] == "READY"
        for number in range(2500):
            stage.running.realm.events.emit(away(number))
        seen = [await stream.events.get() for _ in range(500)]
    assert [one["s"] for one in seen] == list(range(2, 502))
    assert seen[0]["t"] == "READY"
    assert seen[-1]["d"]["user_id"] == "2499"


@pytest.mark.parametrize("said", [[], ["mia"], {}, 7])
async def test_an_actor_that_is_no_text_is_refused_and_the_socket_lives_on(stage: Stage, said: Any) -> None:
    body = {"channel_id": stage.general}
    address = f"{stage.url}/sandbox/api/socket?as=mia"
    async with aiohttp.ClientSession() as session, session.ws_connect(address) as socket:
        for number, actor in enumerate((said, "theo")):
            await socket.send_json({"id": number, "do": "typing", "as": actor, "body": body})
        replies: list[dict[str, Any]] = []
        while len(replies) < 2:
            heard = await socket.receive_json(timeout=5)
            replies += [heard] if "reply" in heard else []
    assert [one["ok"] for one in replies] == [False, True]
    assert replies[0]["error"]["code"] == "unknown_user"


async def test_a_question_that_nobody_answers_ends_by_itself(stage: Stage) -> None:
    async with open_stream(stage.client.http, "mia") as stream:
        with pytest.raises(NoAnswer):
            await stream.ask("message", {"channel_id": stage.general, "content": "hi"}, within=0.0)
        await stream.ask("typing", {"channel_id": stage.general})


async def test_questions_fail_at_once_when_their_socket_ends(stage: Stage) -> None:
    async with connected(stage, FlowBot(), "Xyko"), open_stream(stage.client.http, "mia") as stream:
        body = {"type": 2, "channel_id": stage.general, "name": "mute", "wait": True}
        asked = asyncio.ensure_future(stream.ask("interaction", body))
        await stream.next("INTERACTION")
        await stream._socket.close()
        with pytest.raises(NoAnswer):
            await asyncio.wait_for(asked, 1.0)
        with pytest.raises(NoAnswer):
            await stream.ask("typing", {"channel_id": stage.general})


async def test_faults_are_shown_set_cleared_and_told(stage: Stage) -> None:
    async with open_stream(stage.client.http, "mia") as stream:
        await stage.client.faults(slow_ms=1, rest_429={"count": 2})
        told = await stream.next("FAULTS")
        assert (told["slow_ms"], told["rest_429"]["count"]) == (1, 2)
    assert (await stage.client.faults(clear=True))["slow_ms"] == 0
    with pytest.raises(UserMistake, match="nonsense"):
        await stage.client.faults(nonsense=1)


async def test_a_page_of_another_site_is_refused(stage: Stage) -> None:
    async with aiohttp.ClientSession() as session:
        for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
            async with session.get(f"{stage.url}/sandbox/api/users", headers=headers) as response:
                assert response.status == 403
        own = {"Origin": stage.url}
        async with session.get(f"{stage.url}/sandbox/api/users", headers=own) as response:
            assert response.status == 200


async def test_the_page_and_its_scripts_come_packed_tagged_and_with_the_policy(tmp_path: Path) -> None:
    static = tmp_path / "static"
    static.mkdir()
    (static / "chat.html").write_text("<!doctype html><title>chat</title>" + " " * 2000, "utf-8")
    (static / "a.js").write_text("export {};" + " " * 2000, "utf-8")
    async with open_stage(tmp_path, static=static) as stage, aiohttp.ClientSession() as session:
        async with session.get(stage.url + "/") as page:
            assert (page.status, page.content_type) == (200, "text/html")
            assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
            assert page.headers["X-Content-Type-Options"] == "nosniff"
        async with session.get(stage.url + "/static/a.js") as script:
            assert (script.content_type, script.headers["Content-Encoding"]) == ("text/javascript", "gzip")
            tag = script.headers["ETag"]
        async with session.get(stage.url + "/static/a.js", headers={"If-None-Match": tag}) as again:
            assert again.status == 304
        async with session.get(stage.url + "/static/..%2Fsandbox_discord.db") as outside:
            assert outside.status == 404


async def test_an_upload_cannot_run_anything(stage: Stage) -> None:
    said = await stage.mia.send("x", files={"page.html": b"<script>alert(1)</script>"})
    async with aiohttp.ClientSession() as session, session.get(said["attachments"][0]["url"]) as response:
        assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response.headers["Content-Disposition"] == "attachment"


async def test_the_default_avatar_is_a_picture(stage: Stage) -> None:
    assert (await stage.client.fetch(f"{stage.url}/cdn/embed/avatars/3.png")).startswith(b"\x89PNG")

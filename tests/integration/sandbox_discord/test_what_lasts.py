from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from sandbox_discord_bot import PNG, FlowBot
from sandbox_discord_stage import connected, open_stage, until

from sandbox.discord.client import SandboxClient
from sandbox.discord.wire import decode

SERVER = """
import asyncio, sys
from pathlib import Path
from pydantic import SecretStr
from sandbox.discord.app import Options, serve
from services.clock import SystemClock

async def main() -> None:
    var = Path(sys.argv[1])
    async with serve(Options(key=SecretStr("k"), clock=SystemClock(), var=var, static=var)) as running:
        Path(sys.argv[2]).write_text(running.url, "utf-8")
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def written(path: Path) -> str:
    """Wait until a file says something, and return what."""
    await until(lambda: path.exists() and path.read_text("utf-8"))
    return await asyncio.to_thread(path.read_text, "utf-8")


async def test_history_people_commands_and_faults_outlive_a_restart(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        async with connected(stage, FlowBot(), "Xyko"):
            await stage.mia.slash("chart")
            await stage.mia.slash("secret")
        said = await stage.mia.send("a file", files={"a.png": PNG})
        await stage.client.add_user("zoe", "Trader")
        await stage.client.faults(slow_ms=1)
        before = await stage.mia.messages()
    async with open_stage(tmp_path) as stage:
        after = await stage.mia.messages()
        assert [one["id"] for one in after] == [one["id"] for one in before]
        assert after[0]["content"] == "a file"
        assert await stage.theo.messages() == [after[0], after[2]]
        assert (await stage.client.member("zoe")).user["username"] == "zoe"
        assert (await stage.client.faults())["slow_ms"] == 1
        listed = await stage.client.http.call("GET", f"/channels/{stage.general}/commands", {"as": "mia"})
        assert "price" in {one["command"]["name"] for one in listed}
        path = said["attachments"][0]["url"].partition("/cdn/")[2]
        assert await stage.client.fetch(f"{stage.url}/cdn/{path}") == PNG
        assert int((await stage.mia.send("newer"))["id"]) > int(after[0]["id"])


async def test_a_nonce_is_remembered_over_a_restart(tmp_path: Path) -> None:
    body = {"content": "once", "nonce": "alert-1", "enforce_nonce": True}
    ids = set()
    for _ in range(2):
        async with open_stage(tmp_path) as stage, stage.rest() as raw:
            _, message = await raw.call("POST", f"/channels/{stage.general}/messages", body)
            ids.add(message["id"])
    assert len(ids) == 1


@pytest.mark.slow
async def test_what_was_said_a_moment_before_a_kill_is_still_there(tmp_path: Path) -> None:
    for expected in ([], ["one"]):
        told = tmp_path / f"url-{len(expected)}"
        server = await asyncio.create_subprocess_exec(sys.executable, "-c", SERVER, str(tmp_path), str(told))
        async with SandboxClient(await written(told)) as client:
            mia = await client.member("mia")
            assert [message["content"] for message in await mia.messages()] == expected
            await mia.send("one")
            await asyncio.sleep(0.4)
        os.kill(server.pid, signal.SIGKILL)
        await server.wait()


async def test_every_exchange_is_written_down_for_whoever_checks_it(tmp_path: Path) -> None:
    recording = tmp_path / "record"
    async with open_stage(tmp_path, recording=recording) as stage, connected(stage, FlowBot(), "Xyko"):
        await stage.mia.slash("chart")
    rest = [decode(line) for line in (recording / "rest.jsonl").read_bytes().splitlines()]
    callback = next(one for one in rest if one["path"].endswith("/callback"))
    assert (callback["method"], callback["status"], callback["query"]) == (
        "POST",
        200,
        {"with_response": "1"},
    )
    assert callback["content_type"] == "multipart/form-data"
    assert callback["body"]["data"]["embeds"][0]["title"] == "BTC/USDT"
    assert callback["response"]["resource"]["type"] == 4
    gateway = [decode(line) for line in (recording / "gateway.jsonl").read_bytes().splitlines()]
    said = [(one["direction"], one["op"], one["t"]) for one in gateway]
    for wanted in (("out", 10, None), ("in", 2, None), ("out", 0, "READY"), ("out", 0, "INTERACTION_CREATE")):
        assert wanted in said

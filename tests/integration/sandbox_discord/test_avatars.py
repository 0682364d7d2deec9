from __future__ import annotations

import base64
from pathlib import Path

import discord
import pytest
from sandbox_discord_bot import PNG
from sandbox_discord_stage import Stage, connected, open_stage

from sandbox.discord.wire import Json


def data(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


async def test_a_picture_that_discord_py_uploads_is_shown_and_outlives_a_restart(tmp_path: Path) -> None:
    bot = discord.Client(intents=discord.Intents.none())
    async with open_stage(tmp_path) as stage, connected(stage, bot, "Painter"):
        assert bot.user is not None
        changed = await bot.user.edit(avatar=PNG)
        assert changed.avatar is not None
        assert (
            await stage.client.fetch(f"{stage.url}/cdn/avatars/{changed.id}/{changed.avatar.key}.png") == PNG
        )
    async with open_stage(tmp_path) as stage, stage.rest("Painter") as calls:
        _, user = await calls.call("GET", "/users/@me")
        assert user["avatar"] == changed.avatar.key
        assert await stage.client.fetch(f"{stage.url}/cdn/avatars/{user['id']}/{user['avatar']}.png") == PNG
        status, user = await calls.call("PATCH", "/users/@me", {"avatar": None})
        assert (status, user["avatar"]) == (200, None)


@pytest.mark.parametrize(
    "avatar",
    ["", "x", data("text/html", PNG), data("image/png", b"<html>"), "data:image/png;base64,%%%", 5],
)
async def test_what_is_no_picture_is_refused_and_changes_nothing(stage: Stage, avatar: object) -> None:
    async with stage.rest() as calls:
        status, refused = await calls.call("PATCH", "/users/@me", {"avatar": avatar})
        found: Json = refused
        assert status == 400
        assert found["errors"]["avatar"]["_errors"][0]["code"] == "IMAGE_INVALID"
        assert (await calls.call("GET", "/users/@me"))[1]["avatar"] is None


async def test_a_path_that_leads_out_of_the_pictures_finds_nothing(stage: Stage) -> None:
    for path in ("../sandbox_discord.db", "1/none.png", "%2e%2e/%2e%2e/sandbox_discord.db"):
        async with stage.client.http.session.get(f"{stage.url}/cdn/avatars/{path}") as response:
            assert response.status == 404

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sandbox_discord_bot import FlowBot
from sandbox_discord_stage import open_stage, redirected, until


@pytest.mark.slow
async def test_a_bot_resumes_after_the_server_was_restarted(tmp_path: Path) -> None:
    bot = FlowBot()
    async with asyncio.TaskGroup() as tasks:
        async with open_stage(tmp_path) as stage, redirected(stage.url):
            running = tasks.create_task(bot.start(stage.token("Xyko")))
            await until(bot.is_ready, also=running)
            port = int(stage.url.rpartition(":")[2])
        async with open_stage(tmp_path, port=port) as stage, redirected(stage.url):
            assert bot.user is not None
            await stage.mia.send(f"<@{bot.user.id}> are you there?")
            await until(lambda: bot.heard)
            assert (await stage.mia.slash("price", market="BTC")).content == "1 BTC"
            assert bot.happened == ["ready", "resumed"]
            await bot.close()

from __future__ import annotations

from pathlib import Path

import discord
import pytest
from connection import limited_on_a_channel, resumed_with_replay
from conversation import FULL, converse
from discord_com import ToLoopback, connector, issue
from full_run import Happenings
from sandbox_stage import staged_as_discord_com, started
from talk_bot import TalkBot

pytestmark = pytest.mark.slow

BOT = "Believer"


async def test_discord_py_with_no_attribute_touched_believes_that_it_talks_to_discord_com(
    tmp_path: Path,
) -> None:
    assert discord.http.Route.BASE == "https://discord.com/api/v10"
    authority = issue()
    async with staged_as_discord_com(tmp_path, authority) as stage:
        resolver = ToLoopback(stage.port)
        bot = TalkBot(connector=connector(resolver, authority))
        async with started(bot, stage.token(BOT)):
            member = await stage.member(BOT)
            await converse(member, FULL)
            await limited_on_a_channel(stage, member)
            await resumed_with_replay(stage, member, Happenings(bot).happened)
        assert resolver.asked == {"discord.com", "gateway.discord.gg", "cdn.discordapp.com"}

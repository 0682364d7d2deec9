"""One run of unmodified discord.py that believes it talks to discord.com.

It is a program, because other tests of the same interpreter may have pointed the library elsewhere.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import discord
from connection import limited_on_a_channel, resumed_with_replay
from conversation import FULL, converse
from discord_com import ToLoopback, connector, issue
from full_run import Happenings
from sandbox_stage import staged_as_discord_com, started
from talk_bot import TalkBot

BOT = "Believer"


async def believe(folder: Path) -> set[str]:
    """Hold the whole conversation and return the names that were looked up."""
    if discord.http.Route.BASE != "https://discord.com/api/v10":
        raise AssertionError("discord.py has been touched")
    authority = issue()
    async with staged_as_discord_com(folder, authority) as stage:
        resolver = ToLoopback(stage.port)
        bot = TalkBot(connector=connector(resolver, authority))
        async with started(bot, stage.token(BOT)):
            member = await stage.member(BOT)
            await converse(member, FULL)
            await limited_on_a_channel(stage, member)
            await resumed_with_replay(stage, member, Happenings(bot).happened)
        return resolver.asked


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    (folder / "asked").write_text("\n".join(sorted(asyncio.run(believe(folder)))))

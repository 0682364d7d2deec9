"""What can befall a bot's connection, and that it goes on talking: limits, faults, drops, and lost sessions.

`happened` waits until the bot has said that something happened to it: "ready" or "resumed".
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import discord
from conversation import slash_reply
from discord.ext import commands
from sandbox_member import SandboxMember
from sandbox_stage import PATIENCE_S, Stage, started

Happened = Callable[[str], Awaitable[None]]


async def limited_on_a_channel(stage: Stage, member: SandboxMember) -> None:
    for scope in ("user", "shared", "global"):
        await stage.client.faults(rest_429={"scope": scope, "retry_after": 0.1, "route": "/messages"})
        assert (await member.mention(f"limited by {scope}")).text == "you called"
        assert await _spent(stage, "rest_429")


async def limited_on_a_callback(stage: Stage, member: SandboxMember) -> None:
    await stage.client.faults(rest_429={"retry_after": 0.1, "route": "/callback"})
    await slash_reply(member)
    assert await _spent(stage, "rest_429")


async def broken_for_a_moment(stage: Stage, member: SandboxMember) -> None:
    await stage.client.faults(rest_5xx={"status": 502, "route": "/messages"})
    assert (await member.mention("broken")).text == "you called"
    assert await _spent(stage, "rest_5xx")


async def resumed_with_replay(stage: Stage, member: SandboxMember, happened: Happened) -> None:
    await stage.client.faults(drop_gateway=True)
    sent = await member.send(f"<@{member.bot_id}> while you were away")
    await happened("resumed")
    assert (await member.reply_to(sent)).text == "you called"


async def told_to_reconnect(stage: Stage, member: SandboxMember, happened: Happened) -> None:
    await stage.client.faults(reconnect=True)
    await happened("resumed")
    await slash_reply(member)


async def told_to_resume(stage: Stage, member: SandboxMember, happened: Happened) -> None:
    await stage.client.faults(invalid_session={"resumable": True})
    await happened("resumed")
    await slash_reply(member)


async def told_to_begin_again(stage: Stage, member: SandboxMember, happened: Happened) -> None:
    await stage.client.faults(invalid_session={"resumable": False})
    await happened("ready")
    await slash_reply(member)


async def with_every_intent(stage: Stage, name: str) -> None:
    """See members, presences and every word, as an application that Discord has granted all of it."""
    await stage.client.faults(privileged_intents=["members", "presences", "message_content"])
    bot = commands.Bot("!", intents=discord.Intents.all(), guild_ready_timeout=0.2)
    joined: asyncio.Queue[discord.Member] = asyncio.Queue()
    bot.add_listener(joined.put, "on_member_join")
    async with started(bot, stage.token(name)):
        (guild,) = bot.guilds
        assert {"ana", "theo", "mia"} <= {member.name for member in guild.members}
        await stage.client.add_user("zoe", "Member")
        assert (await asyncio.wait_for(joined.get(), PATIENCE_S)).name == "zoe"
    await stage.client.faults(privileged_intents=[])


async def _spent(stage: Stage, fault: str) -> bool:
    return (await stage.client.faults())[fault] is None

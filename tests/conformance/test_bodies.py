from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import simcord
import yaml
from openapi import OpenApi
from payloads import CASES, Kind
from probe_bot import WAYS_TO_ASK, ProbeBot, Verdict
from sandbox_stage import PATIENCE_S, in_process, staged

from sandbox.discord.world.seed import GUILD_ID
from sandbox.discord.world.snowflake import stable_id

pytestmark = pytest.mark.slow

DIFFERENCES: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("differences.yaml").read_text("utf-8"))
BOT = "Prober"
GENERAL = stable_id("channel", "general")
ASKS: dict[str, dict[str, Any]] = {
    "probe": {"type": 2, "name": "probe", "channel_id": GENERAL},
    "complete": {
        "type": 4,
        "name": "complete",
        "channel_id": GENERAL,
        "options": [{"name": "text", "value": "a", "focused": True}],
    },
}
ADDRESSES = {
    Kind.MESSAGE: ("POST", "/channels/1/messages"),
    Kind.COMMANDS: ("PUT", "/applications/1/guilds/2/commands"),
    Kind.CALLBACK: ("POST", "/interactions/1/token/callback"),
    Kind.CHOICES: ("POST", "/interactions/1/token/callback"),
}
Ask = Callable[[str], Awaitable[object]]
Judged = dict[tuple[str, str], Verdict]


async def judge(bot: ProbeBot, *, channel_id: int, guild_id: int, ask: Ask) -> Judged:
    """Send every body and its twin, and return what became of each; `ask` makes a member use a command."""
    judged: Judged = {}
    for case in CASES:
        for which in ("invalid", "valid"):
            bot.body = getattr(case, which)
            if case.kind is Kind.MESSAGE:
                judged[case.name, which] = await bot.send_to_channel(channel_id)
            elif case.kind is Kind.COMMANDS:
                judged[case.name, which] = await bot.set_commands(guild_id)
            else:
                await ask(WAYS_TO_ASK[case.kind])
                judged[case.name, which] = await asyncio.wait_for(bot.verdicts.get(), PATIENCE_S)
    return judged


async def judged_by_the_sandbox(folder: Path) -> Judged:
    """Ask the sandbox, its rate limits aside; a member who gets no answer is not waited for."""
    async with staged(folder) as stage:
        await stage.client.faults(rest_unlimited=True)
        bot = ProbeBot()
        async with in_process(stage, bot, BOT), asyncio.TaskGroup() as waiting:
            asked: list[asyncio.Task[object]] = []

            async def ask(command: str) -> None:
                call = stage.client.http.call("POST", "/interactions", {"as": "mia"}, ASKS[command])
                asked.append(waiting.create_task(call))

            judged = await judge(bot, channel_id=int(GENERAL), guild_id=int(GUILD_ID), ask=ask)
            for one in asked:
                one.cancel()
        return judged


async def judged_by_the_simulator() -> Judged:
    """Ask simcord."""
    bot = ProbeBot()
    async with simcord.run(bot) as env:
        guild = env.create_guild()
        channel = guild.create_text_channel("general")
        mia = guild.add_member(env.create_user("mia"))

        async def ask(command: str) -> object:
            if command == WAYS_TO_ASK[Kind.CHOICES]:
                return await mia.autocomplete(channel, command, "text", "a")
            return await mia.slash(channel, command)

        return await judge(bot, channel_id=channel.id, guild_id=guild.id, ask=ask)


def short(verdict: Verdict) -> str:
    return "taken" if verdict.is_taken else f"refused {verdict.status}/{verdict.code}"


def explained() -> dict[tuple[str, str], tuple[str, str]]:
    """Return the committed differences: what is sent, to what the sandbox and the simulator make of it."""
    return {
        (case, "invalid"): (group["sandbox"], group["simcord"])
        for group in DIFFERENCES["bodies"]
        for case in group["cases"]
    }


async def test_the_sandbox_and_a_simulator_refuse_the_same_bodies_but_for_the_explained_differences(
    tmp_path: Path,
) -> None:
    ours, theirs = await judged_by_the_sandbox(tmp_path), await judged_by_the_simulator()
    both = {sent: (short(ours[sent]), short(theirs[sent])) for sent in ours}
    differences = {sent: verdicts for sent, verdicts in both.items() if len(set(verdicts)) > 1}
    assert differences == explained()
    assert {sent for sent in ours if ours[sent].is_taken} == {(case.name, "valid") for case in CASES}


def test_every_body_that_the_sandbox_has_to_take_fits_discords_openapi_document(openapi: OpenApi) -> None:
    found = {
        case.name: openapi.check_request(*ADDRESSES[case.kind], "application/json", case.valid)
        for case in CASES
    }
    assert {name: violation for name, violation in found.items() if violation is not None} == {}

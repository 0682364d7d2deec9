from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import connection
import pytest
from conversation import COMMON, Flow, converse, modal_of_labels
from gateway_schemas import GatewaySchemas
from openapi import OpenApi
from sandbox_stage import Child, Stage, child, python, staged

pytestmark = pytest.mark.slow

BOT = "Stranger"
COMMANDS = {"echo", "pick", "report", "layout", "slow", "ask"}


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as running:
        yield running


WITHOUT_LABELS = {name: flow for name, flow in COMMON.items() if flow is not modal_of_labels}


async def hold_the_conversation(stage: Stage, bot: Child, flows: Mapping[str, Flow]) -> None:
    """Connect and sync, talk, be limited, and resume."""
    await bot.word("ready")
    member = await stage.member(BOT)
    assert set(await member.commands()) >= COMMANDS
    await converse(member, flows)
    await connection.limited_on_a_channel(stage, member)
    await connection.limited_on_a_callback(stage, member)
    await connection.resumed_with_replay(stage, member, bot.word)


async def test_hikari_unmodified_holds_the_conversation(stage: Stage, openapi: OpenApi) -> None:
    async with child(*python("hikari_bot.py", stage.url, stage.token(BOT))) as bot:
        await hold_the_conversation(stage, bot, WITHOUT_LABELS)
        assert "ERROR" not in await bot.end()
    assert openapi.violations(stage.recorded("rest")) == {}


async def test_discord_js_unmodified_holds_the_conversation(
    stage: Stage, openapi: OpenApi, node: Path, gateway_schemas: GatewaySchemas
) -> None:
    async with child("node", str(node / "talk_bot.mjs"), stage.url, stage.token(BOT)) as bot:
        await hold_the_conversation(stage, bot, COMMON)
        assert not await bot.end()
    assert openapi.violations(stage.recorded("rest")) == {}
    assert gateway_schemas.violations(stage.recorded("gateway")) == {}

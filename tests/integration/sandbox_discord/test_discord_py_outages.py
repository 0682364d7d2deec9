from __future__ import annotations

import discord
import pytest
from sandbox_discord_bot import FlowBot
from sandbox_discord_stage import Stage, connected, until

from sandbox.discord.client_stream import open_stream

pytestmark = pytest.mark.usefixtures("bot")


async def test_a_cut_connection_is_resumed_and_what_was_missed_is_replayed(
    stage: Stage, bot: FlowBot
) -> None:
    assert bot.user is not None
    await stage.client.faults(drop_gateway=True)
    await stage.mia.send(f"<@{bot.user.id}> were you away?")
    await until(lambda: "resumed" in bot.happened and bot.heard)
    assert bot.heard[0].content.endswith("were you away?")
    assert bot.happened == ["ready", "resumed"]


async def test_a_bot_that_is_told_to_reconnect_resumes(stage: Stage, bot: FlowBot) -> None:
    await stage.client.faults(reconnect=True)
    await until(lambda: bot.happened == ["ready", "resumed"])
    assert (await stage.mia.slash("secret")).content == "psst"


async def test_an_invalid_session_that_can_be_resumed_is(stage: Stage, bot: FlowBot) -> None:
    await stage.client.faults(invalid_session={"resumable": True})
    await until(lambda: bot.happened == ["ready", "resumed"])


@pytest.mark.slow
async def test_an_invalid_session_that_cannot_be_resumed_is_opened_anew(stage: Stage, bot: FlowBot) -> None:
    await stage.client.faults(invalid_session={"resumable": False})
    await until(lambda: bot.happened == ["ready", "ready"])
    assert (await stage.mia.slash("secret")).content == "psst"


async def test_a_close_with_4000_is_resumed(stage: Stage, bot: FlowBot) -> None:
    await stage.client.faults(close_code=4000)
    await until(lambda: bot.happened == ["ready", "resumed"])


async def test_members_see_a_bot_go_and_come_back(stage: Stage, bot: FlowBot) -> None:
    assert bot.user is not None
    async with open_stream(stage.client.http, "mia") as stream:
        await stream.next("READY")
        await stage.client.faults(drop_gateway=True)
        seen = [await stream.next("PRESENCE") for _ in range(2)]
    assert seen == [{"user_id": str(bot.user.id), "online": is_online} for is_online in (False, True)]


async def test_a_limited_message_is_sent_again_once_the_limit_is_over(stage: Stage, bot: FlowBot) -> None:
    await stage.client.faults(rest_429={"count": 1, "retry_after": 0.05, "route": "/messages"})
    channel = discord.utils.get(bot.get_all_channels(), name="general")
    assert isinstance(channel, discord.TextChannel)
    await channel.send("at last")
    assert [message["content"] for message in await stage.mia.messages()] == ["at last"]


async def test_a_limited_callback_is_sent_again_in_time(stage: Stage) -> None:
    await stage.client.faults(rest_429={"count": 1, "retry_after": 0.05, "route": "/callback"})
    assert (await stage.mia.slash("secret")).content == "psst"


async def test_a_global_limit_stops_every_route_until_it_is_over(stage: Stage, bot: FlowBot) -> None:
    await stage.client.faults(rest_429={"count": 1, "scope": "global", "retry_after": 0.05})
    assert (await bot.fetch_user(int(stage.mia.user["id"]))).name == "mia"


@pytest.mark.slow
async def test_a_server_error_is_tried_again(stage: Stage, bot: FlowBot) -> None:
    await stage.client.faults(rest_5xx={"count": 1, "status": 502})
    assert (await bot.fetch_user(int(stage.mia.user["id"]))).name == "mia"


async def test_a_slow_answer_still_counts(stage: Stage) -> None:
    await stage.client.faults(slow_ms=100)
    answer = await stage.mia.slash("secret")
    assert answer.content == "psst"
    assert answer.elapsed_ms >= 100


async def test_an_event_that_comes_twice_is_answered_once(stage: Stage, bot: FlowBot) -> None:
    await stage.client.faults(duplicate_event=1)
    assert (await stage.mia.slash("secret")).content == "psst"
    await until(lambda: bot.problems)
    assert "40060" in str(bot.problems[0])
    assert len(await stage.mia.messages()) == 1


async def test_heartbeats_are_acknowledged(stage: Stage) -> None:
    await stage.client.faults(heartbeat_interval_ms=100)
    steady = FlowBot()
    async with connected(stage, steady, "Steady"):
        await until(lambda: 0 < steady.latency < 1)
        assert steady.happened == ["ready"]


async def test_a_presence_is_taken(stage: Stage, bot: FlowBot) -> None:
    await bot.change_presence(activity=discord.Game("the market"), status=discord.Status.idle)
    assert (await stage.mia.slash("secret")).content == "psst"
    assert bot.happened == ["ready"]

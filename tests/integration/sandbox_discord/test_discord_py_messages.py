from __future__ import annotations

import discord
import pytest
from sandbox_discord_bot import PNG, FlowBot
from sandbox_discord_stage import Stage, connected, redirected, until

from sandbox.discord.client_stream import open_stream


def channel_of(bot: FlowBot, name: str) -> discord.TextChannel:
    found = discord.utils.get(bot.get_all_channels(), name=name)
    assert isinstance(found, discord.TextChannel)
    return found


async def test_the_bot_is_ready_with_the_guild_and_all_its_channels(bot: FlowBot) -> None:
    (guild,) = bot.guilds
    assert (guild.name, guild.member_count) == ("Omega Trading", 4)
    names = [channel.name for channel in guild.text_channels]
    assert names == ["general", "markets", "alerts", "farm-admin"]
    assert [role.name for role in guild.me.roles] == ["@everyone", "Bots"]


async def test_a_mention_reaches_the_bot_with_its_text_and_is_replied_to_with_a_file(
    stage: Stage, bot: FlowBot
) -> None:
    assert bot.user is not None
    said = await stage.mia.send(f"<@{bot.user.id}> hello")
    await until(lambda: len(bot.heard) >= 2)
    assert bot.heard[0].content == f"<@{bot.user.id}> hello"
    reply = (await stage.mia.messages())[0]
    assert reply["content"] == "you called"
    assert reply["referenced_message"]["id"] == said["id"]
    (attachment,) = reply["attachments"]
    assert (attachment["filename"], attachment["description"]) == ("chart.png", "a falling line")
    assert await stage.client.fetch(attachment["url"]) == PNG


async def test_a_message_that_does_not_mention_the_bot_reaches_it_without_its_text(
    stage: Stage, bot: FlowBot
) -> None:
    await stage.mia.send("just talking", files={"a.png": PNG})
    await until(lambda: bot.heard)
    assert (bot.heard[0].content, bot.heard[0].attachments) == ("", [])


async def test_the_content_intent_lets_a_bot_read_everything(stage: Stage) -> None:
    await stage.client.faults(privileged_intents=["message_content"])
    reader = FlowBot(intents=discord.Intents(guilds=True, guild_messages=True, message_content=True))
    async with connected(stage, reader, "Reader"):
        await stage.mia.send("just talking")
        await until(lambda: reader.heard)
        assert reader.heard[0].content == "just talking"


async def test_a_privileged_intent_that_was_not_granted_ends_the_client(stage: Stage) -> None:
    with pytest.RaisesGroup(discord.PrivilegedIntentsRequired):
        async with connected(stage, FlowBot(intents=discord.Intents.all()), "Greedy"):
            pytest.fail("it became ready")


async def test_a_token_that_is_not_genuine_ends_the_client(stage: Stage) -> None:
    async with redirected(stage.url), FlowBot() as forger:
        with pytest.raises(discord.LoginFailure):
            await forger.login(stage.token("Xyko") + "x")


async def test_a_direct_message_reaches_the_bot_with_its_text(stage: Stage, bot: FlowBot) -> None:
    assert bot.user is not None
    channel = await stage.mia.talk_to(str(bot.user.id))
    await stage.mia.send("in private", channel)
    await until(lambda: bot.heard)
    assert (bot.heard[0].content, bot.heard[0].guild) == ("in private", None)
    await bot.heard[0].channel.send("and back")
    assert (await stage.mia.messages(channel))[0]["content"] == "and back"


async def test_a_bot_writes_to_a_member_in_private(stage: Stage, bot: FlowBot) -> None:
    user = await bot.fetch_user(int(stage.mia.user["id"]))
    sent = await user.send("an alert")
    assert (await stage.mia.messages(str(sent.channel.id)))[0]["content"] == "an alert"


async def test_a_message_is_edited_reacted_to_and_deleted(stage: Stage, bot: FlowBot) -> None:
    sent = await channel_of(bot, "general").send("one", embed=discord.Embed(title="card"))
    await sent.edit(content="two")
    await sent.add_reaction("👍")
    seen = (await stage.mia.messages())[0]
    assert (seen["content"], len(seen["embeds"])) == ("two", 1)
    assert seen["reactions"][0]["emoji"] == {"id": None, "name": "👍"}
    await sent.delete()
    assert await stage.mia.messages() == []


async def test_history_is_read_in_pages_and_its_files_are_downloaded(stage: Stage, bot: FlowBot) -> None:
    for number in range(5):
        await stage.mia.send(f"<@{stage.mia.user['id']}> {number}", files={"a.png": PNG})
    channel = channel_of(bot, "general")
    newest = [message async for message in channel.history(limit=2)]
    assert [message.content[-1] for message in newest] == ["4", "3"]
    older = [message async for message in channel.history(limit=2, before=newest[-1])]
    assert [message.content[-1] for message in older] == ["2", "1"]
    assert await older[0].attachments[0].read() == PNG


async def test_a_thread_is_started_at_a_message_and_written_in(stage: Stage, bot: FlowBot) -> None:
    sent = await channel_of(bot, "alerts").send("BTC fell")
    thread = await sent.create_thread(name="BTC")
    await thread.send("and fell")
    assert thread.id == sent.id
    assert (await stage.mia.messages(str(thread.id)))[0]["content"] == "and fell"


async def test_typing_is_seen_by_members(stage: Stage, bot: FlowBot) -> None:
    assert bot.user is not None
    async with open_stream(stage.client.http, "mia") as stream, channel_of(bot, "general").typing():
        typing = await stream.next("TYPING_START")
    assert typing["user_id"] == str(bot.user.id)


async def test_the_same_nonce_is_the_same_message(stage: Stage) -> None:
    body = {"content": "once", "nonce": "alert-1", "enforce_nonce": True}
    async with stage.rest() as raw:
        _, first = await raw.call("POST", f"/channels/{stage.general}/messages", body)
        _, second = await raw.call("POST", f"/channels/{stage.general}/messages", body)
    assert first["id"] == second["id"]
    assert len(await stage.mia.messages()) == 1

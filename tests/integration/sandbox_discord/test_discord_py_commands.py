from __future__ import annotations

import pytest
from sandbox_discord_bot import PNG, FlowBot
from sandbox_discord_stage import Stage, until

from services.errors import UserMistake

pytestmark = pytest.mark.usefixtures("bot")


async def test_a_slash_command_is_answered_with_a_message(stage: Stage) -> None:
    answer = await stage.mia.slash("price", market="BTC/USDT", amount=2)
    assert (answer.state, answer.content) == ("acknowledged", "2 BTC/USDT")
    assert answer.message is not None
    assert answer.message["interaction_metadata"]["user"]["username"] == "mia"


async def test_an_embed_shows_the_file_that_came_with_it_and_the_message_does_not_list_it(
    stage: Stage,
) -> None:
    answer = await stage.mia.slash("chart")
    assert answer.message is not None
    image = answer.message["embeds"][0]["image"]
    assert (image["width"], image["height"]) == (2, 3)
    assert await stage.client.fetch(image["url"]) == PNG
    assert answer.message["attachments"] == []


async def test_autocomplete_offers_what_the_bot_finds(stage: Stage) -> None:
    choices = await stage.mia.autocomplete("price", "market", "eth")
    assert choices == [{"name": "ETH/USDT", "value": "ETH/USDT"}]


async def test_a_subcommand_gets_the_member_that_its_user_option_names(stage: Stage) -> None:
    answer = await stage.mia.slash("farm owner", user="theo")
    assert answer.content == "Theo is Trader"


async def test_a_message_menu_gets_its_message_without_the_content_intent(stage: Stage) -> None:
    said = await stage.mia.send("buy low")
    assert (await stage.theo.menu("Quote", said["id"])).content == "> buy low"


async def test_a_user_menu_gets_its_member(stage: Stage) -> None:
    assert (await stage.mia.menu("Who is it", stage.ana.user["id"])).content == "Ana"


async def test_a_deferred_answer_is_filled_by_the_first_follow_up(stage: Stage) -> None:
    answer = await stage.mia.slash("slow")
    assert (answer.callback_type, answer.content, len(answer.messages)) == (5, "done at last", 1)
    assert answer.messages[0]["edited_timestamp"] is None


async def test_an_answer_can_be_edited_followed_read_and_deleted(stage: Stage, bot: FlowBot) -> None:
    await stage.mia.slash("whole")
    await until(lambda: "whole" in bot.done)
    seen = [message["content"] for message in await stage.mia.messages()]
    assert seen == ["first and second", "first"]


async def test_an_ephemeral_answer_is_seen_by_its_user_alone(stage: Stage) -> None:
    answer = await stage.mia.slash("secret")
    assert answer.message is not None
    assert answer.message["flags"] & 64
    assert [message["content"] for message in await stage.mia.messages()] == ["psst"]
    assert await stage.theo.messages() == []


async def test_a_command_for_admins_is_offered_to_admins_alone(stage: Stage) -> None:
    assert (await stage.ana.slash("toggle")).content == "toggled"
    with pytest.raises(UserMistake, match="no command /toggle"):
        await stage.mia.slash("toggle")


async def test_a_missing_option_is_the_members_mistake(stage: Stage) -> None:
    with pytest.raises(UserMistake, match="option market is required"):
        await stage.mia.slash("price")


async def test_an_option_of_the_wrong_kind_is_the_members_mistake(stage: Stage) -> None:
    with pytest.raises(UserMistake, match="amount has to be a whole number"):
        await stage.mia.slash("price", market="BTC", amount="some")


async def test_a_command_that_is_never_answered_fails_at_its_deadline(stage: Stage) -> None:
    await stage.client.faults(interaction_deadline_s=0.1)
    answer = await stage.mia.slash("mute")
    assert (answer.state, answer.reason) == ("failed", "The application did not respond in time")


async def test_an_answer_after_the_deadline_is_refused_with_10062(stage: Stage, bot: FlowBot) -> None:
    await stage.client.faults(interaction_deadline_s=0.1)
    assert (await stage.mia.slash("late")).state == "failed"
    await until(lambda: bot.problems)
    assert "10062" in str(bot.problems[0])
    assert await stage.mia.messages() == []


async def test_a_follow_up_after_the_life_of_the_token_is_refused(stage: Stage, bot: FlowBot) -> None:
    await stage.client.faults(token_life_s=0)
    body = {"type": 2, "channel_id": stage.general, "name": "whole"}
    await stage.client.http.call("POST", "/interactions", {"as": "mia"}, body)
    await until(lambda: bot.problems)
    assert "50027" in str(bot.problems[0])


async def test_a_command_is_used_in_a_direct_conversation_with_its_bot(stage: Stage, bot: FlowBot) -> None:
    assert bot.user is not None
    channel = await stage.mia.talk_to(str(bot.user.id))
    answer = await stage.mia.slash("price", channel, market="BTC")
    assert answer.message is not None
    assert (answer.content, answer.message["channel_id"]) == ("1 BTC", channel)


async def test_a_second_answer_is_refused_with_40060(stage: Stage, bot: FlowBot) -> None:
    assert (await stage.mia.slash("twice")).content == "once"
    await until(lambda: bot.problems)
    assert "40060" in str(bot.problems[0])


async def test_a_command_of_a_bot_that_is_away_fails_for_that_reason(stage: Stage, bot: FlowBot) -> None:
    await stage.client.faults(interaction_deadline_s=0.1)
    await bot.close()
    answer = await stage.mia.slash("secret")
    assert (answer.state, answer.reason) == ("failed", "The application is not connected")

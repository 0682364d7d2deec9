from __future__ import annotations

import pytest
from sandbox_discord_bot import PNG
from sandbox_discord_stage import Stage

from services.errors import UserMistake

pytestmark = pytest.mark.usefixtures("bot")

Json = dict[str, object]


async def charted(stage: Stage) -> Json:
    answer = await stage.mia.slash("chart")
    assert answer.message is not None
    return answer.message


async def test_a_button_edits_the_message_it_stands_on(stage: Stage) -> None:
    message = await charted(stage)
    answer = await stage.theo.press(message, "more")
    assert (answer.callback_type, answer.content) == (7, "more of it")
    assert (await stage.theo.messages())[0]["id"] == message["id"]


async def test_a_button_whispers_to_whoever_pressed_it(stage: Stage) -> None:
    message = await charted(stage)
    await stage.theo.press(message, "whisper")
    assert (await stage.theo.messages())[0]["content"] == "only you"
    assert (await stage.mia.messages())[0]["content"] == "a chart"


async def test_an_answer_to_a_button_refers_to_its_message(stage: Stage) -> None:
    message = await charted(stage)
    answer = await stage.theo.press(message, "whisper")
    assert answer.message is not None
    assert answer.message["message_reference"]["message_id"] == message["id"]
    assert answer.message["interaction_metadata"]["interacted_message_id"] == message["id"]


async def test_a_deferred_update_edits_its_message_later(stage: Stage) -> None:
    answer = await stage.mia.press(await charted(stage), "later")
    assert (answer.callback_type, answer.content) == (6, "later it is")


async def test_a_select_sends_what_was_chosen(stage: Stage) -> None:
    answer = await stage.mia.select(await charted(stage), "timeframe", "4h")
    assert answer.content == "timeframe 4h"


async def test_a_user_select_sends_whom_it_chose(stage: Stage) -> None:
    answer = await stage.mia.select(await charted(stage), "who", stage.ana.user["id"])
    assert answer.content == "chose ana"


async def test_a_value_that_a_select_does_not_have_is_the_members_mistake(stage: Stage) -> None:
    message = await charted(stage)
    with pytest.raises(UserMistake, match="no option '9w'"):
        await stage.mia.select(message, "timeframe", "9w")


async def test_a_component_that_is_not_there_is_the_members_mistake(stage: Stage) -> None:
    message = await charted(stage)
    with pytest.raises(UserMistake, match="no component 'nope'"):
        await stage.mia.press(message, "nope")


async def test_a_modal_of_rows_is_opened_and_submitted(stage: Stage) -> None:
    opened = await stage.mia.slash("note")
    assert opened.modal is not None
    assert opened.modal["title"] == "A note"
    assert (await stage.mia.submit(opened, text="sell high")).content == "noted: sell high"


async def test_a_modal_of_labels_is_opened_and_submitted(stage: Stage) -> None:
    opened = await stage.mia.slash("form")
    assert (await stage.mia.submit(opened, side=["sell"], why="it fell")).content == "sell because it fell"


async def test_a_modal_that_a_button_opened_knows_its_message(stage: Stage) -> None:
    message = await charted(stage)
    opened = await stage.mia.press(message, "note")
    answer = await stage.mia.submit(opened, text="x")
    assert answer.message is not None
    metadata = answer.message["interaction_metadata"]["triggering_interaction_metadata"]
    assert metadata["interacted_message_id"] == message["id"]


async def test_a_text_that_is_too_long_for_its_input_is_the_members_mistake(stage: Stage) -> None:
    opened = await stage.mia.slash("note")
    with pytest.raises(UserMistake, match="takes 0 to 20 characters"):
        await stage.mia.submit(opened, text="x" * 21)


async def test_components_v2_are_numbered_and_show_their_files(stage: Stage) -> None:
    answer = await stage.mia.slash("panel")
    assert answer.message is not None
    assert answer.message["flags"] & (1 << 15)
    container = answer.message["components"][0]
    assert [container["id"], *(part["id"] for part in container["components"])] == [1, 2, 3, 6, 7]
    media = container["components"][3]["items"][0]["media"]
    assert await stage.client.fetch(media["url"]) == PNG
    assert (media["width"], media["height"]) == (2, 3)
    assert answer.message["attachments"] == []

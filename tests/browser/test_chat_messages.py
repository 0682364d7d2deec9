"""Messages of people: sending, replying, changing, reacting, files, mentions; how they arrive elsewhere."""

from __future__ import annotations

from chat_page import OpenChat, Stage
from playwright.sync_api import FilePayload, expect

from sandbox.discord.world.snowflake import stable_id

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63fccf50"
    "0f0004850180a3a2d0f60000000049454e44ae426082"
)


def test_a_message_arrives_at_the_other_user_with_a_mark_of_unread(open_chat: OpenChat) -> None:
    mia, theo = open_chat("mia", "markets"), open_chat("theo", "general")
    mia.say("anyone long?")
    link = theo.page.get_by_role("link", name="markets")
    expect(link).to_have_attribute("data-unread", "true")
    mia.say("@Theo you there?")
    expect(link).to_contain_text("1 mention")
    link.click()
    expect(theo.last).to_contain_text("@Theo you there?")
    expect(theo.last).to_have_attribute("data-calls", "true")
    expect(link).to_have_attribute("data-unread", "false")


def test_messages_that_a_bot_removes_at_once_go_from_the_page(open_chat: OpenChat, stage: Stage) -> None:
    chat = open_chat("mia", "alerts")
    rows = [chat.say(text) for text in ("remove me", "and me", "but keep this")]
    ids = [str(row.get_attribute("id")).removeprefix("message-") for row in rows]
    place = f"/channels/{stable_id('channel', 'alerts')}/messages/bulk-delete"
    stage.call_as_bot("POST", place, {"messages": ids[:2]})
    expect(rows[0]).to_have_count(0)
    expect(rows[1]).to_have_count(0)
    expect(rows[2]).to_be_visible()


def test_messages_of_one_author_in_a_row_are_grouped(open_chat: OpenChat) -> None:
    chat = open_chat("ana", "alerts")
    chat.say("first of a pair")
    row = chat.say("second of a pair")
    expect(row).to_have_attribute("data-grouped", "true")


def test_a_reply_shows_what_it_answers(open_chat: OpenChat) -> None:
    mia, theo = open_chat("mia", "markets"), open_chat("theo", "markets")
    mia.say("is this a trap?")
    theo.last.focus()
    theo.page.keyboard.press("r")
    expect(theo.page.get_by_text("Replying to Mia")).to_be_visible()
    expect(theo.box).to_be_focused()
    theo.say("it is")
    expect(mia.last.locator(".reference")).to_contain_text("Mia is this a trap?")
    theo.page.keyboard.press("Escape")


def test_up_edits_the_last_own_message_and_the_mark_says_so(open_chat: OpenChat) -> None:
    chat = open_chat("mia", "alerts")
    chat.say("@Ana wrnog")
    chat.box.press("ArrowUp")
    editor = chat.page.get_by_role("textbox", name="Edit message")
    expect(editor).to_be_focused()
    expect(editor).to_have_value("@Ana wrnog")
    editor.fill("@Ana right")
    editor.press("Enter")
    expect(chat.last).to_contain_text("@Ana right")
    expect(chat.last).to_contain_text("(edited)")
    expect(chat.box).to_be_focused()


def test_a_message_is_deleted_after_a_question(open_chat: OpenChat) -> None:
    mia, theo = open_chat("mia", "alerts"), open_chat("theo", "alerts")
    row = mia.say("delete this one")
    expect(theo.page.get_by_text("delete this one")).to_be_visible()
    row.hover()
    row.get_by_role("button", name="Delete message").click()
    dialog = mia.page.get_by_role("dialog", name="Delete message")
    dialog.get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    expect(theo.page.get_by_text("delete this one")).to_have_count(0)


def test_a_reaction_is_added_counted_and_taken_back(open_chat: OpenChat) -> None:
    mia, theo = open_chat("mia", "alerts"), open_chat("theo", "alerts")
    row = mia.say("react to me")
    row.hover()
    row.get_by_role("group", name="Message actions").get_by_role("button", name="Add reaction").click()
    mia.page.get_by_role("button", name="rocket").click()
    expect(row.get_by_role("button", name="1 reaction")).to_have_attribute("aria-pressed", "true")
    theirs = theo.last.get_by_role("button", name="1 reaction")
    expect(theirs).to_have_attribute("aria-pressed", "false")
    theirs.click()
    expect(row.get_by_role("button", name="2 reactions")).to_be_visible()
    row.get_by_role("button", name="2 reactions").click()
    expect(row.get_by_role("button", name="1 reaction")).to_have_attribute("aria-pressed", "false")


def test_a_name_is_completed_and_a_mentioned_bot_answers_after_typing(open_chat: OpenChat) -> None:
    chat = open_chat("mia", "general")
    keys = chat.page.keyboard
    keys.type("hey @xy")
    expect(chat.suggestions).to_have_text(["XXykoXyko"])
    keys.press("Tab")
    expect(chat.box).to_have_value("hey @Xyko ")
    keys.press("Enter")
    expect(chat.page.get_by_text("Xyko is typing…")).to_be_visible()
    expect(chat.last).to_contain_text("Hello @Mia, try /price")
    expect(chat.last.locator(".reference")).to_contain_text("hey @Xyko")


def test_files_are_sent_and_drawn(open_chat: OpenChat) -> None:
    chat = open_chat("theo", "alerts")
    before = chat.messages.count()
    picture: FilePayload = {"name": "dot.png", "mimeType": "image/png", "buffer": PIXEL}
    text: FilePayload = {"name": "levels.txt", "mimeType": "text/plain", "buffer": b"0.618\n"}
    chat.page.get_by_label("Attach files").set_input_files([picture, text])
    expect(chat.page.get_by_role("list", name="Files to send")).to_contain_text("levels.txt")
    chat.box.fill("two files")
    chat.box.press("Enter")
    expect(chat.messages).to_have_count(before + 1)
    expect(chat.last.get_by_role("img", name="dot.png")).to_be_visible()
    expect(chat.last.get_by_role("link", name="levels.txt")).to_be_visible()
    expect(chat.page.get_by_role("list", name="Files to send")).to_have_count(0)


def test_a_conversation_with_a_bot_is_opened_from_its_name(open_chat: OpenChat) -> None:
    chat = open_chat("theo", "general")
    chat.page.get_by_role("complementary", name="Members").get_by_role("button", name="Xyko").click()
    chat.page.get_by_role("menuitem", name="Message", exact=True).click()
    expect(chat.page.get_by_role("heading", name="Xyko", level=1)).to_be_visible()
    chat.wait_until_drawn()
    chat.say("just between us")
    chat.command_answered("/price market:BTC/USDT:USDT", "64,210.50")


def test_a_conversation_without_another_side_is_shown_and_opened_as_of_nobody(open_chat: OpenChat) -> None:
    chat = open_chat("theo", "general")
    chat.page.evaluate(
        """async () => {
          const { directs } = await import("/static/js/model.js");
          const last_message_id = null;
          directs.value = [...directs.value, { id: "1", type: 1, recipients: [], last_message_id }];
        }"""
    )
    link = chat.page.get_by_role("navigation", name="Channels").get_by_role("link", name="unknown user")
    expect(link).to_be_visible()


def test_older_messages_are_loaded_while_reading_up(open_chat: OpenChat) -> None:
    chat = open_chat("ana", "farm-admin")
    chat.page.evaluate(
        """async () => {
          const { call } = await import("/static/js/api.js");
          const { channelId, me } = await import("/static/js/model.js");
          for (let n = 0; n < 70; n += 1) {
            const body = { content: `line ${n}` };
            await call("POST", `/channels/${channelId.value}/messages`, { as: me.value.id, body });
          }
        }"""
    )
    chat.open("ana", "farm-admin")
    expect(chat.page.get_by_text("line 69", exact=True)).to_be_in_viewport()
    expect(chat.page.get_by_text("line 5", exact=True)).to_have_count(0)
    chat.page.locator(".scroller").evaluate("box => (box.scrollTop = -box.scrollHeight)")
    expect(chat.page.get_by_text("line 5", exact=True)).to_have_count(1)
    chat.page.get_by_role("button", name="Jump to present").click()
    expect(chat.page.get_by_text("line 69", exact=True)).to_be_in_viewport()

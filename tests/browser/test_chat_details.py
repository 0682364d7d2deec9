"""Small things that one stumbles over: order, counting, times, quotes, what moves when it should not."""

from __future__ import annotations

import base64
from typing import Any

from chat_page import OpenChat, Stage
from chat_page_bot import PICTURE
from playwright.sync_api import Locator, expect

from sandbox.discord.world.snowflake import stable_id

ORDERED = """async (wanted) => {
  const { matching } = await import("/static/js/commands.js");
  const names = { Waze: ["farm logs", "farm", "help", "farm status"], Xyko: ["price", "far"] };
  const entries = Object.entries(names).flatMap(([app, all]) =>
    all.map((name) => ({ name, application: { id: app, name: app } })));
  return matching(entries, wanted).map((entry) => entry.name);
}"""
RELATIVE = """async (aheads) => {
  const { relative } = await import("/static/js/time.js");
  return aheads.map((ahead) => relative(Date.now() + ahead));
}"""


def test_commands_of_one_word_stand_before_those_of_several_and_the_exact_one_first(
    open_chat: OpenChat,
) -> None:
    page = open_chat().page
    assert page.evaluate(ORDERED, "") == ["far", "farm", "help", "price", "farm logs", "farm status"]
    assert page.evaluate(ORDERED, "farm") == ["farm", "farm logs", "farm status"]
    assert page.evaluate(ORDERED, "far")[0] == "far"


def test_an_emoji_counts_as_one_character_and_what_is_too_long_is_said(open_chat: OpenChat) -> None:
    chat = open_chat("mia", "markets")
    before = chat.messages.count()
    chat.box.fill("\U0001f680" * 2001)
    expect(chat.page.locator(".counter")).to_have_text("-1")
    chat.box.press("Enter")
    expect(chat.page.get_by_text("Not sent: 2001 characters")).to_be_visible()
    assert chat.messages.count() == before
    chat.box.fill("\U0001f680" * 2000)
    expect(chat.page.locator(".counter")).to_have_text("0")
    chat.box.press("Enter")
    expect(chat.messages).to_have_count(before + 1)


def test_what_lies_under_two_seconds_ahead_is_now(open_chat: OpenChat) -> None:
    page = open_chat().page
    page.wait_for_timeout(1500)
    assert page.evaluate(RELATIVE, [0, 1400, 60_500, -3100]) == [
        "now",
        "now",
        "in 1 minute",
        "3 seconds ago",
    ]


def test_a_quote_in_a_quote_is_text(open_chat: OpenChat) -> None:
    chat = open_chat("theo", "markets")
    chat.box.fill("> > > quoted once")
    chat.box.press("Enter")
    expect(chat.last.locator("blockquote")).to_have_text(["> > quoted once"])


def test_pictures_are_loaded_from_the_name_that_the_page_was_opened_under(open_chat: OpenChat) -> None:
    page = open_chat().page
    assert page.evaluate(
        """async () => {
          const { localAddress } = await import("/static/js/ui.js");
          const { cdn } = await import("/static/js/model.js");
          const told = cdn.value;
          cdn.value = "http://10.1.2.3:8799/cdn";
          const urls = ["http://10.1.2.3:8799/cdn/attachments/1/a.png?x=1", "http://10.1.2.4:8799/cdn/a.png"];
          return [told === `${location.origin}/cdn`, ...urls.map(localAddress)];
        }"""
    ) == [True, "/cdn/attachments/1/a.png?x=1", None]


def place_in(row: Locator, selector: str) -> float:
    """Return how far below the top of `row` something in it begins; both are measured at one moment."""
    place: float = row.evaluate(
        """(row, selector) => {
            const inner = row.querySelector(selector).getBoundingClientRect();
            return inner.top - row.getBoundingClientRect().top;
        }""",
        selector,
    )
    return place


def test_the_mark_of_a_change_does_not_move_the_card(open_chat: OpenChat, stage: Stage) -> None:
    chat = open_chat("mia", "alerts")
    chat.say("a card comes")
    address = f"/channels/{stable_id('channel', 'alerts')}/messages"
    body = {"embeds": [{"title": "A card that stays", "description": "64,210.50"}]}
    posted: Any = stage.call_as_bot("POST", address, body)
    again: Any = stage.call_as_bot("POST", address, body)
    expect(chat.page.locator(f"#message-{again['id']} .embed")).to_be_in_viewport(ratio=1)
    for message in (posted, again):
        row = chat.page.locator(f"#message-{message['id']}")
        before = place_in(row, ".embed")
        height = row.bounding_box()
        stage.call_as_bot("PATCH", f"{address}/{message['id']}", body)
        expect(row).to_contain_text("(edited)")
        assert place_in(row, ".embed") == before
        assert row.bounding_box() == height


def test_at_the_bottom_a_growing_message_pushes_up_and_its_button_stays_in_view(open_chat: OpenChat) -> None:
    chat = open_chat("theo", "general", size=(1280, 500))
    row = chat.command_answered("/price market:BTC/USDT:USDT", "64,210.50")
    scroller = chat.page.locator(".scroller")
    scroller.evaluate("async box => { box.scrollTop = -20; await new Promise(requestAnimationFrame); }")
    row.get_by_role("button", name="Refresh").click()
    expect(row).to_contain_text("Refreshed just now")
    assert scroller.evaluate("box => box.scrollTop") == 0
    expect(row.get_by_role("button", name="Refresh")).to_be_in_viewport(ratio=1)


def test_a_number_at_the_head_of_a_title_begins_no_list(open_chat: OpenChat, stage: Stage) -> None:
    chat = open_chat("mia", "alerts")
    chat.say("a lesson comes")
    fields = [{"name": "1. A **field**", "value": "- a list"}]
    body = {"embeds": [{"title": "13. Leverage", "description": "# A heading", "fields": fields}]}
    stage.call_as_bot("POST", f"/channels/{stable_id('channel', 'alerts')}/messages", body)
    card = chat.last.locator(".embed")
    expect(card.locator(".embed-title")).to_have_text("13. Leverage")
    expect(card.locator("dt")).to_have_text("1. A field")
    expect(card.locator("dt strong")).to_have_text("field")
    expect(card.locator("dd li")).to_have_text("a list")
    expect(card.get_by_role("heading", name="A heading")).to_be_visible()


def test_the_picture_of_a_bot_stands_beside_its_messages_and_its_commands(
    open_chat: OpenChat, stage: Stage
) -> None:
    picture = f"data:image/png;base64,{base64.b64encode(PICTURE).decode()}"
    stage.call_as_bot("PATCH", "/users/@me", {"avatar": picture})
    try:
        chat = open_chat("mia", "markets")
        row = chat.command_answered("/price market:BTC/USDT:USDT", "64,210.50")
        expect(row.locator(".message-grid > .avatar img")).to_be_visible()
        chat.box.fill("/")
        expect(chat.suggestions.first.locator(".avatar img")).to_be_visible()
        chat.box.fill("/price ")
        expect(chat.page.locator("form.slash .avatar img")).to_be_visible()
    finally:
        stage.call_as_bot("PATCH", "/users/@me", {"avatar": None})

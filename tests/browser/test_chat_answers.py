"""What bots send, drawn: embeds, buttons, selects, modals, cards, marks; and who is shown it."""

from __future__ import annotations

from chat_page import OpenChat, Stage
from playwright.sync_api import expect


def test_an_embed_shows_its_parts_with_its_picture_and_buttons(open_chat: OpenChat) -> None:
    chat = open_chat()
    row = chat.command_answered("/price market:BTC/USDT:USDT", "BTC/USDT:USDT 64,210.50")
    embed = row.get_by_role("article", name="BTC/USDT:USDT 64,210.50")
    expect(embed.get_by_role("term")).to_have_text(["High", "Low", "Volume", "Note"])
    expect(embed).to_contain_text("binance, replay, 2 s old")
    picture = embed.get_by_role("img").first
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 600
    row.get_by_role("button", name="Open picture").click()
    expect(chat.page.get_by_role("dialog", name="Picture")).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(chat.page.get_by_role("dialog")).to_have_count(0)
    expect(row.get_by_role("link", name="Docs")).to_have_attribute("rel", "noopener noreferrer")


def test_a_button_changes_its_message_in_place(open_chat: OpenChat) -> None:
    chat = open_chat()
    row = chat.command_answered("/price market:BTC/USDT:USDT", "64,210.50")
    count = chat.messages.count()
    row.get_by_role("button", name="Refresh").click()
    expect(row).to_contain_text("Refreshed just now")
    expect(row).to_contain_text("(edited)")
    assert chat.messages.count() == count


def test_an_ephemeral_answer_is_seen_by_one_user_and_not_by_the_other(open_chat: OpenChat) -> None:
    mia, theo = open_chat("mia", "alerts"), open_chat("theo", "alerts")
    row = mia.command_answered("/secret", "Your balance is 12,000 USDT")
    expect(row).to_contain_text("Only you can see this")
    theo.say("did anything come?")
    expect(mia.last).to_contain_text("did anything come?")
    expect(theo.page.get_by_text("Your balance")).to_have_count(0)
    theo.open("theo", "alerts")
    expect(theo.page.get_by_text("Your balance")).to_have_count(0)
    row = mia.messages.filter(has_text="Your balance")
    row.get_by_role("button", name="Dismiss message").first.click()
    expect(row).to_have_count(0)


def test_a_button_that_answers_privately_shows_only_its_presser(open_chat: OpenChat) -> None:
    mia, theo = open_chat("mia", "alerts"), open_chat("theo", "alerts")
    mia.command_answered("/price market:ETH/USDT:USDT", "ETH/USDT:USDT")
    theo.last.get_by_role("button", name="Details").click()
    expect(theo.last).to_contain_text("Only for the one who pressed")
    expect(mia.last).not_to_contain_text("Only for the one who pressed")


def test_a_button_that_gets_no_answer_says_so(open_chat: OpenChat, stage: Stage) -> None:
    chat = open_chat("mia", "markets")
    row = chat.command_answered("/price market:XRP/USDT:USDT", "XRP/USDT:USDT")
    stage.call("PUT", "/faults", {"interaction_deadline_s": 0.2})
    try:
        row.get_by_role("button", name="Broken").click()
        expect(row.get_by_role("alert")).to_contain_text("This interaction failed")
    finally:
        stage.call("PUT", "/faults", {"interaction_deadline_s": 3.0})


def test_a_modal_of_labels_is_filled_by_keyboard_and_its_values_arrive(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.command("/alert")
    modal = chat.page.get_by_role("dialog", name="New alert")
    expect(modal).to_be_visible()
    modal.get_by_role("button", name="Submit").click()
    expect(modal.get_by_text("This is required")).to_have_count(4)
    expect(modal.get_by_label("Name")).to_be_focused()
    keys = chat.page.keyboard
    keys.type("Breakout")
    keys.press("Tab")
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(modal.get_by_role("combobox", name="Side")).to_contain_text("Below")
    keys.press("Tab")
    keys.press("Space")
    keys.press("Tab")
    keys.press("Space")
    keys.press("Tab")
    keys.press("Space")
    expect(modal.get_by_text("This is required")).to_have_count(0)
    modal.get_by_role("button", name="Submit").click()
    expect(modal).to_have_count(0)
    expect(chat.last).to_contain_text("Alert Breakout: Below, Calm, Channel+DM")


def test_an_old_style_modal_and_escape_out_of_a_modal(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.command("/note")
    modal = chat.page.get_by_role("dialog", name="Old-style note")
    expect(modal).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(modal).to_have_count(0)
    chat.command("/note")
    modal.get_by_label("Text").fill("\U0001f680" * 4001)
    modal.get_by_role("button", name="Submit").click()
    expect(modal).to_contain_text("At most 4000 characters")
    modal.get_by_label("Text").fill("two\nlines")
    modal.get_by_role("button", name="Submit").click()
    expect(chat.last).to_contain_text("Noted: two")


def test_selects_of_every_kind_send_what_was_picked(open_chat: OpenChat) -> None:
    chat = open_chat("theo", "general")
    row = chat.command_answered("/pick", "Choose:")
    row = chat.page.locator(f"#{row.get_attribute('id')}")
    row.get_by_role("combobox", name="Timeframes").click()
    row.get_by_role("option", name="1h").click()
    row.get_by_role("option", name="4h").click()
    row.get_by_role("button", name="Done").click()
    expect(chat.last).to_contain_text("Frames: 1h, 4h")
    for name, word, said in (
        ("Somebody", "ana", "User: Ana"),
        ("Some role", "trader", "Role: Trader"),
        ("Some channel", "mark", "Channel: markets"),
    ):
        row.get_by_role("combobox", name=name).click()
        chat.page.keyboard.type(word)
        chat.page.keyboard.press("Enter")
        expect(chat.last).to_contain_text(said)


def test_a_card_of_components_shows_its_sections_pictures_files_and_buttons(open_chat: OpenChat) -> None:
    chat = open_chat("theo", "markets")
    row = chat.command_answered("/card", "Bull trap")
    expect(row.get_by_role("heading", name="Bull trap")).to_be_visible()
    expect(row.get_by_role("img", name="The chart")).to_be_visible()
    expect(row.get_by_role("link", name="levels.txt")).to_be_visible()
    expect(row.get_by_role("button", name="Take it")).to_be_enabled()
    expect(row.locator(".component-container")).to_have_attribute("data-accent", "true")


def test_marks_are_drawn_and_markup_stays_text(open_chat: OpenChat) -> None:
    chat = open_chat("theo", "alerts")
    row = chat.command_answered("/marks", "<script>alert(1)</script>")
    expect(row.get_by_role("heading", name="Levels")).to_be_visible()
    for mark in ("strong", "em", "code", "s", "blockquote", "pre", "ul li"):
        expect(row.locator(f".rich {mark}").first).to_be_visible()
    expect(row.locator("time.moment")).to_have_attribute("datetime", "2023-11-14T22:13:20.000Z")
    expect(row.get_by_role("button", name="@Theo")).to_be_visible()
    expect(row.locator("script")).to_have_count(0)
    row.get_by_role("button", name="Spoiler, press to show").click()
    expect(row.get_by_text("hidden")).to_be_visible()


def test_an_unknown_component_shows_its_number(open_chat: OpenChat) -> None:
    chat = open_chat()
    drawn = chat.page.evaluate(
        """async () => {
          const { html, render } = await import("/static/vendor/vendor.js");
          const { Components } = await import("/static/js/components.js");
          const place = document.createElement("div");
          render(html`<${Components} message=${{ id: "1", components: [{ type: 99, id: 1 }] }} />`, place);
          return place.textContent;
        }"""
    )
    assert "type 99" in drawn

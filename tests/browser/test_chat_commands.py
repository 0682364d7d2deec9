"""Slash commands, menus and what a person sees while they are on their way."""

from __future__ import annotations

import json

import pytest
from chat_page import OpenChat, Stage
from playwright.sync_api import Route, expect

RETRY_MS = 1200


def test_commands_that_could_not_be_loaded_are_not_taken_for_none(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.page.route("**/commands?*", lambda route: route.abort())
    chat.page.reload()
    chat.wait_until_drawn()
    said = chat.page.get_by_role("status").filter(has_text="could not be loaded")
    expect(said).to_contain_text("omega status")
    chat.box.press("/")
    expect(chat.page.locator(".suggestions")).to_contain_text("Type on to try again")
    chat.page.unroute("**/commands?*")
    chat.page.wait_for_timeout(RETRY_MS)
    chat.box.fill("/pri")
    expect(chat.suggestions.first).to_contain_text("/price")
    chat.errors[:] = [error for error in chat.errors if "ERR_FAILED" not in error]


def test_a_list_of_users_that_could_not_be_loaded_is_said(open_chat: OpenChat) -> None:
    chat = open_chat("ana")
    chat.page.route("**/sandbox/api/users", lambda route: route.abort())
    chat.page.reload()
    chat.wait_until_drawn()
    expect(chat.page.get_by_role("status").filter(has_text="acting as ana")).to_contain_text(
        "Reload the page"
    )
    expect(chat.page.get_by_role("link", name="farm-admin")).to_be_visible()
    chat.errors[:] = [error for error in chat.errors if "ERR_FAILED" not in error]


def test_the_list_that_slash_opens_groups_commands_by_application(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.box.press("/")
    rows = chat.page.get_by_role("listbox", name="Commands")
    expect(rows.locator(".listbox-heading")).to_have_text(["Xyko"])
    expect(chat.suggestions.filter(has_text="/price market persona?")).to_be_visible()
    assert chat.box.get_attribute("aria-expanded") == "true"
    active = chat.box.get_attribute("aria-activedescendant")
    assert chat.page.locator(f"#{active}").get_attribute("data-active") == "true"


def test_a_command_is_sent_by_keys_alone_with_completed_and_chosen_options(
    open_chat: OpenChat,
) -> None:
    chat = open_chat()
    keys = chat.page.keyboard
    before = chat.messages.count()
    keys.type("/pri")
    expect(chat.suggestions.first).to_contain_text("/price")
    keys.press("Tab")
    expect(chat.page.get_by_role("combobox", name="market")).to_be_focused()
    keys.type("sol")
    expect(chat.suggestions).to_have_text(["SOL/USDT:USDT"])
    keys.press("Tab")
    expect(chat.page.get_by_role("combobox", name="market")).to_have_value("SOL/USDT:USDT")
    keys.press("Enter")
    expect(chat.page.get_by_role("combobox", name="persona")).to_be_focused()
    expect(chat.suggestions).to_have_text(["Xyko", "Biel", "Gemini"])
    keys.press("ArrowDown")
    keys.press("Enter")
    keys.press("Enter")
    expect(chat.messages).to_have_count(before + 1)
    expect(chat.last).to_contain_text("SOL/USDT:USDT 64,210.50")
    expect(chat.last).to_contain_text("says Biel")
    expect(chat.last).to_contain_text("Mia used /price market:SOL/USDT:USDT persona:Biel")
    expect(chat.box).to_be_focused()


def test_escape_closes_the_list_and_then_leaves_the_command(open_chat: OpenChat) -> None:
    chat = open_chat()
    keys = chat.page.keyboard
    keys.type("/price ")
    expect(chat.suggestions.first).to_be_visible()
    keys.press("Escape")
    expect(chat.suggestions).to_have_count(0)
    keys.press("Escape")
    expect(chat.box).to_be_focused()


def test_a_missing_required_option_is_marked_and_nothing_is_sent(open_chat: OpenChat) -> None:
    chat = open_chat()
    before = chat.messages.count()
    chat.box.fill("/price ")
    chat.page.get_by_role("button", name="Send command").click()
    expect(chat.page.get_by_role("alert")).to_contain_text("This option is required")
    market = chat.page.get_by_role("combobox", name="market")
    expect(market).to_be_focused()
    assert market.get_attribute("aria-invalid") == "true"
    assert chat.messages.count() == before


def test_an_answer_to_an_older_autocomplete_question_is_dropped(open_chat: OpenChat) -> None:
    chat = open_chat()
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if '"value":"eth"' in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    chat.page.route("**/sandbox/api/interactions*", hold_the_first)
    chat.box.fill("/price ")
    market = chat.page.get_by_role("combobox", name="market")
    with chat.page.expect_request(lambda request: '"value":"eth"' in (request.post_data or "")):
        market.fill("eth")
    market.fill("link")
    expect(chat.suggestions).to_have_text(["LINK/USDT:USDT"])
    with chat.page.expect_response(
        lambda answer: '"value":"eth"' in (answer.request.post_data or "")
    ) as late:
        held[0].continue_()
    assert "ETH/USDT:USDT" in late.value.text()
    expect(chat.suggestions).to_have_text(["LINK/USDT:USDT"])


def test_a_command_line_that_is_pasted_whole_fills_its_options(open_chat: OpenChat) -> None:
    chat = open_chat()
    row = chat.command_answered("/price market:DOGE/USDT:USDT persona:Gemini", "DOGE/USDT:USDT")
    expect(row).to_contain_text("says Gemini")


@pytest.mark.parametrize(("user", "count"), [("mia", 0), ("ana", 1)])
def test_only_who_has_the_right_is_offered_a_command(open_chat: OpenChat, user: str, count: int) -> None:
    chat = open_chat(user)
    chat.box.press("/")
    expect(chat.suggestions.filter(has_text="/price")).to_have_count(1)
    expect(chat.suggestions.filter(has_text="/farm status")).to_have_count(count)


def test_a_subcommand_is_picked_and_sent_like_a_command(open_chat: OpenChat) -> None:
    chat = open_chat("ana", "farm-admin")
    expect(chat.command_answered("/farm status", "All bots are up")).to_contain_text("Only you can see this")


def test_message_and_user_commands_stand_in_the_menus(open_chat: OpenChat) -> None:
    chat = open_chat("theo", "markets")
    row = chat.say("quote me")
    row.click(button="right")
    chat.page.get_by_role("menuitem", name="Quote").click()
    expect(chat.last).to_contain_text("Quoted: quote me")
    chat.page.get_by_role("complementary", name="Members").get_by_role("button", name="Ana").click()
    chat.page.get_by_role("menuitem", name="Greet").click()
    expect(chat.last).to_contain_text("Greetings, Ana")


def test_a_deferred_answer_shows_that_the_bot_is_thinking_until_it_is_there(open_chat: OpenChat) -> None:
    chat = open_chat("mia", "markets")
    chat.command("/slow")
    expect(chat.last).to_contain_text("Xyko is thinking…")
    expect(chat.last).to_contain_text("Done thinking")
    expect(chat.last).not_to_contain_text("edited")


def test_a_command_that_nobody_answers_fails_visibly_and_can_be_dismissed(
    open_chat: OpenChat, stage: Stage
) -> None:
    chat = open_chat("mia", "markets")
    stage.call("PUT", "/faults", {"interaction_deadline_s": 0.2})
    try:
        expect(chat.page.get_by_text("Interactions time out after 0.2 s")).to_be_visible()
        chat.command("/silent")
        row = chat.page.locator("[data-waiting]")
        expect(row).to_contain_text("The application did not respond")
        row.get_by_role("button", name="Dismiss message").click()
        expect(row).to_have_count(0)
    finally:
        stage.call("PUT", "/faults", {"interaction_deadline_s": 3.0})


def test_commands_are_described_in_the_pages_language_and_bots_are_told_it(open_chat: OpenChat) -> None:
    chat = open_chat("theo", language="pt-BR")

    def described(route: Route) -> None:
        answer = route.fetch()
        rows = answer.json()
        for row in rows:
            row["command"]["description_localizations"] = {"pt-BR": "Em bom português"}
        route.fulfill(response=answer, json=rows)

    chat.page.route("**/commands?*", described)
    chat.page.reload()
    chat.wait_until_drawn()
    chat.box.fill("/pri")
    expect(chat.suggestions.first).to_contain_text("Em bom português")
    with chat.page.expect_request("**/sandbox/api/interactions*") as sent:
        chat.page.keyboard.press("Tab")
    assert json.loads(sent.value.post_data or "{}")["locale"] == "pt-BR"

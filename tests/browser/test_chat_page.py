"""The page itself: sizes, themes, languages, who acts, the live line, faults, accessibility, weight."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Literal

import pytest
from chat_page import Chat, OpenChat, Stage
from playwright.sync_api import Page, expect

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FIRST_LOAD_BYTES = 120 * 1024
SIZES = {"desktop": (1440, 900), "tablet": (768, 1024), "phone": (390, 844), "small phone": (320, 640)}


def axe(page: Page) -> tuple[list[str], set[str]]:
    """Return what axe found wrong, and the rules that it could not decide."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        """async (rules) => {
          const { violations, incomplete } = await axe.run(document, { runOnly: rules });
          const places = (nodes) => nodes.map((node) => node.html.slice(0, 160)).join(" | ");
          const said = ({ id, nodes }) => `${id}: ${places(nodes)}`;
          return { violations: violations.map(said), incomplete: incomplete.map(({ id }) => id) };
        }""",
        RULES,
    )
    return found["violations"], set(found["incomplete"])


def assert_accessible(page: Page) -> None:
    violations, undecided = axe(page)
    assert violations == []
    assert undecided <= {"color-contrast"}, "contrast is computed from the tokens; nothing else may stay open"


@pytest.fixture(scope="module")
def filled(stage: Stage) -> str:
    """A channel that holds one of everything, as its name."""
    for line in ("/price market:BTC/USDT:USDT", "/card", "/pick", "/marks", "/secret"):
        name, _, rest = line[1:].partition(" ")
        options = [{"name": "market", "type": 3, "value": rest.partition(":")[2]}] if rest else []
        ready = stage.call("GET", "/ready?as=ana")
        assert isinstance(ready, dict)
        channel = next(one["id"] for one in ready["guilds"][0]["channels"] if one["name"] == "markets")
        body = {"type": 2, "channel_id": channel, "name": name, "options": options}
        stage.call("POST", "/interactions?as=ana&wait=1", body)
    return "markets"


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_nothing_is_inaccessible_or_sticks_out_at_any_size_in_either_theme(
    open_chat: OpenChat, filled: str, size: tuple[int, int], scheme: Literal["dark", "light"]
) -> None:
    chat = open_chat("ana", filled, size=size, scheme=scheme, is_touch=size[0] < 500)
    needed, has = chat.reflow()
    assert needed <= has
    expect(chat.page.get_by_text("SANDBOX")).to_be_in_viewport()
    assert_accessible(chat.page)


def test_open_lists_dialogs_and_menus_are_accessible(open_chat: OpenChat, filled: str) -> None:
    chat = open_chat("ana", filled)
    chat.box.fill("/")
    expect(chat.suggestions.first).to_be_visible()
    assert_accessible(chat.page)
    chat.box.fill("/price ")
    expect(chat.suggestions.first).to_be_visible()
    assert_accessible(chat.page)
    chat.page.keyboard.press("Escape")
    chat.page.keyboard.press("Escape")
    chat.command("/alert")
    expect(chat.page.get_by_role("dialog", name="New alert")).to_be_visible()
    assert_accessible(chat.page)
    chat.page.keyboard.press("Escape")
    for keys, name in (("Control+k", "Go to a channel or person"), ("Control+/", "Keyboard shortcuts")):
        chat.page.keyboard.press(keys)
        expect(chat.page.get_by_role("dialog", name=name)).to_be_visible()
        assert_accessible(chat.page)
        chat.page.keyboard.press("Escape")
    chat.page.get_by_role("button", name="Faults").click()
    assert_accessible(chat.page)
    chat.page.keyboard.press("Escape")
    chat.last.click(button="right")
    expect(chat.page.get_by_role("menu")).to_be_visible()
    assert_accessible(chat.page)


def test_lists_are_drawers_on_a_phone(open_chat: OpenChat) -> None:
    chat = open_chat("theo", size=(390, 844), is_touch=True)
    link = chat.page.get_by_role("link", name="markets")
    expect(link).to_have_count(0)
    chat.page.get_by_role("button", name="Channel list").click()
    link.click()
    expect(chat.page.get_by_role("heading", name="markets", level=1)).to_be_visible()
    expect(link).to_have_count(0)
    chat.page.get_by_role("button", name="Member list").click()
    expect(chat.page.get_by_role("complementary", name="Members")).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(chat.page.get_by_role("complementary", name="Members")).to_have_count(0)
    chat.page.get_by_role("button", name="Settings").click()
    chat.page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(chat.page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def test_the_theme_follows_the_system_until_a_choice_is_made_and_kept(open_chat: OpenChat) -> None:
    chat = open_chat(scheme="light")
    ground = "() => getComputedStyle(document.body).backgroundColor"
    assert chat.page.evaluate(ground) == "rgb(255, 255, 255)"
    chat.page.get_by_role("button", name="Dark theme").click()
    assert chat.page.evaluate(ground) == "rgb(22, 27, 34)"
    chat.page.reload()
    chat.wait_until_drawn()
    assert chat.page.evaluate(ground) == "rgb(22, 27, 34)"


def test_no_english_is_left_on_the_portuguese_page(open_chat: OpenChat) -> None:
    chat = open_chat("theo", language="pt-BR")
    page = chat.page
    assert page.locator("html").get_attribute("lang") == "pt-BR"
    expect(page.get_by_role("heading", name="Canais")).to_be_visible()
    ours = json.loads((Path(__file__).parents[2] / "dashboard/static/i18n/pt-BR.json").read_text("utf-8"))
    words = [text for text, said in ours.items() if text != said and len(text) > 6 and "{" not in text]
    page.keyboard.press("Control+/")
    page.get_by_role("dialog").wait_for()
    shown = page.locator("body").inner_text() + " ".join(
        page.locator("[aria-label]").evaluate_all("all => all.map((one) => one.ariaLabel)")
    )
    assert [text for text in words if re.search(rf"\b{re.escape(text)}\b", shown)] == []
    page.keyboard.press("Escape")
    page.get_by_label("Idioma").select_option("en")
    expect(page.get_by_role("heading", name="Channels")).to_be_visible()
    page.reload()
    chat.wait_until_drawn()
    assert page.locator("html").get_attribute("lang") == "en"


def test_who_acts_is_switched_in_the_header_and_kept_in_the_address(open_chat: OpenChat) -> None:
    chat = open_chat("mia")
    expect(chat.page.get_by_role("link", name="farm-admin")).to_have_count(0)
    chat.page.get_by_label("Acting as").select_option("ana")
    expect(chat.page.get_by_role("link", name="farm-admin")).to_be_visible()
    assert "as=ana" in chat.page.url
    chat.page.go_back()
    expect(chat.page.get_by_role("link", name="farm-admin")).to_have_count(0)


def test_channels_are_reached_by_keys_alone(open_chat: OpenChat) -> None:
    chat = open_chat("mia")
    title = chat.page.get_by_role("heading", level=1)
    chat.page.keyboard.press("Alt+ArrowDown")
    expect(title).to_have_text("markets")
    chat.page.keyboard.press("Alt+ArrowUp")
    expect(title).to_have_text("general")
    chat.page.keyboard.press("Control+k")
    chat.page.keyboard.type("aler")
    chat.page.keyboard.press("Enter")
    expect(title).to_have_text("alerts")
    expect(chat.box).to_be_focused()


def test_a_fault_that_is_on_is_named_for_everyone_until_it_is_off(open_chat: OpenChat) -> None:
    mia, theo = open_chat("mia"), open_chat("theo")
    mia.page.get_by_role("button", name="Faults: none on").click()
    panel = mia.page.get_by_role("dialog", name="Faults")
    panel.get_by_role("switch", name="Slow answers").click()
    expect(panel.get_by_role("switch", name="Slow answers")).to_be_checked()
    expect(theo.page.get_by_text("Slow answers: 2000 ms")).to_be_visible()
    panel.get_by_role("button", name="Switch all off").click()
    expect(theo.page.get_by_text("Faults on:")).to_have_count(0)


def test_the_hint_for_newcomers_opens_the_command_and_does_not_come_back(open_chat: OpenChat) -> None:
    chat = open_chat("theo")
    expect(chat.page.get_by_text("Type / and pick /price")).to_be_visible()
    chat.page.get_by_role("button", name="Show me").click()
    expect(chat.suggestions.first).to_contain_text("/price")
    chat.page.reload()
    chat.wait_until_drawn()
    expect(chat.page.get_by_text("Type / and pick /price")).to_have_count(0)


def test_the_first_load_is_light_and_quick(open_chat: OpenChat) -> None:
    chat = open_chat()
    sizes = "() => performance.getEntriesByType('resource').map((one) => [one.name, one.encodedBodySize])"
    loaded = {name: size for name, size in chat.page.evaluate(sizes) if "/static/" in name}
    document = chat.page.evaluate("() => performance.getEntriesByType('navigation')[0].encodedBodySize")
    paint = chat.page.evaluate("() => performance.getEntriesByName('first-contentful-paint')[0].startTime")
    total = sum(loaded.values()) + document
    print(f"first load {total / 1024:.1f} KB in {len(loaded) + 1} files, first paint {paint:.0f} ms")  # noqa: T201 - the figure
    assert total <= FIRST_LOAD_BYTES


def test_an_unknown_user_in_the_address_is_said_and_another_one_acts(open_chat: OpenChat) -> None:
    chat = open_chat("nobody")
    expect(chat.page.get_by_text("There is no user nobody here.")).to_be_visible()
    expect(chat.page.get_by_label("Acting as")).to_have_value("mia")
    assert "as=mia&" in chat.page.url
    chat.open("", "general")
    expect(chat.page.get_by_label("Acting as")).to_have_value("mia")


def test_a_bot_and_then_the_sandbox_go_away_and_what_was_typed_stays(
    open_chat: OpenChat, tmp_path: Path
) -> None:
    own = Stage(var=tmp_path)
    own.start()
    chat = open_chat()
    away = Chat(chat.page.context.new_page(), own.url)
    with own.run_bot():
        away.open("mia")
        expect(away.page.get_by_role("heading", name="Bots online · 1")).to_be_visible()
    expect(away.page.get_by_role("heading", name="Bots offline · 1")).to_be_visible()
    away.command("/secret")
    failed = away.page.locator("[data-waiting]")
    expect(failed).to_contain_text("The application did not respond")
    expect(failed).to_contain_text("The application is not connected")
    away.say("before the restart")
    away.box.fill("a draft")
    own.stop()
    expect(away.page.get_by_role("alert").filter(has_text="The sandbox does not answer")).to_be_visible()
    expect(away.page.get_by_role("button", name="Send message")).to_be_disabled()
    own.start()
    try:
        expect(away.page.get_by_text("Connected", exact=True)).to_be_visible(timeout=20_000)
        expect(away.box).to_have_value("a draft")
        away.box.press("Enter")
        expect(away.last).to_contain_text("a draft")
        expect(away.page.get_by_text("before the restart")).to_be_visible()
        assert [error for error in away.errors if "WebSocket" not in error and "ERR_" not in error] == []
        away.page.close()
    finally:
        own.stop()

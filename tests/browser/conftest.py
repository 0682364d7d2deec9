"""One sandbox and one bot for all pages; a browser for each module, so that its event loop ends with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NoReturn

import pytest
from chat_page import CHROMIUM, Chat, OpenChat, Stage, launched
from playwright.sync_api import Browser, BrowserContext, sync_playwright


@pytest.fixture(scope="session")
def chromium(lacking: Callable[[str], NoReturn]) -> None:
    if not CHROMIUM.exists():
        lacking(f"no chromium at {CHROMIUM}: apt-get install chromium")


@pytest.fixture(scope="session")
def stage(chromium: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    del chromium
    stage = Stage(var=tmp_path_factory.mktemp("sandbox"))
    stage.start()
    try:
        with stage.run_bot():
            yield stage
    finally:
        stage.stop()


@pytest.fixture(scope="module")
def browser(chromium: None) -> Iterator[Browser]:
    del chromium
    with sync_playwright() as playwright, launched(playwright) as browser:
        yield browser


@pytest.fixture
def open_chat(browser: Browser, stage: Stage) -> Iterator[OpenChat]:
    """Pages of one test; at its end none may have seen an error or asked for another host."""
    contexts: list[BrowserContext] = []
    chats: list[Chat] = []

    def opened(
        user: str = "mia",
        channel: str = "general",
        *,
        size: tuple[int, int] = (1280, 800),
        scheme: str = "dark",
        language: str = "en-US",
        is_touch: bool = False,
    ) -> Chat:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="light" if scheme == "light" else "dark",
            locale=language,
            has_touch=is_touch,
            is_mobile=is_touch,
            reduced_motion="reduce",
        )
        contexts.append(context)
        chat = Chat(context.new_page(), stage.url)
        chats.append(chat)
        chat.open(user, channel)
        return chat

    yield opened
    for context in contexts:
        context.close()
    assert [error for chat in chats for error in chat.errors] == []
    assert [stray for chat in chats for stray in chat.strays] == []

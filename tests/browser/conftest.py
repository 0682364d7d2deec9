"""One sandbox and one bot for all pages; a browser for each module, so that its event loop ends with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, NoReturn

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


Contexts = dict[tuple[object, ...], BrowserContext]


@pytest.fixture(scope="module")
def contexts(browser: Browser) -> Iterator[Contexts]:
    """Contexts of a module, by options: each loads the files once, and its page is in front."""
    del browser
    made: Contexts = {}
    yield made
    for context in made.values():
        context.close()


@pytest.fixture
def open_chat(browser: Browser, contexts: Contexts, stage: Stage) -> Iterator[OpenChat]:
    """Pages of one test; at its end none may have seen an error or asked for another host."""
    chats: list[Chat] = []

    def opened(
        user: str = "mia",
        channel: str = "general",
        *,
        size: tuple[int, int] = (1280, 800),
        scheme: Literal["dark", "light"] = "dark",
        language: str = "en-US",
        is_touch: bool = False,
    ) -> Chat:
        options = (size, scheme, language, is_touch, len(chats))
        if options not in contexts:
            contexts[options] = browser.new_context(
                viewport={"width": size[0], "height": size[1]},
                color_scheme=scheme,
                locale=language,
                has_touch=is_touch,
                is_mobile=is_touch,
                reduced_motion="reduce",
            )
        chat = Chat(contexts[options].new_page(), stage.url)
        chats.append(chat)
        chat.open(user, channel)
        return chat

    yield opened
    for chat in chats:
        chat.page.evaluate("() => localStorage.clear()")
        chat.page.close()
    assert [error for chat in chats for error in chat.errors] == []
    assert [stray for chat in chats for stray in chat.strays] == []

"""The chat page as a member uses it, for scripts that take pictures of it. Needs Debian's chromium."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

CHROMIUM: Final = "/usr/bin/chromium"
PATIENCE_MS: Final = 20_000
WIDEST: Final = 640
"""CSS pixels of a reply; what lies beside it is empty."""
_QUALITY: Final = 60
_SHARP: Final = 1.25
_WAITING: Final = ".message[data-waiting], .thinking, [data-busy=true]"

Theme = Literal["dark", "light"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a member sees the page."""

    user: str
    theme: Theme = "dark"
    language: Literal["en-US", "pt-BR"] = "en-US"
    width: int = 1120
    height: int = 2600

    @property
    def is_phone(self) -> bool:
        """Return whether it is held in a hand."""
        return self.width < 800  # noqa: PLR2004 - where the page itself draws the line


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give a browser that opens pages of this machine."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


class ChatPage:
    """One open page: what a member does on it, and pictures of what comes back."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._messages = page.locator(".messages > .message:not([data-waiting])")
        self.box = page.locator("#composer")

    @classmethod
    def opened(cls, browser: Browser, address: str, look: Look, *, channel: str = "general") -> ChatPage:
        """Open the page in `look`, without the newcomer's hint."""
        context = browser.new_context(
            viewport={"width": look.width, "height": look.height},
            color_scheme=look.theme,
            locale=look.language,
            device_scale_factor=_SHARP,
            has_touch=look.is_phone,
            is_mobile=look.is_phone,
            reduced_motion="reduce",
        )
        context.add_init_script("localStorage.setItem('omega.hint', 'seen')")
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{address}/?as={look.user}&channel={channel}")
        page.wait_for_selector("html[data-ready]", state="attached")
        return cls(page)

    def type_command(self, line: str) -> None:
        """Write a command line whole, as if it was pasted."""
        self.box.fill("/")
        expect(self.page.locator(".suggestions").get_by_role("option").first).to_be_visible()
        self.box.fill(f"{line} ")
        expect(self.page.locator("#slash-send")).to_be_visible()

    def command(self, line: str, *, replies: int = 1) -> None:
        """Send a command line and wait for all that it brings."""
        before = self._newest()
        self.type_command(line)
        self.page.locator("#slash-send").click()
        expect(self._after(before)).to_have_count(replies)
        self._settle()

    def press(self, number: int) -> None:
        """Press a button of the newest message and wait for what comes of it."""
        self._messages.last.locator(".component-row .button").nth(number).click()
        self._settle()

    def pick_from_menu(self, number: int) -> None:
        """Take an entry of the apps' part of the menu of the newest message."""
        before = self._newest()
        self.open_menu()
        self.page.locator(".menu-heading ~ [role=menuitem]").nth(number).click()
        expect(self._after(before)).to_have_count(1)
        self._settle()

    def open_menu(self) -> None:
        """Open the menu of the newest message."""
        self._messages.last.locator(".message-head").click(button="right")

    def shoot_newest(self, path: Path, *, count: int = 1) -> None:
        """Take a picture of the newest messages and of nothing else."""
        self.page.mouse.move(0, 0)
        total = self._messages.count()
        boxes = [self._messages.nth(at).bounding_box() for at in range(total - count, total)]
        seen = [box for box in boxes if box is not None]
        top, left = seen[0]["y"], seen[0]["x"]
        bottom = seen[-1]["y"] + seen[-1]["height"]
        width = min(seen[0]["width"], WIDEST)
        clip = {"x": left, "y": top - 4, "width": width, "height": bottom - top + 8}
        _keep(self.page.screenshot(clip=clip), path)  # type: ignore[arg-type]

    def shoot(self, path: Path) -> None:
        """Take a picture of the whole page."""
        _keep(self.page.screenshot(), path)

    def _newest(self) -> str:
        found = self._messages.last.get_attribute("id") if self._messages.count() else None
        return found or ""

    def _after(self, newest: str) -> Locator:
        if not newest:
            return self._messages
        return self.page.locator(f"#{newest} ~ .message:not([data-waiting])")

    def _settle(self) -> None:
        """Wait until nothing is under way and every picture is there."""
        expect(self.page.locator(_WAITING)).to_have_count(0)
        self.page.wait_for_function(
            "() => [...document.querySelectorAll('.message:last-child img')].every((one) => one.naturalWidth)"
        )
        self.page.evaluate("() => document.fonts.ready.then(() => true)")


def _keep(png: bytes, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.open(io.BytesIO(png)).convert("RGB").save(path, "WEBP", quality=_QUALITY, method=6)

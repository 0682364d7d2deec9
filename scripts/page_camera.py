"""The chat page as a member uses it, for scripts that take pictures of it. Needs Debian's chromium."""

from __future__ import annotations

import io
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from PIL import Image
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect, sync_playwright

ROOT: Final = Path(__file__).resolve().parents[1]
CHROMIUM: Final = "/usr/bin/chromium"
PATIENCE_MS: Final = 20_000
_FONTS: Final = """<?xml version="1.0"?>
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""
_COLOURS: Final = 20
"""Of a picture: a page has few, and lossless is then smaller than lossy, and sharper."""
_ROUNDS: Final = 4
"""In so many the colours are moved to where they are needed; fewer of them then look as many do."""
_WIDEST: Final = 640
"""CSS pixels of a reply; what lies beside it is empty."""
_NARROW: Final = 800
"""Where the page itself draws the line between a desk and a hand."""
_EDGE: Final = 4
_CODE: Final = re.compile(r"^\s*[A-Z]+-\d\d · \d+")
_UNDER_WAY: Final = ".message[data-waiting], .thinking, [data-busy=true]"
_ALL_SEEN: Final = """async () => {
  await document.fonts.ready;
  await Promise.all([...document.querySelectorAll(".message:last-child img")].map((one) => one.decode()));
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Who looks at the page, and how."""

    user: str
    theme: Literal["dark", "light"]
    language: Literal["en-US", "pt-BR"]
    width: int
    height: int
    sharpness: float = 1.25

    @property
    def is_phone(self) -> bool:
        """Return whether the page is held in a hand."""
        return self.width < _NARROW


def sized(look: Look, size: tuple[int, int]) -> Look:
    """Return the same look on a screen of another width and height."""
    return replace(look, width=size[0], height=size[1])


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give a browser that has the page's own font, which is the one of the charts."""
    expect.set_options(timeout=PATIENCE_MS)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        config = Path(folder) / "fonts.conf"
        fonts = ROOT / "services" / "charts" / "fonts"
        config.write_text(_FONTS.format(fonts=fonts, cache=Path(folder) / "cache"), "utf-8")
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox"],
            env={**os.environ, "FONTCONFIG_FILE": str(config)},
        )
        try:
            yield browser
        finally:
            browser.close()


class ChatPage:
    """One open page: what a member does on it, and pictures of what comes back."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._messages = page.locator(".messages > .message:not([data-waiting])")
        self._box = page.locator("#composer")
        self._form = page.locator("dialog.modal")

    @classmethod
    def opened(cls, browser: Browser, address: str, look: Look, *, channel: str = "general") -> ChatPage:
        """Open the page as `look` says, without the newcomer's hint."""
        context = browser.new_context(
            viewport={"width": look.width, "height": look.height},
            color_scheme=look.theme,
            locale=look.language,
            device_scale_factor=look.sharpness,
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

    def write(self, line: str) -> None:
        """Write a command line without sending it; what is offered for it is then on the page."""
        self._box.fill("/")
        offered = self._page.locator(".suggestions").get_by_role("option")
        expect(offered.first).to_be_visible()
        self._box.fill(line)
        expect(offered.first).to_be_visible()

    def say(self, text: str) -> None:
        """Send a message."""
        before = self._newest()
        self._box.fill(text)
        self._box.press("Enter")
        expect(self._after(before)).to_have_count(1)

    def talk(self, text: str) -> None:
        """Send a message to a bot and wait for its whole answer, which has buttons when it is whole."""
        before = self._newest()
        self._box.fill(text)
        self._box.press("Enter")
        expect(self._after(before)).to_have_count(2)
        expect(self._buttons().first).to_be_visible()
        self._settle()

    def command(self, line: str, *, replies: int = 1, picks: str | None = None) -> None:
        """Send a command line and wait for all that it brings; of `picks` the first choice is taken."""
        before = self._newest()
        self._send(line, picks)
        expect(self._after(before)).to_have_count(replies)
        self._settle()

    def ask_form(self, line: str, *, picks: str | None = None) -> None:
        """Send a command line and wait for the form that it brings."""
        self._send(line, picks)
        expect(self._form).to_be_visible()

    def shoot_form(self, path: Path) -> None:
        """Take a picture of the form, and leave it."""
        _keep(self._form.screenshot(), path)
        self._form.locator(".dialog-foot .button").first.click()
        expect(self._form).to_have_count(0)

    def _send(self, line: str, picks: str | None) -> None:
        self._box.fill("/")
        options = self._page.get_by_role("listbox").get_by_role("option")
        expect(options.first).to_be_visible()
        self._box.fill(f"{line} ")
        if picks is not None:
            self._page.get_by_role("combobox", name=picks, exact=True).click()
            expect(options.first).to_be_visible()
            self._page.keyboard.press("Tab")
        self._page.locator("#slash-send").click()

    def has_failed(self) -> bool:
        """Return whether the newest answer is an error: it then has its code at its foot."""
        return self._messages.last.locator(".embed-footer", has_text=_CODE).count() > 0

    def quoted(self, pattern: str) -> str:
        """Return what the group of a pattern matches in the newest message.

        Raises:
            SystemExit: nothing does.
        """
        found = re.search(pattern, self._messages.last.inner_text())
        if found is None:
            raise SystemExit(f"The newest message has nothing like {pattern}.")
        return found[1]

    def press(self, number: int, *, brings: int = 0) -> None:
        """Press a button of the newest message and wait for what comes of it, in so many messages more."""
        before = self._newest()
        self._buttons().nth(number).click()
        expect(self._after(before)).to_have_count(brings)
        self._settle()

    def open_menu(self) -> None:
        """Open the menu of the newest message."""
        self._messages.last.locator(".message-head").click(button="right")

    def close_menu(self) -> None:
        """Close it again."""
        self._page.keyboard.press("Escape")

    def leave(self) -> None:
        """Leave the command that is being written."""
        for _ in range(2):
            self._page.keyboard.press("Escape")
        self._box.fill("")

    def pick_app(self, name: str) -> None:
        """Take one of the apps' entries in the menu of the newest message."""
        before = self._newest()
        self.open_menu()
        self._page.locator(".menu-heading ~ [role=menuitem]", has_text=name).click()
        expect(self._after(before)).to_have_count(1)
        self._settle()

    def shoot(self, path: Path) -> None:
        """Take a picture of the whole page."""
        _keep(self._page.screenshot(), path)

    def shoot_newest(self, path: Path, *, count: int = 1) -> None:
        """Take a picture of the newest messages and of nothing else."""
        self._page.mouse.move(0, 0)
        self._page.evaluate("() => document.activeElement?.blur()")
        newest = self._messages.all()[-count:]
        boxes = [box for one in newest if (box := one.bounding_box()) is not None]
        _keep(self._page.screenshot(clip=_around(boxes)), path)

    def _buttons(self) -> Locator:
        return self._messages.last.locator(".component-row .button")

    def _newest(self) -> str:
        found = self._messages.last.get_attribute("id") if self._messages.count() else None
        return found or ""

    def _after(self, newest: str) -> Locator:
        if not newest:
            return self._messages
        return self._page.locator(f"#{newest} ~ .message:not([data-waiting])")

    def _settle(self) -> None:
        """Wait until nothing is under way and every picture is there."""
        expect(self._page.locator(_UNDER_WAY)).to_have_count(0)
        self._page.evaluate(_ALL_SEEN)


def _around(boxes: list[FloatRect]) -> FloatRect:
    top = boxes[0]["y"] - _EDGE
    bottom = boxes[-1]["y"] + boxes[-1]["height"] + _EDGE
    width = min(boxes[0]["width"], _WIDEST)
    return {"x": boxes[0]["x"], "y": top, "width": width, "height": bottom - top}


def _keep(png: bytes, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = Image.open(io.BytesIO(png)).convert("RGB")
    few = whole.quantize(_COLOURS, dither=Image.Dither.NONE, kmeans=_ROUNDS)
    few.convert("RGB").save(path, "WEBP", lossless=True, quality=100, method=4)

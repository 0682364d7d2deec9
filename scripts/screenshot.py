"""Take docs/images/chat.png from a running farm: ``python scripts/screenshot.py --url URL --command LINE``.

Needs Debian's chromium and the development requirements. The commands are typed into the page as a member
would type them; the picture is taken when each has been answered.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
PICTURE = Path(__file__).parents[1] / "docs" / "images" / "chat.png"
WIDTH, HEIGHT = 1280, 800
PATIENCE_MS = 15_000


def main() -> None:
    """Read the arguments, take the picture, say where it is."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--url", default="http://127.0.0.1:8799", help="where `omega status` says the page is"
    )
    parser.add_argument("--user", default="mia", help="who acts")
    parser.add_argument("--channel", default="general")
    parser.add_argument("--theme", choices=["dark", "light"], default="dark")
    parser.add_argument(
        "--command", action="append", help='such as "/price market:BTC/USDT:USDT"; may be repeated'
    )
    parser.add_argument("--out", type=Path, default=PICTURE)
    told = parser.parse_args()
    told.out.parent.mkdir(parents=True, exist_ok=True)
    commands = told.command or ["/price market:BTC/USDT:USDT"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = _open(browser, f"{told.url}/?as={told.user}&channel={told.channel}", theme=told.theme)
        for line in commands:
            _command(page, line)
        page.mouse.move(0, 0)
        page.screenshot(path=told.out)
        browser.close()
    print(told.out)


def _open(browser: Browser, address: str, *, theme: str) -> Page:
    scheme: Literal["dark", "light"] = "light" if theme == "light" else "dark"
    page = browser.new_page(
        viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=scheme, device_scale_factor=1.5
    )
    expect.set_options(timeout=PATIENCE_MS)
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address)
    page.wait_for_selector("html[data-ready]", state="attached")
    return page


def _command(page: Page, line: str) -> None:
    """Type a command line, send it, and wait for its answer to stand there."""
    answers = page.locator(".messages > .message:not([data-waiting])")
    before = answers.count()
    box = page.locator("#composer")
    box.fill("/")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_be_visible()
    box.fill(f"{line} ")
    page.get_by_role("button", name="Send command").click()
    expect(answers).to_have_count(before + 1)
    expect(page.locator(".thinking")).to_have_count(0)


if __name__ == "__main__":
    main()

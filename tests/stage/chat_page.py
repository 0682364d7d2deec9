"""The chat page under test: sandbox and bot as processes, a browser, one open page as a person uses it.

No assertions about features live here; a page that saw an error, or asked for another host, fails its test.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal, Protocol

from chat_page_sandbox import KEY
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Playwright, Request, expect

from sandbox.discord.tokens import mint_token

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-gpu-compositing",
    "--disable-extensions",
    "--renderer-process-limit=2",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
PATIENCE_MS = 12_000
BOT = "Xyko"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _line(stream: IO[str] | None, process: str) -> str:
    said = stream.readline().strip() if stream else ""
    if not said:
        raise RuntimeError(f"{process} ended before it was ready")
    return said


@contextlib.contextmanager
def run_script(name: str, *arguments: str) -> Iterator[str]:
    """Run a script of this folder until the context ends; gives its first line."""
    here = [str(ROOT), str(ROOT / "tests" / "stage"), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, here))}
    command = [sys.executable, str(ROOT / "tests" / "stage" / name), *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment) as process:
        try:
            yield _line(process.stdout, name)
        finally:
            process.terminate()
            process.wait(timeout=10)


@dataclass(kw_only=True)
class Stage:
    """A sandbox on a port that stays the same when it is stopped and started again, and a bot in it."""

    var: Path
    port: int = field(default_factory=free_port)
    _running: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._running.enter_context(run_script("chat_page_sandbox.py", str(self.port), str(self.var)))

    def stop(self) -> None:
        self._running.close()

    def run_bot(self) -> contextlib.AbstractContextManager[str]:
        return run_script("chat_page_bot.py", self.url, mint_token(KEY, BOT))

    def call(self, method: str, path: str, body: object = None) -> object:
        """Call the member API."""
        return self._call(method, f"/sandbox/api{path}", body, {})

    def call_as_bot(self, method: str, path: str, body: object = None) -> object:
        """Call REST as the bot."""
        return self._call(method, f"/api/v10{path}", body, {"Authorization": f"Bot {mint_token(KEY, BOT)}"})

    def _call(self, method: str, path: str, body: object, more: dict[str, str]) -> object:
        data = json.dumps(body).encode() if body is not None else None
        headers = {"Content-Type": "application/json", **more}
        address = f"{self.url}{path}"
        request = urllib.request.Request(address, data=data, method=method, headers=headers)  # noqa: S310 - http to loopback
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - the same
            raw = answer.read()
            said: object = json.loads(raw) if raw else None
            return said


@contextlib.contextmanager
def launched(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
    try:
        yield browser
    finally:
        browser.close()


class Chat:
    """One open page, and what a person does with it."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.errors: list[str] = []
        self.strays: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        page.on("pageerror", lambda error: self.errors.append(f"page error: {error}"))
        page.on("console", self._heard)
        page.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.errors.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((f"{self.url}/", "data:", "blob:")):
            self.strays.append(request.url)

    def open(self, user: str = "mia", channel: str = "general") -> None:
        self.page.goto(f"{self.url}/?as={user}&channel={channel}")
        self.wait_until_drawn()

    def wait_until_drawn(self) -> None:
        self.page.wait_for_selector("html[data-ready]", state="attached")

    @property
    def box(self) -> Locator:
        """The message box."""
        return self.page.locator("#composer")

    @property
    def messages(self) -> Locator:
        return self.page.locator(".messages > .message:not([data-waiting])")

    @property
    def last(self) -> Locator:
        return self.messages.last

    @property
    def suggestions(self) -> Locator:
        return self.page.locator(".suggestions").get_by_role("option")

    def say(self, text: str) -> Locator:
        """Send a message and return its row."""
        self.box.fill(text)
        self.box.press("Enter")
        row = self.messages.filter(has_text=text).last
        expect(row).to_be_visible()
        return row

    def command(self, line: str) -> None:
        """Write a command line whole and send it."""
        self.box.fill("/")
        expect(self.suggestions.first).to_be_visible()
        self.box.fill(f"{line} ")
        form = self.page.get_by_role("form", name=f"Command {line.partition(' ')[0]}")
        expect(form).to_be_visible()
        form.get_by_role("button", name="Send command").click()

    def command_answered(self, line: str, text: str) -> Locator:
        """Send a command and return the row of the answer that holds `text`."""
        before = self.messages.count()
        self.command(line)
        expect(self.messages).to_have_count(before + 1)
        row = self.last
        expect(row).to_contain_text(text)
        return row

    def reflow(self) -> tuple[int, int]:
        """Return the width that the page would take and the width that it has."""
        wide, has = self.page.evaluate("() => [document.documentElement.scrollWidth, window.innerWidth]")
        return int(wide), int(has)


class OpenChat(Protocol):
    """Opens a page of its own; every option is one of Playwright's contexts."""

    def __call__(
        self,
        user: str = "mia",
        channel: str = "general",
        *,
        size: tuple[int, int] = (1280, 800),
        scheme: Literal["dark", "light"] = "dark",
        language: str = "en-US",
        is_touch: bool = False,
    ) -> Chat: ...

"""Take the pictures of README and docs/gallery.md, and write that page: ``python scripts/gallery.py``.

It runs a farm in a temporary folder and asks every command of a member on the chat page: in English on the
dark page, in Portuguese on the light one, some of them on a telephone too. Look at every picture before it is
committed. Needs Debian's chromium and the development requirements.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Final

from demo_farm import ROOT, demo_farm
from gallery_scene import BTC, Scene, Section
from gallery_scenes import SCENES, SECTIONS
from page_camera import ChatPage, Look, chromium, sized
from playwright.sync_api import Browser

DOCS: Final = ROOT / "docs"
PICTURES: Final = DOCS / "images" / "gallery"
FRONT: Final = DOCS / "images" / "chat.webp"
MOST_BYTES: Final = 150_000
MOST_BYTES_IN_ALL: Final = 6_000_000

DARK: Final = Look(user="mia", theme="dark", language="en-US", width=1120, height=2600)
LIGHT: Final = Look(user="theo", theme="light", language="pt-BR", width=1120, height=2600)
LOOKS: Final = (DARK, LIGHT)
_LANGUAGES: Final = {"en-US": "English", "pt-BR": "Portuguese"}
_ADMIN: Final = "ana"
_ADMINS_CHANNELS: Final = ("general", "alerts")
"""By turn: what is posted by the clock already is refused in the same channel."""
_SCREEN: Final = (1280, 860)
_FRONT_SCREEN: Final = (1280, 970)
_PHONE: Final = (390, 2600)
_PHONES_A_ROW: Final = 3
_TRIES: Final = 5
_PAUSE_S: Final = 3.0

HEAD: Final = """# Gallery

Every command of a member, as the chat page of the local sandbox shows it: in English on the dark page, in
Brazilian Portuguese on the light one. `python scripts/gallery.py` takes these pictures anew from a farm of
its own; the market in them is simulated, and says so.
"""
PAGES: Final = (
    ("commands", "The commands that are offered"),
    ("choices", "The choices of an option, from the bot"),
    ("menu", "The apps in the menu of a message"),
)
"""Whole pages, by name and what they show; `_pages` takes them."""


def main() -> None:
    """Read the arguments, take the pictures, write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--url", help="of a farm that runs already; left out, two are started, one with a model"
    )
    parser.add_argument("--only", nargs="+", metavar="SCENE", help="left out, all of them")
    told = parser.parse_args()
    with ExitStack() as stack:
        browser = stack.enter_context(chromium())
        if not told.only:
            shutil.rmtree(PICTURES, ignore_errors=True)
        for has_model in (False, True):
            scenes = [
                scene
                for scene in SCENES
                if scene.has_model is has_model and (not told.only or scene.name in told.only)
            ]
            if scenes:
                _visit(browser, told.url, scenes, has_model=has_model, is_whole=not told.only)
    (DOCS / "gallery.md").write_text("\n".join(page()), "utf-8")
    weigh()


def _visit(
    browser: Browser, url: str | None, scenes: list[Scene], *, has_model: bool, is_whole: bool
) -> None:
    """Take scenes of the farm at `url`, or of one that runs as long; and whole pages where all is taken."""
    with ExitStack() as stack:
        if url is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            url = stack.enter_context(demo_farm(folder, has_model=has_model))
        if is_whole and not has_model:
            _front(browser, url)
            _pages(browser, url)
        take(browser, url, scenes)


def take(browser: Browser, url: str, scenes: Iterable[Scene]) -> None:
    """Take the pictures of scenes in both looks, and on a telephone where they ask for it."""
    for turn, look in enumerate(LOOKS):
        desk = ChatPage.opened(browser, url, look)
        hand = ChatPage.opened(browser, url, sized(look, _PHONE), channel="markets")
        admin = ChatPage.opened(browser, url, replace(look, user=_ADMIN), channel=_ADMINS_CHANNELS[turn])
        for chat in (desk, hand, admin):
            chat.command(f"/settings theme ground:{look.theme}")
        for scene in scenes:
            chat = admin if scene.is_admins else desk
            _play(chat, scene, turn)
            path = PICTURES / _file(scene.name, look)
            if scene.is_form:
                chat.shoot_form(path)
            else:
                chat.shoot_newest(path, count=scene.shown)
            if scene.is_on_phone:
                _play(hand, scene, turn)
                hand.shoot_newest(PICTURES / _file(f"{scene.name}-phone", look), count=scene.shown)


def _play(chat: ChatPage, scene: Scene, turn: int) -> None:
    if scene.says is not None:
        chat.say(scene.says[turn])
    if scene.is_talk:
        chat.talk(scene.worded(turn))
    elif scene.is_app:
        chat.pick_app(scene.worded(turn))
    else:
        _ask(chat, scene, turn)
    if scene.press is not None:
        chat.press(scene.press, brings=scene.brings)


def _ask(chat: ChatPage, scene: Scene, turn: int) -> None:
    """Ask until it is answered: a machine under load may let one wait."""
    line = scene.asked(turn)
    if scene.quotes is not None:
        line = line.replace("…", chat.quoted(scene.quotes))
    if scene.is_form:
        chat.ask_form(line, picks=scene.picks)
        return
    for _ in range(_TRIES):
        chat.command(line, replies=scene.replies, picks=scene.picks)
        if not chat.has_failed() or (scene.is_once and turn):
            return
        time.sleep(_PAUSE_S)
    raise SystemExit(f"{line} is not answered.")


def _pages(browser: Browser, url: str) -> None:
    """Take whole pages: commands, choices and a menu, each open."""
    for look in LOOKS:
        chat = ChatPage.opened(browser, url, sized(look, _SCREEN))
        chat.command(f"/price {BTC}")
        chat.open_menu()
        chat.shoot(PICTURES / _file("menu", look))
        chat.close_menu()
        for name, line in (("commands", "/c"), ("choices", "/fib ")):
            chat.write(line)
            chat.shoot(PICTURES / _file(name, look))
            chat.leave()


def _front(browser: Browser, url: str) -> None:
    """Take the picture that README begins with."""
    chat = ChatPage.opened(browser, url, sized(DARK, _FRONT_SCREEN), channel="alerts")
    chat.command(f"/chart {BTC} timeframe:1h indicators:bbands, ema:50, macd persona:Xyko")
    chat.shoot(FRONT)


def page() -> Iterator[str]:
    """Yield the lines of docs/gallery.md."""
    yield HEAD
    for section in SECTIONS:
        yield from _section(section)
    yield from ("## The page around it", "")
    for name, shows in PAGES:
        yield from _table(
            [shows, shows], [_picture(name, look, f"{shows}, in {_language(look)}") for look in LOOKS]
        )
    yield from ("## On a telephone", "")
    small = [scene for scene in SCENES if scene.is_on_phone]
    for look in LOOKS:
        for first in range(0, len(small), _PHONES_A_ROW):
            row = small[first : first + _PHONES_A_ROW]
            yield from _table([f"`{scene.line}`" for scene in row], [_on_phone(scene, look) for scene in row])


def _section(section: Section) -> Iterator[str]:
    yield from (f"## {section.title}", "", section.text, "")
    for scene in section.scenes:
        who = [_head(scene, turn) for turn in range(len(LOOKS))]
        yield from _table(who, [_answer(scene, turn, look) for turn, look in enumerate(LOOKS)])


def _head(scene: Scene, turn: int) -> str:
    where = " in the menu" if scene.is_app else ""
    return f"`{scene.worded(turn)}`{where} · {scene.voices[turn]}"


def _table(heads: list[str], cells: list[str]) -> Iterator[str]:
    yield from (_row(heads), _row(["---"] * len(heads)), _row(cells), "")


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _answer(scene: Scene, turn: int, look: Look) -> str:
    said = f"{scene.voices[turn]} answers {scene.worded(turn).partition(' market:')[0]} in {_language(look)}"
    return _picture(scene.name, look, said)


def _on_phone(scene: Scene, look: Look) -> str:
    said = f"The answer to {scene.line.partition(' ')[0]} on a telephone, in {_language(look)}"
    return _picture(f"{scene.name}-phone", look, said)


def _picture(name: str, look: Look, alt: str) -> str:
    return f"![{alt}]({(PICTURES / _file(name, look)).relative_to(DOCS)})"


def _file(name: str, look: Look) -> str:
    return f"{name}-{look.theme}.webp"


def _language(look: Look) -> str:
    return _LANGUAGES[look.language]


def weigh() -> None:
    """Say how heavy the pictures are.

    Raises:
        SystemExit: one of them, or all together, are heavier than a repository should carry.
    """
    sizes = {path: path.stat().st_size for path in [*PICTURES.iterdir(), FRONT]}
    print(f"{len(sizes)} pictures, {sum(sizes.values()) / 1e6:.1f} MB")
    heavy = [f"{path.name}: {size} bytes" for path, size in sizes.items() if size > MOST_BYTES]
    if heavy or sum(sizes.values()) > MOST_BYTES_IN_ALL:
        raise SystemExit("\n".join(["Too heavy.", *heavy]))


if __name__ == "__main__":
    main()

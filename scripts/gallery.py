"""Take the pictures of docs/gallery.md, and write it: ``python scripts/gallery.py``.

It runs a farm in a temporary folder and asks every member's command on the chat page, in both themes and both
languages. Look at every picture before you commit them. Needs Debian's chromium and the development
requirements.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from demo_farm import ROOT, demo_farm
from gallery_scenes import SECTIONS, Scene
from page_camera import ChatPage, Look, chromium

DOCS: Final = ROOT / "docs"
PICTURES: Final = DOCS / "images" / "gallery"
MOST_BYTES: Final = 150_000
MOST_BYTES_OF_ALL: Final = 4_000_000
DARK: Final = Look(user="mia")
LIGHT: Final = Look(user="theo", theme="light", language="pt-BR")
PHONE: Final = Look(user="mia", width=390)
PHONE_LIGHT: Final = Look(user="theo", theme="light", language="pt-BR", width=390)


def main() -> None:
    """Read the arguments, take the pictures, write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", help="of a farm that runs already; left out, one is started")
    parser.add_argument("--only", nargs="*", help="names of scenes; left out, all of them")
    told = parser.parse_args()
    with ExitStack() as stack:
        url = told.url
        if url is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            url = stack.enter_context(demo_farm(Path(folder)))
        take(url, set(told.only or ()))
    print(PICTURES)


def take(url: str, only: set[str]) -> None:
    with chromium() as browser:
        for at, look in enumerate((DARK, LIGHT)):
            chat = ChatPage.opened(browser, url, look)
            if look.theme == "light":
                chat.command("/settings theme ground:light")
            for scene in (one for section in SECTIONS for one in section.scenes if not only or one.name in only):
                try:
                    play(chat, scene, at)
                    chat.shoot_newest(PICTURES / f"{scene.name}-{look.theme}.webp", count=scene.replies)
                except Exception as e:
                    print(scene.name, look.theme, str(e)[:500])
                    chat.shoot(PICTURES / f"{scene.name}-{look.theme}.webp")
                    chat = ChatPage.opened(browser, url, look)


def play(chat: ChatPage, scene: Scene, at: int) -> None:
    if scene.menu is not None:
        chat.pick_from_menu(scene.menu)
        return
    chat.command(scene.asked(at), replies=scene.replies)
    if scene.press is not None:
        chat.press(scene.press)

if __name__ == "__main__":
    main()

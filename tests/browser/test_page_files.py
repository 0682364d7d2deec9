"""What can be said of the page's files without a browser: bytes, words, colours, what they may not hold."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from contrast import contrast

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "dashboard" / "static"
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
SHEETS = sorted(STATIC.glob("*.css"))
VENDORED = [STATIC / "vendor", Path(__file__).parent / "vendor"]
LONGEST_FILE = 400
FIRST_LOAD_BYTES = 120 * 1024
TEXT, GRAPHIC = 4.5, 3.0

GROUNDS = ["bg", "surface", "raised", "hover", "ephemeral", "calls", "code", "field"]
PAIRS = [
    *[("text", ground, TEXT) for ground in GROUNDS],
    *[("muted", ground, TEXT) for ground in GROUNDS],
    *[("link", ground, TEXT) for ground in ("surface", "raised", "hover", "ephemeral", "calls")],
    *[("error", ground, TEXT) for ground in ("surface", "raised", "hover", "ephemeral", "calls")],
    *[("warn", ground, TEXT) for ground in ("bg", "surface", "calls")],
    *[("error", ground, GRAPHIC) for ground in ("field", "bg")],
    *[("up", ground, GRAPHIC) for ground in ("bg", "surface")],
    *[("input-line", ground, GRAPHIC) for ground in ("bg", "surface", "raised", "hover", "ephemeral")],
    *[("on-solid", ground, TEXT) for ground in ("primary", "success", "kill")],
    ("on-mention", "mention", TEXT),
    ("on-badge", "badge", TEXT),
    ("text", "spoiler", TEXT),
    ("link", "bg", GRAPHIC),
]


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", block))


def themes() -> dict[str, dict[str, str]]:
    sheet = (STATIC / "tokens.css").read_text(encoding="utf-8")
    dark, system, chosen = re.findall(r":root[^{]*\{([^}]*)\}", sheet)
    assert tokens(system) == tokens(chosen), "the two copies of the light theme differ"
    return {"dark": tokens(dark), "light": {**tokens(dark), **tokens(chosen)}}


def keys_in_scripts() -> set[str]:
    """Every text that the scripts hand to t, tn or key."""
    string = r'"((?:[^"\\]|\\.)*)"'
    found: set[str] = set()
    for script in SCRIPTS:
        source = script.read_text(encoding="utf-8")
        found.update(re.findall(rf"\b(?:t|key)\(\s*{string}", source))
        for pair in re.findall(rf"\btn\(\s*{string},\s*{string}", source):
            found.update(pair)
    return found


def catalogue(language: str) -> dict[str, str]:
    said: dict[str, str] = json.loads((STATIC / "i18n" / f"{language}.json").read_text(encoding="utf-8"))
    return said


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_pair_of_colours_that_is_used_has_enough_contrast(theme: str) -> None:
    colours = themes()[theme]
    ratios = {(ink, ground): contrast(colours[ink], colours[ground]) for ink, ground, _ in PAIRS}
    weak = {(ink, ground): ratios[ink, ground] for ink, ground, least in PAIRS if ratios[ink, ground] < least}
    assert weak == {}


def test_initials_are_readable_on_every_avatar() -> None:
    block = (STATIC / "side.css").read_text(encoding="utf-8")
    grounds = re.findall(r"\.avatar[^{]*\{[^}]*?background: (#[0-9a-f]{6})", block)
    assert len(grounds) == 8
    assert [ground for ground in grounds if contrast(ground, "#ffffff") < TEXT] == []


def test_every_token_is_used() -> None:
    sheets = "".join(sheet.read_text(encoding="utf-8") for sheet in SHEETS)
    defined = set(re.findall(r"^ *--([\w-]+):", sheets, re.MULTILINE))
    assert defined - set(re.findall(r"var\(--([\w-]+)", sheets)) == set()


def test_what_a_script_exports_is_used_by_another_place() -> None:
    sources = "".join(script.read_text(encoding="utf-8") for script in SCRIPTS)
    exported = re.findall(r"^export (?:async )?(?:function|const|class) (\w+)", sources, re.MULTILINE)
    assert [name for name in exported if len(re.findall(rf"\b{name}\b", sources)) < 2] == []


def test_sheets_take_their_colours_from_the_tokens() -> None:
    strays = [
        (sheet.name, colour)
        for sheet in SHEETS
        if sheet.name not in {"tokens.css", "side.css"}
        for colour in re.findall(r"#[0-9a-fA-F]{3,8}\b", sheet.read_text(encoding="utf-8"))
    ]
    assert strays == []


@pytest.mark.parametrize("language", ["en", "pt-BR"])
def test_a_catalogue_holds_exactly_the_texts_of_the_page(language: str) -> None:
    assert set(catalogue(language)) == keys_in_scripts()


def test_translations_keep_their_places_and_english_is_the_key() -> None:
    places = re.compile(r"\{\w+\}")
    assert [key for key, text in catalogue("en").items() if key != text] == []
    wrong = {
        key: text
        for key, text in catalogue("pt-BR").items()
        if sorted(places.findall(key)) != sorted(places.findall(text)) or not text
    }
    assert wrong == {}


@pytest.mark.parametrize("folder", VENDORED, ids=["page", "tests"])
def test_vendored_files_are_the_ones_of_the_manifest(folder: Path) -> None:
    listed = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.name != "manifest.json"
    }
    assert found == listed


def test_the_lock_file_names_no_host_to_download_from() -> None:
    lock = json.loads((ROOT / "scripts/vendor/package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
    assert [name for name, package in lock["packages"].items() if name and "integrity" not in package] == []


@pytest.mark.parametrize("word", ["innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "document.write"])
def test_no_script_writes_markup_or_runs_text(word: str) -> None:
    comment = re.compile(r"/\*.*?\*/", re.DOTALL)
    used = [script.name for script in SCRIPTS if word in comment.sub("", script.read_text(encoding="utf-8"))]
    assert used == []


class _Page(HTMLParser):
    """Collects what a page loads and what it holds inline."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        address = found.get("src") or found.get("href")
        if address:
            self.loads.append(address)
        elif tag == "script":
            self.inline.append(tag)
        self.inline += [name for name in found if name == "style" or name.startswith("on")]
        if tag == "style":
            self.inline.append(tag)


def page() -> _Page:
    parsed = _Page()
    parsed.feed((STATIC / "chat.html").read_text(encoding="utf-8"))
    return parsed


def test_the_page_holds_no_script_or_style_of_its_own_and_loads_from_its_server_only() -> None:
    parsed = page()
    assert parsed.inline == []
    assert [address for address in parsed.loads if not address.startswith("/static/")] == []


def test_every_module_is_announced_so_that_none_waits_for_another() -> None:
    announced = {Path(address).name for address in page().loads if address.startswith("/static/js/")}
    assert announced == {script.name for script in SCRIPTS}


def test_the_first_load_is_within_its_weight() -> None:
    files = [
        STATIC / "chat.html",
        *(STATIC / address.removeprefix("/static/") for address in set(page().loads)),
    ]
    weight = sum(len(gzip.compress(file.read_bytes(), 6)) for file in files)
    assert weight <= FIRST_LOAD_BYTES


def test_no_file_grows_long() -> None:
    lengths = {file.name: file.read_text(encoding="utf-8").count("\n") for file in [*SCRIPTS, *SHEETS]}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}

"""What exists speaks every language: no sentence of the code without its translation, and none to spare."""

from __future__ import annotations

import importlib
import inspect
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from discord import app_commands
from discord.ext import commands
from said_texts import Sources

from cogs._ui.limits import CHOICE, FIELD_NAME
from cogs._ui.settings_cards import LANGUAGES
from services.locales.texts import texts_of

ROOT = Path(__file__).parents[2]
PORTUGUESE = texts_of("pt-BR")
FILES = sorted((ROOT / "services" / "locales" / "pt-BR").glob("*.json"))
ENTRIES: dict[str, str] = {
    english: said for file in FILES for english, said in json.loads(file.read_text("utf-8")).items()
}
SOURCES = Sources.under("services", "cogs", "bots", "analytics")
OPERATORS = (
    *("bots/cli/", "services/exchange/recorded/importing.py", "services/exchange/recorded/foreign.py"),
    *(f"services/personas/{name}.py" for name in ("character_files", "characters", "making")),
)
"""What only the command line says."""
PLACE = re.compile(r"\{(\w*)\}")
MARK = re.compile(r"⟨\d+⟩")
LETTERS = re.compile(r"[^\W\d_]{2,}")
NAMES_OF_THINGS = frozenset(
    """
    aroon base bots camarilla candle candles config demark doji eclipse eclipses fibonacci
    harami hikkake hold ichimoku libra linear marubozu mat span supertrend takuri volume williams woodie
    """.split()  # noqa: SIM905 - read and kept more easily than a list of literals
)
"""What is called the same in both languages; so is whatever has no words of its own."""
ROLES = {"Admin", "Trader", "Member"}
"""Called so in every server."""
NOTHING = " ."
"""Where a table has an empty text, of which nobody is told."""
COGS = [importlib.import_module(f"cogs.{file.stem}") for file in sorted((ROOT / "cogs").glob("[a-z]*.py"))]


def is_mute(text: str) -> bool:
    """Whether a text has no words beside its places and figures, such as ``4h`` or ``{a} · {b}``."""
    return not LETTERS.search(MARK.sub("", PLACE.sub("", text)))


def listed(lacking: dict[str, str]) -> str:
    """What lacks a translation, one a line, with where it stands."""
    return "\n".join(f"{where}: {text}" for text, where in lacking.items())


def told_commands(module: ModuleType) -> Iterator[tuple[str, str]]:
    """Yield what Discord is told of a cog's commands and is not a name, with where it is shown."""
    for _, cog in inspect.getmembers(module, inspect.isclass):
        if issubclass(cog, commands.Cog) and cog.__module__ == module.__name__:
            for command in cog.__cog_app_commands__:
                yield from told_command(command)


def told_command(command: app_commands.Command | app_commands.Group) -> Iterator[tuple[str, str]]:  # type: ignore[type-arg]  # of any cog
    yield f"/{command.qualified_name}", command.description
    if isinstance(command, app_commands.Group):
        for inside in command.commands:
            yield from told_command(inside)
        return
    for option in command.parameters:
        yield f"/{command.qualified_name} {option.name}", str(option.description)
        yield from ((f"/{command.qualified_name} {option.name}", choice.name) for choice in option.choices)


@pytest.mark.parametrize("module", COGS, ids=lambda module: module.__name__)
def test_every_command_option_and_choice_is_described_in_portuguese(module: ModuleType) -> None:
    told = [(where, text) for where, text in told_commands(module) if text not in LANGUAGES.values()]
    lacking = {text: where for where, text in told if not is_mute(text) and not PORTUGUESE.knows(text)}
    assert not lacking, listed(lacking)
    assert [text for _, text in told if len(PORTUGUESE(text)) > CHOICE] == []


def test_every_label_has_its_translation() -> None:
    lacking = {
        text: where for where, text in SOURCES.labels() if not (PORTUGUESE.knows(text) or is_mute(text))
    }
    assert not lacking, listed(lacking)


def test_every_age_that_a_card_tells_has_its_name() -> None:
    named = {
        keyword.value.value
        for module, call in SOURCES.calls["origin_facts"]
        for keyword in call.keywords
        if keyword.arg == "of" and hasattr(keyword.value, "value")
    }
    assert [name for name in sorted(map(str, named)) if not PORTUGUESE.knows(f"{name} age")] == []


def test_every_message_and_hint_that_members_may_see_has_its_translation() -> None:
    lacking = {
        sentence: where
        for where, sentence in SOURCES.errors()
        if not (where.startswith(OPERATORS) or NOTHING in sentence or is_mute(sentence) or is_told(sentence))
    }
    assert not lacking, listed(lacking)


def is_told(sentence: str) -> bool:
    """Whether a sentence has an entry, its places filled by holes, by roles, or by texts that have one."""
    found = PORTUGUESE.key_of(sentence)
    return found is not None and all(
        is_mute(value) or value in ROLES or is_told(value) for value in found[1].values()
    )


def test_no_entry_is_for_a_text_that_nobody_says() -> None:
    said = SOURCES.constants()
    shapes = [shape_of(text) for text in said if "⟨" in text and is_telling(text)]
    own = {MARK.sub("{}", text) for text in said}
    unsaid = [
        key
        for key in ENTRIES
        if key not in said
        and PLACE.sub("{}", key) not in own
        and not any(shape.fullmatch(key) for shape in shapes)
    ]
    assert not unsaid, "\n".join(unsaid)


def shape_of(sentence: str) -> re.Pattern[str]:
    """Return the pattern of what a sentence with holes may become."""
    return re.compile(".+".join(re.escape(part) for part in MARK.split(sentence)))


def is_telling(sentence: str) -> bool:
    """Whether not just any text looks like a sentence with holes."""
    return len(LETTERS.findall(MARK.sub("", sentence))) > 1 or len(MARK.findall(sentence)) == 1


def test_a_translation_has_the_places_of_its_text_and_words_of_its_own() -> None:
    other_places = [
        key for key, said in ENTRIES.items() if set(PLACE.findall(key)) != set(PLACE.findall(said))
    ]
    assert other_places == []
    same = [key for key, said in ENTRIES.items() if key == said and not is_mute(key)]
    untouched = sorted(key for key in same if not is_a_name(key))
    assert not untouched, "\n".join(untouched)


def is_a_name(text: str) -> bool:
    """Whether all of a text's own words are names, or abbreviations such as RSI."""
    words = LETTERS.findall(PLACE.sub("", text))
    return all(word.isupper() or word.casefold() in NAMES_OF_THINGS for word in words)


def test_a_text_is_translated_in_one_way_only() -> None:
    pairs = {pair for file in FILES for pair in json.loads(file.read_text("utf-8")).items()}
    assert [key for key, ways in Counter(key for key, _ in pairs).items() if ways > 1] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_of_texts_is_in_order_and_names_nothing_twice(file: Path) -> None:
    pairs: list[tuple[str, str]] = json.loads(file.read_text("utf-8"), object_pairs_hook=list)
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys))
    assert all(said and said.startswith(" ") == key.startswith(" ") for key, said in pairs)


def test_a_label_is_no_longer_in_portuguese_than_discord_shows() -> None:
    labels = {text for _, text in SOURCES.labels()}
    assert [
        text
        for text in labels
        if len(text) <= FIELD_NAME < len(PORTUGUESE(text, **dict.fromkeys(PLACE.findall(text), "")))
    ] == []

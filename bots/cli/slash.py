"""Slash commands as people write them, ``/farm toggle bot:xyko enabled:false``, turned into options."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from config.problems import nearest
from sandbox.discord.client import OptionValue
from sandbox.discord.wire import Json
from services.errors import UserMistake

_KEYED = re.compile(r"(?P<name>[^\s:]+):(?P<value>.*)", re.DOTALL)
_SUBCOMMANDS = (1, 2)
_TRUTHS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def _truth(text: str) -> bool:
    return _TRUTHS[text.lower()]


_CASTS: Mapping[int, tuple[Callable[[str], OptionValue], str]] = {
    4: (int, "a whole number"),
    5: (_truth, "true or false"),
    10: (float, "a number"),
}
"""Discord's option types that are not text, how to read them, and what they are called."""


@dataclass(frozen=True, slots=True)
class Slash:
    """A command with its subcommands (``farm toggle``) and its options by name."""

    name: str
    options: dict[str, OptionValue]


def read_slash(text: str, commands: Sequence[Json]) -> Slash:
    """Read `text` by the definitions in `commands`.

    A word without a name belongs to the text of the named option before it, as in Discord; before any named
    one it goes to the first option that has none yet. In quotes a value may hold what looks like a name.

    Raises:
        UserMistake: no such command or option, or a value of the wrong kind.
    """
    words = _words(text.removeprefix("/"))
    if not words:
        raise UserMistake("There is no command after the /.", hint=_known(commands))
    found = _named(words[0], commands, "command")
    path, rest = [words[0]], words[1:]
    while rest and (inner := _subcommands(found)):
        found = _named(rest[0], inner, f"subcommand of /{' '.join(path)}")
        path.append(rest.pop(0))
    if inner := _subcommands(found):
        raise UserMistake(f"/{' '.join(path)} needs a subcommand.", hint=_known(inner))
    return Slash(" ".join(path), _options(rest, found.get("options", [])))


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise UserMistake(f"The command cannot be read: {error}.", hint="Close every quote.") from error


def _subcommands(command: Json) -> list[Json]:
    return [option for option in command.get("options", []) if option["type"] in _SUBCOMMANDS]


def _named(name: str, among: Sequence[Json], what: str) -> Json:
    for one in among:
        if one["name"] == name:
            return one
    guess = nearest(name, [one["name"] for one in among])
    raise UserMistake(f"There is no {what} {name}{guess}.", hint=_known(among))


def _known(among: Sequence[Json]) -> str:
    return f"There are: {', '.join(sorted(one['name'] for one in among)) or 'none'}."


def _options(words: Sequence[str], definitions: Sequence[Json]) -> dict[str, OptionValue]:
    found: dict[str, OptionValue] = {}
    open_text: str | None = None
    for word in words:
        keyed = _KEYED.fullmatch(word)
        if keyed and any(option["name"] == keyed["name"] for option in definitions):
            option, value = _named(keyed["name"], definitions, "option"), keyed["value"]
            open_text = None if option["type"] in _CASTS else option["name"]
        elif open_text is not None:
            found[open_text] = f"{found[open_text]} {word}"
            continue
        else:
            option, value = _free(word, keyed, definitions, found), word
        found[option["name"]] = _cast(option, value)
    return found


def _free(
    word: str, keyed: re.Match[str] | None, definitions: Sequence[Json], taken: Mapping[str, OptionValue]
) -> Json:
    free = [option for option in definitions if option["name"] not in taken]
    if free:
        return free[0]
    raise UserMistake(f"There is no option {keyed['name'] if keyed else word}.", hint=_known(definitions))


def _cast(option: Json, value: str) -> OptionValue:
    if option["type"] not in _CASTS:
        return value
    read, kind = _CASTS[option["type"]]
    try:
        return read(value)
    except (ValueError, KeyError) as error:
        raise UserMistake(f"The option {option['name']} takes {kind}.") from error

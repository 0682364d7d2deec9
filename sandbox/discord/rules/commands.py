"""What an application command may be, and how many of them an application may have in one place."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

from sandbox.discord.rules.components import in_order
from sandbox.discord.rules.form import (
    Form,
    Rule,
    anything,
    boolean,
    by_type,
    distinct,
    every,
    integer,
    listing,
    number,
    objects,
    one_of,
    record,
    text,
)
from sandbox.discord.rules.refusal import Refused
from sandbox.discord.wire import Json

SLASH, USER_MENU, MESSAGE_MENU, ENTRY_POINT = 1, 2, 3, 4
CAPS = {SLASH: 100, USER_MENU: 15, MESSAGE_MENU: 15, ENTRY_POINT: 1}
"""Command type to how many of it an application may have globally, and again in each guild."""

SIZE = 8000
"""Characters in the names, descriptions and choice values of one command, the longest translation counted."""

SUBCOMMAND, GROUP, STRING, INTEGER, NUMBER = 1, 2, 3, 4, 10
_SUB = (SUBCOMMAND, GROUP)
_SAFE = 2**53 - 1
_SCRIPTS = ("DEVANAGARI", "THAI")


def _is_name_character(character: str) -> bool:
    if character in "-_'" or unicodedata.category(character)[0] in "LN":
        return True
    return unicodedata.name(character, "").startswith(_SCRIPTS)


def _slash_name(value: object, form: Form) -> None:
    text(1, 32)(value, form)
    if not isinstance(value, str):
        return
    if not all(map(_is_name_character, value)):
        form.refuse("STRING_TYPE_REGEX", "String value did not match validation regex.")
    elif value != value.lower():
        form.refuse("APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _menu_name(value: object, form: Form) -> None:
    text(1, 32)(value, form)
    if isinstance(value, str) and value and not value.strip():
        form.require()


def _translated(rule: Rule) -> Rule:
    def check(value: object, form: Form) -> None:
        if not isinstance(value, dict):
            form.refuse("DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
            return
        for locale, translation in value.items():
            rule(translation, form.at(locale))

    return check


def _permissions(value: object, form: Form) -> None:
    is_text = isinstance(value, str) and value.isascii() and value.isdecimal()
    integer(0, 2**63 - 1)(int(str(value)) if is_text else value, form)


_described: dict[str, Rule] = {"name": _slash_name, "description": text(1, 100)}
_translations: dict[str, Rule] = {
    "name_localizations": _translated(_slash_name),
    "description_localizations": _translated(text(1, 100)),
}


def _choices(value_rule: Rule) -> Rule:
    choice = record(
        required={"name": text(1, 100), "value": value_rule},
        optional={"name_localizations": _translated(text(1, 100))},
    )
    return every(listing(choice, 0, 25), _names_differ)


def _names_differ(value: object, form: Form) -> None:
    seen: set[object] = set()
    for index, one in objects({"all": value}, "all"):
        if repr(one.get("name")) in seen:
            code = "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS"
            form.at(index, "name").refuse(code, "This name is already used")
        seen.add(repr(one.get("name")))


def _no_choices_beside_autocomplete(value: object, form: Form) -> None:
    if isinstance(value, dict) and value.get("autocomplete") and value.get("choices"):
        code = "APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES"
        form.at("autocomplete").refuse(code, "Autocomplete and choices are mutually exclusive")


def _option(extra: Mapping[str, Rule]) -> Rule:
    shape = record(required=_described, optional={**_translations, "required": boolean, **extra})
    return every(shape, _no_choices_beside_autocomplete)


def _required_first(value: object, form: Form) -> None:
    is_optional_seen = False
    for index, option in objects({"all": value}, "all"):
        if not option.get("required"):
            is_optional_seen = True
        elif is_optional_seen:
            code = "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"
            form.at(index).refuse(code, "Required options must be placed before non-required options")


def _all_sub_or_none(value: object, form: Form) -> None:
    kinds = [option.get("type") in _SUB for _, option in objects({"all": value}, "all")]
    if any(kinds) and not all(kinds):
        message = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        form.refuse("APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)


def _options(kinds: Mapping[int, Rule]) -> Rule:
    return every(listing(by_type(kinds), 0, 25), _names_differ, _required_first, _all_sub_or_none)


_range = in_order("min_value", "max_value")
_lengths: dict[str, Rule] = {"min_length": integer(0, 6000), "max_length": integer(1, 6000)}


def _numeric(value: Rule) -> Rule:
    bounds = {"min_value": value, "max_value": value, "choices": _choices(value), "autocomplete": boolean}
    return every(_option(bounds), _range)


_leaf_kinds: dict[int, Rule] = {
    STRING: every(
        _option({**_lengths, "choices": _choices(text(0, 100)), "autocomplete": boolean}),
        in_order("min_length", "max_length"),
    ),
    INTEGER: _numeric(integer(-_SAFE, _SAFE)),
    5: _option({}),
    6: _option({}),
    7: _option({"channel_types": every(listing(integer(0, 255)), distinct)}),
    8: _option({}),
    9: _option({}),
    NUMBER: _numeric(number(-_SAFE, _SAFE)),
    11: _option({}),
}
_subcommand = _option({"options": _options(_leaf_kinds)})
_group = _option({"options": _options({SUBCOMMAND: _subcommand})})

_shared: dict[str, Rule] = {
    "default_member_permissions": _permissions,
    "dm_permission": boolean,
    "nsfw": boolean,
    "contexts": every(listing(one_of(0, 1, 2), 1), distinct),
    "integration_types": every(listing(one_of(0, 1), 1), distinct),
    "handler": one_of(1, 2, 3),
    "type": anything,
}
_slash_fields: dict[str, Rule] = {
    **_translations,
    **_shared,
    "options": _options({SUBCOMMAND: _subcommand, GROUP: _group, **_leaf_kinds}),
}
_menu_fields: dict[str, Rule] = {
    **_shared,
    "name_localizations": _translated(_menu_name),
    "description": text(0, 0),
    "options": listing(anything, 0, 0),
}
_kinds: dict[int, Rule] = {
    SLASH: record(_described, _slash_fields),
    USER_MENU: record({"name": _menu_name}, _menu_fields),
    MESSAGE_MENU: record({"name": _menu_name}, _menu_fields),
    ENTRY_POINT: record(_described, _shared),
}
_slash_change = record(optional={**_described, **_slash_fields})
_menu_change = record(optional={"name": _menu_name, **_menu_fields})


def _texts(part: Json) -> Iterator[int]:
    for key in ("name", "description"):
        translations = part.get(f"{key}_localizations")
        shown = [part.get(key), *(translations.values() if isinstance(translations, dict) else ())]
        yield max((len(one) for one in shown if isinstance(one, str)), default=0)
    if isinstance(part.get("value"), str):
        yield len(part["value"])
    for key in ("options", "choices"):
        for _, below in objects(part, key):
            yield from _texts(below)


def _size(value: object, form: Form) -> None:
    if isinstance(value, dict) and sum(_texts(value)) > SIZE:
        form.refuse("APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({SIZE})")


def _kind(body: object) -> int:
    kind = body.get("type") if isinstance(body, dict) else None
    return SLASH if kind is None else kind if _is_kind(kind) else 0


def _is_kind(kind: object) -> TypeGuard[int]:
    return isinstance(kind, int) and not isinstance(kind, bool)


_typed = every(by_type(_kinds), _size)


def _command(value: object, form: Form) -> None:
    is_bare = isinstance(value, dict) and value.get("type") is None
    _typed({**value, "type": SLASH} if is_bare and isinstance(value, dict) else value, form)


def check_command(body: Json, *, is_edit: bool = False) -> None:
    """Check one command; on an edit only the fields that were sent, ``type`` being the command's own.

    Raises:
        Refused: 50035 with every fault.
    """
    form = Form()
    if is_edit:
        (_slash_change if _kind(body) == SLASH else _menu_change)(body, form)
        _size(body, form)
    else:
        _command(body, form)
    form.raise_faults()


def check_commands(bodies: Sequence[object]) -> None:
    """Check a bulk overwrite: every command, their names against each other, and their number by type.

    Raises:
        Refused: 50035 with every fault under its index, or 30032 when there are too many of a type.
    """
    form = Form()
    seen: Counter[tuple[int, object]] = Counter()
    for index, body in enumerate(bodies):
        _command(body, form.at(index))
        named = (_kind(body), repr(body.get("name")) if isinstance(body, dict) else None)
        seen[named] += 1
        if seen[named] > 1:
            code = "APPLICATION_COMMANDS_DUPLICATE_NAME"
            form.at(index, "name").refuse(code, "Application command names must be unique")
    form.raise_faults()
    check_count(Counter(map(_kind, bodies)))


def check_count(by_kind: Mapping[int, int]) -> None:
    """Check how many commands of each type there would be in one place.

    Raises:
        Refused: 30032 when a type is over its cap.
    """
    for kind, cap in CAPS.items():
        if by_kind.get(kind, 0) > cap:
            raise Refused(400, 30032, f"Maximum number of application commands reached ({cap}).")

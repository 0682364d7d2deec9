"""The vocabulary that the rules of a body are written in: small checks that gather every fault at its path.

A `Rule` looks at one value and reports to a `Form`. Rules of whole bodies are built from `text`, `integer`,
`listing`, `record` and their like; what only several fields together can break is a `Rule` of its own,
joined with `every`. No field of Discord's is named here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from sandbox.discord.rules.refusal import Refused
from sandbox.discord.wire import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong: where (keys and indexes from the root), and Discord's string code and sentence."""

    path: tuple[str, ...]
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Form:
    """A place in a body that is being checked; all places of one body share the list of faults."""

    path: tuple[str, ...] = ()
    faults: list[Fault] = field(default_factory=list)

    def at(self, *keys: str | int) -> Form:
        """Return the place that `keys` lead to from here."""
        return Form((*self.path, *map(str, keys)), self.faults)

    def refuse(self, code: str, message: str) -> None:
        """Note that the value at this place is wrong."""
        self.faults.append(Fault(path=self.path, code=code, message=message))

    def require(self) -> None:
        """Note that the value at this place is missing."""
        self.refuse("BASE_TYPE_REQUIRED", "This field is required")

    def raise_faults(self) -> None:
        """Turn down the body if anything was wrong with it.

        Raises:
            Refused: 400 with code 50035 and every fault in one tree.
        """
        if self.faults:
            raise Refused(400, 50035, "Invalid Form Body", tree(self.faults))


def tree(faults: list[Fault]) -> Json:
    """Return the faults as Discord nests them: by key and index, with ``_errors`` at the leaves only.

    What is wrong with a whole is left out while a part of it is wrong: it is told once the parts are right.
    """
    inner = {fault.path[:depth] for fault in faults for depth in range(len(fault.path))}
    root: Json = {}
    for fault in faults:
        if fault.path in inner:
            continue
        node = root
        for key in fault.path:
            node = node.setdefault(key, {})
        node.setdefault("_errors", []).append({"code": fault.code, "message": fault.message})
    return root


Rule: TypeAlias = Callable[[object, Form], None]
"""Looks at a value that is there and not null, and reports what is wrong with it."""


def every(*rules: Rule) -> Rule:
    """Return the rule that all of `rules` make together."""

    def check(value: object, form: Form) -> None:
        for rule in rules:
            rule(value, form)

    return check


def anything(_value: object, _form: Form) -> None:
    """Accept what this sandbox takes no interest in."""


def text(low: int = 0, high: int | None = None, *, is_trimmed: bool = False) -> Rule:
    """Return the rule for a string of `low` to `high` characters, counted after trimming if so asked."""

    def check(value: object, form: Form) -> None:
        if not isinstance(value, str):
            form.refuse("STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
            return
        _measure(len(value.strip() if is_trimmed else value), low, high, form)

    return check


def filled(high: int) -> Rule:
    """Return the rule for a string that counts as missing when nothing is left of it after trimming."""
    measured = text(0, high, is_trimmed=True)

    def check(value: object, form: Form) -> None:
        if isinstance(value, str) and not value.strip():
            form.require()
        else:
            measured(value, form)

    return check


def matching(pattern: str, code: str, message: str) -> Rule:
    """Return the rule for a string that must match the whole of `pattern`."""
    compiled = re.compile(pattern)

    def check(value: object, form: Form) -> None:
        if isinstance(value, str) and not compiled.fullmatch(value):
            form.refuse(code, message)

    return check


def integer(low: int | None = None, high: int | None = None) -> Rule:
    """Return the rule for a whole number from `low` to `high`, both allowed."""

    def check(value: object, form: Form) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            form.refuse("NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
            return
        _bound(value, low, high, form)

    return check


def number(low: float | None = None, high: float | None = None) -> Rule:
    """Return the rule for a number, whole or not, from `low` to `high`."""

    def check(value: object, form: Form) -> None:
        if not isinstance(value, int | float) or isinstance(value, bool):
            form.refuse("NUMBER_TYPE_COERCE", f'Value "{value}" is not float.')
            return
        _bound(value, low, high, form)

    return check


def boolean(value: object, form: Form) -> None:
    """Accept true and false."""
    if not isinstance(value, bool):
        form.refuse("BOOLEAN_TYPE_CONVERT", "Must be either true or false.")


def snowflake(value: object, form: Form) -> None:
    """Accept an id, as the string it should be or as the integer that clients send."""
    is_number = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if not is_number and not (isinstance(value, str) and value.isdecimal() and value.isascii()):
        form.refuse("NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')


def one_of(*allowed: str | int) -> Rule:
    """Return the rule for a value out of a closed list."""
    listed = ", ".join(map(repr, allowed))

    def check(value: object, form: Form) -> None:
        if isinstance(value, bool) or value not in allowed:
            form.refuse("BASE_TYPE_CHOICES", f"Value must be one of {{{listed}}}.")

    return check


def url(*schemes: str, high: int = 2048) -> Rule:
    """Return the rule for an absolute address of one of `schemes`, at most `high` characters."""
    sized = text(1, high)

    def check(value: object, form: Form) -> None:
        sized(value, form)
        if not isinstance(value, str):
            return
        scheme, mark, rest = value.partition("://")
        if not mark or not rest or any(character.isspace() for character in value):
            form.refuse("URL_TYPE_INVALID_URL", "Not a well formed URL.")
        elif scheme.lower() not in schemes:
            form.refuse(
                "URL_TYPE_INVALID_SCHEME",
                f'Scheme "{scheme}" is not supported. Scheme must be one of {schemes}.',
            )

    return check


def listing(item: Rule, low: int = 0, high: int | None = None) -> Rule:
    """Return the rule for an array of `low` to `high` items, each of which keeps `item`."""

    def check(value: object, form: Form) -> None:
        if not isinstance(value, list):
            form.refuse("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return
        _measure(len(value), low, high, form)
        for index, one in enumerate(value):
            item(one, form.at(index))

    return check


def distinct(value: object, form: Form) -> None:
    """Refuse an array that holds one value twice."""
    if isinstance(value, list) and len({repr(one) for one in value}) < len(value):
        form.refuse("SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")


def record(
    required: Mapping[str, Rule] | None = None,
    optional: Mapping[str, Rule] | None = None,
) -> Rule:
    """Return the rule for an object; an optional field may be null, and unknown fields are let through."""
    needed = dict(required or {})
    known = {**needed, **(optional or {})}

    def check(value: object, form: Form) -> None:
        if not isinstance(value, dict):
            form.refuse("MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
            return
        for key, rule in known.items():
            if value.get(key) is not None:
                rule(value[key], form.at(key))
            elif key in needed:
                form.at(key).require()

    return check


def by_type(kinds: Mapping[int, Rule]) -> Rule:
    """Return the rule for an object whose ``type`` says which of `kinds` it must keep."""
    allowed = ", ".join(map(str, kinds))

    def check(value: object, form: Form) -> None:
        if not isinstance(value, dict):
            form.refuse("MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
            return
        kind = value.get("type")
        if kind is None:
            form.at("type").require()
        elif not isinstance(kind, int) or isinstance(kind, bool) or kind not in kinds:
            message = f'Value of field "type" must be one of ({allowed}).'
            form.at("type").refuse("UNION_TYPE_CHOICES", message)
        else:
            kinds[kind](value, form)

    return check


def objects(body: object, key: str) -> list[tuple[int, Json]]:
    """Return the objects in the array `key` of `body`, with their indexes; none where there is no array."""
    found = body.get(key) if isinstance(body, dict) else None
    if not isinstance(found, list):
        return []
    return [(index, one) for index, one in enumerate(found) if isinstance(one, dict)]


def _measure(length: int, low: int, high: int | None, form: Form) -> None:
    if low <= length and (high is None or length <= high):
        return
    if high is None:
        form.refuse("BASE_TYPE_MIN_LENGTH", f"Must be {low} or more in length.")
    elif low == 0:
        form.refuse("BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")
    else:
        form.refuse("BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")


def _bound(value: float, low: float | None, high: float | None, form: Form) -> None:
    if low is not None and value < low:
        form.refuse("NUMBER_TYPE_MIN", f"Value should be greater than or equal to {low}.")
    if high is not None and value > high:
        form.refuse("NUMBER_TYPE_MAX", f"Value should be less than or equal to {high}.")

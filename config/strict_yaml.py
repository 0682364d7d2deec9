"""YAML as an operator's file may use it: one document of plain mappings, lists and scalars, with its lines.

Anchors, aliases, tags, duplicate keys, deep nesting and huge files are refused, since each is an attack or a
mistake in a file that people edit. What the keys mean is not known here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import yaml
from pydantic import ValidationError

MAX_BYTES = 1_000_000
MAX_DEPTH = 20

Scalar = str | int | float | bool | None
Value = Scalar | list["Value"] | dict[str, "Value"]
Keys = tuple[str | int, ...]


class YamlProblem(ValueError):
    """The text is refused. `line` counts from 1; `key` is the dotted path, empty where it is not known."""

    def __init__(self, line: int, key: str, expected: str) -> None:
        super().__init__(expected)
        self.line = line
        self.key = key
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Document:
    """The value of the text, and the line (from 1) on which each key or list item stands."""

    value: Value
    lines: dict[Keys, int]

    def line_of(self, keys: Keys) -> int:
        """Return the line of `keys`, or of the nearest thing that encloses it."""
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return self.lines.get(keys, 1)


def dotted(keys: Keys) -> str:
    """Write a path of keys as people read it: ``bots.xyko.cogs[0]``."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).removeprefix(".")


def first_complaint(error: ValidationError, *, within: Keys = ()) -> str:
    """Write the first thing that a schema refuses as people read it: its key below `within`, and why."""
    first = error.errors(include_url=False)[0]
    return f"{dotted((*within, *first['loc']))}: {first['msg']}.".removeprefix(": ")


def decode(raw: bytes) -> str:
    """Return the text of a file.

    Raises:
        YamlProblem: it is over 1 MB, not UTF-8, or holds a NUL.
    """
    if len(raw) > MAX_BYTES:
        raise YamlProblem(1, "", f"expected a file of at most {MAX_BYTES:,} bytes")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise YamlProblem(line, "", "expected text in UTF-8") from error
    if "\0" in text:
        raise YamlProblem(
            text.count("\n", 0, text.index("\0")) + 1, "", "expected text, found a NUL character"
        )
    return text


def read(text: str) -> Document:
    """Read the one document of `text`; every mapping's keys are strings.

    Raises:
        YamlProblem: the text is no YAML, or YAML of a kind that is refused here.
    """
    node = compose(text)
    if node is None:
        return Document(None, {})
    reader = _Reader()
    return Document(reader.build(node, ()), reader.lines)


def compose(text: str) -> yaml.Node | None:
    """Return the node tree of `text`, whose marks say where each thing stands; None when it holds nothing.

    Raises:
        YamlProblem: the text is no YAML, or YAML of a kind that is refused here.
    """
    try:
        _refuse_what_people_do_not_write(text)
        node: yaml.Node | None = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        last = max(1, len(text.splitlines()))  # the parser may stand behind the end
        line = min(last, error.problem_mark.line + 1) if error.problem_mark else 1
        raise YamlProblem(line, "", f"expected YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise YamlProblem(1, "", f"expected YAML: {str(error).splitlines()[0]}") from error
    return node


def _line(thing: yaml.Node | yaml.Event) -> int:
    mark = thing.start_mark
    return mark.line + 1 if mark else 1


def _refuse_what_people_do_not_write(text: str) -> None:
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = _line(event)
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if isinstance(event, yaml.NodeEvent):
            _refuse_anchor_or_tag(event, line)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise YamlProblem(line, "", f"expected at most {MAX_DEPTH} levels of nesting")
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise YamlProblem(line, "", "expected one document, found a second one after ---")


def _refuse_anchor_or_tag(event: yaml.NodeEvent, line: int) -> None:
    if event.anchor is not None:
        raise YamlProblem(line, "", "expected the value itself, not an anchor (&name) or an alias (*name)")
    if getattr(event, "tag", None) is not None:
        raise YamlProblem(line, "", "expected a plain value without a tag (!name)")


class _Reader:
    """Builds values from nodes and remembers their lines."""

    def __init__(self) -> None:
        self.lines: dict[Keys, int] = {}
        self._constructor = yaml.constructor.SafeConstructor()

    def build(self, node: yaml.Node, at: Keys) -> Value:
        self.lines.setdefault(at, _line(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*at, number)) for number, item in enumerate(node.value)]
        return self._scalar(node, at)

    def _mapping(self, node: yaml.MappingNode, at: Keys) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for key_node, value_node in node.value:
            line = _line(key_node)
            key = self._key(key_node, at, line)
            if key in found:
                first = self.lines[(*at, key)]
                raise YamlProblem(
                    line, dotted((*at, key)), f"expected each key once, it stands on line {first} too"
                )
            self.lines[(*at, key)] = line
            found[key] = self.build(value_node, (*at, key))
        return found

    def _key(self, node: yaml.Node, at: Keys, line: int) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise YamlProblem(line, dotted(at), "expected a name as a key, not a list or a mapping")
        return str(node.value)

    def _scalar(self, node: yaml.Node, at: Keys) -> Scalar:
        try:
            value = self._constructor.construct_object(node)
        except (ValueError, OverflowError, yaml.YAMLError) as error:
            raise YamlProblem(_line(node), dotted(at), "expected a value that can be read") from error
        if isinstance(value, dt.date):  # dates and times stay as they are written
            return str(node.value)
        if isinstance(value, str | int | float | bool | None):
            return value
        raise YamlProblem(_line(node), dotted(at), "expected text, a number, true or false")

"""Bodies that Discord refuses, each beside a twin that it takes, for judges to be compared on.

A case is sent to a channel (`MESSAGE`), as a guild's whole set of commands (`COMMANDS`), or as the answer to
a slash command (`CALLBACK`) or to an autocomplete (`CHOICES`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Json = dict[str, Any]
V2 = 1 << 15
LINK = "https://example.org/"


class Kind(StrEnum):
    """Where a body is sent."""

    MESSAGE = "message"
    COMMANDS = "commands"
    CALLBACK = "callback"
    CHOICES = "choices"


@dataclass(frozen=True, slots=True)
class Case:
    """One limit or rule: what is just beyond it, and what is just within."""

    name: str
    kind: Kind
    invalid: Any
    valid: Any


def _embed(**parts: Any) -> Json:
    return {"embeds": [{"title": "t", **parts}]}


def _fields(count: int) -> list[Json]:
    return [{"name": "n", "value": "v"}] * count


def _button(name: str = "b", **parts: Any) -> Json:
    return {"type": 2, "style": 1, "label": "go", "custom_id": name, **parts}


def _row(*children: Json) -> Json:
    return {"type": 1, "components": list(children)}


def _options(count: int) -> list[Json]:
    return [{"label": "o", "value": str(one)} for one in range(count)]


def _select(**parts: Any) -> Json:
    return {"type": 3, "custom_id": "s", "options": _options(1), **parts}


def _text(length: int) -> Json:
    return {"type": 10, "content": "x" * length}


def _legacy(*rows: Json) -> Json:
    return {"content": "x", "components": list(rows)}


def _layout(*parts: Json, **extra: Any) -> Json:
    return {"flags": V2, "components": list(parts), **extra}


def _slash(**parts: Any) -> Json:
    return {"type": 1, "name": "a", "description": "d", **parts}


def _option(name: str = "o", **parts: Any) -> Json:
    return {"type": 3, "name": name, "description": "d", **parts}


def _slashes(count: int) -> list[Json]:
    return [_slash(name=f"n{one}") for one in range(count)]


def _menus(kind: int, count: int) -> list[Json]:
    return [{"type": kind, "name": f"n{one}"} for one in range(count)]


def _modal(*parts: Json, **top: Any) -> Json:
    rows = list(parts) or [_input_row("i")]
    return {"type": 9, "data": {"custom_id": "m", "title": "t", "components": rows, **top}}


def _input_row(name: str, **parts: Any) -> Json:
    return _row({"type": 4, "custom_id": name, "style": 1, "label": "l", **parts})


def _label(component: Json, **parts: Any) -> Json:
    return {"type": 18, "label": "l", "component": {"custom_id": "c", **component}, **parts}


def _choices(count: int, **parts: Any) -> Json:
    return {"type": 8, "data": {"choices": [{"name": "n", "value": "v", **parts}] * count}}


def _message(name: str, invalid: Json, valid: Json) -> Case:
    return Case(name, Kind.MESSAGE, invalid, valid)


def _commands(name: str, invalid: list[Json], valid: list[Json]) -> Case:
    return Case(name, Kind.COMMANDS, invalid, valid)


def _callback(name: str, invalid: Json, valid: Json) -> Case:
    return Case(name, Kind.CALLBACK, invalid, valid)


def _completion(name: str, invalid: Json, valid: Json) -> Case:
    return Case(name, Kind.CHOICES, invalid, valid)


_PICTURE = {"media": {"url": LINK + "a.png"}}
_THREE_THOUSAND = {"description": "x" * 3000}

MESSAGES = [
    _message("empty message", {"content": ""}, {"content": "x"}),
    _message("content 2001", {"content": "x" * 2001}, {"content": "x" * 2000}),
    _message("nonce 26", {"content": "x", "nonce": "1" * 26}, {"content": "x", "nonce": "1" * 25}),
    _message("11 embeds", {"embeds": [{"title": "t"}] * 11}, {"embeds": [{"title": "t"}] * 10}),
    _message("embed title 257", _embed(title="x" * 257), _embed(title="x" * 256)),
    _message("embed description 4097", _embed(description="x" * 4097), _embed(description="x" * 4096)),
    _message("26 embed fields", _embed(fields=_fields(26)), _embed(fields=_fields(25))),
    _message(
        "embed field name 257",
        _embed(fields=[{"name": "x" * 257, "value": "v"}]),
        _embed(fields=[{"name": "x" * 256, "value": "v"}]),
    ),
    _message(
        "embed field value 1025",
        _embed(fields=[{"name": "n", "value": "x" * 1025}]),
        _embed(fields=[{"name": "n", "value": "x" * 1024}]),
    ),
    _message(
        "embed field value empty",
        _embed(fields=[{"name": "a", "value": ""}]),
        _embed(fields=[{"name": "a", "value": "b"}]),
    ),
    _message("embed footer 2049", _embed(footer={"text": "x" * 2049}), _embed(footer={"text": "x" * 2048})),
    _message("embed author 257", _embed(author={"name": "x" * 257}), _embed(author={"name": "x" * 256})),
    _message(
        "embeds of 6001 characters",
        {"embeds": [_THREE_THOUSAND, {"description": "x" * 3001}]},
        {"embeds": [_THREE_THOUSAND] * 2},
    ),
    _message(
        "6 rows",
        _legacy(*[_row(_button(str(one))) for one in range(6)]),
        _legacy(*[_row(_button(str(one))) for one in range(5)]),
    ),
    _message(
        "6 buttons in a row",
        _legacy(_row(*[_button(str(one)) for one in range(6)])),
        _legacy(_row(*[_button(str(one)) for one in range(5)])),
    ),
    _message("an empty row", _legacy(_row()), _legacy(_row(_button()))),
    _message(
        "a select beside a button",
        _legacy(_row(_button(), _select())),
        _legacy(_row(_button()), _row(_select())),
    ),
    _message(
        "one custom_id twice",
        _legacy(_row(_button(), _button())),
        _legacy(_row(_button("a"), _button("b"))),
    ),
    _message(
        "button label 81", _legacy(_row(_button(label="x" * 81))), _legacy(_row(_button(label="x" * 80)))
    ),
    _message("custom_id 101", _legacy(_row(_button("x" * 101))), _legacy(_row(_button("x" * 100)))),
    _message(
        "a button without custom_id",
        _legacy(_row({"type": 2, "style": 1, "label": "x"})),
        _legacy(_row({"type": 2, "style": 1, "label": "x", "custom_id": "x"})),
    ),
    _message("button style 7", _legacy(_row(_button(style=7))), _legacy(_row(_button(style=4)))),
    _message(
        "a link button with custom_id",
        _legacy(_row(_button(style=5, url=LINK))),
        _legacy(_row({"type": 2, "style": 5, "label": "x", "url": LINK})),
    ),
    _message(
        "link of 513 characters",
        _legacy(_row({"type": 2, "style": 5, "label": "x", "url": LINK.ljust(513, "a")})),
        _legacy(_row({"type": 2, "style": 5, "label": "x", "url": LINK.ljust(512, "a")})),
    ),
    _message(
        "26 select options",
        _legacy(_row(_select(options=_options(26)))),
        _legacy(_row(_select(options=_options(25)))),
    ),
    _message(
        "no select options", _legacy(_row(_select(options=[]))), _legacy(_row(_select(options=_options(1))))
    ),
    _message(
        "placeholder 151",
        _legacy(_row(_select(placeholder="x" * 151))),
        _legacy(_row(_select(placeholder="x" * 150))),
    ),
    _message(
        "option label 101",
        _legacy(_row(_select(options=[{"label": "x" * 101, "value": "v"}]))),
        _legacy(_row(_select(options=[{"label": "x" * 100, "value": "v"}]))),
    ),
    _message(
        "min_values above max_values",
        _legacy(_row(_select(min_values=2, max_values=1, options=_options(2)))),
        _legacy(_row(_select(min_values=1, max_values=2, options=_options(2)))),
    ),
    _message(
        "41 components nested",
        _layout({"type": 17, "components": [_text(1)] * 20}, *[_text(1)] * 20),
        _layout({"type": 17, "components": [_text(1)] * 20}, *[_text(1)] * 19),
    ),
    _message("layout text of 4001", _layout(_text(3000), _text(1001)), _layout(_text(3000), _text(1000))),
    _message("layout with content", _layout(_text(1), content="x"), _layout(_text(1))),
    _message("layout with embeds", _layout(_text(1), embeds=[{"title": "t"}]), _layout(_text(1), embeds=[])),
    _message("layout parts without the flag", _legacy(_text(1)), _layout(_text(1))),
    _message(
        "section of 4 texts",
        _layout({"type": 9, "components": [_text(1)] * 4, "accessory": _button()}),
        _layout({"type": 9, "components": [_text(1)] * 3, "accessory": _button()}),
    ),
    _message(
        "section without accessory",
        _layout({"type": 9, "components": [_text(1)]}),
        _layout({"type": 9, "components": [_text(1)], "accessory": {"type": 11, **_PICTURE}}),
    ),
    _message(
        "gallery of 11",
        _layout({"type": 12, "items": [_PICTURE] * 11}),
        _layout({"type": 12, "items": [_PICTURE] * 10}),
    ),
    _message(
        "container in a container",
        _layout({"type": 17, "components": [{"type": 17, "components": [_text(1)]}]}),
        _layout({"type": 17, "components": [_text(1)]}),
    ),
]

COMMANDS = [
    _commands("101 slash commands", _slashes(101), _slashes(100)),
    _commands("111 slash commands", _slashes(111), [*_slashes(100), *_menus(2, 15), *_menus(3, 15)]),
    _commands("16 user menus", _menus(2, 16), _menus(2, 15)),
    _commands("command name 33", [_slash(name="x" * 33)], [_slash(name="x" * 32)]),
    _commands("command name in capitals", [_slash(name="ABC")], [_slash(name="abc")]),
    _commands("command name with a space", [_slash(name="a b")], [{"type": 2, "name": "High Five"}]),
    _commands("command description 101", [_slash(description="x" * 101)], [_slash(description="x" * 100)]),
    _commands(
        "slash command without description",
        [_slash(description="")],
        [{"type": 3, "name": "a", "description": ""}],
    ),
    _commands(
        "26 options",
        [_slash(options=[_option(f"o{one}") for one in range(26)])],
        [_slash(options=[_option(f"o{one}") for one in range(25)])],
    ),
    _commands(
        "26 option choices",
        [_slash(options=[_option(choices=[{"name": f"{one}", "value": f"{one}"} for one in range(26)])])],
        [_slash(options=[_option(choices=[{"name": f"{one}", "value": f"{one}"} for one in range(25)])])],
    ),
    _commands(
        "required option last",
        [_slash(options=[_option("o1"), _option("o2", required=True)])],
        [_slash(options=[_option("o2", required=True), _option("o1")])],
    ),
    _commands(
        "one option name twice",
        [_slash(options=[_option("o"), _option("o")])],
        [_slash(options=[_option("o"), _option("p")])],
    ),
    _commands(
        "autocomplete beside choices",
        [_slash(options=[_option(autocomplete=True, choices=[{"name": "a", "value": "a"}])])],
        [_slash(options=[_option(autocomplete=True)])],
    ),
    _commands(
        "command of 8001 characters",
        [
            _slash(
                options=[
                    _option(f"o{n}", choices=[{"name": f"{i:02}", "value": "v" * 100} for i in range(25)])
                    for n in range(4)
                ]
            )
        ],
        [
            _slash(
                options=[
                    _option(f"o{n}", choices=[{"name": f"{i:02}", "value": "v" * 100} for i in range(25)])
                    for n in range(3)
                ]
            )
        ],
    ),
    _commands("one command name twice", [_slash(), _slash()], [_slash(), {"type": 2, "name": "a"}]),
]

CALLBACKS = [
    _callback(
        "callback content 2001",
        {"type": 4, "data": {"content": "x" * 2001}},
        {"type": 4, "data": {"content": "x" * 2000}},
    ),
    _callback("callback type 12", {"type": 12}, {"type": 5}),
    _callback("choices for a slash command", _choices(1), {"type": 4, "data": {"content": "x"}}),
    _callback(
        "update for a slash command",
        {"type": 7, "data": {"content": "x"}},
        {"type": 4, "data": {"content": "x"}},
    ),
    _callback("deferred update for a slash command", {"type": 6}, {"type": 5}),
    _callback(
        "deferred with other flags", {"type": 5, "data": {"flags": 4}}, {"type": 5, "data": {"flags": 64}}
    ),
    _callback("modal title 46", _modal(title="x" * 46), _modal(title="x" * 45)),
    _callback("modal custom_id 101", _modal(custom_id="x" * 101), _modal(custom_id="x" * 100)),
    _callback("modal without parts", _modal(components=[]), _modal()),
    _callback(
        "6 modal rows",
        _modal(*[_input_row(str(one)) for one in range(6)]),
        _modal(*[_input_row(str(one)) for one in range(5)]),
    ),
    _callback(
        "input label 46", _modal(_input_row("i", label="x" * 46)), _modal(_input_row("i", label="x" * 45))
    ),
    _callback(
        "input value 4001",
        _modal(_input_row("i", value="x" * 4001)),
        _modal(_input_row("i", value="x" * 4000)),
    ),
    _callback(
        "input placeholder 101",
        _modal(_input_row("i", placeholder="x" * 101)),
        _modal(_input_row("i", placeholder="x" * 100)),
    ),
    _callback(
        "label description 101",
        _modal(_label({"type": 4, "style": 1}, description="x" * 101)),
        _modal(_label({"type": 4, "style": 1}, description="x" * 100)),
    ),
    _callback(
        "1 radio option",
        _modal(_label({"type": 21, "options": _options(1)})),
        _modal(_label({"type": 21, "options": _options(2)})),
    ),
    _callback(
        "11 checkbox options",
        _modal(_label({"type": 22, "options": _options(11)})),
        _modal(_label({"type": 22, "options": _options(10)})),
    ),
]

COMPLETIONS = [
    _completion("26 choices", _choices(26), _choices(25)),
    _completion("choice name 101", _choices(1, name="x" * 101), _choices(1, name="x" * 100)),
    _completion("choice value 101", _choices(1, value="x" * 101), _choices(1, value="x" * 100)),
    _completion("a message for an autocomplete", {"type": 4, "data": {"content": "x"}}, _choices(1)),
]

CASES = [*MESSAGES, *COMMANDS, *CALLBACKS, *COMPLETIONS]

"""What a plain model says of the results of its tools: sentences of their facts alone, and nothing else.

Which tool is called belongs to `helpful`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

_TAG: Final = re.compile(r"<(?!t:\d)[^<>]{1,80}>")
_HEADING: Final = re.compile(r"^\[[^\[\]\n]{1,80}\]$")
_MARGIN: Final = re.compile(r"^[|>] ?")
_FACT: Final = re.compile(r"(?P<name>[^.!?:`]{2,60}): (?P<value>.*)")
_SPOKEN: Final = re.compile(r"[.!?…][\"'”*_)]*$")
_END: Final = re.compile(r"(?<=[.!?])\s+(?=[^a-z])")
_POINTING: Final = re.compile(r"\b(?:below|beneath|abaixo|embaixo|a seguir)\b", re.IGNORECASE)
"""A sentence without a number that points at what is not there."""
_MISSED: Final = re.compile(
    r"^(?:There is no |No such |Nothing was found|Not looked up|The look-up did not)"
    r"|^(?:Não existe |Não há |Nada foi)"
    r"|Did you mean|Você quis dizer",
    re.IGNORECASE,
)
_FIRST: Final = re.compile(
    r"^(?:last|price|close|trend|rate|open interest|último|preço|fechamento|tendência|taxa|contratos)\b",
    re.IGNORECASE,
)
"""Names of what matters most of what is known of a market."""
_DENIED: Final = re.compile(
    r"\b(?:not detected|nothing detected|não detectad[oa]|nada detectado)\b", re.IGNORECASE
)
"""What a test gave where it gave nothing, which matters more than its figures."""
_FEWEST_WORDS: Final = 4
"""A shorter sentence without a number is a flourish of the voice."""
_MOST_SAID: Final = 2
"""Beside the one that begins."""
_TITLED: Final = ("title", "verdict", "text", "summary", "result")


@dataclass(frozen=True, slots=True)
class _Result:
    title: str
    facts: tuple[str, ...]
    spoken: tuple[str, ...]


def parts_of(text: str) -> list[list[str]]:
    """Return the lines under each heading, without their margins."""
    parts: list[list[str]] = [[]]
    for line in text.splitlines():
        if _HEADING.match(line):
            parts.append([])
        else:
            parts[-1].append(_MARGIN.sub("", line))
    return [part for part in parts if part]


def lines_of(text: str) -> list[str]:
    """Return the lines of a result, without headings, margins and tags."""
    bare = (_TAG.sub(" ", line).strip() for part in parts_of(text) for line in part)
    return [line for line in bare if line]


def reported(results: tuple[str, ...], *, in_portuguese: bool) -> str:
    """Return what results say, in at most three sentences of the language that they are in."""
    found = [_lines(result) for result in results]
    known = [_read(lines) for lines in found if lines and not any(map(_MISSED.search, lines[:2]))]
    told = [sentence for one in known for sentence in _sentences(one)[: _MOST_SAID if len(known) == 1 else 1]]
    if not told:
        return "Não encontrei nada." if in_portuguese else "I found nothing."
    begin = "Acabei de consultar." if in_portuguese else "I just looked it up."
    return " ".join((begin, *told[:_MOST_SAID]))


def _read(lines: list[str]) -> _Result:
    """Return what stands in a result: a title in front, facts, and in the end what is said in sentences."""
    is_titled = not _FACT.match(lines[0]) and not _SPOKEN.search(lines[0])
    rest = lines[1:] if is_titled else lines
    end = len(rest) - 1 if rest and not _SPOKEN.search(rest[-1]) and not _FACT.match(rest[-1]) else len(rest)
    at = end
    while at and _SPOKEN.search(rest[at - 1]):
        at -= 1
    told = [line for line in rest[:at] if _SPOKEN.search(line) and not _FACT.match(line)]
    known = [line for line in rest[:at] if (fact := _FACT.match(line)) and fact["value"].strip("`* ")]
    return _Result(lines[0].split(" · ")[0] if is_titled else "", tuple(known), (*told, *rest[at:end]))


def _sentences(result: _Result) -> list[str]:
    """Return what is said of a result, what matters most first."""
    first = result.spoken[0] if len(result.spoken) > 1 else ""
    if first and (_POINTING.search(first) or not _has_number(first)):
        text = _END.split(result.spoken[-1])
        return [_titled(result, text[0]), *text[1:]]
    whole = [one for line in result.spoken for one in _END.split(line)]
    numbered = [one for one in whole if _has_number(one) or _DENIED.search(one)]
    if numbered:
        inner = whole[1:-1] if len(numbered) == 1 else []
        return [one for one in whole if one in numbered or (one in inner and _is_plain(one))]
    facts = sorted(result.facts, key=lambda line: _FIRST.match(line) is None)[:1]
    plain = [*filter(_is_plain, whole)]
    said = [*(_titled(result, f"{fact.strip('`* ')}.") for fact in facts), *plain]
    return said or ([f"{result.title}."] if result.title else whole)


def _is_plain(sentence: str) -> bool:
    return len(sentence.split()) >= _FEWEST_WORDS and not _POINTING.search(sentence)


def _titled(result: _Result, sentence: str) -> str:
    is_named = not result.title or result.title.casefold() in sentence.casefold()
    return sentence if is_named else f"{result.title}: {sentence}"


def _has_number(sentence: str) -> bool:
    return any(map(str.isdigit, sentence))


def _lines(result: str) -> list[str]:
    """Return what a result says, line by line; of JSON every text, a title first and what is said last."""
    try:
        found = msgspec.json.decode(result)
    except (ValueError, RecursionError):
        return lines_of(result)
    return [*_texts(found)]


def _texts(found: object) -> Iterator[str]:
    if isinstance(found, dict):
        if {"name", "value"} <= found.keys():
            yield f"{found['name']}: {found['value']}"
            return
        rest = [value for key, value in found.items() if key not in _TITLED]
        for one in (found.get("title"), *rest, *(found.get(key) for key in _TITLED[1:])):
            yield from _texts(one)
    elif isinstance(found, list):
        for one in found:
            yield from _texts(one)
    elif found not in {None, ""}:
        yield str(found)

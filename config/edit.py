"""Switches a bot on or off in the text of farm.yaml; every comment, space and other line stays as it is."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from pathlib import Path

import yaml

from config.strict_yaml import YamlProblem, compose, decode


class EditRefused(ValueError):
    """The file cannot be changed; `hint` says what to do instead."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def set_enabled(path: Path, bot: str, *, enabled: bool) -> bool:
    """Write ``enabled:`` of `bot` into the file in one step; return whether that changed anything.

    Raises:
        EditRefused: the file is read-only, unreadable, or has no such bot.
    """
    try:
        before = decode(path.read_bytes())
        after = with_enabled(before, bot, enabled=enabled)
        if after != before:
            _replace(path, after)
    except YamlProblem as problem:
        where = f"{path}:{problem.line}"
        raise EditRefused(f"{where}: {problem.expected}", "Put the file right first.") from problem
    except OSError as error:
        raise _refused(path, bot, error, enabled=enabled) from error
    return after != before


def with_enabled(text: str, bot: str, *, enabled: bool) -> str:
    """Return `text` with ``enabled:`` of `bot` set, and nothing else touched.

    Raises:
        EditRefused: there is no such bot, or the entry is written in a way that cannot be added to.
        YamlProblem: the text is no YAML.
    """
    word = "true" if enabled else "false"
    entry = _child(_child(compose(text), "bots"), bot)
    if entry is None:
        raise EditRefused(f"There is no bot {bot} in the file.", "Add it under bots: first.")
    key, value = entry
    flag = _child(entry, "enabled")
    if flag is not None:
        return _spliced(text, flag[1], word)
    if isinstance(value, yaml.MappingNode) and value.value:
        return _first_key(text, value, word)
    return _only_key(text, key, value, word)


_Pair = tuple[yaml.Node, yaml.Node]


def _child(parent: yaml.Node | _Pair | None, name: str) -> _Pair | None:
    node = parent[1] if isinstance(parent, tuple) else parent
    pairs: list[_Pair] = node.value if isinstance(node, yaml.MappingNode) else []
    return next((pair for pair in pairs if pair[0].value == name), None)


def _spliced(text: str, node: yaml.Node, word: str) -> str:
    start, end = _span(node)
    return text[:start] + (word if end > start else f" {word}") + text[end:]


def _first_key(text: str, entry: yaml.MappingNode, word: str) -> str:
    start, _ = _span(entry)
    if entry.flow_style:
        return f"{text[: start + 1]}enabled: {word}, {text[start + 1 :]}"
    first = entry.value[0][0].start_mark
    return f"{text[:start]}enabled: {word}\n{' ' * first.column}{text[start:]}"


def _only_key(text: str, key: yaml.Node, value: yaml.Node, word: str) -> str:
    start, end = _span(value)
    if end > start:  # null, ~ or {}
        return f"{text[:start]}{{enabled: {word}}}{text[end:]}"
    colon = text.index(":", _span(key)[1])
    return f"{text[: colon + 1]} {{enabled: {word}}}{text[colon + 1 :]}"


def _span(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.index, node.end_mark.index


def _replace(path: Path, text: str) -> None:
    """Write beside the file, flush to the disk, and put it in the file's place; links are followed."""
    target = path.resolve(strict=True)
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), target.stat().st_mode & 0o777)
            os.fsync(file.fileno())
        Path(name).replace(target)
    except OSError:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    _sync(target.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refused(path: Path, bot: str, error: OSError, *, enabled: bool) -> EditRefused:
    word = "true" if enabled else "false"
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        hint = f"Set bots.{bot}.enabled to {word} where the file comes from; the farm follows by itself."
        return EditRefused(f"{path} is read-only.", hint)
    return EditRefused(f"{path} cannot be written: {error.strerror}.", "Make room or make it writable.")

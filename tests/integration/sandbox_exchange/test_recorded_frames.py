"""Frames that the venue itself once sent, recorded by others; they are not part of this project."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from config.settings import read_settings
from sandbox.exchange.checksum import checksum
from sandbox.exchange.rows.markets import Pair


@pytest.fixture(scope="module")
def frames(lacking: Callable[[str], NoReturn]) -> list[dict[str, Any]]:
    folder = read_settings().data / "market" / "raw_ws_cryptofeed"
    if not folder.is_dir():
        lacking(f"no recorded frames in {folder}; set OMEGA_DATA")
    return [frame for path in sorted(folder.glob("BITGET.ws.*")) for frame in _read(path)]


def _read(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text("utf-8").splitlines():
        _, found, said = line.partition(": ")
        if found and said.startswith('{"action"'):
            yield json.loads(said)


def test_the_checksum_reproduces_all_192_of_the_recorded_books(frames: list[dict[str, Any]]) -> None:
    """Changes of two markets, each of which carries its checksum; so do the two snapshots before them."""
    books: dict[str, dict[str, dict[str, str]]] = {}
    found: dict[str, list[bool]] = {"snapshot": [], "update": []}
    for frame in frames:
        if frame["arg"]["channel"] != "books":
            continue
        if frame["action"] == "snapshot":
            books[frame["arg"]["instId"]] = {"bids": {}, "asks": {}}
        book = books[frame["arg"]["instId"]]
        for row in frame["data"]:
            for side in ("bids", "asks"):
                _apply(book[side], row[side])
            is_right = checksum(_sorted(book["bids"], -1), _sorted(book["asks"], 1)) == row["checksum"]
            found[frame["action"]].append(is_right)
    assert found == {"snapshot": [True] * 2, "update": [True] * 192}


def _apply(side: dict[str, str], changes: list[Pair]) -> None:
    for price, size in changes:
        if float(size):
            side[price] = size
        else:
            side.pop(price, None)


def _sorted(side: dict[str, str], direction: int) -> list[Pair]:
    return sorted(side.items(), key=lambda pair: direction * float(pair[0]))

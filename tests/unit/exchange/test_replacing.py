from __future__ import annotations

from pathlib import Path

import pytest

from services.exchange.replacing import replacing


def test_a_file_is_replaced_as_a_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    target.write_text("old")
    with replacing(target) as beside:
        beside.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


def write_half(path: Path) -> None:
    path.write_text("ha")
    raise OSError("the disk is full")


def test_what_fails_half_way_leaves_what_there_was_and_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    target.write_text("old")
    with pytest.raises(OSError, match="full"), replacing(target) as beside:
        write_half(beside)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_place_that_is_taken_is_an_error_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "a"
    (target / "within").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"), replacing(target) as beside:
        beside.write_text("new")
    assert list(tmp_path.iterdir()) == [target]

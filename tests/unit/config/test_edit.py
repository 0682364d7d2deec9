from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from config.edit import EditRefused, set_enabled, with_enabled

GOOD = (Path(__file__).resolve().parents[3] / "config" / "farm.yaml").read_text()


def flag(text: str, bot: str = "xyko") -> object:
    return (yaml.safe_load(text)["bots"][bot] or {}).get("enabled")


def test_only_the_value_changes_in_the_file_that_comes_with_the_farm() -> None:
    after = with_enabled(GOOD, "xyko", enabled=False)
    changed = [
        (old, new) for old, new in zip(GOOD.splitlines(), after.splitlines(), strict=True) if old != new
    ]
    assert changed == [("    enabled: true", "    enabled: false")]
    assert flag(after) is False
    assert with_enabled(after, "xyko", enabled=True) == GOOD


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("bots:\n  xyko:\n", "bots:\n  xyko: {enabled: false}\n"),
        ("bots:\n  xyko: # the market\n  waze:\n", "bots:\n  xyko: {enabled: false} # the market\n  waze:\n"),
        ("bots:\n  xyko: {}\n", "bots:\n  xyko: {enabled: false}\n"),
        ("bots:\n  xyko: null # off?\n", "bots:\n  xyko: {enabled: false} # off?\n"),
        ("bots: {xyko: }\n", "bots: {xyko: {enabled: false} }\n"),
        ("bots:\n  xyko: {cogs: [price]}\n", "bots:\n  xyko: {enabled: false, cogs: [price]}\n"),
        ("bots:\n  xyko:\n    cogs: [price]\n", "bots:\n  xyko:\n    enabled: false\n    cogs: [price]\n"),
        (
            "bots:\n  xyko:\n    # why\n    cogs: [price] # what\n",
            "bots:\n  xyko:\n    # why\n    enabled: false\n    cogs: [price] # what\n",
        ),
        ("bots:\n  xyko:\n    enabled: yes  # !\n", "bots:\n  xyko:\n    enabled: false  # !\n"),
        (
            "bots:\n  xyko:\n    enabled:\n    cogs: []\n",
            "bots:\n  xyko:\n    enabled: false\n    cogs: []\n",
        ),
        ("bots: {xyko: {enabled: true}}", "bots: {xyko: {enabled: false}}"),
        ('bots:\n  "xyko": {enabled: true}\n', 'bots:\n  "xyko": {enabled: false}\n'),
        ("bots:\r\n  xyko:\r\n    enabled: true\r\n", "bots:\r\n  xyko:\r\n    enabled: false\r\n"),
        ("# é🙂\nbots:\n  xyko: {enabled: true}\n", "# é🙂\nbots:\n  xyko: {enabled: false}\n"),
    ],
)
def test_every_way_to_write_an_entry_can_be_switched_off(before: str, after: str) -> None:
    assert with_enabled(before, "xyko", enabled=False) == after
    assert flag(after) is False


COMMENTS = st.text(alphabet="abc é:#{}[]'\"", max_size=12).map(lambda text: f" # {text}")


@given(st.lists(COMMENTS, min_size=8, max_size=8), st.booleans(), st.integers(1, 6))
def test_comments_and_indents_never_change(comments: list[str], enabled: bool, indent: int) -> None:  # noqa: FBT001
    pad = " " * indent
    lines = [
        *("# head", "discord:", f"{pad}port: 0", "bots:", f"{pad}waze:", f"{pad * 2}enabled: true"),
        *(f"{pad}xyko:", f"{pad * 2}enabled: {str(not enabled).lower()}"),
    ]
    before = "\n".join(line + comment for line, comment in zip(lines, comments, strict=True)) + "\n"
    after = with_enabled(before, "xyko", enabled=enabled)
    assert flag(after) is enabled
    assert flag(after, "waze") is True
    word = str(enabled).lower()
    assert after.splitlines()[:7] == before.splitlines()[:7]
    assert after.splitlines()[7] == f"{pad * 2}enabled: {word}{comments[7]}"


def test_a_bot_that_is_not_there_is_refused() -> None:
    for text in ("bots:\n  waze: {}\n", "xyko: {enabled: true}\n", "bots: []\n", ""):
        with pytest.raises(EditRefused, match="There is no bot xyko"):
            with_enabled(text, "xyko", enabled=True)


def test_the_file_is_replaced_in_one_step_and_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "farm.yaml"
    file.write_text("bots: {xyko: {enabled: true}}\n")
    file.chmod(0o640)
    inode = file.stat().st_ino
    assert set_enabled(file, "xyko", enabled=False)
    assert file.read_text() == "bots: {xyko: {enabled: false}}\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert file.stat().st_ino != inode
    assert os.listdir(tmp_path) == ["farm.yaml"]  # noqa: PTH208 - hidden files count


def test_what_is_so_already_is_not_written_again(tmp_path: Path) -> None:
    file = tmp_path / "farm.yaml"
    file.write_text("bots: {xyko: {enabled: true}}\n")
    inode = file.stat().st_ino
    assert not set_enabled(file, "xyko", enabled=True)
    assert file.stat().st_ino == inode


def test_a_link_stays_a_link_and_its_target_is_changed(tmp_path: Path) -> None:
    target = tmp_path / "real.yaml"
    target.write_text("bots: {xyko: {enabled: true}}\n")
    link = tmp_path / "farm.yaml"
    link.symlink_to("real.yaml")
    assert set_enabled(link, "xyko", enabled=False)
    assert link.is_symlink()
    assert flag(target.read_text()) is False


def test_a_missing_and_a_broken_file_are_refused_with_their_place(tmp_path: Path) -> None:
    file = tmp_path / "farm.yaml"
    with pytest.raises(EditRefused, match="cannot be written: No such file"):
        set_enabled(file, "xyko", enabled=True)
    file.write_text("bots: {xyko: {\n")
    with pytest.raises(EditRefused, match=r"farm\.yaml:1: expected YAML"):
        set_enabled(file, "xyko", enabled=True)


def test_a_read_only_file_is_refused_with_the_way_to_change_it() -> None:
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "farm.yaml"
        file.write_text("bots: {xyko: {enabled: true}}\n")
        set_enabled(file, "xyko", enabled=True)
        file.chmod(0o444)
        file.parent.chmod(0o555)
        with as_nobody(), pytest.raises(EditRefused, match=r"farm\.yaml is read-only") as caught:
            set_enabled(file, "xyko", enabled=False)
        file.parent.chmod(0o700)
    assert caught.value.hint.startswith("Set bots.xyko.enabled to false where the file comes from")


@contextmanager
def as_nobody() -> Iterator[None]:
    """Lay down root's rights, who may write to what is read-only."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)

from __future__ import annotations

from pathlib import Path

import pytest

from bots.waze.portrait import show_portrait


class Profile:
    """Discord's side: the picture it holds, and how often it was told one."""

    def __init__(self, avatar: object | None = None, *, fails: Exception | None = None) -> None:
        self.avatar = avatar
        self.fails = fails
        self.edits = 0

    async def edit(self, *, avatar: bytes) -> object:
        self.edits += 1
        if self.fails is not None:
            raise self.fails
        self.avatar = avatar
        return self


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = tmp_path / "avatar.png"
    file.write_bytes(b"one")
    return file


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / "run" / "portrait-1.json"


async def test_a_bot_without_a_picture_gets_its_own_once(picture: Path, record: Path) -> None:
    profile = Profile()
    assert await show_portrait(profile, picture, record)
    assert not await show_portrait(profile, picture, record)
    assert profile.avatar == b"one"
    assert profile.edits == 1


def redraw(picture: Path) -> None:
    picture.write_bytes(b"two")


async def test_a_changed_picture_is_shown(picture: Path, record: Path) -> None:
    profile = Profile()
    await show_portrait(profile, picture, record)
    redraw(picture)
    assert await show_portrait(profile, picture, record)
    assert profile.avatar == b"two"


async def test_a_picture_that_somebody_else_set_stays(picture: Path, record: Path) -> None:
    profile = Profile("of the portal")
    assert not await show_portrait(profile, picture, record)
    assert profile.edits == 0


async def test_a_discord_that_lost_the_picture_gets_it_again(picture: Path, record: Path) -> None:
    profile = Profile()
    await show_portrait(profile, picture, record)
    profile.avatar = None
    assert await show_portrait(profile, picture, record)


async def test_a_persona_without_a_picture_keeps_what_it_has(tmp_path: Path, record: Path) -> None:
    profile = Profile()
    assert not await show_portrait(profile, tmp_path / "none.png", record)
    assert profile.edits == 0


@pytest.mark.parametrize("error", [ValueError("no picture"), TimeoutError(), ConnectionError("gone")])
async def test_a_picture_that_is_refused_costs_nothing_and_is_tried_again(
    picture: Path, record: Path, error: Exception
) -> None:
    profile = Profile(fails=error)
    assert not await show_portrait(profile, picture, record)
    profile.fails = None
    assert await show_portrait(profile, picture, record)

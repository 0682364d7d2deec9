"""What was touched is written sooner or later, whatever comes between."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.discord.messages.files import Cdn
from sandbox.discord.world.model import World
from sandbox.discord.world.seed import seed
from sandbox.discord.world.store import Store
from services.clock import SystemClock


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def store(tmp_path: Path, world: World) -> AsyncIterator[Store]:
    opened = Store(tmp_path / "world.db", world, Cdn(tmp_path / "cdn", url=str, new_id=str))
    await opened.load()
    seed(world, SystemClock().now())
    yield opened
    opened._thread.shutdown()


def written(tmp_path: Path) -> int:
    connection = sqlite3.connect(tmp_path / "world.db")
    try:
        return int(connection.execute("SELECT count(*) FROM things").fetchone()[0])
    finally:
        connection.close()


def modes_of_files(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_file()}


async def test_a_stop_before_the_thread_takes_a_write_up_loses_nothing(
    store: Store, world: World, tmp_path: Path
) -> None:
    touched = len(world.touched)
    is_free = threading.Event()
    store._thread.submit(is_free.wait)
    flushing = asyncio.ensure_future(store.flush())
    await asyncio.sleep(0)
    flushing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await flushing
    is_free.set()
    await store.close()
    assert (written(tmp_path), world.touched) == (touched, {})


async def test_what_changes_during_a_write_is_written_with_the_next(
    store: Store, world: World, tmp_path: Path
) -> None:
    before = len(world.touched)
    is_free = threading.Event()
    store._thread.submit(is_free.wait)
    flushing = asyncio.ensure_future(store.flush())
    await asyncio.sleep(0)
    world.notes["late"] = {"is": "late"}
    world.touch("note", "late")
    is_free.set()
    await flushing
    assert written(tmp_path) == before
    await store.close()
    assert written(tmp_path) == before + 1


async def test_what_was_said_and_sent_is_for_the_owner_of_the_farm_alone(tmp_path: Path) -> None:
    (tmp_path / "world.db").touch(mode=0o644)
    cdn = Cdn(tmp_path / "cdn", url=str, new_id=str)
    cdn.unwritten["attachments/1/2/a.png"] = b"a picture"
    before = os.umask(0)
    try:
        opened = Store(tmp_path / "world.db", World(), cdn)
        await opened.load()
        await opened.flush()
        modes = modes_of_files(tmp_path)
    finally:
        os.umask(before)
        await opened.close()
    assert modes == dict.fromkeys(("world.db", "world.db-wal", "world.db-shm", "a.png"), 0o600)
    assert (tmp_path / "cdn").stat().st_mode & 0o777 == 0o700

"""What was touched is written sooner or later, whatever comes between."""

from __future__ import annotations

import asyncio
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

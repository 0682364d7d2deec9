from __future__ import annotations

import os
import resource
import socket
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bots.supervisor.ground import end_leftovers, is_held, prepare, sandbox_key, sole_farm
from bots.supervisor.listener import Listener
from bots.supervisor.logfiles import Follower, last_lines, rotate
from bots.supervisor.procfs import rss_mb, started_ticks
from bots.supervisor.record import FarmRecord, Mark, is_running, mark_of, read_record, write_record
from services.errors import Misconfigured
from services.farm.messages import FarmStatus


def a_record(*processes: Mark) -> FarmRecord:
    status = FarmStatus(mode="full", bots=[], config_version="v", started_at=datetime.now(UTC), addresses={})
    return FarmRecord(
        farm=mark_of(os.getpid()), config="farm.yaml", logs="logs", status=status, processes=list(processes)
    )


def reached(url: str) -> bool:
    host, _, port = url.removeprefix("http://").rpartition(":")
    with socket.socket() as client:
        return client.connect_ex((host, int(port))) == 0


def test_a_listener_picks_a_free_port_and_keeps_it_over_a_pause() -> None:
    listener = Listener()
    listener.hold("127.0.0.1", 0)
    first = listener.url
    assert first is not None
    assert reached(first)
    listener.release()
    assert [listener.url, reached(first)] == [None, False]
    listener.hold("127.0.0.1", 0)
    assert listener.url == first
    listener.release()


def test_a_listener_that_cannot_have_the_new_port_keeps_the_old_one() -> None:
    listener = Listener()
    listener.hold("127.0.0.1", 0)
    before = listener.url
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Misconfigured, match=f"Port {port} on 127.0.0.1 is taken") as caught:
            listener.hold("127.0.0.1", port)
    assert "discord.port" in caught.value.hint
    assert listener.url == before
    listener.release()


def test_one_farm_at_a_time_holds_the_folder(tmp_path: Path) -> None:
    prepare(tmp_path)
    assert not is_held(tmp_path)
    with sole_farm(tmp_path):
        assert is_held(tmp_path)
        with pytest.raises(Misconfigured, match="Another farm already runs"):
            sole_farm(tmp_path).__enter__()
    assert not is_held(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")
    with pytest.raises(Misconfigured, match="cannot be written"):
        prepare(tmp_path / "var")


def test_the_sandbox_key_is_private_and_stays_the_same(tmp_path: Path) -> None:
    prepare(tmp_path)
    first = sandbox_key(tmp_path).get_secret_value()
    assert len(first) >= 32
    assert sandbox_key(tmp_path).get_secret_value() == first
    assert stat.S_IMODE((tmp_path / "run" / "sandbox.key").stat().st_mode) == 0o600


def test_leftovers_of_a_killed_farm_are_ended_and_nobody_else_is(tmp_path: Path) -> None:
    prepare(tmp_path)
    ours, theirs = (subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) for _ in range(2))
    try:
        of_another_time = Mark(pid=theirs.pid, ticks=(started_ticks(theirs.pid) or 0) - 1)
        write_record(tmp_path / "run" / "farm.json", a_record(mark_of(ours.pid), of_another_time))
        assert end_leftovers(tmp_path) == [ours.pid]
        assert ours.wait(2) == -9
        assert theirs.poll() is None
        assert not (tmp_path / "run" / "farm.json").exists()
    finally:
        ours.kill()
        theirs.kill()
        ours.wait()
        theirs.wait()


def test_a_process_is_told_from_a_later_one_with_its_pid() -> None:
    mine = mark_of(os.getpid())
    assert is_running(mine)
    assert not is_running(Mark(pid=mine.pid, ticks=(mine.ticks or 0) + 1))
    assert not is_running(Mark(pid=mine.pid, ticks=None))
    assert (rss_mb(os.getpid()) or 0) > 5
    assert rss_mb(2**22 + 1) is None


def test_a_record_is_read_back_and_half_a_one_is_none(tmp_path: Path) -> None:
    path = tmp_path / "farm.json"
    assert read_record(path) is None
    record = a_record(mark_of(os.getpid()))
    write_record(path, record)
    assert read_record(path) == record
    path.write_bytes(path.read_bytes()[:-20])
    assert read_record(path) is None


def test_a_large_log_is_moved_aside_while_its_writer_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "xyko.log"
    with log.open("a") as writer:
        for number in range(3):
            writer.write(f"{number}\n" * 100)
            writer.flush()
            assert rotate(tmp_path, limit=150) == [log]
        writer.write("after\n")
        writer.flush()
        assert rotate(tmp_path, limit=150) == []
    kept = [(tmp_path / f"xyko.log.{number}").read_text()[0] for number in (1, 2, 3)]
    assert kept == ["2", "1", "0"]
    assert log.read_text() == "after\n"


def test_the_last_lines_come_oldest_first(tmp_path: Path) -> None:
    log = tmp_path / "xyko.log"
    assert last_lines(log, 5) == []
    log.write_text("".join(f"{number}\n" for number in range(100_000)))
    assert last_lines(log, 3) == ["99997", "99998", "99999"]
    assert last_lines(log, 0) == []


def test_a_follower_gives_whole_new_lines_of_old_new_and_rotated_logs(tmp_path: Path) -> None:
    old = tmp_path / "a.log"
    old.write_text("before\n")
    follower = Follower(tmp_path)
    with old.open("a") as file:
        file.write("one\ntw")
    (tmp_path / "b.log").write_text("new\n")
    assert follower.fresh() == [("a", "one"), ("b", "new")]
    with old.open("a") as file:
        file.write("o\n")
    assert follower.fresh() == [("a", "two")]
    rotate(tmp_path, limit=5)
    old.write_text("x\n")
    assert ("a", "x") in follower.fresh()


def test_reading_the_last_lines_of_a_large_log_is_quick(tmp_path: Path) -> None:
    log = tmp_path / "xyko.log"
    log.write_bytes(b"x" * 99 + b"\n" * 1 + (b"y" * 99 + b"\n") * 200_000)
    began = time.perf_counter()
    assert len(last_lines(log, 20)) == 20
    assert time.perf_counter() - began < 0.2


def test_a_sandbox_key_that_was_cut_off_is_made_anew(tmp_path: Path) -> None:
    prepare(tmp_path)
    key = tmp_path / "run" / "sandbox.key"
    key.touch()
    made = sandbox_key(tmp_path).get_secret_value()
    assert len(made) > 40
    assert key.read_text() == made
    assert key.stat().st_mode & 0o077 == 0


def test_a_disk_that_takes_no_key_is_named_and_leaves_no_half_key(tmp_path: Path) -> None:
    prepare(tmp_path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        with pytest.raises(Misconfigured, match="cannot be written"):
            sandbox_key(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [*(tmp_path / "run").iterdir()] == []


def test_a_lock_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    prepare(tmp_path)
    (tmp_path / "run" / "farm.lock").mkdir()
    with pytest.raises(Misconfigured, match="cannot be written"), sole_farm(tmp_path):
        pass

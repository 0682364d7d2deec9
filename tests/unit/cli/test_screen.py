from __future__ import annotations

import io
import os
from datetime import UTC, datetime, timedelta

from bots.cli.screen import LineConsole, RunScreen
from services.farm.messages import BotState, BotStatus, FarmStatus

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def status(name: str, state: BotState, reason: str = "", *, after: float = 0.0) -> BotStatus:
    since = BEGAN + timedelta(seconds=after)
    return BotStatus(name=name, kind="persona", state=state, reason=reason, since=since)


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return BEGAN + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


def farm_of(*bots: BotStatus) -> FarmStatus:
    return FarmStatus(mode="full", bots=[*bots], config_version="abc", started_at=BEGAN, addresses={})


def shown(*statuses: BotStatus, addresses: dict[str, str] | None = None) -> str:
    out = io.StringIO()
    clock = Hands()
    screen = RunScreen(LineConsole(file=out, width=80), logs="/var/logs", clock=clock)
    for one in statuses:
        clock.seconds = (one.since - BEGAN).total_seconds() if one.since else 0.0
        screen.bot(one)
    if addresses is not None:
        last = {one.name: one for one in statuses}
        farm = FarmStatus(
            mode="full", bots=[*last.values()], config_version="abc", started_at=BEGAN, addresses=addresses
        )
        screen.settled(farm)
    return out.getvalue()


def test_a_bot_s_way_to_ready_is_two_lines_with_the_time_it_took() -> None:
    lines = shown(
        status("xyko", "starting"),
        status("xyko", "starting", "bus: connecting"),
        status("xyko", "ready", after=1.25),
    ).splitlines()
    assert [line.split() for line in lines] == [["xyko", "starting"], ["xyko", "ready", "after", "1.2", "s"]]


def test_trouble_is_shown_with_each_new_reason() -> None:
    text = shown(status("xyko", "unready", "bus: gone"), status("xyko", "unready", "discord: gone"))
    assert "bus: gone" in text
    assert "discord: gone" in text


def test_the_box_says_where_to_go_and_how_to_stop() -> None:
    text = shown(status("xyko", "ready"), addresses={"chat": "http://127.0.0.1:8799/?as=mia"})
    for said in ("The farm is up", "http://127.0.0.1:8799/?as=mia", "/var/logs", "Ctrl-C"):
        assert said in text
    assert "\x1b" not in text


def test_the_box_names_who_is_left_stopped() -> None:
    text = shown(status("xyko", "broken", "No token."), status("waze", "ready"), addresses={})
    assert "not all of it" in text
    assert "xyko: see `omega status`" in text


def test_a_screen_whose_reader_has_gone_shows_nothing_more_and_raises_nothing() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", buffering=1) as pipe:
        screen = RunScreen(LineConsole(file=pipe), logs="/var/logs", clock=Hands())
        screen.bot(status("xyko", "starting"))
        screen.settled(farm_of(status("xyko", "ready")))
        screen.stopping()
        os.dup2(os.open(os.devnull, os.O_WRONLY), pipe.fileno())


def test_a_start_that_lasts_is_shown_with_its_reason_once() -> None:
    out, clock = io.StringIO(), Hands()
    screen = RunScreen(LineConsole(file=out, width=80), logs="/var/logs", clock=clock)
    waiting = status("xyko", "starting", "bus: not reached")
    screen.bot(status("xyko", "starting"))
    screen.bot(waiting)
    for clock.seconds in range(120):
        screen.glance(farm_of(waiting))
        if clock.seconds == 4:
            assert "bus" not in out.getvalue()
    assert out.getvalue().count("bus: not reached") == 1


def test_a_bot_that_flutters_gets_one_line_in_five_seconds_and_its_last_state_is_shown() -> None:
    out, clock = io.StringIO(), Hands()
    screen = RunScreen(LineConsole(file=out, width=80), logs="/var/logs", clock=clock)
    for clock.seconds in range(60):
        now = status("members", "unready", "store: full") if clock.seconds % 2 else status("members", "ready")
        screen.bot(now)
        screen.glance(farm_of(now))
    assert len(out.getvalue().splitlines()) <= 2 + 60 / 5
    clock.seconds = 70.0
    screen.glance(farm_of(status("members", "ready")))
    assert out.getvalue().splitlines()[-1].split()[:2] == ["members", "ready"]


def test_the_time_to_ready_counts_from_when_it_became_unready() -> None:
    lines = shown(
        status("xyko", "starting"),
        status("xyko", "ready", after=2.0),
        status("xyko", "unready", "bus: gone", after=1000.0),
        status("xyko", "ready", after=1000.5),
    ).splitlines()
    assert lines[-1].split() == ["xyko", "ready", "after", "0.5", "s"]


def test_at_the_stop_a_bot_is_called_stopped() -> None:
    out = io.StringIO()
    screen = RunScreen(LineConsole(file=out, width=80), logs="/var/logs", clock=Hands())
    screen.stopping()
    screen.bot(status("xyko", "disabled", "the farm stops"))
    assert out.getvalue().splitlines()[-1].split() == ["xyko", "stopped"]

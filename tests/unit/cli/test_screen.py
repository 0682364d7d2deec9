from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

from rich.console import Console

from bots.cli.screen import RunScreen
from services.farm.messages import BotState, BotStatus, FarmStatus

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def status(name: str, state: BotState, reason: str = "", *, after: float = 0.0) -> BotStatus:
    since = BEGAN + timedelta(seconds=after)
    return BotStatus(name=name, kind="persona", state=state, reason=reason, since=since)


def shown(*statuses: BotStatus, addresses: dict[str, str] | None = None) -> str:
    out = io.StringIO()
    screen = RunScreen(Console(file=out, width=80), logs="/var/logs")
    for one in statuses:
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

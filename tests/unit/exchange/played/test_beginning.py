from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from market_stage import SleeperClock
from structlog.testing import capture_logs

from services.exchange.played.beginning import Patience, go_on_or_begin, stay_alive

DAY = Patience(since_beginning=timedelta(days=1), since_alive=timedelta(minutes=10))


async def test_a_market_that_is_kept_alive_is_gone_on_with_after_hours(tmp_path: Path) -> None:
    clock, place = SleeperClock(), tmp_path / "began.json"
    began = go_on_or_begin(place, of="a", patience=DAY, clock=clock)

    async def hours_later(seconds: float) -> None:
        clock.step(seconds)
        if clock.passed > 10_000:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await stay_alive(place, clock=clock, sleep=hours_later)
    clock.step(500)
    assert go_on_or_begin(place, of="a", patience=DAY, clock=clock) == began


@pytest.mark.parametrize(
    ("seconds", "of"),
    [(601, "a"), (60, "b"), (-3_600, "a"), (90_000, "a")],
    ids=["away too long", "something else", "a clock put back", "began too long ago"],
)
def test_a_market_begins_now_where_it_cannot_be_gone_on_with(tmp_path: Path, seconds: float, of: str) -> None:
    clock, place = SleeperClock(), tmp_path / "began.json"
    go_on_or_begin(place, of="a", patience=DAY, clock=clock)
    clock.step(seconds)
    assert go_on_or_begin(place, of=of, patience=DAY, clock=clock) == clock.now()


@pytest.mark.parametrize(
    "content",
    ['{"began_at":"2026-01-05T10:00:30","of":"a"}', '{"of":"a"}', "{"],
    ids=["no zone", "less", "torn"],
)
def test_a_beginning_that_cannot_be_told_is_logged_and_the_market_begins_anew(
    tmp_path: Path, content: str
) -> None:
    clock, place = SleeperClock(), tmp_path / "began.json"
    place.write_text(content)
    clock.step(5)
    with capture_logs() as lines:
        assert go_on_or_begin(place, of="a", patience=DAY, clock=clock) == clock.now()
    assert [(line["event"], line["path"]) for line in lines] == [("market_beginning_illegible", str(place))]
    began = clock.now()
    clock.step(5)
    assert go_on_or_begin(place, of="a", patience=DAY, clock=clock) == began

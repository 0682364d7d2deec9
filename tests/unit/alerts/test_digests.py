from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from analyst_stage import StillClock
from hypothesis import given
from hypothesis import strategies as st
from subscribing_stage import EVENING, delivery, held, made_of, minutes, put_deliveries

from services.alerts.posts import Delivery, Digest
from services.alerts.subscribing.digests import MOST_LINES, MOST_PLACES, digest_of, gather
from services.store.migrate import migrate
from services.store.rows import DeliveryRow
from services.store.store import Store, open_store

MORNING = EVENING + timedelta(hours=7, minutes=30)
PLACE = "user:7"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    path = tmp_path / "omega.db"
    await migrate(None, path=path)
    async with open_store(None, path=path, busy_timeout=timedelta(5), clock=StillClock(EVENING)) as opened:
        yield opened


async def gathered(store: Store, now: datetime) -> list[DeliveryRow]:
    async with store.write() as rows:
        return await gather(rows, now)


def digest(*due: DeliveryRow) -> tuple[Delivery, Digest]:
    delivery = msgspec.json.decode(digest_of(due, MORNING).body, type=Delivery)
    assert isinstance(delivery.body, Digest)
    return delivery, delivery.body


def test_a_digest_says_why_since_when_and_what_in_the_order_of_time() -> None:
    later = held("b", PLACE, due_at=MORNING, at=EVENING + minutes(5), severity="high")
    delivery, body = digest(held("a", PLACE, due_at=MORNING), later)
    assert (body.why, body.since, body.until) == ("quiet hours", EVENING, EVENING + minutes(5))
    assert [(line.severity, line.count) for line in body.lines] == [("normal", 1), ("high", 1)]
    assert body.more == 0
    assert (delivery.user_id, delivery.channel_id, delivery.persona) == ("7", "", "biel")


def test_alerts_of_one_rule_are_one_line_that_counts_them() -> None:
    due = [held(f"d{at}", PLACE, due_at=MORNING, at=EVENING + minutes(at), rule="same") for at in range(4)]
    _, body = digest(*due)
    (line,) = body.lines
    assert (line.count, line.at) == (4, EVENING + minutes(3))


def test_of_many_the_most_severe_and_newest_stay_and_the_rest_is_counted() -> None:
    due = [held(f"d{at}", PLACE, due_at=MORNING, at=EVENING + minutes(at)) for at in range(30)]
    due[0] = held("d0", PLACE, due_at=MORNING, severity="high")
    _, body = digest(*due)
    assert (len(body.lines), body.more) == (MOST_LINES, 10)
    assert body.lines[0].severity == "high"
    assert body.lines[1].at == EVENING + minutes(11)


def test_a_digest_is_silent_where_all_that_it_holds_would_have_been() -> None:
    quiet = [held(f"d{at}", PLACE, due_at=MORNING, severity="low") for at in range(2)]
    assert digest(*quiet)[0].is_silent
    assert not digest(*quiet, held("loud", PLACE, due_at=MORNING))[0].is_silent


def test_quiet_hours_are_the_reason_that_is_told_before_any_other() -> None:
    due = [held("a", PLACE, due_at=MORNING, why="digest"), held("b", PLACE, due_at=MORNING)]
    assert digest(*due)[1].why == "quiet hours"
    assert digest(due[0])[1].why == "digest"


@given(st.integers(1, 60), st.integers(0, 1_000))
def test_nothing_is_left_uncounted_and_the_same_always_has_the_same_id(count: int, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test's own
    due = [
        held(f"d{at}", PLACE, due_at=MORNING, at=EVENING + minutes(at), rule=f"r{chance.randrange(40)}")
        for at in range(count)
    ]
    _, body = digest(*due)
    assert sum(line.count for line in body.lines) + body.more == count
    mixed = chance.sample(due, count)
    assert digest_of(mixed, MORNING).id == digest_of(due, MORNING).id
    if count > 1:
        assert digest_of(due[1:], MORNING).id != digest_of(due, MORNING).id


async def test_what_is_due_for_a_place_becomes_one_delivery_and_what_it_holds_is_dropped_for_it(
    store: Store,
) -> None:
    made = [
        *(held(f"d{at}", PLACE, due_at=MORNING - minutes(at)) for at in range(3)),
        held("there", "channel:5", due_at=MORNING),
        held("later", PLACE, due_at=MORNING + minutes(60)),
        held("notice", PLACE, due_at=MORNING, kind="notice"),
        delivery("other", PLACE),
    ]
    async with store.write() as rows:
        await put_deliveries(rows, made)
    digests = await gathered(store, MORNING)
    assert [row.place for row in digests] == ["channel:5", PLACE]
    async with store.read() as rows:
        assert await made_of(rows, "digest") == digests
        posts = {row.id: (row.status, row.reason) for row in await made_of(rows, "post")}
        notices = await made_of(rows, "notice")
    assert {posts[f"d{at}"] for at in range(3)} == {("dropped", digests[1].id)}
    assert posts["there"] == ("dropped", digests[0].id)
    assert (posts["later"], posts["other"]) == (("held", "quiet hours"), ("waiting", ""))
    assert notices[0].status == "held"
    assert await gathered(store, MORNING) == []


@pytest.mark.parametrize("jump", [timedelta(hours=2), -timedelta(hours=1)])
async def test_however_the_clock_jumps_what_was_held_comes_once_and_together(
    store: Store, jump: timedelta
) -> None:
    async with store.write() as rows:
        await put_deliveries(rows, [held(f"d{at}", PLACE, due_at=MORNING + minutes(at)) for at in range(90)])
    digests = []
    for now in (MORNING, MORNING + jump, MORNING + jump + minutes(1), MORNING + timedelta(hours=3)):
        digests += await gathered(store, now)
    async with store.read() as rows:
        assert {row.status for row in await made_of(rows, "post")} == {"dropped"}
    assert len(digests) == 2


async def test_a_great_many_places_are_not_served_in_one_go(store: Store) -> None:
    made = [held(f"d{at}", f"user:{at}", due_at=MORNING) for at in range(MOST_PLACES + 5)]
    async with store.write() as rows:
        await put_deliveries(rows, made)
    assert [len(await gathered(store, MORNING)) for _ in range(3)] == [MOST_PLACES, 5, 0]

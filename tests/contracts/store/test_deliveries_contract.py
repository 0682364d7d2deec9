from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.store.deliveries import Sought
from services.store.rows import AlertRow, DeliveryRow
from services.store.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


def delivery(name: str, **other: Any) -> DeliveryRow:
    parts: dict[str, Any] = {
        "id": name,
        "alert_id": f"a-{name}",
        "user_id": "7",
        "place": "channel:5",
        "kind": "post",
        "persona": "xyko",
        "status": "waiting",
        "body": "{}",
        "is_urgent": False,
        "due_at": NOON,
        "created_at": NOON,
        "updated_at": NOON,
    }
    return DeliveryRow(**{**parts, **other})


async def ids_of(store: Store, **sought: Any) -> list[str]:
    async with store.read() as rows:
        return [row.id for row in await rows.deliveries.find(Sought(**sought))]


async def test_deliveries_come_back_in_the_order_they_were_added_and_only_once(store: Store) -> None:
    async with store.write() as rows:
        assert await rows.deliveries.add([delivery("b"), delivery("a")]) == 2
        assert await rows.deliveries.add([delivery("c"), delivery("a", body="other")]) == 1
        assert await rows.deliveries.add([]) == 0
        found = await rows.deliveries.of(["a", "b", "c", "none"])
    assert found == [delivery("b"), delivery("a"), delivery("c")]


async def test_deliveries_are_found_by_what_is_said_of_them(store: Store) -> None:
    async with store.write() as rows:
        await rows.deliveries.add(
            [
                delivery("plain"),
                delivery("urgent", is_urgent=True),
                delivery("outside", place="way:mine"),
                delivery("held", status="held", due_at=LATER),
                delivery("edit", kind="state", persona="biel", alert_id="a-plain"),
                delivery("fresh", status="queued", updated_at=LATER),
            ]
        )
    assert await ids_of(store, status="waiting", is_outside=False) == ["plain", "urgent", "edit"]
    assert await ids_of(store, is_outside=True) == ["outside"]
    assert await ids_of(store, is_urgent=True) == ["urgent"]
    assert await ids_of(store, alert_ids=["a-plain"], kinds=("post", "state")) == ["plain", "edit"]
    assert await ids_of(store, alert_ids=[]) == []
    assert await ids_of(store, persona="biel") == ["edit"]
    assert await ids_of(store, place="way:mine", has_message=False) == ["outside"]
    assert await ids_of(store, statuses=("held", "queued")) == ["held", "fresh"]
    async with store.read() as rows:
        assert await rows.deliveries.ids(Sought(has_message=True)) == []
        assert await rows.deliveries.ids(Sought(status="waiting", limit=2)) == ["plain", "urgent"]
    assert await ids_of(store, status="held", due_by=NOON) == []
    assert await ids_of(store, status="held", due_by=LATER) == ["held"]
    assert await ids_of(store, touched_since=LATER) == ["fresh"]
    assert await ids_of(store, touched_before=LATER, limit=2) == ["plain", "urgent"]
    async with store.read() as rows:
        newest, count = await rows.deliveries.newest(Sought(kinds=("post",), limit=1))
    assert ([row.id for row in newest], count) == (["fresh"], 5)


async def test_what_changes_of_deliveries_is_replaced_and_tries_are_counted(store: Store) -> None:
    async with store.write() as rows:
        await rows.deliveries.add([delivery("a"), delivery("b")])
        sent = delivery("a", status="sent", message_id="9", persona="biel", updated_at=LATER, body="[]")
        await rows.deliveries.put([replace(sent, created_at=LATER)])
        await rows.deliveries.put([])
        await rows.deliveries.queue(["b"], at=LATER)
        await rows.deliveries.queue(["b"], at=LATER)
    async with store.read() as rows:
        assert await rows.deliveries.of(["a", "b"]) == [
            sent,
            delivery("b", status="queued", tries=2, updated_at=LATER),
        ]


async def test_the_outbox_knows_who_is_behind_and_how_much_is_on_its_way(store: Store) -> None:
    async with store.write() as rows:
        await rows.deliveries.add(
            [
                delivery("a"),
                delivery("b", status="queued"),
                delivery("c", status="queued", is_urgent=True),
                delivery("d", persona="biel", due_at=LATER),
                delivery("e", persona="z", place="way:mine"),
            ]
        )
        assert [await rows.outbox.is_behind(who, NOON) for who in ("xyko", "biel", "z")] == [
            True,
            False,
            False,
        ]
        assert await rows.outbox.is_behind("biel", LATER)
        assert await rows.outbox.counts("queued", NOON) == {("xyko", False): 1, ("xyko", True): 1}
        assert await rows.outbox.counts("waiting", LATER) == {("xyko", False): 1, ("biel", False): 1}


async def test_the_outbox_knows_what_is_overdue_and_which_ways_are_waited_for(store: Store) -> None:
    async with store.write() as rows:
        await rows.deliveries.add(
            [
                delivery("a", status="queued"),
                delivery("b", status="queued", persona="biel", updated_at=LATER),
                delivery("c", status="queued", persona="z", place="way:mine"),
                delivery("d", place="way:other"),
                delivery("e", place="way:later", due_at=LATER),
                delivery("f", place="way:done", status="sent"),
            ]
        )
        assert await rows.outbox.overdue(LATER) == {"xyko"}
        assert await rows.outbox.due_outside(NOON) == ["way:mine", "way:other"]


async def test_an_edit_that_waited_for_ever_is_forgotten_once_it_was_dropped(store: Store) -> None:
    never = datetime(9999, 1, 1, tzinfo=UTC)
    async with store.write() as rows:
        await rows.deliveries.add(
            [
                delivery("dropped", status="dropped", due_at=never),
                delivery("fresh", status="sent", updated_at=LATER),
                delivery("open"),
            ]
        )
        await rows.old.forget(LATER, most=10)
    assert await ids_of(store) == ["fresh", "open"]


async def test_the_outbox_finds_the_alerts_that_are_kept(store: Store) -> None:
    alert = AlertRow(
        id="a1",
        rule_id="r1",
        user_id=None,
        feed="moves",
        market="BTC/USDT:USDT",
        at=NOON,
        seen_at=NOON,
        state="fired",
        severity="normal",
        told="{}",
    )
    async with store.write() as rows:
        await rows.alerts.put_alerts([alert])
        assert await rows.outbox.alerts(["a1", "a2"]) == [alert]
        assert await rows.outbox.alerts([]) == []


@pytest.mark.slow
async def test_five_thousand_deliveries_are_added_in_a_moment(store: Store) -> None:
    many = [delivery(f"d{n}", place=f"user:{n}", body="x" * 800) for n in range(5_000)]
    began = time.perf_counter()
    async with store.write() as rows:
        await rows.deliveries.add(many)
    took = time.perf_counter() - began
    async with store.read() as rows:
        assert await rows.outbox.counts("waiting", NOON) == {("xyko", False): 5_000}
    assert took < 1.5, "0.3 s on a quiet machine"

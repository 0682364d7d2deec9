from __future__ import annotations

import time
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert

from services.errors import StoreUnavailable
from services.store.rows import AlertRow, DeliveryRow, RuleRow, StandingRow
from services.store.store import Rows, Store
from services.store.tables import ALERT_RULES, DELIVERIES

if TYPE_CHECKING:
    from tests.contracts.store.conftest import Database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=6)
BTC = "BTC/USDT:USDT"
MANY = 100_000
NAMES = [field.name for field in fields(RuleRow)]


def rule(name: str, **changed: Any) -> RuleRow:
    row = RuleRow(
        id=name,
        user_id="7",
        guild_id="10",
        feed="",
        kind="price",
        market=BTC,
        status="active",
        condition="{}",
        options="{}",
        given="{}",
        state="",
        market_at=NOON,
        set_at=NOON,
        updated_at=NOON,
    )
    return replace(row, **changed)


def alert(name: str, rule_id: str = "r1", *, minutes: int = 0, **changed: Any) -> AlertRow:
    at = NOON + timedelta(minutes=minutes)
    row = AlertRow(
        id=name,
        rule_id=rule_id,
        user_id="7",
        feed="",
        market=BTC,
        at=at,
        seen_at=at,
        state="fired",
        severity="normal",
        told="{}",
    )
    return replace(row, **changed)


async def deliver(rows: Rows, alert_id: str, position: int, **changed: Any) -> None:
    row = DeliveryRow(
        id=f"d{position}",
        alert_id=alert_id,
        user_id="7",
        place="user:7",
        kind="post",
        persona="waze",
        status="queued",
        body="{}",
        is_urgent=False,
        due_at=NOON,
        created_at=NOON,
        updated_at=NOON,
    )
    values = {**asdict(replace(row, **changed)), "position": position}
    await rows.alerts._connection.execute(insert(DELIVERIES).values(values))


async def put(store: Store, *rules: RuleRow) -> None:
    async with store.write() as rows:
        for one in rules:
            await rows.alerts.put_rule(one)


async def test_a_rule_comes_back_as_it_was_put_and_a_later_one_takes_its_place(store: Store) -> None:
    first = rule("r1")
    await put(store, first)
    second = replace(
        first, status="paused", state='{"a":1}', fired=3, last_fired_at=NOON, expires_at=NOON, user_id=None
    )
    async with store.read() as rows:
        assert await rows.alerts.rule("r1") == first
        assert await rows.alerts.rule("r2") is None
    await put(store, second)
    async with store.read() as rows:
        assert await rows.alerts.rule("r1") == second


async def test_the_active_rules_are_those_of_members_and_of_feeds_and_no_others(store: Store) -> None:
    active = {rule("r1"), rule("f1", user_id=None, feed="moves")}
    await put(store, *active, rule("r2", status="paused"), rule("r3", status="done"))
    async with store.read() as rows:
        assert {row async for row in rows.alerts.active()} == active


async def test_a_standing_changes_what_the_engine_keeps_of_a_rule_and_nothing_else(store: Store) -> None:
    await put(store, rule("r1"), rule("r2"))
    stands = StandingRow(rule="r1", state='{"is_met":true}', status="done", fired=1, last_fired_at=NOON)
    async with store.write() as rows:
        await rows.alerts.stand(
            [stands, replace(stands, rule="gone"), replace(stands, rule="r2", fired=2)], at=LATER
        )
        await rows.alerts.stand([], at=LATER)
    async with store.read() as rows:
        assert await rows.alerts.rule("r1") == rule(
            "r1", state=stands.state, status="done", fired=1, last_fired_at=NOON, updated_at=LATER
        )
        assert (await rows.alerts.rule("r2")) == rule(
            "r2", state=stands.state, status="done", fired=2, last_fired_at=NOON, updated_at=LATER
        )
        assert await rows.alerts.rule("gone") is None


async def test_a_rule_that_waited_long_and_fires_now_is_not_forgotten_yet(store: Store) -> None:
    await put(store, rule("r1"), rule("r2", status="done"))
    stands = StandingRow(rule="r1", state="", status="done", fired=1, last_fired_at=LATER)
    async with store.write() as rows:
        await rows.alerts.stand([stands], at=LATER)
        await rows.old.forget(LATER, most=10)
        assert await rows.alerts.rule("r1") is not None
        assert await rows.alerts.rule("r2") is None


def test_the_rules_of_a_guild_are_counted_by_an_index() -> None:
    indexes = [[column.name for column in index.columns] for index in ALERT_RULES.indexes]
    assert ["guild_id", "status"] in indexes


async def test_a_standing_does_not_wake_a_rule_that_its_owner_paused_meanwhile(store: Store) -> None:
    await put(store, rule("r1", status="paused"))
    async with store.write() as rows:
        await rows.alerts.stand(
            [StandingRow(rule="r1", state="s", status="active", fired=1, last_fired_at=NOON)], at=LATER
        )
        found = await rows.alerts.rule("r1")
        assert found is not None
        assert (found.status, found.fired) == ("paused", 1)


async def test_a_change_of_the_owner_leaves_what_the_engine_keeps(store: Store) -> None:
    await put(store, rule("r1", state="newer", fired=4, last_fired_at=NOON))
    later = NOON + timedelta(hours=1)
    new: dict[str, Any] = {
        "status": "paused",
        "options": '{"o":1}',
        "snoozed_until": later,
        "updated_at": later,
    }
    wanted = rule("r1", state="newer", fired=4, last_fired_at=NOON, **new)
    async with store.write() as rows:
        assert await rows.own_alerts.change("r1", lambda row: replace(row, **new)) == wanted
        assert await rows.alerts.rule("r1") == wanted
        await rows.own_alerts.change("r1", lambda row: replace(row, state="", fired=0))
        assert await rows.alerts.rule("r1") == wanted
        assert await rows.own_alerts.change("gone", lambda row: row) is None


async def test_a_page_is_the_newest_of_ones_own_that_fit_with_how_many_do(store: Store) -> None:
    await put(store, *(rule(f"r{n}", set_at=NOON + timedelta(minutes=n)) for n in range(5)))
    await put(store, rule("e1", market="ETH/USDT:USDT", status="paused"), rule("o1", user_id="8"))
    async with store.read() as rows:
        page, total = await rows.own_alerts.page("7", market=BTC, offset=1, limit=2)
        assert ([one.id for one in page], total) == (["r3", "r2"], 5)
        page, total = await rows.own_alerts.page("7", status="paused", limit=8)
        assert ([one.id for one in page], total) == (["e1"], 1)
        assert await rows.own_alerts.page("9", limit=8) == ([], 0)


async def test_rules_that_may_still_fire_are_counted_by_member_and_by_guild(store: Store) -> None:
    await put(store, rule("r1"), rule("r2", status="paused"), rule("r3", status="done"))
    await put(store, rule("r4", user_id="8"), rule("r5", guild_id=None))
    async with store.read() as rows:
        assert await rows.own_alerts.count(user_id="7") == 3
        assert await rows.own_alerts.count(guild_id="10") == 3
        active = await rows.own_alerts.active_on("7", BTC)
        assert {one.id for one in active} == {"r1", "r5"}


async def test_a_beginning_finds_only_ones_own_and_takes_no_sign_for_another(store: Store) -> None:
    await put(store, rule("abc1"), rule("abd2"), rule("abc3", user_id="8"))
    async with store.read() as rows:
        assert [one.id for one in await rows.own_alerts.starting_with("7", "abc")] == ["abc1"]
        assert len(await rows.own_alerts.starting_with("7", "ab")) == 2
        assert await rows.own_alerts.starting_with("7", "%") == []
        assert await rows.own_alerts.starting_with("7", "a_c") == []


async def test_an_alert_that_goes_on_keeps_when_it_was_met(store: Store) -> None:
    pending = alert("a1", state="pending")
    confirmed = alert("a1", minutes=9, state="confirmed", told='{"is":"new"}', severity="high")
    async with store.write() as rows:
        await rows.alerts.put_alerts([pending, alert("a2")])
        await rows.alerts.put_alerts([confirmed])
        await rows.alerts.put_alerts([])
        found = await rows.alerts.alert("a1")
        assert found is not None
        assert found.alert == replace(confirmed, at=pending.at, seen_at=pending.seen_at)
        assert await rows.alerts.alert("a3") is None


async def test_what_a_rule_came_to_is_told_newest_first_with_its_newest_post_and_no_tests(
    store: Store,
) -> None:
    async with store.write() as rows:
        await rows.alerts.put_alerts(
            [alert("a1"), alert("a2", minutes=2), alert("a3", minutes=1), alert("t1", state="test")]
        )
        await rows.alerts.put_alerts([alert("o1", "r2")])
        await deliver(rows, "a1", 1, status="dead", reason="no such channel")
        await deliver(rows, "a1", 2, status="sent", kind="chart")
        await deliver(rows, "a2", 3, status="dead", reason="no such channel")
        await deliver(rows, "a2", 4, status="sent")
    async with store.read() as rows:
        found = await rows.own_alerts.alerts_of_rule("r1", limit=9)
        assert [(one.alert.id, one.delivered, one.reason) for one in found] == [
            ("a2", "sent", ""),
            ("a3", "", ""),
            ("a1", "dead", "no such channel"),
        ]
        assert [one.alert.id for one in await rows.own_alerts.alerts_of_rule("r1", limit=1)] == ["a2"]


async def test_a_beginning_finds_alerts_of_ones_own_and_of_feeds(store: Store) -> None:
    async with store.write() as rows:
        await rows.alerts.put_alerts([alert("abc1"), alert("abd2", user_id="8"), alert("abf3", user_id=None)])
        found = await rows.own_alerts.alerts_starting_with("7", "ab")
        assert {one.alert.id for one in found} == {"abc1", "abf3"}


async def test_a_mark_goes_on_by_market(store: Store) -> None:
    later = NOON + timedelta(minutes=1)
    async with store.write() as rows:
        assert await rows.alerts.marks() == {}
        await rows.alerts.mark([(BTC, NOON), ("ETH/USDT", NOON)])
        await rows.alerts.mark([(BTC, later)])
        await rows.alerts.mark([])
        assert await rows.alerts.marks() == {BTC: later, "ETH/USDT": NOON}


async def test_a_rule_is_deleted_and_what_it_came_to_stays(store: Store) -> None:
    await put(store, rule("r1"))
    async with store.write() as rows:
        await rows.alerts.put_alerts([alert("a1")])
        assert await rows.own_alerts.delete("r1") == 1
        assert await rows.own_alerts.delete("r1") == 0
        assert await rows.alerts.rule("r1") is None
        assert await rows.alerts.alert("a1") is not None


async def test_a_step_is_kept_in_full_or_not_at_all(store: Store) -> None:
    await put(store, rule("r1"))
    with pytest.raises(StoreUnavailable):
        await fail_in_the_middle(store)
    async with store.read() as rows:
        assert await rows.alerts.rule("r1") == rule("r1")
        assert await rows.alerts.alert("a1") is None


async def fail_in_the_middle(store: Store) -> None:
    async with store.write() as rows:
        await rows.alerts.put_alerts([alert("a1")])
        await rows.alerts.stand(
            [StandingRow(rule="r1", state="s", status="done", fired=1, last_fired_at=None)], at=LATER
        )
        raise StoreUnavailable("The disk is full.")


COPY = f"""
INSERT INTO alert_rules ({", ".join(NAMES)})
SELECT id || '-' || n, {", ".join(NAMES[1:])} FROM alert_rules, (
  WITH RECURSIVE counted(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM counted WHERE n < {MANY})
  SELECT n FROM counted
) AS numbers
"""  # noqa: S608 - the names are those of our own columns


async def test_a_hundred_thousand_rules_are_read_in_seconds(store: Store, database: Database) -> None:
    await put(store, rule("r1"))
    await database.sql(COPY)
    async with store.read() as rows:
        began = time.monotonic()
        count = 0
        async for _ in rows.alerts.active():
            count += 1
        taken = time.monotonic() - began
    assert (count, taken < 5) == (MANY, True), taken

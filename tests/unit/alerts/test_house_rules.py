from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from analyst_stage import StillClock
from hypothesis import given
from hypothesis import strategies as st

from analytics.patterns.names import PATTERNS
from services.alerts.conditions import SKY_EVENTS, PatternShown, SkyShows, from_text, leaves, markets_of
from services.alerts.engine.taking import ways_of
from services.alerts.feeds import FEEDS
from services.alerts.house_rules import HouseRules, house_rules, sync, watched
from services.alerts.messages import Options
from services.alerts.posts import SEVERITIES
from services.bus.messages import Request
from services.errors import Unavailable
from services.market.messages import FindMarkets, MarketNames
from services.store.migrate import migrate
from services.store.rows import RuleRow
from services.store.store import Store, open_store

NOW = datetime(2026, 3, 1, tzinfo=UTC)
BTC, ETH, SOL = "BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT"
LEAST_COOLDOWN = 4 * 3_600


class Engine:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.rules: dict[str, RuleRow] = {}

    async def put(self, row: RuleRow) -> None:
        self.rules[row.id] = row

    async def drop(self, rule_id: str) -> None:
        del self.rules[rule_id]


class Market:
    """Tells the most traded markets."""

    def __init__(self, *names: str) -> None:
        self.names = list(names)

    async def ask(self, request: Request[Any], *, timeout: float) -> Any:  # noqa: ARG002, ASYNC109 - the bus's own
        assert isinstance(request, FindMarkets)
        return MarketNames(names=self.names[: request.limit])


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    path = tmp_path / "omega.db"
    await migrate(None, path=path)
    async with open_store(None, path=path, busy_timeout=timedelta(5), clock=StillClock(NOW)) as opened:
        yield opened


def test_every_feed_has_rules_and_every_rule_a_feed_a_name_and_a_severity() -> None:
    rules = house_rules([BTC, ETH])
    assert {rule.feed for rule in rules} == set(FEEDS)
    assert {rule.severity for rule in rules} <= set(SEVERITIES)
    assert len({rule.id for rule in rules}) == len({rule.name for rule in rules}) == len(rules)
    assert len({rule.id[:8] for rule in rules}) == len(rules)


def test_every_rule_repeats_and_rests_for_hours_in_between() -> None:
    for rule in house_rules([BTC]):
        row = rule.row(NOW)
        options = msgspec.json.decode(row.options, type=Options)
        assert options.repeats
        assert options.cooldown >= LEAST_COOLDOWN
        assert (row.user_id, row.guild_id, row.feed, row.status) == (None, None, rule.feed, "active")
        assert msgspec.json.decode(row.given) == {"severity": rule.severity}
        assert from_text(row.condition) == rule.condition


def test_patterns_and_events_are_such_as_there_are() -> None:
    seen = [leaf for rule in house_rules([BTC]) for leaf in leaves(rule.condition)]
    assert {leaf.name for leaf in seen if isinstance(leaf, PatternShown)} <= set(PATTERNS)
    assert {leaf.event for leaf in seen if isinstance(leaf, SkyShows)} <= set(SKY_EVENTS)


def test_only_perpetuals_have_funding_and_the_sky_is_looked_at_once_for_all_markets() -> None:
    spot, both = Counter(rule.feed for rule in house_rules(["BTC/USDT"])), house_rules([BTC, ETH])
    assert spot["funding"] == 0
    counted = Counter(rule.feed for rule in both)
    assert (counted["funding"], counted["cosmic"], counted["data"]) == (8, 6, 1)


def test_prices_that_stop_coming_are_told_once_for_many_markets_and_each_is_looked_at() -> None:
    markets = [f"M{at}/USDT" for at in range(25)]
    data = [rule.condition for rule in house_rules(markets) if rule.feed == "data"]
    assert [len(ways_of(one)) for one in data] == [10, 10, 5]
    assert [market for one in data for market in markets_of(one)] == sorted(markets)


def test_where_no_market_is_looked_at_the_sky_still_is() -> None:
    assert {rule.feed for rule in house_rules([])} == {"cosmic"}


def test_rows_that_are_right_already_stay_as_they_are() -> None:
    put, drop = sync([BTC, ETH], [], now=NOW)
    assert drop == []
    assert sync([ETH, BTC], put, now=NOW + timedelta(days=1)) == ([], [])


def test_a_market_that_is_left_takes_its_rules_with_it_and_no_others() -> None:
    rows, _ = sync([BTC, ETH], [], now=NOW)
    put, drop = sync([BTC], rows, now=NOW)
    gone = {row.id for row in rows if row.market == ETH}
    assert set(drop) == gone
    assert [row.feed for row in put] == ["data"]


def test_a_rule_that_rests_otherwise_keeps_what_it_remembers_and_one_that_looks_for_another_does_not() -> (
    None
):
    rows, _ = sync([BTC], [], now=NOW)
    lived = [replace(row, state="remembered", fired=3) for row in rows]
    old_options = [replace(row, options="{}") for row in lived]
    put, _ = sync([BTC], old_options, now=NOW)
    assert {(row.state, row.fired) for row in put} == {("remembered", 3)}
    other, _ = sync([BTC], [replace(row, condition="{}") for row in lived], now=NOW)
    assert {(row.state, row.fired) for row in other} == {("", 3)}


def test_a_rule_that_comes_back_or_failed_a_day_ago_begins_anew_and_counts_on() -> None:
    rows, _ = sync([BTC], [], now=NOW)
    lived = [replace(row, state='{"armed":[true],"number":4}', fired=3) for row in rows]
    done = [replace(row, status="done") for row in lived]
    assert sync([], done, now=NOW)[1] == []
    failed = [replace(row, status="failed") for row in lived]
    assert sync([BTC], failed, now=NOW) == ([], [])
    for there, now in ((done, NOW), (failed, NOW + timedelta(days=1))):
        put, end = sync([BTC], there, now=now)
        assert end == []
        assert {(row.status, row.state, row.fired) for row in put} == {("active", '{"number":4}', 3)}


def test_the_most_traded_are_watched_one_of_each_pair() -> None:
    assert watched(["BTC/USDT", BTC, ETH, SOL], [], 2) == ["BTC/USDT", ETH]
    assert watched(["BTC/USDT", BTC, ETH, SOL], [BTC], 2) == [BTC, ETH]


def test_a_market_at_the_edge_stays_until_it_is_far_behind() -> None:
    ranked = ["A/U", "B/U", "C/U", "D/U", "E/U"]
    assert watched(ranked, ["A/U", "D/U"], 2) == ["A/U", "D/U"]
    assert watched(ranked, ["A/U", "E/U"], 2) == ["A/U", "B/U"]


@given(st.permutations([f"{letter}/U" for letter in "ABCDEFGH"]), st.integers(0, 10), st.data())
def test_as_many_as_asked_for_are_watched_and_looking_again_changes_nothing(
    ranked: list[str], count: int, data: st.DataObject
) -> None:
    before = data.draw(st.sets(st.sampled_from([*ranked, "Z/U"])))
    found = watched(ranked, before, count)
    assert len(found) == min(count, len(ranked))
    assert set(found) <= set(ranked)
    assert watched(ranked, found, count) == found


async def test_rules_are_kept_and_handed_to_the_engine_and_let_go_with_their_market(store: Store) -> None:
    engine, market = Engine(), Market(BTC, ETH, SOL)
    house = HouseRules(market.ask, store=store, engine=engine, count=2, clock=StillClock(NOW))
    await house.step()
    assert {row.market for row in engine.rules.values()} == {BTC, ETH, ""}
    async with store.read() as rows:
        assert {row.id: row for row in await rows.house.rules()} == engine.rules

    market.names = [SOL, BTC]
    await house.step()
    assert {row.market for row in engine.rules.values()} == {BTC, SOL, ""}
    async with store.read() as rows:
        there = await rows.house.rules()
    assert {row.id for row in there if row.status == "active"} == set(engine.rules)
    assert {row.market for row in there if row.status == "done"} == {ETH}

    market.names = [BTC, ETH]
    await house.step()
    assert {row.market for row in engine.rules.values()} == {BTC, ETH, ""}


async def test_while_no_market_is_known_the_rules_stay_as_they_are(store: Store) -> None:
    engine, market = Engine(), Market(BTC)
    house = HouseRules(market.ask, store=store, engine=engine, count=1, clock=StillClock(NOW))
    await house.step()
    before = dict(engine.rules)
    market.names = []
    with pytest.raises(Unavailable):
        await house.step()
    assert engine.rules == before

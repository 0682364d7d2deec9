from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from alert_engine_stage import (
    BTC,
    NOON,
    EngineStage,
    Remembering,
    candle,
    level,
    quote,
    row,
)

from services.alerts.conditions import CandleClosed, PriceMove
from services.alerts.engine.engine import Engine
from services.alerts.firing import Step
from services.errors import BusUnavailable, StoreUnavailable
from services.farm.messages import FarmNotice
from services.market.messages import Compare, Comparison, VenueQuote

SECOND = timedelta(seconds=1)


class Refusing(Remembering):
    """Takes nothing that has to do with some rules, or nothing at all."""

    def __init__(self, *refused: str) -> None:
        super().__init__()
        self.refused = set(refused)
        self.takes_nothing = False

    async def commit(self, step: Step) -> None:
        if self.takes_nothing or any(one.told.rule in self.refused for one in step.firings):
            raise ValueError("No such place.")
        await super().commit(step)


class Admins:
    """Read what they are told, while they can be reached."""

    def __init__(self) -> None:
        self.notices: list[FarmNotice] = []
        self.is_away = False

    async def hear(self, notice: FarmNotice) -> None:
        if self.is_away:
            raise BusUnavailable("The bus is away.")
        self.notices.append(notice)


def stage_with(outbox: Remembering, admins: Admins) -> EngineStage:
    stage = EngineStage(outbox)
    stage.engine = Engine(outbox=outbox, ask=stage.ask, clock=stage.clock, tell=admins.hear)
    return stage


async def test_a_firing_that_cannot_be_kept_sets_its_own_rule_aside_and_no_other() -> None:
    admins = Admins()
    stage = stage_with(Refusing("bad"), admins)
    for name in ("bad", "good"):
        await stage.engine.put(row(level("100"), id=name, repeats=True, cooldown=0))
    await stage.hear("99", "101")
    assert [one.told.rule for one in stage.outbox.firings] == ["good"]
    assert stage.outbox.statuses == {"bad": "failed", "good": "active"}
    await stage.hear("99", "101", seconds=2)
    await stage.engine.see(candle(NOON, "99", "99", "99", "99", timeframe="1m"))
    assert stage.outbox.told() == ["fired", "armed", "fired"]
    assert stage.outbox.marks[BTC] == NOON + timedelta(minutes=1)

    admins.is_away = True
    await stage.engine.tending.look()
    admins.is_away = False
    await stage.engine.tending.look()
    await stage.engine.tending.look()
    (notice,) = admins.notices
    assert "bad" in notice.detail


async def test_a_database_that_keeps_nothing_at_all_is_waited_for_and_blames_no_rule() -> None:
    outbox = Refusing()
    stage = stage_with(outbox, Admins())
    await stage.engine.put(row(level("100")))
    await stage.hear("99")
    outbox.takes_nothing = True
    await stage.hear("101", seconds=1)
    with pytest.raises(StoreUnavailable):
        await stage.engine.tending.look()
    outbox.takes_nothing = False
    await stage.engine.tending.look()
    assert (outbox.told(), outbox.statuses["rule"]) == (["fired"], "done")


async def test_a_row_that_cannot_be_read_is_left_and_reported_and_the_others_are_taken_up() -> None:
    admins = Admins()
    stage = stage_with(Remembering(), admins)
    rows = [
        replace(row(level("100"), id="kind"), condition='{"type":"gone"}'),
        replace(row(level("100"), id="state"), state="?"),
        row(level("100"), id="good"),
    ]
    await stage.engine.load(rows, {})
    await stage.engine.see(candle(NOON, "99", "99", "99", "99"))
    await stage.hear("101", seconds=2)
    await stage.engine.tending.look()
    assert [one.told.rule for one in stage.outbox.firings] == ["good"]
    assert set(stage.outbox.statuses) == {"good"}
    assert [("kind" in one.detail, "state" in one.detail) for one in admins.notices] == [(True, True)]


async def test_a_rule_whose_function_fails_five_times_has_failed_for_its_owner_too() -> None:
    admins = Admins()
    stage = stage_with(Remembering(), admins)
    await stage.engine.put(row(PriceMove(market=BTC, percent=Decimal(1), window=0)))
    for second in range(6):
        await stage.engine.see(candle(NOON + second * SECOND, "99", "99", "99", "99"))
    await stage.engine.tending.look()
    assert stage.outbox.statuses == {"rule": "failed"}
    assert len(admins.notices) == 1


async def test_of_what_a_restart_missed_no_price_of_now_is_decided_before_the_log_is_read_up() -> None:
    stage = EngineStage()
    await stage.engine.load(
        [row(level("100"), state='{"since":"2026-01-05T12:00:00Z","armed":[true]}')], {BTC: NOON}
    )

    async def old(second: int, low: str, high: str) -> None:
        seen = candle(NOON + second * SECOND, low, high, low, high)
        await stage.engine.see(replace(seen, appended_at=stage.clock.wall - timedelta(minutes=10)))

    await old(0, "99", "99")
    await stage.engine.hear(quote("101", NOON + timedelta(minutes=10)))
    assert stage.outbox.told() == []
    await old(1, "99", "101")
    (firing,) = stage.outbox.firings
    assert (firing.told.at, firing.told.span, firing.told.late) == (NOON + 2 * SECOND, 1, 600)


async def test_where_no_price_was_heard_the_age_of_the_entry_tells_how_late_it_is() -> None:
    stage = EngineStage()
    await stage.engine.load(
        [row(level("100"), state='{"since":"2026-01-05T12:00:00Z","armed":[true]}')], {BTC: NOON}
    )
    seen = candle(NOON, "99", "101", "99", "101")
    await stage.engine.see(replace(seen, appended_at=stage.clock.wall - timedelta(minutes=10)))
    assert [one.told.late for one in stage.outbox.firings] == [600]


async def test_what_a_close_confirms_at_once_is_late_and_tells_how_long_its_candle_was() -> None:
    stage = EngineStage()
    closes = CandleClosed(market=BTC, timeframe="5m", closing="up")
    rule = row(closes, confirming="close", confirm_timeframe="5m")
    state = '{"since":"2026-01-05T12:00:00Z","armed":[true]}'
    await stage.engine.load([replace(rule, state=state)], {BTC: NOON})
    await stage.engine.hear(quote("99", NOON + timedelta(hours=3)))
    await stage.engine.see(candle(NOON, "99", "100", "99", "100", timeframe="5m"))
    assert [(one.told.state, one.told.span, one.told.late) for one in stage.outbox.firings] == [
        ("confirmed", 300, 10_500)
    ]


async def test_venues_are_asked_once_for_all_rules_of_a_market() -> None:
    stage = EngineStage()
    for number in range(3):
        await stage.engine.put(row(level("100"), id=f"rule{number}", confirming="venues"))
    await stage.hear("99", "101")
    quotes = [VenueQuote(venue=one, quote=quote(one, NOON)) for one in ("101", "102")]
    stage.ask.compared = Comparison(market=BTC, quotes=quotes)
    await stage.engine.tending.care()
    assert [type(one) for one in stage.ask.asked].count(Compare) == 1
    assert stage.outbox.told() == ["pending"] * 3 + ["confirmed"] * 3


async def test_a_market_without_rules_is_forgotten_and_its_candles_cost_nothing() -> None:
    stage = EngineStage()
    watches = stage.engine._deciding.watches
    await stage.engine.put(row(level("100")))
    await stage.hear("99")
    await stage.engine.put(row(level("101"), state='{"number":1}'))
    assert stage.engine.now("rule") != ()
    await stage.engine.drop("rule")
    await stage.engine.tending.look()
    assert not watches
    assert not stage.engine._deciding.known
    await stage.engine.see(candle(NOON, "99", "101", "99", "101"))
    await stage.engine.hear(quote("101", NOON + SECOND))
    assert not watches
    await stage.engine.put(row(level("100")))
    await stage.hear("99", "101", seconds=2)
    assert stage.outbox.told() == ["fired"]

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from alert_engine_stage import BTC, NOON, EngineStage, candle, level, minutes_of, origin, quote, row

from services.alerts.conditions import (
    SKY_EVENTS,
    AllOf,
    CandleClosed,
    FeedStale,
    FundingRate,
    SkyShows,
    VenueSpread,
)
from services.alerts.engine.machine import alert_id
from services.alerts.engine.sky import name_of
from services.cosmic.messages import SkyEvent
from services.errors import StoreUnavailable
from services.market.messages import Comparison, VenueQuote

ETH = "ETH/USDT:USDT"


@pytest.fixture
def stage() -> EngineStage:
    return EngineStage()


async def test_a_price_that_crosses_fires_at_once_with_what_was_known_of_it(stage: EngineStage) -> None:
    await stage.engine.put(row(level("100"), note="look", is_urgent=True))
    await stage.hear("99", "100.5")
    (firing,) = stage.outbox.firings
    told = firing.told
    assert (told.state, told.at, told.price, told.span, told.late) == (
        "fired",
        NOON + timedelta(seconds=1),
        Decimal("100.5"),
        0,
        0,
    )
    assert (told.seen_at, told.note, told.severity, told.owner) == (
        stage.clock.now(),
        "look",
        "urgent",
        "42",
    )
    assert (firing.market, firing.user_id, stage.outbox.statuses["rule"]) == (BTC, "42", "done")


async def test_nothing_fires_for_a_move_before_it_was_set(stage: EngineStage) -> None:
    await stage.engine.put(row(level("90"), id="other"))
    await stage.hear("99", "101")
    await stage.engine.put(row(level("100"), market_at=NOON + timedelta(seconds=1)))
    await stage.hear("102", "99", seconds=2)
    assert stage.engine.armed("rule") is True
    assert stage.outbox.told() == []
    await stage.hear("101", seconds=4)
    assert stage.outbox.told() == ["fired"]


async def test_a_crossing_that_no_tick_saw_is_found_by_the_candle_of_the_second(stage: EngineStage) -> None:
    await stage.engine.put(row(level("100")))
    await stage.hear("99", seconds=0)
    await stage.hear("98", seconds=8)
    await stage.engine.see(candle(NOON + timedelta(seconds=1), "99", "100.2", "99", "99"))
    (firing,) = stage.outbox.firings
    assert (firing.told.at, firing.told.span, firing.told.late) == (NOON + timedelta(seconds=2), 1, 6)


async def test_a_crossing_that_the_seconds_lack_is_found_by_the_minute(stage: EngineStage) -> None:
    await stage.engine.put(row(level("100"), repeats=True))
    await stage.hear("99")
    await stage.engine.see(candle(NOON, "99", "100.2", "98", "99", timeframe="1m"))
    (firing,) = stage.outbox.firings
    assert (firing.told.at, firing.told.span) == (NOON + timedelta(minutes=1), 60)


async def test_what_a_tick_fired_is_not_fired_again_by_its_second_and_its_minute(stage: EngineStage) -> None:
    await stage.engine.put(row(level("100"), repeats=True, cooldown=0))
    await stage.hear("99", "101", "99", every=0.3)
    for _ in range(2):
        await stage.engine.see(candle(NOON, "99", "101", "99", "99"))
        await stage.engine.see(candle(NOON, "99", "101", "99", "99", timeframe="1m"))
    assert stage.outbox.told() == ["fired", "armed"]


async def test_after_a_look_back_the_alert_stands_by_the_price_of_now(stage: EngineStage) -> None:
    await stage.engine.put(row(level("100"), repeats=True, cooldown=0))
    await stage.hear("99", "98", every=3)
    await stage.engine.see(candle(NOON + timedelta(seconds=1), "99", "101", "99", "101"))
    assert stage.outbox.told() == ["fired", "armed"]
    assert stage.engine.armed("rule") is True


async def test_a_rule_on_closes_fires_once_a_close_however_often_that_comes(stage: EngineStage) -> None:
    condition = CandleClosed(market=BTC, timeframe="5m", closing="up")
    stage.ask.minutes[BTC] = minutes_of([99] * 60, begin=NOON - timedelta(hours=1))
    await stage.engine.put(row(condition, repeats=True, cooldown=0))
    await stage.hear("99")
    for _ in range(2):
        await stage.engine.see(candle(NOON, "99", "101", "98", "100", timeframe="5m"))
    await stage.engine.see(candle(NOON + timedelta(minutes=5), "100", "101", "98", "99", timeframe="5m"))
    assert stage.outbox.when() == [NOON + timedelta(minutes=5)]


async def test_a_rule_goes_by_several_markets(stage: EngineStage) -> None:
    await stage.engine.put(row(AllOf(parts=[level("100"), level("10", market=ETH)])))
    await stage.hear("99")
    await stage.engine.hear(quote("9", NOON, market=ETH))
    await stage.hear("101", seconds=1)
    assert stage.outbox.told() == []
    await stage.engine.hear(quote("11", NOON + timedelta(seconds=2), market=ETH))
    assert stage.outbox.told() == ["fired"]


async def test_what_could_not_be_kept_is_kept_when_it_is_tried_again_and_only_once(
    stage: EngineStage,
) -> None:
    await stage.engine.put(row(level("100")))
    await stage.hear("99")
    stage.outbox.is_away = True
    await stage.hear("101", "102", seconds=1)
    entry = candle(NOON + timedelta(seconds=1), "99", "101", "99", "101")
    with pytest.raises(StoreUnavailable):
        await stage.engine.see(entry)
    stage.outbox.is_away = False
    await stage.engine.see(entry)
    await stage.engine.see(entry)
    assert stage.outbox.told() == ["fired"]


async def test_nothing_is_kept_of_a_rule_that_was_dropped(stage: EngineStage) -> None:
    await stage.engine.put(row(level("100")))
    await stage.hear("99")
    stage.outbox.is_away = True
    await stage.hear("101", seconds=1)
    await stage.engine.drop("rule")
    stage.outbox.is_away = False
    await stage.engine.tending.look()
    assert stage.outbox.firings == []
    assert stage.engine.armed("rule") is None


async def test_a_rule_that_goes_on_takes_new_options_and_keeps_its_state(stage: EngineStage) -> None:
    await stage.engine.put(row(level("100")))
    await stage.hear("101")
    await stage.engine.put(row(level("100"), state='{"armed":[true]}', repeats=True, cooldown=0))
    assert stage.engine.armed("rule") is False
    await stage.hear("99", "101", "99", "101", seconds=1)
    assert stage.outbox.told() == ["fired", "armed", "fired"]


async def test_a_rule_that_begins_anew_looks_for_what_it_is_now_and_counts_on(stage: EngineStage) -> None:
    await stage.engine.put(row(level("100"), repeats=True, cooldown=0))
    await stage.hear("99", "101")
    await stage.engine.put(row(level("102"), state='{"number":1}', market_at=NOON + timedelta(seconds=1)))
    await stage.hear("99", "101", "102", seconds=2)
    assert [one.told.alert for one in stage.outbox.firings if one.told.state == "fired"] == [
        alert_id("rule", 1),
        alert_id("rule", 2),
    ]


async def test_an_alert_expires_by_wall_time(stage: EngineStage) -> None:
    await stage.engine.put(row(level("100"), expires_at=stage.clock.now() + timedelta(seconds=1)))
    await stage.hear("99")
    await stage.engine.tending.look()
    assert stage.outbox.statuses.get("rule", "active") == "active"
    stage.clock.wall += timedelta(seconds=1)
    await stage.engine.tending.look()
    assert stage.outbox.statuses["rule"] == "expired"
    await stage.hear("101", seconds=1)
    assert stage.outbox.firings == []


async def test_silence_is_told_by_the_clock_that_never_goes_back(stage: EngineStage) -> None:
    await stage.engine.put(row(FeedStale(market=BTC, seconds=30), repeats=True, cooldown=0))
    await stage.hear("99")
    await stage.engine.tending.look()
    stage.clock.wall += timedelta(hours=2)
    await stage.engine.tending.look()
    assert stage.outbox.told() == []
    stage.clock.seconds += 31
    await stage.engine.tending.look()
    await stage.engine.tending.look()
    assert stage.outbox.told() == ["fired"]
    await stage.hear("99", seconds=40)
    await stage.engine.tending.look()
    assert stage.outbox.told() == ["fired", "armed"]


async def test_the_spread_of_venues_is_asked_for_where_a_rule_looks_at_it(stage: EngineStage) -> None:
    await stage.engine.put(row(VenueSpread(market=BTC, percent=Decimal(1))))
    await stage.engine.tending.spreads()
    await stage.engine.tending.look()
    for spread in ("0.5", "2"):
        stage.ask.compared = Comparison(market=BTC, quotes=[], median=Decimal(100), spread=Decimal(spread))
        await stage.engine.tending.spreads()
        await stage.engine.tending.look()
    assert stage.outbox.told() == ["fired"]


async def test_a_funding_rate_that_nobody_tells_fires_nothing(stage: EngineStage) -> None:
    await stage.engine.put(row(FundingRate(market=BTC, side="above", rate=Decimal("0.0001"))))
    await stage.engine.tending.fundings()
    await stage.engine.tending.look()
    assert stage.engine.armed("rule") is None


@pytest.mark.parametrize(
    ("prices", "state"), [(("101", "102", "99"), "confirmed"), (("101", "99"), "failed")]
)
async def test_two_venues_must_agree(stage: EngineStage, prices: tuple[str, ...], state: str) -> None:
    await stage.engine.put(row(level("100"), confirming="venues"))
    await stage.hear("99", "101")
    assert stage.outbox.told() == ["pending"]
    quotes = [VenueQuote(venue=one, quote=quote(one, NOON)) for one in prices]
    stage.ask.compared = Comparison(market=BTC, quotes=quotes)
    await stage.engine.tending.care()
    stage.clock.seconds += 30
    await stage.engine.tending.care()
    assert stage.outbox.told() == ["pending", state]
    assert len({firing.told.alert for firing in stage.outbox.firings}) == 1


async def test_a_market_that_begins_anew_fires_nothing(stage: EngineStage) -> None:
    await stage.engine.put(row(level("100"), repeats=True, cooldown=0))
    await stage.hear("99")
    await stage.engine.hear(quote("150", NOON - timedelta(days=3)))
    await stage.engine.hear(quote("151", NOON - timedelta(days=3) + timedelta(seconds=1)))
    await stage.engine.see(candle(NOON, "99", "101", "99", "99"))
    assert stage.outbox.told() == []
    assert stage.engine.armed("rule") is False


async def test_prices_of_another_venue_are_another_market(stage: EngineStage) -> None:
    await stage.engine.put(row(level("100"), repeats=True, cooldown=0))
    await stage.hear("99")
    await stage.engine.hear(quote("150", NOON + timedelta(seconds=1), venue="kraken"))
    assert stage.outbox.told() == []
    await stage.engine.hear(quote("99", NOON + timedelta(seconds=2), venue="kraken"))
    await stage.engine.hear(quote("101", NOON + timedelta(seconds=3), venue="kraken"))
    assert stage.outbox.told() == ["fired"]


async def test_a_recording_that_goes_on_simulated_is_the_same_market(stage: EngineStage) -> None:
    await stage.engine.put(row(level("100")))
    await stage.hear("99")
    at = NOON + timedelta(seconds=1)
    simulated = quote("101", at)
    await stage.engine.hear(
        type(simulated)(
            market=BTC, price=simulated.price, tick=simulated.tick, origin=origin(at, nature="simulated")
        )
    )
    assert stage.outbox.told() == ["fired"]


async def test_a_feed_says_how_severe_its_alerts_are(stage: EngineStage) -> None:
    await stage.engine.put(row(level("100"), feed="moves", given='{"severity": "high"}'))
    await stage.hear("99", "101")
    (firing,) = stage.outbox.firings
    assert (firing.told.severity, firing.told.feed, firing.user_id) == ("high", "moves", None)


async def test_a_rule_whose_function_fails_takes_nothing_from_the_others(stage: EngineStage) -> None:
    broken = CandleClosed(market=BTC, timeframe="7y", closing="up")
    await stage.engine.put(row(AllOf(parts=[broken, level("100")]), id="broken"))
    await stage.engine.put(row(level("100")))
    await stage.hear("99", "101")
    assert [firing.told.rule for firing in stage.outbox.firings] == ["rule"]


async def test_who_asks_why_sees_what_the_rule_sees_now(stage: EngineStage) -> None:
    await stage.engine.put(row(level("100")))
    await stage.hear("99")
    assert [(one.label, one.value) for one in stage.engine.now("rule")] == [
        ("Price", Decimal("99.0")),
        ("Level", Decimal("100.0")),
    ]
    assert stage.engine.now("other") == ()


async def test_tending_goes_on_when_nobody_answers(stage: EngineStage) -> None:
    await stage.engine.put(row(FundingRate(market=BTC, side="above", rate=Decimal(1))))
    await stage.engine.put(row(FeedStale(market=BTC, seconds=1), id="stale"))
    tending = asyncio.ensure_future(stage.engine.tending.run())
    await asyncio.wait([tending], timeout=0.05)
    assert not tending.done()
    assert len(stage.ask.asked) > 1
    tending.cancel()
    await asyncio.wait([tending])


async def test_what_happens_in_the_sky_fires_once_and_nothing_of_before_it_was_set(
    stage: EngineStage,
) -> None:
    stage.ask.sky = [
        SkyEvent(title="Full Moon", at=stage.clock.wall + timedelta(minutes=one)) for one in (-5, 5)
    ]
    await stage.engine.put(row(SkyShows(event="full_moon")))
    await stage.engine.put(row(SkyShows(event="new_moon"), id="other"))
    for _ in range(4):
        await stage.engine.tending.look()
        stage.clock.wall += timedelta(minutes=3)
    assert [(one.told.rule, one.told.at) for one in stage.outbox.firings] == [
        ("rule", NOON + timedelta(hours=1, minutes=6))
    ]


async def test_a_silent_market_is_told_though_the_sky_cannot_be_seen(stage: EngineStage) -> None:
    await stage.engine.put(row(SkyShows(event="full_moon")))
    await stage.engine.put(row(FeedStale(market=BTC, seconds=30), id="stale"))
    await stage.engine.tending.look()
    stage.clock.seconds += 31
    await stage.engine.tending.look()
    assert [one.told.rule for one in stage.outbox.firings] == ["stale"]


def test_the_sky_is_called_by_the_names_that_rules_know() -> None:
    told = {
        "New Moon": {},
        "First quarter": {},
        "Full Moon": {},
        "Last quarter": {},
        "Moon at perigee": {},
        "Moon at apogee": {},
        "Partial solar eclipse": {},
        "Total lunar eclipse": {},
        "{planet} turns retrograde": {"planet": "Mercury"},
        "{planet} turns direct": {"planet": "Mars"},
    }
    named = {name_of(SkyEvent(title=title, at=NOON, words=words)) for title, words in told.items()}
    assert named <= set(SKY_EVENTS)
    assert len(named) == len(told)

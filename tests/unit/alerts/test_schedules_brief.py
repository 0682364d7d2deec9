from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from schedule_stage import NOON, Answers, WallClock, schedule

from services.alerts.posts import BriefMarket
from services.alerts.schedules.brief import MOST_TRADED, Briefs
from services.alerts.schedules.triggers import Slot
from services.analyst.messages import Analysis, Analyze, Point, PriceZone, Scene
from services.bus.messages import Message, Request
from services.cosmic.messages import Calendar, GetCalendar, GetMoon, MoonFinding, Place, SkyEvent, Spot
from services.errors import ExchangeUnavailable, OmegaError
from services.exchange.prices import to_milliseconds
from services.locales.texts import texts_of
from services.market.messages import (
    CandleSeries,
    FindMarkets,
    GetCandles,
    GetQuote,
    MarketNames,
    Origin,
    Quote,
)

BTC = "BTC/USDT:USDT"
ORIGIN = Origin(venue="sandbox", nature="replay", as_of=NOON - timedelta(days=200), received_at=NOON)
SLOT = Slot(name="daily:2026-03-02", at=NOON)
TICK = Decimal("0.1")
SPOT = Spot(longitude=1.0, sign="Aries", degree=1.0)


def zone(price: str) -> PriceZone:
    value = Decimal(price)
    return PriceZone(low=value, high=value, price=value, touches=3, strength=50, touched_at=NOON)


ANALYSIS = Analysis(
    scene=Scene(
        market=BTC,
        timeframe="4h",
        price=Decimal(100),
        tick=TICK,
        count=500,
        closed_at=ORIGIN.as_of,
        origin=ORIGIN,
    ),
    trend="up",
    readings=[],
    points=[
        Point(side="bull", text="Close {price} is above {title} at {level}", weight=3),
        Point(side="bull", text="MACD is above its signal line", weight=2),
        Point(side="bull", text="EMA 20 is above EMA 50", weight=2),
        Point(side="bear", text="The last confirmed highs and lows are falling", weight=3),
    ],
    bull=7,
    bear=3,
    supports=[zone("98"), zone("90")],
    resistances=[zone("104")],
    patterns=[],
)
MOON = MoonFinding(
    at=NOON,
    place=Place(body="Moon", spot=SPOT, speed=13.0),
    phase="Full Moon",
    lit=1.0,
    age_days=14.0,
    distance_km=380_000.0,
    mean_node=SPOT,
    true_node=SPOT,
    before=[],
    quarters=[],
    apsides=[],
    eclipses=[],
)
EVENTS = [
    SkyEvent(title="{body} enters {sign}", at=NOON, words={"body": "Mars", "sign": "Aries"}),
    SkyEvent(title="Full Moon", at=NOON + timedelta(hours=23)),
    SkyEvent(title="{planet} turns direct", at=NOON + timedelta(days=2), words={"planet": "Mercury"}),
]


def week(*, hours: int = 168) -> CandleSeries:
    first = ORIGIN.as_of - timedelta(hours=hours)
    return CandleSeries(
        market=BTC,
        timeframe="1h",
        time=[to_milliseconds(first + timedelta(hours=hour)) for hour in range(hours)],
        open=[80.0] * hours,
        high=[80.0] * hours,
        low=[80.0] * hours,
        close=[80.0] * hours,
        volume=[1.0] * hours,
        origin=ORIGIN,
        tick=TICK,
    )


def answers(**changed: Message | OmegaError) -> Answers:
    quote = Quote(market=BTC, price=Decimal(100), tick=TICK, origin=ORIGIN, open_24h=Decimal(95))
    known: dict[type[Request[Any]], Message | OmegaError] = {
        FindMarkets: MarketNames(names=[BTC]),
        GetQuote: quote,
        Analyze: ANALYSIS,
        GetCandles: week(),
        GetCalendar: Calendar(at=NOON, days=2, events=EVENTS),
        GetMoon: MOON,
    }
    named = {request.__name__: request for request in known}
    return Answers(known | {named[name]: answer for name, answer in changed.items()})


AWAY = ExchangeUnavailable("The venue does not answer.")


async def test_a_brief_says_what_the_services_found() -> None:
    ask = answers()
    brief = await Briefs(ask, clock=WallClock()).make(schedule(), SLOT)
    assert brief.markets == [
        BriefMarket(
            market=BTC,
            price=Decimal(100),
            tick=TICK,
            before=Decimal(95),
            support=Decimal(98),
            resistance=Decimal(104),
            lean="bull",
            finding="MACD is above its signal line",
            origin=ORIGIN,
        )
    ]
    assert (brief.kind, brief.at, brief.sky, brief.missing) == ("daily", NOON, "Full Moon", [])
    assert FindMarkets(limit=MOST_TRADED) in ask.asked


async def test_what_comes_is_told_with_its_day_and_in_every_language() -> None:
    brief = await Briefs(answers(), clock=WallClock()).make(schedule(), SLOT)
    assert brief.calendar == [
        "Full Moon, expected on 2026-03-03",
        "Mercury turns direct, expected on 2026-03-04",
    ]
    assert [texts_of("pt-BR").sentence(one) for one in brief.calendar] == [
        "Lua cheia, em 2026-03-03",
        "Mercúrio volta ao movimento direto, em 2026-03-04",
    ]


@pytest.mark.parametrize(("hours", "before"), [(168, Decimal("80.0")), (100, None)])
async def test_a_weekly_recap_compares_with_a_week_ago_or_with_nothing(
    hours: int, before: Decimal | None
) -> None:
    ask = answers(GetCandles=week(hours=hours))
    brief = await Briefs(ask, clock=WallClock()).make(schedule(kind="weekly"), SLOT)
    assert [market.before for market in brief.markets] == [before]


async def test_a_session_is_named() -> None:
    slot = Slot(name="session:New York:2026-03-02", at=NOON)
    brief = await Briefs(answers(), clock=WallClock()).make(schedule(kind="session"), slot)
    assert (brief.kind, brief.session) == ("session", "New York")


async def test_a_market_without_a_price_is_missing_and_not_made_up() -> None:
    brief = await Briefs(answers(GetQuote=AWAY), clock=WallClock()).make(schedule(markets=(BTC,)), SLOT)
    assert (brief.markets, brief.missing) == ([], [BTC])


async def test_what_the_analyst_cannot_say_is_left_out() -> None:
    brief = await Briefs(answers(Analyze=AWAY), clock=WallClock()).make(schedule(), SLOT)
    (market,) = brief.markets
    assert (market.price, market.support, market.resistance) == (Decimal(100), None, None)
    assert (market.lean, market.finding) == ("", "")


async def test_a_brief_of_services_that_are_all_away_is_empty() -> None:
    brief = await Briefs(Answers({}), clock=WallClock()).make(schedule(), SLOT)
    assert (brief.markets, brief.missing, brief.calendar, brief.sky) == ([], [], [], "")


async def test_channels_with_the_same_brief_ask_once() -> None:
    ask = answers()
    briefs = Briefs(ask, clock=WallClock())
    first = await briefs.make(schedule("s1", markets=(BTC,)), SLOT)
    second = await briefs.make(schedule("s2", markets=(BTC,)), SLOT)
    assert first == second
    assert [type(request) for request in ask.asked].count(Analyze) == 1

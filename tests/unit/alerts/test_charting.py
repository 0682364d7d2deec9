from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from analyst_stage import StillClock, series
from sqlalchemy import update
from structlog.testing import capture_logs
from subscribing_stage import BTC, EVENING, TRUE, delivery, made_of, minutes, of_feed, of_member, told

from services.alerts.charting import CROWD, MOST_WAITING, Charting
from services.alerts.conditions import (
    AllOf,
    Compared,
    Condition,
    FeedStale,
    FibMeeting,
    PatternShown,
    PriceLevel,
    PriceMove,
    SkyShows,
    TrendLine,
    ZoneMeeting,
)
from services.alerts.delivery.ledger import Ledger
from services.alerts.firing import Firing
from services.alerts.picture import wanted_for
from services.alerts.posts import Delivery, Told, Value
from services.analyst.messages import ChartDrawn, DrawChart
from services.analyst.sight import sight_of
from services.bus.messages import Request
from services.errors import Unavailable
from services.loops import Loops
from services.store.migrate import migrate
from services.store.rows import AlertRow, DeliveryRow
from services.store.store import Store, open_store
from services.store.tables import DELIVERIES

SCENE = sight_of(series("15m", 3)).scene


class Analyst:
    """Draws every chart when it may, and keeps what was asked."""

    def __init__(self) -> None:
        self.asked: list[DrawChart] = []
        self.may_draw = asyncio.Event()
        self.may_draw.set()
        self.refuses: Unavailable | None = None

    async def ask(self, request: Request[Any], *, timeout: float) -> Any:  # noqa: ARG002, ASYNC109 - the bus's own
        assert isinstance(request, DrawChart)
        self.asked.append(request)
        number = len(self.asked)
        await self.may_draw.wait()
        if self.refuses is not None:
            raise self.refuses
        return ChartDrawn(
            scene=SCENE,
            digest=f"picture{number}",
            alt=f"in {request.locale}",
            shown=3,
            first_open=Decimal(1),
            indicators=[],
        )


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    path = tmp_path / "omega.db"
    await migrate(None, path=path)
    async with open_store(None, path=path, busy_timeout=timedelta(5), clock=StillClock(EVENING)) as opened:
        yield opened


@pytest.fixture
def analyst() -> Analyst:
    return Analyst()


@pytest.fixture
async def charting(store: Store, analyst: Analyst) -> AsyncIterator[Charting]:
    clock = StillClock(EVENING)
    one = Charting(analyst.ask, ledger=Ledger(store), clock=clock, on_committed=lambda: None)
    async with Loops(one.run()):
        yield one


def alert(name: str, *, level: int = 70_000, at: float = 0, user: str | None = "7") -> Firing:
    base = of_member() if user else of_feed()
    condition = PriceLevel(market=BTC, way="above", level=Decimal(level))
    one = told(alert=f"a-{name}", rule=f"r-{name}", condition=condition, at=EVENING + minutes(at))
    return replace(base, told=one)


def sent(name: str, place: str, **other: Any) -> DeliveryRow:
    return delivery(name, place, status="sent", message_id=f"m-{name}", channel_id="55", **other)


async def keep(store: Store, firing: Firing, posts: Sequence[DeliveryRow]) -> None:
    one = firing.told
    row = AlertRow(
        id=one.alert,
        rule_id=one.rule,
        user_id=firing.user_id,
        feed=one.feed,
        market=firing.market,
        at=one.at,
        seen_at=one.seen_at,
        state=one.state,
        severity=one.severity,
        told=msgspec.json.encode(one).decode(),
    )
    async with store.write() as rows:
        await rows.alerts.put_alerts([row])
        await rows.deliveries.add(posts)


async def mark_sent(store: Store, name: str) -> None:
    changed = {"status": "sent", "message_id": f"m-{name}", "channel_id": "55"}
    async with store.write() as rows:
        await rows.pictures._connection.execute(
            update(DELIVERIES).where(DELIVERIES.c.id == name).values(changed)
        )


async def charts(store: Store) -> list[Delivery]:
    async with store.read() as rows:
        found = await made_of(rows, "chart")
    return [msgspec.json.decode(row.body, type=Delivery) for row in found]


async def kept(store: Store, alert_id: str) -> Told:
    async with store.read() as rows:
        row = await rows.alerts.alert(alert_id)
        assert row is not None
        return msgspec.json.decode(row.alert.told, type=Told)


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(5):
        while not await is_so():  # noqa: ASYNC110 - it is a database that is looked at
            await asyncio.sleep(0.01)


async def test_the_chart_of_an_alert_is_put_into_its_message_and_kept_with_what_is_told(
    store: Store, charting: Charting
) -> None:
    firing = alert("one")
    await keep(store, firing, [sent("one", "user:7")])
    charting.fired(firing)

    async def is_there() -> bool:
        return bool(await charts(store))

    await until(is_there)
    (edit,) = await charts(store)
    assert (edit.message_id, edit.channel_id, edit.user_id, edit.persona) == ("m-one", "55", "", "biel")
    assert isinstance(edit.body, Told)
    assert (edit.body.digest, edit.body.alt) == ("picture1", "in en")
    assert await kept(store, "a-one") == edit.body


async def test_a_message_that_is_sent_after_its_chart_was_drawn_gets_it_once_it_is_there(
    store: Store, charting: Charting, analyst: Analyst
) -> None:
    firing = alert("one")
    await keep(store, firing, [delivery("one", "user:7")])
    charting.fired(firing)

    async def is_drawn() -> bool:
        return (await kept(store, "a-one")).digest != ""

    await until(is_drawn)
    assert await charts(store) == []
    await mark_sent(store, "one")
    for _ in range(3):
        charting.posted("a-one")

    async def is_there() -> bool:
        return bool(await charts(store))

    await until(is_there)
    charting.posted("a-one")
    await asyncio.sleep(0.1)
    assert len(await charts(store)) == 1
    assert len(analyst.asked) == 1


async def test_alerts_of_one_candle_with_the_same_level_share_a_drawing_and_others_do_not(
    store: Store, charting: Charting, analyst: Analyst
) -> None:
    firings = [alert("one"), alert("two", at=3), alert("three", level=70_100), alert("four", at=20)]
    for firing in firings:
        name = firing.told.alert.removeprefix("a-")
        await keep(store, firing, [sent(name, f"channel:{name}")])
        charting.fired(firing)

    async def are_there() -> bool:
        return len(await charts(store)) == 4

    await until(are_there)
    assert len(analyst.asked) == 3


async def test_in_a_crowd_all_alerts_of_a_candle_share_a_chart_without_levels_of_their_own(
    store: Store, charting: Charting, analyst: Analyst
) -> None:
    analyst.may_draw.clear()
    count = CROWD + 12
    for at in range(count):
        firing = alert(f"n{at}", level=70_000 + at)
        await keep(store, firing, [sent(f"n{at}", f"channel:{at}")])
        charting.fired(firing)
        await asyncio.sleep(0)
    await asyncio.sleep(0.02)
    analyst.may_draw.set()

    async def are_there() -> bool:
        return len(await charts(store)) == count

    await until(are_there)
    assert len(analyst.asked) == CROWD + 2
    assert [one.levels for one in analyst.asked if not one.marks] == [[]]


async def test_each_message_has_its_chart_in_its_own_language(
    store: Store, charting: Charting, analyst: Analyst
) -> None:
    firing = alert("one", user=None)
    portuguese = sent("two", "channel:2", alert_id="a-one")
    body = msgspec.json.decode(portuguese.body, type=Delivery)
    body = msgspec.structs.replace(body, locale="pt-BR")
    portuguese = replace(portuguese, body=msgspec.json.encode(body).decode())
    await keep(store, firing, [sent("one", "channel:1", alert_id="a-one"), portuguese])
    charting.fired(firing)

    async def are_there() -> bool:
        return len(await charts(store)) == 2

    await until(are_there)
    found = [edit.body for edit in await charts(store)]
    assert [one.alt for one in found if isinstance(one, Told)] == ["in en", "in pt-BR"]
    assert len(analyst.asked) == 2


async def test_a_chart_that_cannot_be_had_is_left_out_and_said_so_in_the_log(
    store: Store, charting: Charting, analyst: Analyst
) -> None:
    analyst.refuses = Unavailable("The chart could not be drawn.")
    await keep(store, alert("one"), [sent("one", "user:7")])
    with capture_logs() as logs:
        charting.fired(alert("one"))
        await asyncio.sleep(0.05)
    assert [entry["event"] for entry in logs] == ["chart_left_out"]
    assert await charts(store) == []


async def test_more_alerts_than_can_be_drawn_in_time_go_without(charting: Charting, analyst: Analyst) -> None:
    analyst.may_draw.clear()
    with capture_logs() as logs:
        for at in range(MOST_WAITING + 5):
            charting.fired(alert(f"n{at}"))
    assert len(logs) == 5


async def test_what_goes_without_a_chart_is_not_looked_after_when_it_is_posted(
    store: Store, charting: Charting, analyst: Analyst
) -> None:
    analyst.may_draw.clear()
    for at in range(MOST_WAITING + 1):
        charting.fired(alert(f"n{at}"))
    late = f"n{MOST_WAITING}"
    for name in (late, "restarted"):
        await keep(store, alert(name), [sent(name, f"channel:{name}")])
        charting.posted(f"a-{name}")
    await asyncio.sleep(0.1)
    analyst.may_draw.set()
    await asyncio.sleep(0.1)
    for name in (late, "restarted"):
        charting.posted(f"a-{name}")
    await asyncio.sleep(0.1)
    assert await charts(store) == []
    assert await kept(store, f"a-{late}") == alert(late).told


async def test_an_alert_that_fired_just_before_a_restart_gets_its_chart_when_it_is_posted(
    store: Store, charting: Charting
) -> None:
    await keep(store, alert("one"), [sent("one", "user:7")])
    charting.posted("a-one")

    async def is_there() -> bool:
        return bool(await charts(store))

    await until(is_there)


async def test_a_state_that_came_meanwhile_stays_when_the_chart_is_kept(
    store: Store, charting: Charting, analyst: Analyst
) -> None:
    analyst.may_draw.clear()
    firing = alert("one")
    await keep(store, firing, [sent("one", "user:7")])
    charting.fired(firing)
    later = replace(firing, told=msgspec.structs.replace(firing.told, state="confirmed"))
    await keep(store, later, [])
    analyst.may_draw.set()

    async def is_there() -> bool:
        return bool(await charts(store))

    await until(is_there)
    now = await kept(store, "a-one")
    assert (now.state, now.digest) == ("confirmed", "picture1")


def shown(condition: Condition, *values: Value) -> DrawChart:
    found = wanted_for(told(condition=condition, values=[*values]), BTC, locale="en")
    assert found is not None
    return found.request


def test_a_price_alert_is_shown_in_quarters_of_an_hour_with_its_level_and_the_moment() -> None:
    chart = shown(TRUE)
    assert (chart.market, chart.timeframe) == (BTC, "15m")
    assert [(one.price, one.label) for one in chart.levels] == [(Decimal(70_000), "Alert")]
    assert [(one.at, one.is_up) for one in chart.marks] == [(EVENING, True)]


def test_what_a_rule_found_itself_is_shown_as_levels_and_the_price_is_not() -> None:
    values = [
        Value(label="Price", value=Decimal(70_050)),
        Value(label="Lower edge", value=Decimal(69_900)),
        Value(label="Upper edge", value=Decimal(70_000)),
    ]
    zone = ZoneMeeting(market=BTC, timeframe="4h", meeting="break", is_support=True)
    chart = shown(zone, *values)
    assert [one.price for one in chart.levels] == [69_900, 70_000]
    assert (chart.timeframe, chart.overlay, chart.marks[0].is_up) == ("4h", "levels", False)


@pytest.mark.parametrize(
    ("condition", "timeframe", "overlay", "indicators"),
    [
        (FibMeeting(market=BTC, timeframe="1h", meeting="touch"), "1h", "fib", []),
        (PatternShown(market=BTC, timeframe="1d", name="hammer"), "1d", "patterns", []),
        (PriceMove(market=BTC, percent=Decimal(5), window=3_600), "5m", "none", []),
        (PriceMove(market=BTC, percent=Decimal(-5), window=86_400), "1h", "none", []),
        (
            Compared(market=BTC, timeframe="4h", left="rsi:14", side="below", right="30.0"),
            *("4h", "none", ["rsi:14"]),
        ),
        (
            Compared(market=BTC, timeframe="1h", left="close", side="above", right="bbands:20,2.upper"),
            *("1h", "none", ["bbands:20,2"]),
        ),
    ],
)
def test_a_condition_is_shown_in_its_own_timeframe_with_what_it_looks_at(
    condition: Condition, timeframe: str, overlay: str, indicators: list[str]
) -> None:
    chart = shown(condition)
    assert (chart.timeframe, chart.overlay, chart.indicators) == (timeframe, overlay, indicators)


def test_a_trend_line_is_shown_with_both_of_its_points_in_sight() -> None:
    line = TrendLine(
        market=BTC,
        way="below",
        first_at=EVENING - timedelta(days=12),
        first_price=Decimal(1),
        second_at=EVENING - timedelta(days=2),
        second_price=Decimal(2),
    )
    chart = shown(line)
    assert chart.timeframe == "1h"
    assert chart.line is not None
    assert (chart.line.first_at, chart.line.second_price) == (line.first_at, Decimal(2))


def test_of_a_combination_only_what_looks_at_the_market_is_shown() -> None:
    other = PriceLevel(market="ETH/USDT:USDT", way="above", level=Decimal(3_000))
    chart = shown(AllOf(parts=[other, TRUE]))
    assert [one.price for one in chart.levels] == [70_000]


@pytest.mark.parametrize(
    ("condition", "market"),
    [(SkyShows(event="full_moon"), ""), (FeedStale(market=BTC, seconds=60), BTC)],
)
def test_what_no_chart_says_anything_about_has_none(condition: Condition, market: str) -> None:
    assert wanted_for(told(condition=condition), market, locale="en") is None

"""Alerts as members meet them: under kills, at a steady pace within Discord's limits, one for 5,000 of them.

The whole farm runs but the market, which is played. A moment is measured from just before the price is told
to when the message, and then its picture, is seen on the sockets of the members who get it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from alert_market import LOWEST, STEP
from alert_storm import (
    MEMBERS,
    PERSONAS,
    Ground,
    Place,
    Storm,
    kept_deliveries,
    lay,
    member_id,
    row,
    rule_id,
    standing_farm,
    storm_farm,
    survive,
)
from alert_watch import watching
from bus_stage import running
from figures import Figure, percentile
from pydantic import SecretStr

from services.alerts.posts import deliveries
from services.bus.connection import Timing, Wire, dial
from services.bus.streams import stream_of
from services.store.rows import DeliveryRow, RuleRow, SubscriptionRow

STORM: Final = Storm(alerts=10_000, kills=50, seed=20261128)
PACE_PER_S: Final = 20
PACE_SECONDS: Final = 30
DISCORDS_PACE: Final = 45
CANDLE_SECONDS: Final = 900
SUBSCRIBERS: Final = 5_000
FEED, OWN = 0, 1
"""The numbers of the rule of a feed, and of the member's who is told before all its subscribers."""
_HALF: Final = STEP / 2
_PATIENCE_S: Final = 20.0
_GLANCE_S: Final = 0.02


async def storm(folder: Path) -> list[Figure]:
    """Measure ten thousand alerts while fifty processes are killed."""
    survived = await survive(folder, STORM)
    return [
        Figure("alerts.lost", len(survived.lost), "alerts"),
        Figure("alerts.shown_twice", len(survived.twice), "alerts"),
        Figure("alerts.storm_s", survived.seconds, "s"),
    ]


def own_rules(count: int) -> list[RuleRow]:
    """Return rules of members; at 20 a second each persona writes to each member twice in five seconds."""
    now = datetime.now(UTC)
    places = [Place(user_id=member_id(MEMBERS[number // 5 % len(MEMBERS)])) for number in range(count)]
    return [
        row(number, place, now=now, persona=PERSONAS[number % len(PERSONAS)])
        for number, place in enumerate(places)
    ]


async def honest(folder: Path) -> list[Figure]:
    """Measure how long an alert and its chart take, within Discord's limits."""
    count = PACE_PER_S * PACE_SECONDS
    await lay(folder / "var", own_rules(count))
    farm = storm_farm(pace=DISCORDS_PACE, without=())
    async with running("tcp") as server, standing_farm(folder, farm, server.url) as ground:
        async with watching(ground.client, MEMBERS) as seen:
            met = await meet_one_after_another(ground, count)
            await seen.until_posted([*met], _PATIENCE_S)
            await seen.until_pictured([*met], _PATIENCE_S)
        drawn = drawings_a_candle(await kept_deliveries(ground.farm.var, "chart"))
    texts = [1000 * (seen.posted[rule] - at) for rule, at in met.items()]
    charts = [1000 * (seen.pictured[rule] - at) for rule, at in met.items()]
    return [
        Figure("alerts.tick_to_message_p50_ms", percentile(texts, 0.5), "ms"),
        Figure("alerts.tick_to_message_p99_ms", percentile(texts, 0.99), "ms"),
        Figure("alerts.tick_to_chart_p50_ms", percentile(charts, 0.5), "ms"),
        Figure("alerts.tick_to_chart_p99_ms", percentile(charts, 0.99), "ms"),
        Figure("alerts.drawings_a_candle", drawn, ""),
    ]


async def meet_one_after_another(ground: Ground, count: int) -> dict[str, float]:
    """Let one alert be met after the other at a steady pace; return when each was."""
    met: dict[str, float] = {}
    began = time.perf_counter()
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / PACE_PER_S - time.perf_counter()))
        met[rule_id(number)] = time.perf_counter()
        await ground.market.move(LOWEST + STEP * number + _HALF)
    return met


def drawings_a_candle(charts: Sequence[DeliveryRow]) -> float:
    """Return how many different charts were brought to messages, by candle that they end in."""
    told = [json.loads(chart.body)["body"] for chart in charts]
    candles = {int(datetime.fromisoformat(one["at"]).timestamp()) // CANDLE_SECONDS for one in told}
    return len({one["digest"] for one in told}) / len(candles)


def feed_rule() -> RuleRow:
    """Return a rule of the feed of moves that a price meets, so that no candle has to close first."""
    own = row(FEED, Place(user_id=""), now=datetime.now(UTC), persona="")
    return replace(own, user_id=None, feed="moves", given=json.dumps({"severity": "high"}))


def urgent_rule() -> RuleRow:
    """Return a member's rule, by a persona who has never written to the member."""
    place = Place(user_id=member_id(MEMBERS[0]))
    return row(OWN, place, now=datetime.now(UTC), persona=PERSONAS[0], is_urgent=True)


def subscriptions() -> list[SubscriptionRow]:
    """Return five thousand members' subscriptions to the feed of moves, as many with each persona."""
    now = datetime.now(UTC)
    return [
        SubscriptionRow(
            id=f"subscription{number}",
            user_id=member_id(f"subscriber{number}"),
            guild_id=None,
            feed="moves",
            place=f"user:{member_id(f'subscriber{number}')}",
            min_severity="normal",
            digest="none",
            persona=PERSONAS[number % len(PERSONAS)],
            locale="en",
            created_at=now,
        )
        for number in range(SUBSCRIBERS)
    ]


async def fan_out(folder: Path) -> list[Figure]:
    """Measure one alert of a feed that five thousand members have subscribed to."""
    await lay(folder / "var", [feed_rule(), urgent_rule()], subscriptions())
    names = [*MEMBERS[:1], *(f"subscriber{number}" for number in range(SUBSCRIBERS))]
    farm = storm_farm(pace=DISCORDS_PACE, feed_markets=1, without=())
    async with running("tcp") as server:
        standing = standing_farm(folder, farm, server.url, members=names)
        async with standing as ground, watching(ground.client, MEMBERS[:1]) as seen:
            expanded = await expand(ground, server.url)
            await asyncio.sleep(1)
            began = time.perf_counter()
            await ground.market.move(LOWEST + STEP * OWN + _HALF)
            await seen.until_posted([rule_id(OWN)], _PATIENCE_S)
            overtook = seen.posted[rule_id(OWN)] - began
            sent = sum(one.status == "sent" for one in await kept_deliveries(ground.farm.var, "post"))
            assert sent < SUBSCRIBERS / 2, "there was nothing left to overtake"
    return [
        Figure("alerts.expand_5000_ms", 1000 * expanded, "ms"),
        Figure("alerts.urgent_overtakes_s", overtook, "s"),
    ]


async def expand(ground: Ground, url: SecretStr) -> float:
    """Let the feed's rule be met; return the seconds until every delivery was kept and is in a log."""
    async with dial(url, name="bench", timing=Timing()).open() as wire:
        began = time.perf_counter()
        await ground.market.move(LOWEST + STEP * FEED + _HALF)
        while (count := await appended(wire)) < SUBSCRIBERS:
            if time.perf_counter() - began > _PATIENCE_S:
                raise AssertionError(f"only {count} were appended\n{ground.farm.tell()}")
            await asyncio.sleep(_GLANCE_S)
        took = time.perf_counter() - began
    kept = [one.status for one in await kept_deliveries(ground.farm.var, "post")]
    assert len(kept) == SUBSCRIBERS, f"{len(kept)} are kept"
    assert set(kept) <= {"queued", "sent"}, set(kept)
    return took


async def appended(wire: Wire) -> int:
    """Return how many deliveries were ever put into the logs of the personas."""
    asked = [("XINFO", "STREAM", stream_of(deliveries(persona).name)) for persona in PERSONAS]
    count = 0
    for about in await wire.exchange(asked):
        if isinstance(about, list):
            facts = dict(zip(about[::2], about[1::2], strict=True))
            count += int(facts[b"entries-added"])
    return count


async def measure() -> list[Figure]:
    """Measure one after the other, each with a farm of its own."""
    found: list[Figure] = []
    for part in (storm, honest, fan_out):
        with tempfile.TemporaryDirectory(prefix="omega-bench-") as folder:
            print(f"  {part.__doc__}", file=sys.stderr)
            found += await part(Path(folder))
    return found

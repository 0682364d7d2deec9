"""From a command to its card with the picture, through a whole farm: charts anew, and one drawn before."""

from __future__ import annotations

import itertools
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from figures import Figure, percentile
from running_farm import RunningFarm, running_farm, small_farm

from sandbox.discord.client import Member, SandboxClient
from services.market.messages import Timeframe

MARKETS = ("BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT", "XRP/USDT:USDT")
TIMEFRAMES: tuple[Timeframe, ...] = ("5m", "15m", "1h", "4h")
INDICATORS = (
    *("", "rsi", "macd", "bbands", "ema:20", "ema:50,rsi", "sma:20,sma:50", "bbands,rsi", "ema:20,macd"),
    *("ema:50,bbands,rsi", "sma:50,macd", "ema:20,ema:50,rsi,macd"),
)
FREELY = {"commands_per_second": 1000.0, "burst": 1000}
EPHEMERAL = 64
WARM = 3
SAME = 60

Asked = tuple[str, Timeframe, str]


async def chart_ms(member: Member, asked: Asked) -> float:
    """Ask for a chart and return the milliseconds until its card was there, with its picture."""
    market, timeframe, indicators = asked
    options = {"market": market, "timeframe": timeframe, **({"indicators": indicators} if indicators else {})}
    started = time.perf_counter()
    answer = await member.slash("chart", "markets", application=None, **options)
    took = (time.perf_counter() - started) * 1000
    (message,) = answer.messages
    if message["flags"] & EPHEMERAL or "image" not in message["embeds"][0]:
        raise AssertionError(f"no chart of {asked}: {message}")
    return took


async def all_ms(member: Member, asked: Sequence[Asked]) -> list[float]:
    """Ask for one chart after the other."""
    return [await chart_ms(member, one) for one in asked]


async def charts(farm: RunningFarm) -> list[Figure]:
    """Measure charts that nobody drew before, then the same one again and again."""
    async with SandboxClient(farm.address) as client:
        mia = await client.member("mia")
        await all_ms(mia, [(MARKETS[0], "1m", "")] * WARM)
        anew = await all_ms(mia, [*itertools.product(MARKETS, TIMEFRAMES, INDICATORS)])
        again = await all_ms(mia, [(MARKETS[0], "4h", "ema:50,rsi")] * SAME)
    return [
        Figure("cogs.chart_p50_ms", percentile(anew, 0.5), "ms"),
        Figure("cogs.chart_p99_ms", percentile(anew, 0.99), "ms"),
        Figure("cogs.charts_asked", len(anew), ""),
        Figure("cogs.chart_again_p50_ms", percentile(again, 0.5), "ms"),
        Figure("cogs.chart_again_p99_ms", percentile(again, 0.99), "ms"),
    ]


async def measure() -> list[Figure]:
    """Measure the default farm, but for its limits on members."""
    print("  Measure charts of the default farm.", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="omega-bench-") as folder:
        async with running_farm(Path(folder), small_farm(limits=FREELY)) as farm:
            return await charts(farm)

"""A process that writes candles until it is killed: ``python history_writing.py ROOT FIRST``.

It prints the number of each candle once that is acknowledged. Numbers count minutes since `START`; every
minute of two markets and every hour of one is written.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path

from services.exchange.exchange import Candle
from services.exchange.history.writer import HistoryWriter, open_history_writer

VENUE = "kraken"
MARKETS = ("BTC/USDT", "ETH/USDT:USDT")
START = datetime(2025, 6, 29, tzinfo=UTC)
MINUTES_AN_HOUR = 60


def candle(number: int, *, market: str = MARKETS[0], timeframe: str = "1m") -> Candle:
    """The candle of that minute, or of the hour that begins with it; its figures follow from its number."""
    opens_at = START + timedelta(minutes=number)
    length = timedelta(hours=1) if timeframe == "1h" else timedelta(minutes=1)
    price = Decimal(1000 + number % 977)
    return Candle(
        market=market,
        timeframe=timeframe,
        opens_at=opens_at,
        closes_at=opens_at + length,
        open=price,
        high=price + Decimal("0.5"),
        low=price - Decimal("0.25"),
        close=price + Decimal("0.125"),
        volume=Decimal(number),
        nature="live",
    )


async def write_minute(writer: HistoryWriter, number: int) -> None:
    """Write what closes with that minute."""
    received_at = START + timedelta(minutes=number + 1, seconds=1)
    for market in MARKETS:
        await writer.write(candle(number, market=market), is_filled=False, received_at=received_at)
    if number % MINUTES_AN_HOUR == 0:
        await writer.write(candle(number, timeframe="1h"), is_filled=False, received_at=received_at)


async def write_for_ever(root: Path, first: int) -> None:
    """Write minute after minute; each number goes to stdout when its minute is kept."""
    async with open_history_writer(root, VENUE) as writer:
        for number in count(first):
            await write_minute(writer, number)
            os.write(1, f"{number}\n".encode())


if __name__ == "__main__":
    asyncio.run(write_for_ever(Path(sys.argv[1]), int(sys.argv[2])))

"""A process that trades on paper as fast as it can and says what was acknowledged, until it is killed."""

from __future__ import annotations

import asyncio
import sys
from decimal import Decimal
from pathlib import Path

from paper_stage import SWAP, HandFedExchange, a_request, running

from services.clock import SystemClock
from services.exchange.paper.exchange import PaperExchange
from services.exchange.paper.files import AccountFiles
from services.exchange.paper.settings import PaperSettings


async def trade(folder: Path) -> None:
    clock = SystemClock()
    source = HandFedExchange(clock)
    settings = PaperSettings(entry_latency=0.001, response_latency=0)
    paper = PaperExchange(source, clock=clock, settings=settings, accounts=AccountFiles(folder))
    async with running(paper.run()):
        account = paper.open("me")
        count = 0
        while True:
            await source.quote(depth=1_000)
            for _ in range(10):
                count += 1
                side, price = ("buy", None) if count % 2 else ("sell", Decimal(3300))
                request = a_request(side, "0.01", price, market=SWAP, client_id=f"order-{count}")  # type: ignore[arg-type]
                order = await account.orders.place(request)
                sys.stdout.write(f"{order.client_id}\n")
                sys.stdout.flush()
                await asyncio.sleep(0.001)
            await account.orders.cancel_all()


if __name__ == "__main__":
    asyncio.run(trade(Path(sys.argv[1])))

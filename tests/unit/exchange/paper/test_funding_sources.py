from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from market_stage import wandering_minutes
from paper_stage import INSTANT, MARKETS, START, SWAP, HandClock, a_book, a_request, running

from services.exchange.exchange import Exchange, Funding, Ticker
from services.exchange.paper.exchange import PaperExchange
from services.exchange.paper.files import AccountFiles
from services.exchange.paper.state import Booking
from services.exchange.played.mirror import MirrorExchange
from services.exchange.played.replay import ReplayExchange

BTC = "BTC/USDT:USDT"
BOUNDARY = START + timedelta(hours=6)


class Mirrored:
    """A paper exchange behind a live venue that somebody else reads; it can be started again."""

    def __init__(self, folder: Path) -> None:
        self.clock = HandClock()
        self.folder = folder
        self.start()

    def start(self) -> None:
        self.mirror = MirrorExchange(venue="bybit", clock=self.clock)
        self.mirror.list_markets(MARKETS)
        self.paper = paper_on(self.mirror, self.clock, self.folder)

    def quote(self) -> None:
        now = self.clock.now()
        self.mirror.show(Ticker(market=SWAP, price=Decimal(3200), as_of=now, nature="live"))
        self.mirror.show(a_book([("3199.9", 1000)], [("3200.1", 1000)], as_of=now))

    def fund(self, next_at: datetime) -> None:
        self.mirror.show(
            Funding(
                market=SWAP,
                rate=Decimal("0.0001"),
                as_of=self.clock.now(),
                nature="live",
                next_at=next_at,
                interval_hours=8,
            )
        )

    async def live(self, seconds: int, *, next_at: datetime) -> None:
        """Let time pass while the venue is read."""
        for _ in range(seconds // 5):
            self.quote()
            self.fund(next_at)
            await self.clock.step(5)

    def booked(self) -> list[Booking]:
        return list(self.paper.open("me").figures.bookings(kind="funding"))


def paper_on(source: Exchange, clock: HandClock, folder: Path) -> PaperExchange:
    files = AccountFiles(folder)
    return PaperExchange(source, clock=clock, settings=INSTANT, accounts=files, sleep=clock.sleep)


async def test_behind_a_live_venue_funding_goes_on_after_a_boundary_that_was_missed(tmp_path: Path) -> None:
    here = Mirrored(tmp_path)
    async with running(here.paper.run()):
        await here.live(10, next_at=BOUNDARY)
        await here.paper.open("me").orders.place(a_request("buy", 1))
        await here.live(30, next_at=BOUNDARY)
    await here.clock.step(6 * 3600 + 600 - here.clock.passed)
    here.start()
    async with running(here.paper.run()):
        await here.live(60, next_at=BOUNDARY + timedelta(hours=8))
        (missed,) = here.booked()
        assert missed.amount == Decimal("-0.32")
        assert "was not heard" in missed.note
        assert "mark of this boundary is not known" in missed.note
        here.clock.passed = 14 * 3600 - 10
        await here.live(60, next_at=BOUNDARY + timedelta(hours=16))
        assert [one.amount for one in here.booked()] == [Decimal("-0.32"), Decimal("-0.32")]


def expected(source: ReplayExchange, since: datetime, until: datetime) -> Sequence[Funding]:
    paid = source.funding_paid(BTC, since, until)
    assert len({one.rate for one in paid}) > 1
    return paid


async def test_a_replay_pays_at_missed_boundaries_what_was_recorded_there(tmp_path: Path) -> None:
    clock = HandClock()
    minutes = wandering_minutes(20_000, price=60_000.0)
    began = clock.now()

    def replay() -> ReplayExchange:
        return ReplayExchange(
            {BTC: minutes}, venue="binance", seed=1, clock=clock, began_at=began, sleep=clock.sleep
        )

    source = replay()
    paper = paper_on(source, clock, tmp_path)
    async with running(paper.run()):
        await clock.step(1)
        await paper.open("me").orders.place(a_request("buy", "0.1", market=BTC))
        await clock.step(1)
        (ticker,) = await source.tickers([BTC])
    clock.passed += 30 * 3600
    source = replay()
    paper = paper_on(source, clock, tmp_path)
    async with running(paper.run()):
        await clock.step(1)
        (now,) = await source.tickers([BTC])
        paid = expected(source, ticker.as_of, now.as_of)
        booked = paper.open("me").figures.bookings(kind="funding")
        opens = [(await source.candles(BTC, "1m", limit=1, since=one.as_of)).open[0] for one in paid]
        assert [one.note for one in booked] == [
            f"{one.as_of:%Y-%m-%d %H:%M} UTC, rate {one.rate}, mark {Decimal(str(open_))}"
            for one, open_ in zip(paid, opens, strict=True)
        ]


async def test_a_machine_that_slept_over_boundaries_pays_what_was_paid_there(tmp_path: Path) -> None:
    clock = HandClock()
    minutes = wandering_minutes(20_000, price=60_000.0)
    source = ReplayExchange({BTC: minutes}, venue="binance", seed=1, clock=clock, sleep=clock.sleep)
    paper = paper_on(source, clock, tmp_path)
    async with running(paper.run()):
        await clock.step(1)
        await paper.open("me").orders.place(a_request("buy", "0.1", market=BTC))
        await clock.step(31)
        (ticker,) = await source.tickers([BTC])
        clock.passed += 30 * 3600
        await clock.step(1)
        (now,) = await source.tickers([BTC])
        paid = expected(source, ticker.as_of, now.as_of)
        booked = paper.open("me").figures.bookings(kind="funding")
        assert [one.note.split(", ")[:2] for one in booked] == [
            [f"{one.as_of:%Y-%m-%d %H:%M} UTC", f"rate {one.rate}"] for one in paid
        ]
        assert not any("stands in" in one.note for one in booked)

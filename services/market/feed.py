"""Carries the exchange's prices, books and candles to the board, the bus and the history.

WebSocket first: what is watched is streamed, and a snapshot of all tickers by REST every few seconds covers
the rest and whatever a stream fails to tell. Figures are looked at: the newest replaces what was not written
yet, and they are written again when the bus was away. Closed candles must arrive: each is offered until the
bus takes it. An append whose reply was lost is repeated, and a replay that starts again appends its candles
again: consumers know `ClosedCandle.id`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from decimal import Decimal

import msgspec

from services.exchange.exchange import Channel, Exchange, Ticker, Trade, Update
from services.exchange.prices import to_milliseconds, to_moment
from services.market.appending import Appender, Recorder
from services.market.board import Board, book_of
from services.market.candles.audit import Audit
from services.market.candles.bar import SECOND, STEP_MS
from services.market.candles.builder import Closed
from services.market.candles.filling import Filler
from services.market.candles.maker import Maker
from services.market.candles.market_time import MarketTime
from services.market.funding import Fundings
from services.market.links import Either, Health, Link
from services.market.listing import Listing
from services.market.messages import BOOKS, CANDLES, SECONDS, ClosedCandle
from services.market.ports import CandleHistory, HistoryWriter, Outlet
from services.market.printing import Printer
from services.market.snapshots import Snapshots
from services.market.streams import Streams
from services.market.watched import Watched
from services.market.writing import Writer

BOOK_SECONDS = 5.0
"""Between two pictures of a watched book on its log."""
BOOK_LEVELS = 50

Sleep = Callable[[float], Awaitable[None]]


class Feed:
    """Runs until cancelled; neither the exchange, the bus nor the history going away ends it."""

    def __init__(
        self,
        *,
        exchange: Exchange,
        outlet: Outlet,
        board: Board,
        watched: Watched,
        on_health: Health,
        writer: HistoryWriter | None = None,
        history: CandleHistory | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """`on_health` hears whether prices arrive, and the reason when they do not."""
        self._board = board
        self._watched = watched
        self._sleep = sleep
        self._time = MarketTime()
        self._appender = Appender(outlet, link=Link("bus"), sleep=sleep)
        self._printer = Printer(board, outlet, link=Link("bus"), sleep=sleep)
        self._recorder = None if writer is None else Recorder(writer, sleep=sleep)
        health = Either(on_health)
        asked, streamed = Link("exchange", health.of("asked")), Link("stream", health.of("streamed"))
        filler = Filler(exchange, tick_of=self._tick_of, history=history, sleep=sleep)
        self._audit = Audit(filler, self._correct, sleep=sleep)
        self.maker = Maker(
            exchange,
            time=self._time,
            filler=filler,
            closed=self._close,
            corrected=self._correct,
            has_room=self._appender.has_room,
            sleep=sleep,
        )
        self._listing = Listing(exchange, board, link=asked, sleep=sleep)
        self._snapshots = Snapshots(exchange, hear=self._hear, taken=self._rank, link=asked, sleep=sleep)
        self._streams = self._streams_of(exchange, streamed)
        self._fundings = Fundings(exchange, board, watched, sleep=sleep)
        self._writer = Writer(board, outlet, link=Link("bus"), sleep=sleep)

    def _streams_of(self, exchange: Exchange, link: Link) -> Streams:
        return Streams(
            exchange,
            self._watched,
            hearing=self._hearing,
            arranged=self.maker.watch,
            refused=self._listing.ask_again,
            link=link,
            sleep=self._sleep,
        )

    @property
    def market_time(self) -> MarketTime:
        """Return what tells the venue's own time."""
        return self._time

    async def run(self) -> None:
        """Carry everything."""
        async with asyncio.TaskGroup() as loops:
            for loop in (self._listing, self._writer, self._appender, self._printer, self.maker):
                loops.create_task(loop.run())
            if self._recorder is not None:
                loops.create_task(self._recorder.run())
            await self._listing.is_known.wait()
            for reader in (self._snapshots, self._streams, self._fundings, self._audit):
                loops.create_task(reader.run())
            loops.create_task(self._picture_books())

    def _hear(self, update: Update) -> None:
        if isinstance(update, Ticker) and update.is_timed:
            self._time.hear(update.market, to_milliseconds(update.as_of))
        self._board.show(update)

    def _hearing(
        self, channel: Channel, markets: Sequence[str]
    ) -> AbstractContextManager[Callable[[Update], None]]:
        return self._hearing_trades(markets) if channel == "trade" else _plainly(self._hear)

    @contextmanager
    def _hearing_trades(self, markets: Sequence[str]) -> Iterator[Callable[[Update], None]]:
        with self.maker.listening(markets) as take:

            def hear(update: Update) -> None:
                take(update)
                self._board.show(update)
                if isinstance(update, Trade):
                    self._printer.hear(update)

            yield hear

    def _rank(self) -> None:
        self._watched.rank(self._board.rank())

    def _tick_of(self, market: str) -> Decimal | None:
        known = self._board.markets.get(market)
        return None if known is None else known.tick

    def _close(self, market: str, closed: Closed) -> None:
        candle = self._told(market, closed)
        self._appender.offer(SECONDS if closed.timeframe == SECOND else CANDLES, candle)
        self._audit.note(market, closed)
        if self._recorder is not None and closed.timeframe != SECOND:
            self._recorder.offer(candle)

    def _correct(self, market: str, closed: Closed) -> None:
        if self._recorder is not None:  # unmarked, or the candle that it puts right would stay
            self._recorder.offer(msgspec.structs.replace(self._told(market, closed), is_filled=False))

    def _told(self, market: str, closed: Closed) -> ClosedCandle:
        bar = closed.bar
        closes_at = to_moment(bar.opens_at + STEP_MS[closed.timeframe])
        return ClosedCandle(
            market=market,
            timeframe=closed.timeframe,
            opens_at=to_moment(bar.opens_at),
            open=bar.open,
            high=bar.high,
            low=bar.low,
            close=bar.close,
            volume=bar.volume,
            origin=self._board.origin(bar.nature, closes_at),
            is_filled=bar.is_filled,
        )

    async def _picture_books(self) -> None:
        while True:
            await self._sleep(BOOK_SECONDS)
            for market in self._watched.current():
                kept, known = self._board.books.get(market), self._board.markets.get(market)
                if kept is not None and known is not None and self._appender.has_room():
                    picture = book_of(kept, known, venue=self._board.venue, depth=BOOK_LEVELS)
                    self._appender.offer(BOOKS, picture)


@contextmanager
def _plainly(hear: Callable[[Update], None]) -> Iterator[Callable[[Update], None]]:
    yield hear

"""Order books as they are pushed: what changed since the last push, numbered, with a checksum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.exchange.checksum import checksum
from sandbox.exchange.rows.markets import Pair
from sandbox.exchange.wire import Json


@dataclass(frozen=True, slots=True)
class Shown:
    """A whole book as it was last sent, in the texts that were sent."""

    bids: tuple[Pair, ...]
    asks: tuple[Pair, ...]
    ts: str


class BookStream:
    """The pushes of one market's book, numbered from 1."""

    def __init__(self) -> None:
        self.shown: Shown | None = None
        self.seq = 0

    def snapshot(self, depth: int | None = None) -> Json:
        """Return the row that shows the book as everybody has it, or the best `depth` levels of it.

        Raises:
            ValueError: none has been shown yet.
        """
        shown = self.shown
        if shown is None:
            raise ValueError("no book has been shown yet")
        part = Shown(shown.bids[:depth], shown.asks[:depth], shown.ts)
        return _row(part.bids, part.asks, part, seq=self.seq, before=0)

    def change(self, book: Shown, *, spoil: int = 0) -> Json | None:
        """Return the row of what changed, or None where nothing did; `spoil` is added to its checksum."""
        old, self.shown = self.shown, book
        if old is None:
            self.seq += 1
            return self.snapshot()
        bids, asks = _difference(old.bids, book.bids), _difference(old.asks, book.asks)
        if not bids and not asks and not spoil:
            return None
        self.seq += 1
        row = _row(bids, asks, book, seq=self.seq, before=self.seq - 1)
        row["checksum"] += spoil
        return row


def _row(bids: Sequence[Pair], asks: Sequence[Pair], book: Shown, *, seq: int, before: int) -> Json:
    return {
        "asks": asks,
        "bids": bids,
        "checksum": checksum(book.bids, book.asks),
        "seq": str(seq),
        "pseq": str(before),
        "ts": book.ts,
    }


def unified(row: Json) -> Json:
    """Return the row of the unified protocol, which has no checksum, for one of the classic."""
    return {
        "a": row["asks"],
        "b": row["bids"],
        "seq": int(row["seq"]),
        "pseq": int(row["pseq"]),
        "ts": row["ts"],
    }


def _difference(old: Sequence[Pair], new: Sequence[Pair]) -> list[Pair]:
    """Return the levels that are new or other than before, then those that are gone with size 0."""
    before = dict(old)
    changed = [pair for pair in new if before.pop(pair[0], None) != pair[1]]
    return [*changed, *((price, "0") for price in before)]

"""What tests of the history put into a shelf and find on it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from analytics.candles import Candles
from services.exchange.exchange import Nature
from services.exchange.history.parquet import Database
from services.exchange.history.rows import FIGURES, NATURES, Rows
from services.exchange.history.shelf import Shelf

ALWAYS = (-(1 << 62), 1 << 62)


def rows_of(
    candles: Candles, *, nature: Nature, source: str, received_ms: int, is_filled: bool = False
) -> Rows:
    """`candles` as rows that share their origin."""
    count = len(candles)
    return Rows(
        time=candles.time,
        **{name: getattr(candles, name) for name in FIGURES},
        nature=np.full(count, NATURES.index(nature), np.uint8),
        is_filled=np.full(count, is_filled),
        source=np.full(count, source, object),
        received_at=np.full(count, received_ms, np.int64),
    )


def rows_on(shelf: Shelf, database: Database, start_ms: int = ALWAYS[0], end_ms: int = ALWAYS[1]) -> Rows:
    """The whole rows that an export of the shelf holds."""
    query = (
        "SELECT * REPLACE (epoch_ms(time) AS time, epoch_ms(received_at) AS received_at) FROM read_parquet(?)"
    )
    with tempfile.TemporaryDirectory() as folder:
        exported = Path(folder) / "rows.parquet"
        shelf.copy_to(database, exported, start_ms, end_ms)
        columns = database.execute(query, [str(exported)]).fetchnumpy()
    columns["nature"] = np.array([NATURES.index(nature) for nature in columns["nature"]], np.uint8)
    return Rows(**columns)

"""Write docs/strategies and the results that members see: real replays of every strategy, losses and all.

``--replay`` runs all replays anew over the recordings in OMEGA_DATA, which takes minutes; without it the
pages are written from the results that are kept. A test fails when a page differs from its results.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import msgspec

from analytics.candles import timeframe_ms
from bots.cli.replay import Asked, Replayed, replay
from bots.cli.replay_recorded import Places
from config.settings import read_settings
from services.trading.strategies.messages import Result
from services.trading.strategies.registry import STRATEGIES
from services.trading.strategies.replay.figures import DISCLAIMER
from services.trading.strategies.results import RESULTS_FILE, ResultRow, read_results
from services.trading.strategies.strategy import Strategy

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "strategies"
_STEP = Decimal("0.0001")
_CENTS = Decimal("0.01")


class Ground(NamedTuple):
    """A recording that replays are run on, and the timeframes that its candles are fine enough for."""

    source: str
    candles: str
    markets: tuple[str, ...]
    timeframes: tuple[str, ...]
    since: str
    until: str
    about: str


GROUNDS = (
    Ground(
        source="binance_perp_1h",
        candles="1h",
        markets=("BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT", "BNB/USDT:USDT"),
        timeframes=("1h", "4h", "1d"),
        since="2024-01-06T08:00",
        until="2024-12-04T00:00",
        about="eleven months of 2024 in candles of an hour, in which prices rose strongly",
    ),
    Ground(
        source="binance_perp_1m",
        candles="1m",
        markets=("BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT", "XRP/USDT:USDT", "DOGE/USDT:USDT"),
        timeframes=("15m", "1h"),
        since="2025-05-26T00:00",
        until="2025-06-24T00:00",
        about="a month of 2025 in candles of a minute, in which prices fell",
    ),
)


def page(strategy: Strategy, rows: Sequence[ResultRow]) -> str:
    """Return the whole page of a strategy."""
    return "\n".join([*_head(strategy), *_results([one for one in rows if one.strategy == strategy.name])])


def _head(strategy: Strategy) -> Iterator[str]:
    yield f"# {strategy.title}"
    yield ""
    yield f"`{strategy.name}` · {strategy.about}"
    yield ""
    yield inspect.getdoc(type(strategy)) or ""
    yield ""
    yield f"- Timeframes: {', '.join(strategy.timeframes)}; the first is the usual one"
    if strategy.higher:
        yield f"- It looks at {', '.join(strategy.higher)}, too, where they are larger"
    yield f"- It needs {strategy.warm_up} candles before it decides anything"
    yield "- Settings: " + ", ".join(f"{name} {value:g}" for name, value in strategy.usual.items())
    yield f"- Run it yourself: `omega replay {strategy.name} --market BTC/USDT:USDT`"
    yield ""


def _conditions() -> Iterator[str]:
    yield "## Results"
    yield ""
    yield (
        "The settings are the usual, published ones: none was chosen by looking at any of these candles. Each"
    )
    yield (
        "row is one replay through the paper engine, with fees, funding as it was recorded, the spread and"
    )
    yield (
        "depth of a made-up book, and a quarter of a second from the close of a candle to the book."
        " Where stop"
    )
    yield "and target lie inside one candle, the stop is met first."
    yield ""
    yield (
        "The farm's usual limits hold as its risk gate has them: sizes are cut to the risk of a trade and the"
    )
    yield (
        "size of a position, and nothing is opened after the loss of a day, for an hour after five losses"
        " in a"
    )
    yield (
        "row, or below the drawdown. Nobody resumes a replay, so one that reached the drawdown opens nothing"
    )
    yield "any more. What the gate asks of the market (spread, depth, volume, calm) and of other positions is"
    yield "not played."
    yield ""


def _results(rows: Sequence[ResultRow]) -> Iterator[str]:
    made = sum(one.result.net_share > 0 for one in rows)
    beat = sum(one.result.net_share > one.result.hold_share for one in rows)
    yield from _conditions()
    for ground in GROUNDS:
        yield f"- `{ground.source}`: {ground.about}"
    yield ""
    yield (
        f"{len(rows)} replays, none left out: {made} made money, {beat} did better than buying and holding."
    )
    yield "A result of fewer than 30 trades is mostly chance."
    yield ""
    yield (
        "| data | market | timeframe | from | to | trades | net | buy and hold | drawdown | win rate"
        " | profit factor | fees | funding |"
    )
    yield "|---|---|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    yield from map(_row, rows)
    yield ""
    yield f"{DISCLAIMER} This page is written by `scripts/strategy_pages.py`."
    yield ""


def _row(row: ResultRow) -> str:
    result = row.result
    cells = (
        row.source,
        result.market,
        result.timeframe,
        f"{result.since:%Y-%m-%d}",
        f"{result.until:%Y-%m-%d}",
        str(result.trades),
        f"{result.net_share:+.2%}",
        f"{result.hold_share:+.2%}",
        f"{result.drawdown_share:.2%}",
        "" if result.win_rate is None else f"{result.win_rate:.0%}",
        "" if result.profit_factor is None else f"{result.profit_factor:.2f}",
        f"{result.fees:.2f}",
        f"{result.funding:+.2f}",
    )
    return f"| {' | '.join(cells)} |"


def index(rows: Sequence[ResultRow]) -> str:
    """Return the page that lists all strategies."""
    lines = [
        "# Strategies",
        "",
        "Each page says what a strategy does, by whom, and how it did in replays.",
        "",
    ]
    for strategy in STRATEGIES.values():
        own = [one for one in rows if one.strategy == strategy.name]
        made = sum(one.result.net_share > 0 for one in own)
        beat = sum(one.result.net_share > one.result.hold_share for one in own)
        said = (
            f"{strategy.about} Of {len(own)} replays {made} made money, {beat} more than buying and holding."
        )
        lines.append(f"- [{strategy.title}]({strategy.name}.md): {said}")
    return "\n".join([*lines, "", DISCLAIMER, ""])


def row_of(found: Replayed, asked: Asked, candles: str) -> ResultRow:
    """Return a replay as it is kept."""
    outcome = found.outcome
    return ResultRow(
        strategy=asked.strategy,
        profile=asked.profile,
        source=asked.source,
        candles=candles,
        seed=asked.seed,
        equity=str(asked.equity),
        result=Result(
            market=asked.market,
            timeframe=asked.timeframe or "",
            since=outcome.since,
            until=outcome.until,
            trades=outcome.trades,
            net_share=_share(outcome.net_share),
            drawdown_share=_share(outcome.drawdown_share or 0.0),
            hold_share=_share(outcome.hold_share),
            win_rate=None if outcome.win_rate is None else _share(outcome.win_rate.value),
            profit_factor=None if outcome.profit_factor is None else _share(outcome.profit_factor.value),
            fees=outcome.fees.quantize(_CENTS),
            funding=outcome.funding.quantize(_CENTS),
        ),
        longest_losing=outcome.longest_losing,
        digest=outcome.digest,
    )


def asked_of(row: ResultRow) -> Asked:
    """Return what was replayed for a kept row."""
    ground = next(one for one in GROUNDS if one.source == row.source)
    return Asked(
        strategy=row.strategy,
        market=row.result.market,
        since=ground.since,
        until=ground.until,
        timeframe=row.result.timeframe,
        profile=row.profile,
        equity=Decimal(row.equity),
        seed=row.seed,
        source=row.source,
    )


def _share(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(_STEP)


def _replays() -> Iterator[Asked]:
    for strategy in STRATEGIES.values():
        for ground in GROUNDS:
            for timeframe in sorted(set(strategy.timeframes) & set(ground.timeframes), key=timeframe_ms):
                for market in ground.markets:
                    yield Asked(
                        strategy=strategy.name,
                        market=market,
                        since=ground.since,
                        until=ground.until,
                        timeframe=timeframe,
                        source=ground.source,
                    )


def _replayed() -> list[ResultRow]:
    settings = read_settings()
    places = Places(data=settings.data, var=settings.var, root=settings.root)
    candles = {ground.source: ground.candles for ground in GROUNDS}
    rows = []
    for asked in _replays():
        rows.append(row_of(replay(asked, places), asked, candles[asked.source]))
        sys.stderr.write(f"{asked.strategy} {asked.market} {asked.timeframe} {asked.source}\n")
    return rows


def main() -> None:
    """Write the pages, and with ``--replay`` first the results."""
    if "--replay" in sys.argv[1:]:
        text = msgspec.json.format(msgspec.json.encode(_replayed()), indent=1)
        RESULTS_FILE.write_bytes(text + b"\n")
    rows = read_results()
    FOLDER.mkdir(exist_ok=True)
    for strategy in STRATEGIES.values():
        (FOLDER / f"{strategy.name}.md").write_text(page(strategy, rows), encoding="utf-8")
    (FOLDER / "README.md").write_text(index(rows), encoding="utf-8")


if __name__ == "__main__":
    main()

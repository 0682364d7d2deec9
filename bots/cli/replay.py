"""`omega replay`: a strategy over recorded candles, as it would have run on paper."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from bots.cli.replay_recorded import Places, Recorded, Wanted, find_recorded
from bots.cli.replay_words import lines_of, plain
from bots.cli.talk import EXIT_DONE, give, give_json
from config.settings import read_settings
from services.errors import UserMistake
from services.exchange.recorded.columns import moment_of
from services.trading.strategies.profiles import find_profile, read_profiles
from services.trading.strategies.registry import find_strategy, settings_of
from services.trading.strategies.replay.figures import Outcome, outcome_of
from services.trading.strategies.replay.run import Plan, Played, Replay
from services.trading.strategies.replay.stage import Stage

_EVERY = 200
"""Candles between two lines of progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be replayed, as it was written."""

    strategy: str
    market: str
    since: str | None = None
    until: str | None = None
    timeframe: str | None = None
    profile: str = "strategist"
    equity: Decimal = Decimal(10_000)
    seed: int = 1
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A replay with what it stood on."""

    recorded: Recorded
    played: Played
    outcome: Outcome


def run(*, equity: str, as_json: bool, **asked: object) -> int:
    """Replay, print what came of it, and return the exit code.

    Raises:
        UserMistake: there is no such strategy or profile, or no candles of that time.
        Misconfigured: a recording is torn.
    """
    settings = read_settings()
    places = Places(data=settings.data, var=settings.var, root=settings.root)
    asked_for = Asked(equity=_money(equity), **asked)  # type: ignore[arg-type]  # the options of the command
    found = replay(asked_for, places, on_progress=None if as_json else _progress())
    if as_json:
        give_json(plain(found.recorded, found.played, found.outcome))
    else:
        for line in lines_of(found.recorded, found.played, found.outcome):
            give(line)
    return EXIT_DONE


def replay(
    asked: Asked, places: Places, *, on_progress: Callable[[int, int], None] | None = None
) -> Replayed:
    """Find the candles and let the strategy run over them. Raises as `run`."""
    strategy = find_strategy(asked.strategy)
    timeframe = asked.timeframe or strategy.timeframes[0]
    if timeframe not in strategy.timeframes:
        raise UserMistake(
            f"{strategy.name} does not run on {timeframe}.",
            hint=f"It runs on {', '.join(strategy.timeframes)}.",
        )
    since_ms, until_ms = _period(asked)
    temperament = find_profile(read_profiles(), asked.profile)
    wanted = Wanted(
        market=asked.market,
        timeframe=timeframe,
        since_ms=since_ms,
        until_ms=until_ms,
        source=asked.source,
    )
    recorded = asyncio.run(find_recorded(wanted, places))
    candles = recorded.candles
    plan = Plan(
        strategy=strategy,
        settings=settings_of(strategy),
        temperament=temperament,
        timeframe=timeframe,
        since_ms=int(candles.time[0]) if wanted.since_ms is None else wanted.since_ms,
        until_ms=int(candles.time[-1]) + candles.step_ms if wanted.until_ms is None else wanted.until_ms,
        equity=asked.equity,
        seed=asked.seed,
    )
    stage = Stage(recorded.market, candles, venue=recorded.venue, seed=asked.seed, funding=recorded.funding)
    played = Replay(plan, stage).run(on_progress=on_progress)
    if not played.decided:
        raise UserMistake(
            "The strategy could decide at no candle of that time.",
            hint=f"It needs {strategy.warm_up} candles of {timeframe} before: give it a longer time.",
        )
    return Replayed(recorded=recorded, played=played, outcome=outcome_of(played))


def _money(text: str) -> Decimal:
    try:
        money = Decimal(text)
    except InvalidOperation as error:
        raise UserMistake(f"{text!r} is no amount of money.", hint="Write --equity 10000.") from error
    if not money.is_finite() or money <= 0:
        raise UserMistake("The equity must be above 0.", hint="Write --equity 10000.")
    return money


def _period(asked: Asked) -> tuple[int | None, int | None]:
    since_ms, until_ms = _moment(asked.since), _moment(asked.until)
    if since_ms is not None and until_ms is not None and since_ms >= until_ms:
        raise UserMistake(
            f"The time from {asked.since} to {asked.until} holds nothing.", hint="Write --from before --to."
        )
    return since_ms, until_ms


def _moment(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return moment_of(text)
    except ValueError as error:
        raise UserMistake(f"{text!r} is no time.", hint="Write 2025-06-16, or 2025-06-16T12:30.") from error


def _progress() -> Callable[[int, int], None] | None:
    """Return what writes how far it has come on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        return None

    def tell(done: int, total: int) -> None:
        if done % _EVERY == 0 or done == total:
            end = "\n" if done == total else ""
            sys.stderr.write(f"\r{done:,} of {total:,} candles{end}")
            sys.stderr.flush()

    return tell

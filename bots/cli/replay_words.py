"""What `omega replay` prints: for people, and for programs."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.performance import Figure
from bots.cli.replay_recorded import Recorded
from bots.cli.talk import Plain
from services.trading.strategies.replay.figures import DISCLAIMER, Outcome
from services.trading.strategies.replay.run import Played

FEW_TRADES = 30
"""Below so many, a result is mostly chance."""
_WIDTH = 16


def lines_of(recorded: Recorded, played: Played, outcome: Outcome) -> Iterator[str]:
    """Yield the result line by line."""
    plan, unit = played.plan, recorded.market.settle
    yield (
        f"{plan.strategy.name} on {recorded.market.name} {plan.timeframe}, profile {plan.temperament.name},"
        f" {plan.equity:,} {unit} at the start"
    )
    yield _row("data", f"{recorded.source}, candles of {recorded.timeframe}, seed {plan.seed}")
    yield _row("period", f"{outcome.since:%Y-%m-%d %H:%M} to {outcome.until:%Y-%m-%d %H:%M} UTC")
    yield _row("trades", _sample(outcome))
    yield _row("net", f"{outcome.net:+,.2f} {unit} ({outcome.net_share:+.2%})")
    yield _row("buy and hold", f"{outcome.hold_share:+.2%}, drawdown {_share(outcome.hold_drawdown_share)}")
    yield _row("max drawdown", _share(outcome.drawdown_share))
    yield _row("win rate", _figure(outcome.win_rate, "{:.1%}"))
    yield _row("profit factor", _figure(outcome.profit_factor, "{:.2f}"))
    yield _row("expectancy", _figure(outcome.expectancy_r, "{:+.3f} R"))
    yield _row("losing streak", f"{outcome.longest_losing} at most")
    yield _row(
        "costs",
        f"fees {outcome.fees:,.2f}, funding {outcome.funding:+,.2f} at {_rates(recorded)} rates,"
        f" slippage {outcome.slippage:,.2f} {unit} (in net)",
    )
    if outcome.left:
        yield _row(
            "left open", f"{outcome.left}: the book took no more of it; net counts it at its last price"
        )
    if outcome.refused:
        yield _row("refused", f"{outcome.refused} orders, such as: {played.refused[0]}")
    yield _row("digest", outcome.digest)
    yield DISCLAIMER


def plain(recorded: Recorded, played: Played, outcome: Outcome) -> Plain:
    """Return the result for programs; shares are fractions."""
    plan = played.plan
    return {
        "strategy": plan.strategy.name,
        "market": recorded.market.name,
        "timeframe": plan.timeframe,
        "profile": plan.temperament.name,
        "seed": plan.seed,
        "equity": str(plan.equity),
        "data": recorded.source,
        "candles": recorded.timeframe,
        "from": outcome.since.isoformat(),
        "to": outcome.until.isoformat(),
        "decided": outcome.decided,
        "trades": outcome.trades,
        "net": str(outcome.net),
        "net_share": outcome.net_share,
        "drawdown_share": outcome.drawdown_share,
        "hold_share": outcome.hold_share,
        "win_rate": _parts(outcome.win_rate),
        "profit_factor": _parts(outcome.profit_factor),
        "expectancy_r": _parts(outcome.expectancy_r),
        "fees": str(outcome.fees),
        "funding": str(outcome.funding),
        "is_funding_recorded": recorded.funding is not None,
        "slippage": str(outcome.slippage),
        "refused": outcome.refused,
        "left": str(outcome.left),
        "digest": outcome.digest,
        "note": DISCLAIMER,
    }


def _rates(recorded: Recorded) -> str:
    return "made-up" if recorded.funding is None else "recorded"


def _row(name: str, said: str) -> str:
    return f"  {name:<{_WIDTH}}{said}"


def _sample(outcome: Outcome) -> str:
    few = " (too few to tell skill from luck)" if outcome.trades < FEW_TRADES else ""
    return f"{outcome.trades} in {outcome.decided:,} candles{few}"


def _share(share: float | None) -> str:
    return "not known" if share is None else f"{share:.2%}"


def _figure(figure: Figure | None, form: str) -> str:
    if figure is None:
        return "not known"
    told = form.format(figure.value)
    if figure.low is None or figure.high is None:
        return told
    return f"{told} (95 % of resamples: {form.format(figure.low)} to {form.format(figure.high)})"


def _parts(figure: Figure | None) -> Plain:
    return None if figure is None else {"value": figure.value, "low": figure.low, "high": figure.high}

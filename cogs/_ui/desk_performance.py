"""How closed trades did, as facts of a card: each estimate with its interval, and what is too few."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from cogs._ui.card import Fact
from cogs._ui.desk_figures import part
from cogs._ui.desk_words import signed_money, signed_share
from services.personas.voice import Voice
from services.trading.ledger.messages import Estimate, Performance


def performance_facts(told: Performance | None, currency: str, voice: Voice) -> list[Fact]:
    """Return the figures of closed trades; nothing where there is none to tell of."""
    if told is None or not told.trades:
        return []
    text, numbers = voice.text, voice.numbers

    def plain(value: Decimal) -> str:
        return numbers.decimal(value, 2)

    lines = [
        text("{count} closed trades", count=told.trades),
        _line(text("Return on equity"), signed_share(told.roi, voice)),
        _line(text("Deepest drawdown"), part(told.drawdown, voice)),
        _line(text("Won"), _estimated(told.win_rate, lambda share: part(share, voice), voice)),
        _line(text("Expectancy a trade"), _estimated(told.expectancy, _in(currency, voice), voice)),
        _line(text("Profit factor"), _estimated(told.profit_factor, plain, voice)),
        _line(text("Sharpe ratio"), _estimated(told.sharpe, plain, voice)),
        _line(text("Sortino ratio"), _estimated(told.sortino, plain, voice)),
    ]
    note = text("In brackets: where 95 of 100 resamples of the same trades lie.")
    return [Fact(text("Performance"), "\n".join([*lines, note]), is_wide=True)]


def _line(name: str, value: str) -> str:
    return f"{name}: {value}"


def _in(currency: str, voice: Voice) -> Callable[[Decimal], str]:
    return lambda value: signed_money(value, currency, voice)


def _estimated(told: Estimate | None, written: Callable[[Decimal], str], voice: Voice) -> str:
    if told is None or told.value is None:
        return voice.text("too few trades to tell")
    if told.low is None or told.high is None:
        return written(told.value)
    low_to_high = voice.text("{low} to {high}", low=written(told.low), high=written(told.high))
    return f"{written(told.value)} ({low_to_high})"

"""Strategies as cards: the catalogue with the member's runs, one strategy with its results, and a run.

Results are simulated, on a period that the strategy was not tuned on, and stand beside buying and holding.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from cogs._ui.card import Action, Card, Fact, press_id
from cogs._ui.desk_words import SHORT_ID, signed_share
from cogs._ui.origin import footnote
from cogs._ui.times import relative
from services.locales.numbers import clip
from services.personas.voice import Voice
from services.trading.strategies.messages import Result, RunView, Strategies, StrategyView

COG: Final = "strategy"
_RUNS: Final = 8
_RESULTS: Final = 12
_ABOUT: Final = 300
_PROFILES: Final = {
    "cautious": "cautious",
    "strategist": "strategist",
    "aggressive": "aggressive",
    "newbie": "newbie",
    "scalper": "scalper",
}
"""What each temperament is called."""
_SETTINGS: Final = {
    "adx": "candles of the ADX",
    "adx_below": "enters with an ADX below",
    "adx_leave": "leaves with an ADX above",
    "atr": "candles of the ATR",
    "channel": "candles of the range",
    "deviations": "standard deviations to enter",
    "exit": "candles of the way out",
    "fast": "candles of the fast average",
    "high": "RSI that is high",
    "hold_days": "days held",
    "least_apart": "candles apart, at least",
    "length": "candles of the mean",
    "lookback_days": "days looked back",
    "low": "RSI that is low",
    "margin_ranges": "ATRs behind the stop's level",
    "met_within": "candles since the level was met",
    "most_apart": "candles apart, at most",
    "reward": "reward to risk, at least",
    "rsi": "candles of the RSI",
    "score": "score of a level, at least",
    "slow": "candles of the slow average",
    "stop_ranges": "ATRs to the stop",
    "stop_share": "way to the stop, of that to the mean",
    "volume": "candles of the usual volume",
    "volume_times": "times the usual volume",
    "wait": "candles to wait, at most",
}
"""What the numbers are called that strategies are given."""
_STATUSES: Final = {"active": "at work", "stopped": "stopped", "failed": "failed"}


def strategies_card(found: Strategies, voice: Voice, *, key: str, owner: str) -> Card:
    """Return the card of the catalogue and of the member's runs, each with a button that stops it."""
    text = voice.text
    active = [run for run in found.runs if run.status == "active"]
    verdict = voice.render("strategies", key=key, count=len(found.strategies), runs=len(active))
    catalogue = [
        Fact(text(one.title), f"`{one.name}` · {clip(text(one.about), _ABOUT)}", is_wide=True)
        for one in found.strategies
    ]
    runs = [
        Fact(text("At work {number}", number=number), run_words(run, voice), is_wide=True)
        for number, run in enumerate(active[:_RUNS], 1)
    ]
    return Card(
        title=text("Strategies"),
        verdict=verdict,
        facts=(*catalogue, *runs),
        actions=tuple(
            Action(text("Stop {number}", number=number), press_id(COG, "stop", owner, run.id), "danger")
            for number, run in enumerate(active[:_RUNS], 1)
        ),
        footnote=footnote(voice, text("/strategy show tells how one did")),
        accent=voice.card.accent,
    )


def strategy_card(view: StrategyView, voice: Voice, *, key: str) -> Card:
    """Return the card of one strategy: what it does, and what it came to, whatever that is."""
    text, title = voice.text, voice.text(view.title)
    none = [Fact(text("Results"), text("none yet: it was not tried on recorded data"), is_wide=True)]
    settings = ", ".join(
        f"{text(_SETTINGS.get(name, name))} {voice.numbers.exact(Decimal(value))}"
        for name, value in view.settings.items()
    )
    return Card(
        title=" · ".join([text("Strategy"), title]),
        verdict=voice.render("strategy_shown", key=key, name=title),
        facts=(
            Fact(text("What it does"), text(view.about), is_wide=True),
            Fact(text("Timeframes"), ", ".join(view.timeframes)),
            *([Fact(text("Settings"), clip(settings, _ABOUT), is_wide=True)] if settings else []),
            *([_result(one, voice) for one in view.results[:_RESULTS]] or none),
        ),
        footnote=footnote(
            voice, text("simulated, fees and slippage in it"), text("the past promises nothing")
        ),
        accent=voice.card.accent,
    )


def run_card(run: RunView, title: str, voice: Voice, *, verdict: str, owner: str) -> Card:
    """Return the card of a run; `title` is the strategy's, `verdict` what is said of the run."""
    text = voice.text
    stop = Action(text("Stop it"), press_id(COG, "stop", owner, run.id), "danger")
    return Card(
        title=" · ".join([text("Strategy"), title]),
        verdict=verdict,
        facts=(
            Fact(text("Market"), run.market),
            Fact(text("Timeframe"), run.timeframe),
            Fact(text("Temperament"), text(_PROFILES.get(run.profile, run.profile))),
            Fact(text("How"), _how(voice, is_automatic=run.is_automatic)),
            Fact(text("State"), _state(run, voice)),
            Fact(text("Since"), relative(run.created_at)),
        ),
        actions=(stop,) if run.status == "active" else (),
        footnote=footnote(voice, run.id[:SHORT_ID]),
        accent=voice.card.accent,
    )


def run_words(run: RunView, voice: Voice) -> str:
    """Say in a line what a run does and how far it is."""
    text = voice.text
    parts = [
        f"**{run.strategy}** {run.market} {run.timeframe}",
        text(_PROFILES.get(run.profile, run.profile)),
        _how(voice, is_automatic=run.is_automatic),
        _state(run, voice),
        text("proposals {count}", count=run.proposals),
        text("trades {count}", count=run.trades),
    ]
    if run.through is not None:
        parts.append(text("seen to {when}", when=relative(run.through)))
    return " · ".join(parts)


def titles_of(strategies: Sequence[StrategyView], voice: Voice) -> dict[str, str]:
    """Return what each strategy is called, by its name."""
    return {one.name: voice.text(one.title) for one in strategies}


def _how(voice: Voice, *, is_automatic: bool) -> str:
    return voice.text("orders by itself, on paper") if is_automatic else voice.text("proposes, you approve")


def _state(run: RunView, voice: Voice) -> str:
    said = voice.text(_STATUSES.get(run.status, run.status))
    return f"{said}: {voice.text.sentence(run.reason)}" if run.reason else said


def _result(one: Result, voice: Voice) -> Fact:
    text = voice.text
    lines = [
        text(
            "net {net} · deepest drawdown {drawdown}",
            net=signed_share(one.net_share, voice),
            drawdown=_share(one.drawdown_share, voice),
        ),
        text("buying and holding {hold}", hold=signed_share(one.hold_share, voice)),
        text("trades {count}", count=one.trades),
    ]
    if one.win_rate is not None:
        lines.append(text("won {share}", share=_share(one.win_rate, voice)))
    if one.profit_factor is not None:
        factor = voice.numbers.decimal(one.profit_factor, 2)
        lines.append(text("profit factor {factor}", factor=factor))
    span = text("{begin} to {end}", begin=_day(one.since), end=_day(one.until))
    return Fact(
        f"{one.market} · {one.timeframe} · {text('SIMULATED')}",
        "\n".join([span, " · ".join(lines)]),
        is_wide=True,
    )


def _share(share: Decimal, voice: Voice) -> str:
    return voice.numbers.share(share)


def _day(at: datetime) -> str:
    return f"<t:{int(at.timestamp())}:d>"

"""What is measured, and what it must reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. `unit` is part of the name, too."""

    name: str
    value: float
    unit: str


AT_MOST = {
    "farm.command_p50_ms": 8.0,
    "farm.command_p99_ms": 50.0,
    "farm.flood_ack_p100_s": 3.0,
    "farm.cold_start_s": 8.0,
    "farm.persona_rss_mb": 75.0,
    "farm.persona_pss_mb": 60.0,
    "farm.toggle_s": 2.0,
    "market.tick_to_redis_p99_ms": 10.0,
    "market.trades_lost": 0.0,
    "market.flood_growth_mb": 32.0,
    "market.year_of_1m_query_ms": 100.0,
    "market.first_tick_s": 2.0,
    "market.first_tick_cold_s": 4.0,
    "exchange.fetch_positions_p50_ms": 2.0,
    "exchange.create_order_p50_ms": 2.0,
    "analytics.fib_confluence_ms": 5.0,
    "analytics.talib_ratio": 1.5,
    "analytics.cosmic_state_ms": 5.0,
    "charts.draw_p50_ms": 40.0,
    "cogs.chart_p50_ms": 120.0,
    "cogs.chart_p99_ms": 400.0,
    "desk.confirm_to_accepted_p50_ms": 10.0,
    "desk.halt_s": 1.0,
    "desk.analyse_200_positions_ms": 50.0,
    "alerts.evaluate_tick_p99_ms": 1.0,
    "alerts.rss_mb": 300.0,
    "alerts.lost": 0.0,
    "alerts.shown_twice": 0.0,
    "alerts.storm_s": 60.0,
    "alerts.tick_to_message_p99_ms": 100.0,
    "alerts.tick_to_chart_p99_ms": 1000.0,
    "alerts.expand_5000_ms": 500.0,
    "alerts.urgent_overtakes_s": 2.0,
    "desk.fill_to_message_p99_ms": 150.0,
    "chat.offline_first_words_p50_ms": 100.0,
    "chat.overhead_first_words_p50_ms": 60.0,
    "chat.growth_mb": 32.0,
    "chat.injections_succeeded": 0.0,
    "chat.invented_numbers_shown": 0.0,
    "bus.ask_p50_ms": 1.0,
    "bus.ask_p99_ms": 5.0,
}
AT_LEAST = {
    "bus.ask_per_s": 2000.0,
    "chat.intent_accuracy": 0.95,
    "chat.market_accuracy": 0.98,
}


def reach_of(name: str) -> str:
    """Return the goal as text, or an empty string for a figure that is only told."""
    if name in AT_MOST:
        return f"<= {AT_MOST[name]:g}"
    return f">= {AT_LEAST[name]:g}" if name in AT_LEAST else ""


def is_met(figure: Figure) -> bool | None:
    """Tell whether the goal is met; None for a figure without one."""
    if figure.name in AT_MOST:
        return figure.value <= AT_MOST[figure.name]
    return figure.value >= AT_LEAST[figure.name] if figure.name in AT_LEAST else None


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of `values` lies, by the nearest rank."""
    if not values:
        raise ValueError("no measurement to take a percentile of")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]

"""What the cosmic service answers, found for real at a fixed moment, for whoever shows it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from market_answers import BTC, origin

from services.cosmic.messages import Factor, FactorTested
from services.cosmic.trials import factor_called, known_factors

AT = datetime(2026, 8, 1, 12, tzinfo=UTC)
TITLES = {factor.name: factor.title for factor in known_factors().factors}


def trial(factor: str = "full_moon", **other: Any) -> FactorTested:
    """Return a test of 310 days that found nothing."""
    told: dict[str, Any] = {
        "market": BTC,
        "days": 310,
        "labelled": 31,
        "first_at": datetime(2025, 9, 1, tzinfo=UTC),
        "last_at": datetime(2026, 7, 7, tzinfo=UTC),
        "effect": 0.0012,
        "low": -0.003,
        "high": 0.0055,
        "p_alone": 0.0321,
        "p": 0.41,
        "tried": 12,
        "rounds": 4_999,
        "block": 7,
        "is_found": False,
        "origin": origin(nature="replay", now=AT),
    }
    asked = factor_called(factor)
    return FactorTested(factor=Factor(name=asked.name, title=asked.title), **{**told, **other})

"""`/usage`: what models cost today is told with its limits, and what is not known is said to be."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from asked_cogs import asking, facts, guide, run
from persona_fakes import FakeBus, HandClock

from cogs._ui.card import Card
from cogs.usage import UsageToday
from services.chat.messages import GetUsage, Spent, Usage
from services.members.messages import GetMember, MemberSettings
from services.personas.roster import read_roster

ROSTER = read_roster(Path(__file__).parents[3] / "personas")
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)


def spent(scope: Any, **changed: Any) -> Spent:
    parts: dict[str, Any] = {"tokens": 1_234, "most_tokens": None, "cost": 0.0125, "most_cost": None}
    return Spent(scope=scope, answers=3, **{**parts, **changed})


async def told(usage: Usage, *, locale: str = "en-US", **chosen: str) -> tuple[Card, FakeBus]:
    bus = FakeBus(HandClock())
    bus.answers.update({GetMember: MemberSettings(user_id="7"), GetUsage: usage})
    host = guide(bus, ROSTER)
    (card,) = (await run(UsageToday(host), "usage", asking(host, locale=locale), **chosen)).cards
    return card, bus


def of(*every: Spent, models: tuple[str, ...] = ("fast: ready",)) -> Usage:
    return Usage(has_models=bool(models), models=[*models], spent=[*every], renews_at=MIDNIGHT)


async def test_each_budget_is_told_with_its_limits() -> None:
    usage = of(
        spent("member", most_tokens=100_000, most_cost=0.5),
        spent("guild"),
        spent("persona", cost=None),
        spent("farm", cost=0.0),
    )
    card, asked = await told(usage, persona="Biel")
    assert facts(card)["You"] == "1,234 of 100,000 tokens\n0.0125 of 0.5000 USD\nanswers: 3"
    assert facts(card)["This server"] == "1,234 tokens, no limit\n0.0125 USD, no limit\nanswers: 3"
    assert "cost not known" in facts(card)["Biel"]
    assert "0.0000 USD" in facts(card)["The whole farm"]
    assert facts(card)["Models"] == "fast · ready"
    assert "about 2,000 to 4,000 tokens" in card.footnote
    assert [one.persona for one in asked.questions if isinstance(one, GetUsage)] == ["biel"]


@pytest.mark.parametrize(
    ("changed", "is_warned"),
    [
        ({"most_tokens": 1_234}, True),
        ({"most_tokens": 1_235}, False),
        ({"most_cost": 0.0125}, True),
        ({"most_cost": 1.0, "cost": None}, False),
    ],
)
async def test_a_spent_budget_warns(changed: dict[str, Any], *, is_warned: bool) -> None:
    card, _ = await told(of(spent("member", **changed)))
    assert (card.tone == "warn") == is_warned


async def test_a_persona_without_models_says_that_templates_answer() -> None:
    card, _ = await told(of(spent("member", most_tokens=0), models=()))
    assert facts(card)["Models"] == "none: templates and tools answer"
    assert card.tone == "neutral"


async def test_how_models_are_is_told_in_the_member_s_language() -> None:
    resting = "fast: resting until 12:30:00 UTC"
    card, _ = await told(of(spent("member"), models=(resting, "slow: ready")), locale="pt-BR")
    assert facts(card)["Modelos"] == "fast · em pausa até 12:30:00 UTC\nslow · pronto"
    assert facts(card)["Você"].startswith("1.234 tokens")
    assert "2.000 a 4.000 tokens" in card.footnote

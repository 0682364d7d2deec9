"""`/alerts why` and `/alerts history`: what was seen, what came of it, and what is its owner's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from alert_voices import BTC, alert_view, guide_with_alerts
from asked_cogs import asking, facts, guide, press, run
from msgspec.structs import replace
from persona_fakes import FakeBus, HandClock
from persona_stage import stranger

from bots.waze.host import WazeHost
from cogs.alerts import Alerts
from services.alerts.messages import AlertWhy, Happening, WhyAlert
from services.alerts.posts import Value
from services.members.messages import GetMember
from services.personas.roster import Roster, read_roster

ID = "a1b2c3d4e5f6"
NOON = datetime(2026, 8, 1, 12, 0, 3, tzinfo=UTC)
HAPPENED = Happening(
    alert="f1f2f3f4f5",
    at=NOON,
    seen_at=NOON + timedelta(seconds=200),
    price=Decimal("70010.5"),
    tick=Decimal("0.1"),
    values=[Value(label="Price", value=Decimal("70010.5"))],
    state="fired",
    span=60,
    late=180,
    delivered="dead",
    reason="The channel is gone.",
)


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Roster:
    return read_roster(guide_with_alerts(tmp_path_factory.mktemp("personas")))


@pytest.fixture
def bus() -> FakeBus:
    bus = FakeBus(HandClock())
    bus.answers[GetMember] = stranger
    return bus


@pytest.fixture
def host(bus: FakeBus, roster: Roster) -> WazeHost:
    return guide(bus, roster)


async def test_why_tells_the_exact_values_times_and_what_became_of_the_message(
    host: WazeHost, bus: FakeBus
) -> None:
    now = [Value(label="Price", value=Decimal("64210.5"))]
    view = alert_view(fired=1, last_fired_at=NOON)
    bus.answers[WhyAlert] = AlertWhy(alert=view, happenings=[HAPPENED], now=now, at=NOON)
    (card,) = (await run(Alerts(host), "alerts why", asking(host), id=ID, persona=None)).cards
    told = facts(card)
    assert card.verdict == f"{BTC} above 70,000.0: 1 times, 70,010.5."
    assert told["When"].splitlines()[1] == "2026-08-01 12:00:03 UTC"
    assert told["Seen"] == "2026-08-01 12:03:23 UTC\nseen in a candle of 1 min"
    assert told["Late"] == "late by 3 min"
    assert told["What it looked at"] == "Price: 70,010.5"
    assert told["Message"] == "not delivered: The channel is gone."
    assert told["Fired"].startswith("once ·")
    assert told["What it sees now"] == "Price: 64,210.5\n2026-08-01 12:00:03 UTC"
    assert "alert f1f2f3f4" in card.footnote


async def test_an_alert_that_never_fired_says_so_and_what_it_sees(host: WazeHost, bus: FakeBus) -> None:
    bus.answers[WhyAlert] = AlertWhy(alert=alert_view(), happenings=[])
    (card,) = (await press(Alerts(host), f"alerts|why|{ID}", asking(host))).cards
    assert card.verdict.endswith("0 times, None.")
    assert "When" not in facts(card)
    assert facts(card)["Fired"] == "never"


@pytest.mark.parametrize("name", ["why", "history"])
async def test_of_somebody_elses_alert_nothing_is_told_or_done_that_is_its_owners(
    host: WazeHost, bus: FakeBus, name: str
) -> None:
    bus.answers[WhyAlert] = AlertWhy(alert=alert_view(fired=1), happenings=[HAPPENED], is_own=False)
    (card,) = (await run(Alerts(host), f"alerts {name}", asking(host), id=ID, persona=None)).cards
    assert card.actions == ()
    assert "times" not in card.verdict
    assert {"Fired", "State"} & set(facts(card)) == set()


async def test_failures_and_tests_are_no_firings_and_say_why_in_the_members_language(
    host: WazeHost, bus: FakeBus
) -> None:
    moved = "moved to user:7: The member takes no direct messages from the bot."
    happenings = [
        replace(HAPPENED, state="failed", price=Decimal(1), reason="refused: The channel is gone."),
        replace(HAPPENED, state="test", reason="its message is gone"),
        replace(HAPPENED, state="confirmed", price=Decimal(70_020), reason=moved),
    ]
    bus.answers[WhyAlert] = AlertWhy(alert=alert_view(), happenings=happenings)
    who = asking(host, locale="pt-BR")
    (card,) = (await run(Alerts(host), "alerts history", who, id=ID, persona=None)).cards
    failed, tested, fired = (line for fact in card.facts for line in fact.value.splitlines())
    assert card.verdict.endswith(": 1 times, 70.020,0.")
    assert failed.endswith("não entregue: O canal não existe mais. · Preço: 70.010,5")
    assert tested.endswith(": a mensagem não existe mais")
    assert fired.endswith("veio por mensagem direta: O membro não aceita mensagens diretas do bot.")


async def test_a_history_tells_ten_firings_within_what_discord_shows(host: WazeHost, bus: FakeBus) -> None:
    bus.answers[WhyAlert] = AlertWhy(alert=alert_view(fired=12), happenings=[HAPPENED] * 10)
    who = asking(host, locale="pt-BR")
    (card,) = (await run(Alerts(host), "alerts history", who, id=ID, persona=None)).cards
    (asked,) = bus.questions
    assert isinstance(asked, WhyAlert)
    assert asked.limit == 10
    lines = [line for fact in card.facts for line in fact.value.splitlines()]
    assert len(lines) == 10
    assert all("70.010,5" in line and "O canal não existe mais." in line for line in lines)

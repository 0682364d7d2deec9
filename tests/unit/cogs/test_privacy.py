"""`/privacy`: everything is deleted in an order in which nothing is when somebody is away."""

from __future__ import annotations

from pathlib import Path

import pytest
from asked_cogs import asking, facts, guide, press, run
from kept_member import KeptMember
from persona_fakes import FakeBus, HandClock

from cogs.privacy import Privacy
from services.alerts.messages import ExportAlerts, ForgetAlerts
from services.errors import NoAnswer
from services.members.messages import DeleteMember, MemberSettings
from services.personas.messages import RECENT_MARKETS, RecentMarkets
from services.personas.roster import read_roster

ROSTER = read_roster(Path(__file__).parents[3] / "personas")
RECENT = f"{RECENT_MARKETS.name}:7"
CHOSEN = MemberSettings(user_id="7", favourites=["BTC/USDT:USDT"])
AWAY = NoAnswer("alerts does not answer.")


@pytest.fixture
def bus() -> FakeBus:
    bus = FakeBus(HandClock())
    bus.kept[RECENT] = RecentMarkets(names=["ETH/USDT"])
    return bus


@pytest.fixture
def kept(bus: FakeBus) -> KeptMember:
    kept = KeptMember(bus)
    kept.settings = CHOSEN
    kept.alerts = {"alert_rules": ['{"id": "a1"}', '{"id": "a2"}']}
    return kept


async def test_alerts_are_counted_and_deleted_before_the_rest(bus: FakeBus, kept: KeptMember) -> None:
    host = guide(bus, ROSTER)
    (exported,) = (await run(Privacy(host), "privacy export", asking(host))).cards
    assert facts(exported)["Alerts and what came of them"] == "2"
    (card,) = (await press(Privacy(host), "privacy|delete|7|waze", asking(host))).cards
    assert "4" in card.verdict
    gone = [type(one) for one in bus.questions if isinstance(one, ForgetAlerts | DeleteMember)]
    assert gone == [ForgetAlerts, DeleteMember]
    assert (kept.alerts, kept.settings) == ({}, MemberSettings(user_id="7"))
    assert bus.kept[RECENT] == RecentMarkets(names=[])


@pytest.mark.parametrize("away", [ExportAlerts, ForgetAlerts])
async def test_nothing_is_deleted_while_the_alerts_process_is_away(
    bus: FakeBus, kept: KeptMember, away: type[ExportAlerts | ForgetAlerts]
) -> None:
    bus.answers[away] = AWAY
    host = guide(bus, ROSTER)
    with pytest.raises(NoAnswer):
        await press(Privacy(host), "privacy|delete|7|waze", asking(host))
    assert kept.settings == CHOSEN
    assert kept.alerts
    assert bus.kept[RECENT] == RecentMarkets(names=["ETH/USDT"])

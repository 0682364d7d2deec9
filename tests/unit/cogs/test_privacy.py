"""`/privacy`: everything is deleted in an order in which nothing is when somebody is away."""

from __future__ import annotations

from pathlib import Path

import pytest
from asked_cogs import asking, facts, guide, press, run
from kept_member import KeptMember
from persona_fakes import FakeBus, HandClock

from cogs.privacy import Privacy
from services.alerts.messages import ExportAlerts, ForgetAlerts
from services.chat.messages import DeleteChat, ExportChat
from services.errors import NoAnswer, UserMistake
from services.members.messages import DeleteMember, MemberSettings
from services.personas.messages import RECENT_MARKETS, RecentMarkets
from services.personas.roster import read_roster
from services.trading.accounts.messages import ForgetDesk

ROSTER = read_roster(Path(__file__).parents[3] / "personas")
RECENT = f"{RECENT_MARKETS.name}:7"
CHOSEN = MemberSettings(user_id="7", favourites=["BTC/USDT:USDT"])
AWAY = NoAnswer("A process does not answer.")


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
    kept.desk = {"trading_accounts": ['{"id": "c1"}']}
    kept.chat = {"chat_facts": ['{"id": "f1"}']}
    return kept


async def test_trading_alerts_and_conversations_are_counted_and_deleted_before_the_rest(
    bus: FakeBus, kept: KeptMember
) -> None:
    host = guide(bus, ROSTER)
    (exported,) = (await run(Privacy(host), "privacy export", asking(host))).cards
    assert facts(exported)["Alerts and what came of them"] == "2"
    assert facts(exported)["Accounts, orders and journal"] == "1"
    assert facts(exported)["Conversations, memory and what answers rest on"] == "1"
    (card,) = (await press(Privacy(host), "privacy|delete|7|waze", asking(host))).cards
    assert "6" in card.verdict
    order = (ForgetDesk, ForgetAlerts, DeleteChat, DeleteMember)
    assert [type(one) for one in bus.questions if isinstance(one, order)] == [*order]
    assert (kept.desk, kept.alerts, kept.chat, kept.settings) == ({}, {}, {}, MemberSettings(user_id="7"))
    assert bus.kept[RECENT] == RecentMarkets(names=[])


@pytest.mark.parametrize("away", [ExportAlerts, ForgetAlerts, ExportChat])
async def test_nothing_is_deleted_while_a_process_that_keeps_something_is_away(
    bus: FakeBus, kept: KeptMember, away: type[ExportAlerts | ForgetAlerts | ExportChat]
) -> None:
    bus.answers[away] = AWAY
    host = guide(bus, ROSTER)
    with pytest.raises(NoAnswer):
        await press(Privacy(host), "privacy|delete|7|waze", asking(host))
    assert kept.settings == CHOSEN
    assert kept.alerts
    assert bus.kept[RECENT] == RecentMarkets(names=["ETH/USDT"])


async def test_nothing_is_deleted_while_a_real_order_is_open(bus: FakeBus, kept: KeptMember) -> None:
    bus.answers[ForgetDesk] = UserMistake(
        "Orders of yours are open in an account of a venue.", hint="Cancel them first."
    )
    host = guide(bus, ROSTER)
    with pytest.raises(UserMistake, match="open in an account"):
        await press(Privacy(host), "privacy|delete|7|waze", asking(host))
    assert (bool(kept.alerts), bool(kept.desk), kept.settings) == (True, True, CHOSEN)

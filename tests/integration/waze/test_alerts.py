"""Own alerts, delivered ones and posts by the clock, through real discord.py and the local Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alert_voices import ABOVE, BTC, alert_view, guide_with_alerts
from persona_fakes import FakeBus
from persona_stage import buttons, fields, persona, process_of, said, spec, until

from bots.process import Process
from config.farm_file import BotEntry
from sandbox.discord.app import Running
from sandbox.discord.client import SandboxClient
from sandbox.discord.world.snowflake import stable_id
from services.alerts.feeds import AddSchedule, Schedule, Schedules, TakenUp, TakeUp
from services.alerts.messages import (
    AlertOutcome,
    AlertPage,
    AlertView,
    ChangeAlert,
    GetAlert,
    ListAlerts,
    SetAlert,
)
from services.alerts.posts import Delivery, Told, deliveries
from services.bus.messages import Entry
from services.errors import UserMistake
from services.members.messages import Allowed, GetRight

EPHEMERAL = 64
GENERAL = stable_id("channel", "general")
ID = "a1b2c3d4e5f6"


@pytest.fixture(scope="module")
def personas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return guide_with_alerts(tmp_path_factory.mktemp("personas"))


@pytest.fixture
async def waze(
    discord_server: Running, bus: FakeBus, personas: Path, tmp_path: Path
) -> AsyncIterator[Process]:
    bus.answers[TakeUp] = TakenUp(gone=[])
    bus.answers[GetAlert] = bus.answers[ChangeAlert] = mine(bus)
    bus.answers[ListAlerts] = AlertPage(alerts=[mine(bus)], total=9)
    bus.answers[SetAlert] = AlertOutcome(saved=mine(bus))
    bus.answers[GetRight] = Allowed(right="admin")
    bus.answers[AddSchedule] = Schedules(schedules=[Schedule(id="1", kind="session", place="channel:1")])
    told = spec(
        "waze", discord_server.url, tmp_path, entry=BotEntry(cogs=("alerts", "schedule", "subscribe"))
    )
    async with persona(process_of(told.model_copy(update={"personas": personas})), bus) as process:
        yield process


def mine(bus: FakeBus) -> AlertView:
    return alert_view(given={"market": BTC, "way": "above", "level": "70000"}, set_at=bus.clock.now())


@pytest.mark.usefixtures("waze")
async def test_an_alert_is_listed_edited_in_a_form_and_deleted_for_its_owner_alone(
    client: SandboxClient, bus: FakeBus
) -> None:
    mia = await client.member("mia")
    (listed,) = (await mia.slash("alerts list")).messages
    assert listed["flags"] & EPHEMERAL
    assert buttons(listed) == ["alerts|list|2||"]
    assert next(iter(fields(listed))) == "a1b2c3d4 · armed"
    offered = await mia.autocomplete("alerts pause", "id", "70,0")
    assert [one["value"] for one in offered] == [ID]
    opened = await mia.slash("alerts edit", id=ID)
    assert opened.modal is not None
    (saved,) = (await mia.submit(opened, level="71,000", repeat="yes")).messages
    assert saved["flags"] & EPHEMERAL
    asked = next(one for one in bus.asked if isinstance(one, SetAlert))
    assert (asked.given["level"], asked.options.repeats, asked.replaces) == ("71,000", True, ID)
    (question,) = (await mia.press(saved, f"alerts|delete|{ID}")).messages
    assert question["id"] == saved["id"]
    assert buttons(question)[0] == f"alerts|erase|{mia.user['id']}|{ID}"


@pytest.mark.usefixtures("waze")
async def test_a_delivered_card_stays_while_its_owner_snoozes_it_and_others_are_refused(
    client: SandboxClient, bus: FakeBus
) -> None:
    mia = await client.member("mia")
    now = bus.clock.now()
    told = Told(
        alert="f1", rule=ID, condition=ABOVE, state="fired", at=now, seen_at=now, values=[], owner="7"
    )
    one = Delivery(id="1", persona="waze", locale="en", body=told, channel_id=GENERAL, created_at=now)
    name = deliveries("waze").name
    await until(lambda: name in bus.carriers)
    await bus.carriers[name](Entry(id="1-0", message=one, deliveries=1, appended_at=now))
    (card,) = await mia.messages()
    (aside,) = (await mia.press(card, f"alert_card|snooze|{ID}|3600")).messages
    assert aside["flags"] & EPHEMERAL
    assert "snoozed" in said(aside)
    opened = await mia.press(card, f"alert_card|edit|{ID}")
    (saved,) = (await mia.submit(opened, level="71,000")).messages
    assert saved["flags"] & EPHEMERAL
    assert saved["components"] == []
    bus.answers[GetAlert] = UserMistake(f"There is no alert {ID}.")
    theo = await client.member("theo")
    (refused,) = (await theo.press(card, f"alert_card|repeat|{ID}|on")).messages
    assert refused["flags"] & EPHEMERAL
    assert "belongs to somebody else" in said(refused)
    assert said((await theo.messages())[-1]) == said(card)


@pytest.mark.usefixtures("waze")
async def test_a_post_by_the_clock_is_set_in_the_channel_where_it_is_asked_for(
    client: SandboxClient, bus: FakeBus
) -> None:
    ana = await client.member("ana")
    (saved,) = (await ana.slash("schedule sessions", markets="BTC, ETH")).messages
    assert saved["flags"] & EPHEMERAL
    asked = next(one for one in bus.asked if isinstance(one, AddSchedule))
    assert (asked.schedule.place, asked.schedule.markets) == (f"channel:{GENERAL}", ["BTC", "ETH"])
    bus.answers[GetRight] = Allowed(right="member")
    mia = await client.member("mia")
    (refused,) = (await mia.slash("schedule sessions")).messages
    assert refused["flags"] & EPHEMERAL
    assert sum(isinstance(one, AddSchedule) for one in bus.asked) == 1

"""What members do at the same moment, or after they have lost what they once had."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from alerts_stage import ANN, BTC, Alerts, ask, change, open_alerts, price, rule, saved

from services.alerts import messages as said
from services.alerts.conditions import PriceLevel, from_text
from services.alerts.messages import AlertView, ChangeAlert, DeleteAlert, ListAlerts, Options
from services.errors import UserMistake
from services.members.messages import Caller
from services.store.rows import RuleRow

MOD = Caller(user_id="7", guild_id="10", can_manage_messages=True, can_mention=True)
ELSEWHERE = msgspec.structs.replace(MOD, guild_id="666")
IN_CHANNEL = Options(place="channel:5", role="99")


@pytest.fixture
async def alerts(tmp_path: Path) -> AsyncIterator[Alerts]:
    async with open_alerts(tmp_path) as opened:
        yield opened


class Gate:
    """Holds back the first `put` of an engine until it is opened."""

    def __init__(self, alerts: Alerts) -> None:
        self._put = alerts.engine.put
        self.open = asyncio.Event()
        self.reached = asyncio.Event()

    async def put(self, row: RuleRow) -> None:
        if not self.reached.is_set():
            self.reached.set()
            await self.open.wait()
        await self._put(row)


class SlowBus:
    """The service's bus, whose answers wait for a gate once they were asked for."""

    def __init__(self, alerts: Alerts) -> None:
        self._bus = alerts.bus
        self.open = asyncio.Event()
        self.reached = asyncio.Event()

    async def ask(self, request: Any, *, timeout: float = 2.0) -> Any:  # noqa: ASYNC109 - the bus's own
        answer = await self._bus.ask(request, timeout=timeout)
        self.reached.set()
        await self.open.wait()
        return answer


async def finished(alerts: Alerts, view: AlertView) -> None:
    async with alerts.store.write() as rows:
        await rows.own_alerts.change(view.id, lambda row: replace(row, status="done"))


async def test_an_edit_while_a_resume_waits_for_the_price_is_not_overwritten(alerts: Alerts) -> None:
    view = await saved(alerts, price("70000"))
    await change(alerts, view, "pause")
    slow = SlowBus(alerts)
    alerts.service._changing._bus = slow  # type: ignore[assignment]  # asks and nothing else
    async with asyncio.TaskGroup() as tasks:
        resumed = tasks.create_task(change(alerts, view, "resume"))
        await slow.reached.wait()
        await saved(alerts, price("75000", name="edit", replaces=view.id))
        slow.open.set()
    edited = PriceLevel(market=BTC, way="above", level=Decimal(75_000))
    row = await rule(alerts, view.id)
    assert (from_text(row.condition), resumed.result().condition, row.status) == (edited, edited, "active")
    assert alerts.engine.rules == {view.id: row}


async def test_a_pause_during_a_snooze_is_the_last_word_in_the_engine_too(alerts: Alerts) -> None:
    view = await saved(alerts, price("70000"))
    gate = Gate(alerts)
    alerts.engine.put = gate.put  # type: ignore[method-assign]  # the same, later
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(change(alerts, view, "snooze", seconds=3_600))
        await gate.reached.wait()
        tasks.create_task(change(alerts, view, "pause"))
        await asyncio.sleep(0.05)
        gate.open.set()
    assert ((await rule(alerts, view.id)).status, view.id in alerts.engine.rules) == ("paused", False)


async def test_two_copies_of_a_change_under_way_share_one_answer(alerts: Alerts) -> None:
    view = await saved(alerts, price("70000"))
    wishes = [ask(alerts, DeleteAlert(id="1", caller=ANN, alert=view.id)) for _ in range(2)]
    first, second = await asyncio.gather(*wishes)
    assert first == second
    assert alerts.engine.dropped == [view.id]


async def test_the_server_s_limit_counts_alerts_that_an_edit_or_a_resume_brings_into_it(
    alerts: Alerts,
) -> None:
    for user in ("101", "102", "103", "104"):
        await saved(alerts, price("70000", caller=Caller(user_id=user, guild_id="10")))
    direct = await saved(alerts, price("70000", caller=Caller(user_id="7")))
    with pytest.raises(UserMistake, match="This server may have 4 alerts"):
        await ask(alerts, price("71000", name="101", replaces=direct.id))
    await ask(alerts, DeleteAlert(id="1", caller=Caller(user_id="101"), alert=await of(alerts, "101")))
    moved = await saved(alerts, price("71000", name="102", replaces=direct.id))
    await finished(alerts, moved)
    await saved(alerts, price("70000", name="103", caller=Caller(user_id="101", guild_id="10")))
    wish = ChangeAlert(id="2", caller=Caller(user_id="7"), alert=moved.id, change="resume")
    with pytest.raises(UserMistake, match="This server may have 4 alerts"):
        await ask(alerts, wish)


async def of(alerts: Alerts, user: str) -> str:
    """Return the id of the one alert of a member."""
    (view,) = (await ask(alerts, ListAlerts(caller=Caller(user_id=user)))).alerts
    return view.id


@pytest.mark.parametrize(
    ("caller", "told"),
    [
        (ANN, "Manage Messages"),
        (msgspec.structs.replace(MOD, can_mention=False), "permission to mention"),
        (ELSEWHERE, "in the server of that channel"),
    ],
)
async def test_who_has_lost_the_right_to_a_place_can_neither_test_nor_resume_nor_edit_what_goes_there(
    alerts: Alerts, caller: Caller, told: str
) -> None:
    view = await saved(alerts, price("70000", caller=MOD, options=IN_CHANNEL))
    await finished(alerts, view)
    wishes: list[Any] = [
        said.TestAlert(id="t", caller=caller, alert=view.id),
        ChangeAlert(id="1", caller=caller, alert=view.id, change="resume"),
        ChangeAlert(id="2", caller=caller, alert=view.id, change="snooze", seconds=60),
        ChangeAlert(id="3", caller=caller, alert=view.id, change="repeat"),
        price("71000", name="101", caller=caller, options=IN_CHANNEL, replaces=view.id),
    ]
    for wish in wishes:
        with pytest.raises(UserMistake, match=told):
            await ask(alerts, wish)
    assert (alerts.outbox.steps, (await rule(alerts, view.id)).guild_id) == ([], "10")
    wish = ChangeAlert(id="4", caller=MOD, alert=view.id, change="resume")
    assert (await ask(alerts, wish)).status == "active"


async def test_an_alert_is_tested_at_most_once_a_minute(alerts: Alerts) -> None:
    view = await saved(alerts, price("70000"))
    await ask(alerts, said.TestAlert(id="1", caller=ANN, alert=view.id))
    with pytest.raises(UserMistake, match="less than a minute ago"):
        await ask(alerts, said.TestAlert(id="2", caller=ANN, alert=view.id))
    alerts.clock.seconds += 60
    await ask(alerts, said.TestAlert(id="3", caller=ANN, alert=view.id))
    assert len(alerts.outbox.steps) == 2


async def test_of_the_alerts_that_wait_no_more_only_the_newest_are_kept(alerts: Alerts) -> None:
    first = await saved(alerts, price("70000"))
    await finished(alerts, first)
    old = await rule(alerts, first.id)
    async with alerts.store.write() as rows:
        for number in range(210):
            set_at = alerts.clock.now().replace(year=2026, microsecond=number)
            await rows.alerts.put_rule(replace(old, id=f"past{number:03}", set_at=set_at))
    alerts.clock.seconds += 60
    newest = await saved(alerts, price("80000", name="101"))
    page = await ask(alerts, ListAlerts(caller=ANN, limit=25))
    assert (page.total, page.alerts[0].id, page.alerts[1].id) == (201, newest.id, "past209")

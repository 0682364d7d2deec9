from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from alerts_stage import (
    ANN,
    BOB,
    BTC,
    ETH,
    PRICES,
    Alerts,
    ask,
    asked,
    change,
    deliver,
    fire,
    open_alerts,
    price,
    rule,
    saved,
)
from bus_stage import bus_of, running

from services.alerts import messages as said
from services.alerts.conditions import CandleClosed, PriceLevel
from services.alerts.messages import (
    DRAFTS,
    ChangeAlert,
    DeleteAlert,
    ExportAlerts,
    ForgetAlerts,
    GetAlert,
    ListAlerts,
    Options,
    PreviewAlert,
    ResumeAlert,
    SetAlert,
    WhyAlert,
)
from services.alerts.posts import Value
from services.analyst.messages import DrawChart
from services.bus.messages import Request
from services.errors import NoAnswer, StalePrice, Unavailable, UnknownMarket, UserMistake
from services.market.messages import GetQuote
from services.members.messages import GetMember
from services.omega import serve
from services.store.rows import StandingRow


@pytest.fixture
async def alerts(tmp_path: Path) -> AsyncIterator[Alerts]:
    async with open_alerts(tmp_path) as opened:
        yield opened


async def test_nobody_learns_of_the_alerts_of_somebody_else(alerts: Alerts) -> None:
    view = await saved(alerts, price("70000"))
    wishes: list[Request[Any]] = [
        GetAlert(caller=BOB, alert=view.id),
        GetAlert(caller=BOB, alert="zzz"),
        ChangeAlert(id="1", caller=BOB, alert=view.id, change="pause"),
        DeleteAlert(id="2", caller=BOB, alert=view.id),
        said.TestAlert(id="3", caller=BOB, alert=view.id),
        WhyAlert(caller=BOB, alert=view.id),
        PreviewAlert(caller=BOB, alert=view.id),
        price("1", caller=BOB, replaces=view.id),
    ]
    for wish in wishes:
        with pytest.raises(UserMistake, match="There is no alert"):
            await ask(alerts, wish)
    assert (await ask(alerts, ListAlerts(caller=BOB))).alerts == []
    assert (await rule(alerts, view.id)).status == "active"


async def test_the_beginning_of_an_id_is_enough_where_it_is_one_only(alerts: Alerts) -> None:
    view = await saved(alerts, price("70000"))
    assert (await ask(alerts, GetAlert(caller=ANN, alert=f" #{view.id[:4].upper()} "))).id == view.id
    twin = replace(await rule(alerts, view.id), id=view.id[:4] + "0")
    async with alerts.store.write() as rows:
        await rows.alerts.put_rule(twin)
    with pytest.raises(UserMistake, match="Several alerts begin with"):
        await ask(alerts, GetAlert(caller=ANN, alert=view.id[:4]))
    assert (await ask(alerts, GetAlert(caller=ANN, alert=twin.id))).id == twin.id


async def test_a_list_has_the_newest_first_and_can_be_narrowed(alerts: Alerts) -> None:
    for number, market in enumerate(("BTC", "ETH", "BTC")):
        alerts.clock.seconds += 1
        level = str(70_000 + 1_000 * number) if market == "BTC" else "4000"
        await saved(alerts, price(level, name=str(number), market=market))
    page = await ask(alerts, ListAlerts(caller=ANN, market="btc", offset=1, limit=1))
    assert (page.total, [view.given["level"] for view in page.alerts]) == (2, ["70000"])
    everything = await ask(alerts, ListAlerts(caller=ANN, status="active"))
    assert [view.given["level"] for view in everything.alerts] == ["72000", "4000", "70000"]
    assert (await ask(alerts, ListAlerts(caller=ANN, status="paused"))).total == 0
    with pytest.raises(UserMistake):
        await ask(alerts, ListAlerts(caller=ANN, limit=0))


async def test_a_paused_alert_leaves_the_engine_and_comes_back_from_the_present_price_on(
    alerts: Alerts,
) -> None:
    view = await saved(alerts, price("70000"))
    assert (await change(alerts, view, "pause")).status == "paused"
    assert alerts.engine.rules == {}
    alerts.clock.seconds += 3_600
    resumed = await change(alerts, view, "resume")
    row = await rule(alerts, view.id)
    assert (resumed.status, row.state) == ("active", "")
    assert row.market_at == alerts.clock.now() - timedelta(days=400)
    assert alerts.engine.rules == {view.id: row}


async def test_a_change_that_comes_twice_is_done_once(alerts: Alerts) -> None:
    view = await saved(alerts, price("70000"))
    paused = await change(alerts, view, "pause", "1")
    await change(alerts, view, "resume", "2")
    assert await change(alerts, view, "pause", "1") == paused
    assert (await rule(alerts, view.id)).status == "active"


async def test_a_snoozed_alert_stays_in_the_engine_with_what_it_remembers(alerts: Alerts) -> None:
    view = await saved(alerts, price("70000"))
    async with alerts.store.write() as rows:
        await rows.alerts.stand(
            [StandingRow(rule=view.id, state='{"number":1}', status="active", fired=1, last_fired_at=None)],
            at=alerts.clock.now(),
        )
    until = alerts.clock.now() + timedelta(hours=1)
    assert (await change(alerts, view, "snooze", seconds=3_600)).snoozed_until == until
    row = alerts.engine.rules[view.id]
    assert (row.snoozed_until, row.state, row.fired) == (until, '{"number":1}', 1)
    assert (await change(alerts, view, "resume")).snoozed_until is None
    for seconds in (0, 31 * 86_400):
        with pytest.raises(UserMistake, match="1 minute to 30 days"):
            await change(alerts, view, "snooze", str(seconds), seconds=seconds)


async def test_an_alert_that_has_fired_waits_again_when_it_is_snoozed_or_shall_repeat(alerts: Alerts) -> None:
    view = await saved(alerts, price("70000"))
    done = StandingRow(rule=view.id, state='{"number":3}', status="done", fired=1, last_fired_at=None)
    async with alerts.store.write() as rows:
        await rows.alerts.stand([done], at=alerts.clock.now())
    with pytest.raises(UserMistake, match="waits for nothing"):
        await change(alerts, view, "pause")
    again = await change(alerts, view, "repeat")
    assert (again.status, again.options.repeats, again.fired) == ("active", True, 1)
    assert msgspec.json.decode(alerts.engine.rules[view.id].state) == {"number": 3}
    assert not (await change(alerts, view, "once")).options.repeats


async def test_an_alert_whose_end_has_come_is_not_resumed(alerts: Alerts) -> None:
    expires = alerts.clock.now() + timedelta(hours=1)
    view = await saved(alerts, price("70000", options=Options(expires_at=expires)))
    await change(alerts, view, "pause")
    alerts.clock.seconds += 3_600
    with pytest.raises(UserMistake, match="has ended"):
        await change(alerts, view, "resume")
    assert alerts.engine.rules == {}


async def test_a_test_goes_the_way_of_a_real_one_and_counts_for_nothing(alerts: Alerts) -> None:
    view = await saved(alerts, price("70000", options=Options(note="sell", is_urgent=True)))
    alerts.engine.seen[view.id] = [Value(label="price", value=PRICES[BTC])]
    wish = said.TestAlert(id="1", caller=ANN, alert=view.id)
    assert (await ask(alerts, wish)).fired == 0
    await ask(alerts, wish)
    (step,) = alerts.outbox.steps
    (firing,) = step.firings
    told = firing.told
    assert (told.state, told.rule, told.owner, told.severity, told.note) == (
        "test",
        view.id,
        "7",
        "urgent",
        "sell",
    )
    assert (told.price, told.values, firing.user_id) == (PRICES[BTC], alerts.engine.seen[view.id], "7")
    assert (step.standings, step.marks) == ((), ())


async def test_why_tells_the_last_firings_with_their_values_and_what_is_seen_now(alerts: Alerts) -> None:
    view = await saved(alerts, price("70000"))
    first = await fire(alerts, view, "a1")
    second = await fire(alerts, view, "a2", minutes=5)
    alerts.engine.seen[view.id] = [Value(label="price", value=PRICES[BTC])]
    why = await ask(alerts, WhyAlert(caller=ANN, alert=view.id, limit=5))
    assert why.is_own
    assert [(one.alert, one.at, one.price) for one in why.happenings] == [
        ("a2", second.at, PRICES[BTC]),
        ("a1", first.at, PRICES[BTC]),
    ]
    assert why.happenings[0].values == second.values
    assert (why.now, why.at) == (alerts.engine.seen[view.id], alerts.clock.now() - timedelta(days=400))
    of_first = await ask(alerts, WhyAlert(caller=ANN, alert="a1"))
    assert ([one.alert for one in of_first.happenings], of_first.alert.id) == (["a1"], view.id)


async def test_why_is_told_to_nobody_else_but_of_a_feed_to_anybody(alerts: Alerts) -> None:
    view = await saved(alerts, price("70000"))
    await fire(alerts, view, "own1")
    with pytest.raises(UserMistake, match="There is no alert"):
        await ask(alerts, WhyAlert(caller=BOB, alert="own1"))
    told = msgspec.structs.replace(await fire(alerts, view, "x"), owner="", feed="moves")
    await fire(alerts, view, "feed1", user_id=None, told=msgspec.json.encode(told).decode())
    why = await ask(alerts, WhyAlert(caller=BOB, alert="feed"))
    assert not why.is_own
    assert [one.alert for one in why.happenings] == ["feed1"]
    assert why.alert.given == {}


async def test_who_saw_an_alert_in_a_channel_may_ask_why_by_its_whole_id_and_learns_no_more(
    alerts: Alerts,
) -> None:
    moderator = msgspec.structs.replace(ANN, can_manage_messages=True)
    view = await saved(alerts, price("70000", caller=moderator, options=Options(place="channel:5")))
    await fire(alerts, view, "seen12345")
    await deliver(alerts, "seen12345", place="channel:5")
    why = await ask(alerts, WhyAlert(caller=BOB, alert="seen12345"))
    assert not why.is_own
    assert (why.alert.condition, why.alert.given, why.alert.options.place) == (view.condition, {}, "")
    assert [one.delivered for one in why.happenings] == ["sent"]
    for unknown in ("seen1234", view.id):
        with pytest.raises(UserMistake, match="There is no alert"):
            await ask(alerts, WhyAlert(caller=BOB, alert=unknown))


async def test_why_is_still_told_once_the_alert_is_deleted(alerts: Alerts) -> None:
    view = await saved(alerts, price("70000"))
    await fire(alerts, view, "a1")
    await ask(alerts, DeleteAlert(id="d", caller=ANN, alert=view.id))
    why = await ask(alerts, WhyAlert(caller=ANN, alert="a1"))
    assert (why.alert.id, why.alert.condition, len(why.happenings)) == (view.id, view.condition, 1)


async def test_a_preview_has_a_chart_with_the_level_and_each_moment(alerts: Alerts) -> None:
    alerts.engine.times = 2
    wish = PreviewAlert(caller=ANN, given={"market": "BTC", "way": "below", "level": "60000"}, theme="light")
    preview = await ask(alerts, wish)
    assert (len(preview.times), preview.digest, preview.alt) == (2, "abc", "A chart.")
    drawn = next(one for one in alerts.bus.asked if isinstance(one, DrawChart))
    assert (drawn.market, drawn.timeframe, drawn.since, drawn.theme) == (BTC, "1h", "7d", "light")
    assert [level.price for level in drawn.levels] == [Decimal(60_000)]
    assert [mark.at for mark in drawn.marks] == [one.at for one in preview.times]
    assert not any(mark.is_up for mark in drawn.marks)
    assert alerts.engine.rules == {}


async def test_a_preview_is_told_without_its_chart_where_nobody_draws(alerts: Alerts) -> None:
    alerts.bus.answers[DrawChart] = NoAnswer("analyst did not answer.")
    view = await saved(alerts, price("70000"))
    preview = await ask(alerts, PreviewAlert(caller=ANN, alert=view.id, days=30))
    assert (preview.digest, preview.condition, preview.days) == ("", view.condition, 30)
    with pytest.raises(UserMistake, match="1 to 30 days"):
        await ask(alerts, PreviewAlert(caller=ANN, alert=view.id, days=31))


async def test_a_level_of_a_candle_close_is_drawn_and_the_sky_is_not(alerts: Alerts) -> None:
    given = {"market": "BTC", "timeframe": "4h", "closing": "below", "level": "60000"}
    await ask(alerts, PreviewAlert(caller=ANN, kind="close", given=given))
    (condition, _, _) = alerts.engine.previewed[0]
    assert isinstance(condition, CandleClosed)
    (drawn,) = [one for one in alerts.bus.asked if isinstance(one, DrawChart)]
    assert [level.price for level in drawn.levels] == [Decimal(60_000)]
    sky = await ask(alerts, PreviewAlert(caller=ANN, kind="cosmic", given={"event": "full_moon"}))
    assert sky.digest == ""


async def test_an_alert_of_the_sky_needs_no_market(alerts: Alerts) -> None:
    view = await saved(alerts, SetAlert(id="1", caller=ANN, kind="cosmic", given={"event": "full_moon"}))
    row = await rule(alerts, view.id)
    assert (view.kind, row.market, row.market_at, view.price) == ("cosmic", "", None, None)


async def test_all_that_is_kept_of_a_member_is_given_and_goes(alerts: Alerts) -> None:
    view = await saved(alerts, price("70000"))
    await saved(alerts, price("70000", caller=BOB))
    await fire(alerts, view, "a1")
    kept = await ask(alerts, ExportAlerts(user_id="7"))
    assert {table: len(rows) for table, rows in kept.rows.items() if rows} == {"alert_rules": 1, "alerts": 1}
    assert (await ask(alerts, ForgetAlerts(user_id="7"))).rows == 2
    assert not any((await ask(alerts, ExportAlerts(user_id="7"))).rows.values())
    assert view.id not in alerts.engine.rules
    assert (await ask(alerts, ListAlerts(caller=BOB))).total == 1


async def test_a_draft_travels_whole(alerts: Alerts) -> None:
    question = await asked(alerts, price("700", options=Options(note="mine")))
    draft = alerts.bus.kept[f"{DRAFTS.name}:{question.draft}"]
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(draft), type=DRAFTS.message) == draft


async def test_an_alert_shows_no_price_where_there_is_no_fresh_one(alerts: Alerts) -> None:
    view = await saved(alerts, price("4000", market="ETH"))
    assert (view.price, view.condition) == (
        PRICES[ETH],
        PriceLevel(market=ETH, way="above", level=Decimal(4_000)),
    )
    alerts.bus.answers[GetQuote] = StalePrice("The price is old.")
    shown = await ask(alerts, GetAlert(caller=ANN, alert=view.id))
    assert (shown.price, shown.origin, shown.is_armed) == (None, None, True)
    alerts.engine.unarmed.add(view.id)
    assert not (await ask(alerts, GetAlert(caller=ANN, alert=view.id))).is_armed


async def test_an_alert_about_silence_can_be_set_while_no_price_comes(alerts: Alerts) -> None:
    alerts.bus.answers[GetQuote] = StalePrice("The price is old.")
    given = {"market": BTC, "seconds": "300"}
    view = await saved(alerts, SetAlert(id="1", caller=ANN, kind="stale", given=given))
    assert (view.price, (await rule(alerts, view.id)).market_at) == (None, None)
    alerts.bus.answers[GetQuote] = UnknownMarket.of("BTC", [])
    with pytest.raises(UnknownMarket):
        await ask(alerts, SetAlert(id="2", caller=ANN, kind="stale", given=given))


async def test_a_question_and_its_answer_go_over_the_bus_and_the_draft_is_kept_there(tmp_path: Path) -> None:
    async with (
        running("unix") as server,
        bus_of(server, "alerts") as bus,
        open_alerts(tmp_path, bus) as alerts,
        asyncio.TaskGroup() as group,
    ):
        stopping = asyncio.Event()
        others = [
            group.create_task(bus.answer("market", [GetQuote], alerts.bus.ask)),
            group.create_task(bus.answer("members", [GetMember], alerts.bus.ask)),
        ]
        group.create_task(serve(bus, [alerts.service], stopping=stopping, clock=alerts.clock))
        outcome = await bus.ask(price("700"))
        assert outcome.asked is not None
        draft, value = outcome.asked.draft, outcome.asked.choices[0].value
        assert (kept := await bus.latest(DRAFTS, part=draft)) is not None
        assert kept.value.request == price("700")
        done = await bus.ask(ResumeAlert(id="2", caller=ANN, draft=draft, value=value))
        assert done.saved is not None
        stopping.set()
        for other in others:
            other.cancel()


async def test_a_preview_that_takes_too_long_is_given_up(alerts: Alerts) -> None:
    view = await saved(alerts, price("70000"))
    alerts.engine.trouble = TimeoutError()
    with pytest.raises(Unavailable, match="took too long"):
        await ask(alerts, PreviewAlert(caller=ANN, alert=view.id))

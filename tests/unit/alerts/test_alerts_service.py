from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from alerts_stage import (
    ANN,
    BOB,
    BTC,
    PRICES,
    Alerts,
    ask,
    asked,
    open_alerts,
    price,
    rule,
    saved,
)
from persona_fakes import HandClock

from services.alerts.conditions import PriceLevel
from services.alerts.messages import (
    AlertOutcome,
    DeleteAlert,
    GetAlert,
    ListAlerts,
    Options,
    ResumeAlert,
)
from services.errors import NoAnswer, StalePrice, UnknownMarket, UserMistake
from services.market.messages import GetQuote
from services.members.messages import Allowed, Caller, GetMember, GetRight, MemberSettings
from services.store.rows import StandingRow


@pytest.fixture
async def alerts(tmp_path: Path) -> AsyncIterator[Alerts]:
    async with open_alerts(tmp_path) as opened:
        yield opened


async def test_an_alert_is_saved_with_the_market_s_time_and_the_engine_takes_it_up(alerts: Alerts) -> None:
    view = await saved(alerts, price("70000"))
    assert view.condition == PriceLevel(market=BTC, way="above", level=Decimal(70_000))
    assert (view.status, view.options.persona, view.price, view.is_armed) == (
        "active",
        "waze",
        PRICES[BTC],
        True,
    )
    row = await rule(alerts, view.id)
    assert alerts.engine.rules == {view.id: row}
    assert row.market_at == alerts.clock.now() - timedelta(days=400)
    assert (row.market, row.state, row.guild_id) == (BTC, "", "10")
    assert view.given == {"market": "BTC", "way": "above", "level": "70000"}


async def test_the_same_interaction_saves_one_alert_however_often_it_comes(alerts: Alerts) -> None:
    first, second = await asyncio.gather(ask(alerts, price("70000")), ask(alerts, price("70000")))
    third = await ask(alerts, price("70000"))
    assert {one.saved and one.saved.id for one in (first, second, third)} == {first.saved and first.saved.id}
    assert (await ask(alerts, ListAlerts(caller=ANN))).total == 1
    assert len(first.saved.id if first.saved else "") == 10


async def test_a_persona_is_the_one_asked_for_else_the_member_s_own(alerts: Alerts) -> None:
    alerts.bus.answers[GetMember] = MemberSettings(user_id="7", persona="biel")
    assert (await saved(alerts, price("70000"))).options.persona == "biel"
    named = price("80000", name="101", options=Options(persona="f"))
    assert (await saved(alerts, named)).options.persona == "f"


async def test_a_market_that_is_none_and_a_price_that_is_old_are_told(alerts: Alerts) -> None:
    with pytest.raises(UnknownMarket):
        await ask(alerts, price("70000", market="NOPE"))
    alerts.bus.answers[GetQuote] = StalePrice("The price is old.")
    with pytest.raises(StalePrice):
        await ask(alerts, price("70000"))


async def test_the_fourth_alert_of_three_is_refused_until_one_is_deleted(alerts: Alerts) -> None:
    views = [await saved(alerts, price(str(70_000 + 1_000 * n), name=str(n))) for n in range(3)]
    with pytest.raises(UserMistake, match="A member may have 3 alerts") as refusal:
        await ask(alerts, price("90000", name="9"))
    assert "/alerts delete" in refusal.value.hint
    await ask(alerts, DeleteAlert(id="d", caller=ANN, alert=views[0].id))
    await saved(alerts, price("90000", name="9"))
    await saved(alerts, price("90000", caller=BOB))
    with pytest.raises(UserMistake, match="This server may have 4 alerts"):
        await ask(alerts, price("95000", name="2", caller=BOB))
    await saved(alerts, price("95000", name="2", caller=Caller(user_id="8")))


async def test_limits_hold_for_alerts_that_are_set_at_the_same_moment(alerts: Alerts) -> None:
    wishes = [ask(alerts, price(str(70_000 + 1_000 * n), name=str(n))) for n in range(6)]
    ends = await asyncio.gather(*wishes, return_exceptions=True)
    assert sum(isinstance(end, AlertOutcome) for end in ends) == 3


async def test_a_level_within_a_thousandth_of_ones_own_is_refused_and_the_other_named(alerts: Alerts) -> None:
    first = await saved(alerts, price("70000"))
    with pytest.raises(UserMistake, match=first.id):
        await ask(alerts, price("70060", name="101"))
    await saved(alerts, price("70100", name="101"))
    await saved(alerts, price("70000", caller=BOB))
    by_close = Options(confirming="close", confirm_timeframe="1h")
    await saved(alerts, price("70000", name="102", options=by_close))


async def test_a_number_that_can_be_two_is_asked_about_and_the_answer_goes_on(alerts: Alerts) -> None:
    alerts.prices[BTC] = Decimal(40)
    question = await asked(alerts, price("1.500", options=Options(locale="en")))
    assert (question.why, question.written) == ("number", "1.500")
    assert {choice.number for choice in question.choices} == {Decimal(1_500), Decimal("1.500")}
    assert f"alert_draft:{question.draft}" in alerts.bus.kept
    value = next(choice.value for choice in question.choices if choice.number == 1_500)
    answer = ResumeAlert(id="200", caller=ANN, draft=question.draft, value=value)
    view = await saved(alerts, answer)
    assert view.condition == PriceLevel(market=BTC, way="above", level=Decimal(1_500))
    assert (await saved(alerts, answer)).id == view.id


async def test_a_level_far_from_the_price_is_asked_about(alerts: Alerts) -> None:
    question = await asked(alerts, price("700"))
    assert (question.why, question.price, question.tick) == ("far", PRICES[BTC], Decimal("0.1"))
    yes = question.choices[0].value
    view = await saved(alerts, ResumeAlert(id="200", caller=ANN, draft=question.draft, value=yes))
    assert view.condition == PriceLevel(market=BTC, way="above", level=Decimal(700))


async def test_a_draft_is_its_author_s_and_fades(alerts: Alerts) -> None:
    question = await asked(alerts, price("700"))
    yes = question.choices[0].value
    with pytest.raises(UserMistake, match="too old"):
        await ask(alerts, ResumeAlert(id="1", caller=BOB, draft=question.draft, value=yes))
    alerts.bus.kept.clear()
    with pytest.raises(UserMistake, match="too old"):
        await ask(alerts, ResumeAlert(id="1", caller=ANN, draft=question.draft, value=yes))


async def test_an_alert_that_would_have_fired_very_often_is_asked_about_first(alerts: Alerts) -> None:
    alerts.engine.times = 13
    question = await asked(alerts, price("70000", options=Options(repeats=True)))
    assert (question.why, question.times, question.days) == ("often", 13, 1)
    assert alerts.engine.rules == {}
    yes = question.choices[0].value
    await saved(alerts, ResumeAlert(id="200", caller=ANN, draft=question.draft, value=yes))
    await saved(alerts, price("80000", name="101"))
    alerts.engine.times = 12
    await saved(alerts, price("75000", name="102", options=Options(repeats=True)))


async def test_a_level_far_away_that_would_fire_often_is_asked_about_twice(alerts: Alerts) -> None:
    alerts.engine.times = 13
    first = await asked(alerts, price("700", options=Options(repeats=True)))
    far = ResumeAlert(id="1", caller=ANN, draft=first.draft, value=first.choices[0].value)
    second = await asked(alerts, far)
    assert (second.why, second.draft != first.draft) == ("often", True)
    often = ResumeAlert(id="2", caller=ANN, draft=second.draft, value=second.choices[0].value)
    await saved(alerts, often)


async def test_an_alert_is_saved_where_nobody_can_look_back(alerts: Alerts) -> None:
    alerts.engine.trouble = NoAnswer("market did not answer.")
    outcome = await ask(alerts, price("70000", options=Options(repeats=True)))
    assert (outcome.saved is not None, outcome.is_unchecked) == (True, True)
    alerts.engine.trouble = None
    assert not (await ask(alerts, price("80000", name="101"))).is_unchecked


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (Options(note="x" * 201), "201 characters"),
        (Options(expires_at=HandClock().now() - timedelta(seconds=1)), "past"),
        (Options(expires_at=HandClock().now() + timedelta(days=367)), "a year"),
        (Options(confirming="close"), "timeframe"),
        (Options(confirming="seconds"), "1 second to 24 hours"),
        (Options(cooldown=-1), "7 days"),
        (Options(place="nowhere"), "cannot go to nowhere"),
        (Options(place="channel:5"), "Manage Messages"),
        (Options(place="channel:here"), "cannot go to here"),
        (Options(place="way:other"), "no way out called other"),
        (Options(role="6"), "only be mentioned in a channel"),
    ],
)
async def test_what_an_alert_cannot_be_is_refused_with_what_to_do(
    alerts: Alerts, options: Options, told: str
) -> None:
    with pytest.raises(UserMistake, match=told) as refusal:
        await ask(alerts, price("70000", options=options))
    assert refusal.value.hint
    assert (await ask(alerts, ListAlerts(caller=ANN))).total == 0


async def test_a_channel_takes_alerts_of_who_may_manage_messages_there_and_of_admins(alerts: Alerts) -> None:
    options = Options(place="channel:5")
    moderator = msgspec.structs.replace(ANN, can_manage_messages=True)
    view = await saved(alerts, price("70000", caller=moderator, options=options))
    assert view.options.place == "channel:5"
    wish = msgspec.structs.replace(options, role="6")
    with pytest.raises(UserMistake, match="permission to mention"):
        await ask(alerts, price("80000", name="101", caller=moderator, options=wish))
    alerts.bus.answers[GetRight] = Allowed(right="admin")
    await saved(alerts, price("80000", name="102", options=wish))
    with pytest.raises(UserMistake, match="in the server"):
        await ask(alerts, price("90000", name="103", caller=Caller(user_id="9"), options=options))


async def test_a_way_out_is_for_the_members_it_names(alerts: Alerts) -> None:
    options = Options(place="way:mine")
    assert (await saved(alerts, price("70000", options=options))).options.place == "way:mine"
    with pytest.raises(UserMistake, match="no way out called mine"):
        await ask(alerts, price("70000", caller=BOB, options=options))


async def test_a_note_mentions_nobody(alerts: Alerts) -> None:
    view = await saved(alerts, price("70000", options=Options(note=" sell, @everyone <@&6> ")))
    assert "@everyone" not in view.options.note
    assert "<@&6>" not in view.options.note
    assert view.options.note.startswith("sell, ")
    again = await saved(alerts, price("80000", name="101", replaces=view.id, options=view.options))
    assert again.options.note == view.options.note


async def test_a_change_of_the_condition_keeps_the_id_and_the_count_and_begins_anew(alerts: Alerts) -> None:
    view = await saved(alerts, price("70000"))
    stands = StandingRow(
        rule=view.id, state='{"number":5}', status="done", fired=4, last_fired_at=alerts.clock.now()
    )
    async with alerts.store.write() as rows:
        await rows.alerts.stand([stands], at=alerts.clock.now())
    wish = price("75000", name="101", replaces=view.id[:4])
    changed = await saved(alerts, wish)
    assert (changed.id, changed.fired, changed.status) == (view.id, 4, "active")
    assert changed.condition == PriceLevel(market=BTC, way="above", level=Decimal(75_000))
    row = await rule(alerts, view.id)
    assert msgspec.json.decode(row.state) == {"number": 5}
    assert alerts.engine.dropped == [view.id]
    assert alerts.engine.rules[view.id] == row


async def test_a_change_that_is_refused_leaves_the_alert_as_it_was(alerts: Alerts) -> None:
    view = await saved(alerts, price("70000"))
    other = await saved(alerts, price("80000", name="101"))
    with pytest.raises(UserMistake, match=other.id):
        await ask(alerts, price("80001", name="102", replaces=view.id))
    assert (await ask(alerts, GetAlert(caller=ANN, alert=view.id))).condition == view.condition
    assert set(alerts.engine.rules) == {view.id, other.id}

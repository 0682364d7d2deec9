from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from bus_stage import running
from courier_stage import (
    Posting,
    delivery,
    entry,
    footers,
    plain_spoken,
    posting,
    posting_bus,
    told,
)
from courier_storm import Weathered, weather_a_storm
from msgspec.structs import replace
from persona_fakes import FakeBus
from sandbox_discord_bot import PNG
from sandbox_discord_stage import Stage, open_stage, until
from trading_news_stage import position

from bots.waze.courier import DELETED
from bots.waze.invalid import MOST
from bots.waze.pace import USUAL as A_SECOND
from sandbox.discord.world.permissions import SEND_MESSAGES
from sandbox.discord.world.snowflake import stable_id
from services.alerts.feeds import TakenUp, TakeUp
from services.alerts.posts import Delivery, Receipt, Value
from services.analyst.messages import CHART, Picture
from services.errors import NoAnswer, Unavailable
from services.personas.roster import Roster

GENERAL = stable_id("channel", "general")
SILENT = 1 << 12


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Roster:
    return plain_spoken(tmp_path_factory.mktemp("personas"), "xyko")


@pytest.fixture
def bus() -> FakeBus:
    return posting_bus()


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path) as opened:
        yield opened


@pytest.fixture
async def xyko(stage: Stage, roster: Roster, bus: FakeBus) -> AsyncIterator[Posting]:
    async with posting(stage, roster, bus) as at_work:
        yield at_work


def old(one: Delivery) -> Delivery:
    """Return the delivery as it is when the nonce of its first try is long forgotten."""
    return replace(one, created_at=one.created_at - timedelta(minutes=10))


async def test_an_alert_comes_as_a_card_with_its_buttons_its_mention_and_a_receipt(xyko: Posting) -> None:
    role = stable_id("role", "Trader")
    one = delivery("1", told(role=role), channel_id=GENERAL, is_silent=True)
    receipt = await xyko.courier.deliver(entry(one))
    (message,) = await xyko.shown(GENERAL)
    assert (receipt.delivery, receipt.channel_id, receipt.message_id) == ("1", GENERAL, message["id"])
    assert receipt.failure == ""
    assert message["embeds"][0]["description"] == "BTC/USDT:USDT above 70,000.0 at 70,010.5. Times: 1."
    assert message["mention_roles"] == [role]
    assert message["flags"] & SILENT
    pressed = [button["custom_id"].split("|")[1] for button in message["components"][0]["components"]]
    assert pressed == ["why", "snooze", "repeat", "edit"]


async def test_a_direct_message_goes_to_the_member(xyko: Posting) -> None:
    receipts = [
        await xyko.courier.deliver(entry(delivery(name, user_id=xyko.stage.mia.user["id"])))
        for name in ("1", "2")
    ]
    assert len({receipt.channel_id for receipt in receipts}) == 1
    assert footers(await xyko.shown(receipts[0].channel_id)) == ["00000001", "00000002"]


async def test_a_delivery_that_comes_twice_is_shown_once(xyko: Posting) -> None:
    one = entry(delivery("1", channel_id=GENERAL))
    lives = (xyko.courier, xyko.courier, xyko.again())
    assert len({(await courier.deliver(one)).message_id for courier in lives}) == 1
    assert len(await xyko.shown(GENERAL)) == 1


async def test_what_was_posted_before_its_nonce_was_forgotten_is_found_by_its_footer(xyko: Posting) -> None:
    await xyko.stage.client.faults(nonce_life_s=0)
    one = old(delivery("1", channel_id=GENERAL))
    first = await xyko.courier.deliver(entry(one))
    await xyko.courier.deliver(entry(delivery("2", channel_id=GENERAL)))
    again = await xyko.again().deliver(entry(one, deliveries=2))
    swept = await xyko.again().deliver(entry(replace(one, is_again=True)))
    assert again.message_id == swept.message_id == first.message_id
    assert footers(await xyko.shown(GENERAL)) == ["00000001", "00000002"]


async def test_a_position_keeps_its_words_and_gets_its_chart_while_it_is_edited(
    xyko: Posting, bus: FakeBus
) -> None:
    owner = {"user_id": xyko.stage.mia.user["id"]}
    first = await xyko.courier.deliver(entry(delivery("1", position(), **owner)))
    bus.kept[f"{CHART.name}:drawn"] = Picture(png=PNG)
    edits = {"channel_id": first.channel_id, "message_id": first.message_id}
    chart = position(digest="drawn", alt="entry and stop")
    await xyko.courier.deliver(entry(delivery("2", chart, **edits)))
    (message,) = await xyko.shown(first.channel_id)
    assert message["embeds"][0]["description"] == "changed BTC/USDT:USDT +2.00%."
    assert message["embeds"][0]["image"]["url"].endswith("position-card1234.png")
    pressed = [button["custom_id"].split("|")[1] for button in message["components"][0]["components"]]
    assert pressed == ["close", "half", "stop", "mute"]


async def test_the_chart_and_a_new_state_follow_as_edits(xyko: Posting, bus: FakeBus) -> None:
    first = await xyko.courier.deliver(entry(delivery("1", told(), channel_id=GENERAL)))
    before = (await xyko.shown(GENERAL))[0]["embeds"][0]
    bus.kept[f"{CHART.name}:drawn"] = Picture(png=PNG)
    edits = {"channel_id": GENERAL, "message_id": first.message_id}
    chart = told(digest="drawn", alt="a falling line")
    receipt = await xyko.courier.deliver(entry(delivery("2", chart, **edits)))
    (message,) = await xyko.shown(GENERAL)
    assert receipt.message_id == first.message_id
    assert message["embeds"][0]["description"] == before["description"]
    assert message["embeds"][0]["image"]["url"].endswith(".png")
    await xyko.courier.deliver(entry(delivery("3", told(state="confirmed"), **edits)))
    (message,) = await xyko.shown(GENERAL)
    assert "confirmed" in message["embeds"][0]["description"]


async def test_where_there_is_no_channel_any_more_the_receipt_says_so(xyko: Posting) -> None:
    receipt = await xyko.courier.deliver(entry(delivery("1", channel_id="123456789012345678")))
    assert (receipt.failure, receipt.reason) == ("gone", "The channel is gone.")


async def test_where_the_bot_may_not_write_the_receipt_says_so(xyko: Posting) -> None:
    world = xyko.stage.running.realm.world
    everyone = {"id": xyko.stage.guild, "type": 0, "allow": "0", "deny": str(SEND_MESSAGES)}
    bots = {"id": stable_id("role", "Bots"), "type": 0, "allow": "0", "deny": str(SEND_MESSAGES)}
    world.channels[GENERAL].data["permission_overwrites"] = [everyone, bots]
    receipt = await xyko.courier.deliver(entry(delivery("1", channel_id=GENERAL)))
    assert (receipt.failure, receipt.reason) == ("refused", "The bot may not write in the channel.")


async def test_an_edit_of_a_message_that_is_gone_says_so(xyko: Posting) -> None:
    gone = delivery("1", channel_id=GENERAL, message_id="123456789012345678")
    receipt = await xyko.courier.deliver(entry(gone))
    assert (receipt.failure, receipt.reason) == ("gone", "The message is gone.")


async def test_what_was_given_to_another_persona_is_not_posted(xyko: Posting, bus: FakeBus) -> None:
    bus.answers[TakeUp] = TakenUp(gone=["1"])
    skipped = await xyko.courier.deliver(entry(delivery("1", channel_id=GENERAL)))
    posted = await xyko.courier.deliver(entry(delivery("2", channel_id=GENERAL)))
    assert (skipped.failure, skipped.message_id) == ("", "")
    assert posted.message_id
    assert footers(await xyko.shown(GENERAL)) == ["00000002"]
    assert sum(isinstance(asked, TakeUp) for asked in bus.asked) == 1


async def test_nothing_is_posted_while_nobody_says_what_is_still_its_own(xyko: Posting, bus: FakeBus) -> None:
    bus.answers[TakeUp] = NoAnswer("Nobody answered.")
    with pytest.raises(Unavailable):
        await xyko.courier.deliver(entry(delivery("1", channel_id=GENERAL)))
    assert await xyko.shown(GENERAL) == []


@pytest.mark.parametrize(
    "fault",
    [
        {"reset": 1.0, "after": 1.0},
        {"hang": 1.0, "after": 1.0},
        {"too_many": 1.0, "seed": 5},
    ],
    ids=["reset", "hang", "429"],
)
async def test_while_discord_is_unwell_a_delivery_waits_and_is_then_shown_once(
    xyko: Posting, fault: dict[str, float]
) -> None:
    one = delivery("1", channel_id=GENERAL)
    await xyko.stage.client.faults(
        rest_unlimited=True, storm={"route": "/messages", "retry_after": 0.01, **fault}
    )
    trying = asyncio.create_task(until_posted(xyko, one))
    await asyncio.sleep(0.1)
    await xyko.stage.client.faults(storm=None)
    assert (await trying).message_id
    assert len(await xyko.shown(GENERAL)) == 1


async def until_posted(xyko: Posting, one: Delivery) -> Receipt:
    while True:
        try:
            return await xyko.courier.deliver(entry(one))
        except Unavailable:
            await asyncio.sleep(0.05)


async def test_a_message_that_was_deleted_between_two_tries_is_not_posted_again(xyko: Posting) -> None:
    one = delivery("1", channel_id=GENERAL)
    first = await xyko.courier.deliver(entry(one))
    await (
        xyko.client.get_partial_messageable(int(GENERAL)).get_partial_message(int(first.message_id)).delete()
    )
    again = await xyko.again().deliver(entry(one, deliveries=2))
    assert (again.failure, again.message_id) == ("", DELETED)
    assert await xyko.shown(GENERAL) == []


async def test_what_cannot_be_rendered_is_a_defect_and_is_buried_with_its_reason(xyko: Posting) -> None:
    wrong = delivery("1", told(values=[Value(label="At {place}", value=Decimal(1))]), channel_id=GENERAL)
    with pytest.raises(KeyError, match="place"):
        await xyko.courier.deliver(entry(wrong))
    receipt = xyko.courier.bury(wrong, "KeyError: 'place'")
    assert (receipt.delivery, receipt.failure, receipt.reason) == ("1", "poison", "KeyError: 'place'")
    assert xyko.courier.bury(None, "it cannot be read").delivery == ""


class Spent:
    """A shared count that is used up."""

    async def reserve(self, units: float, *, within: float) -> float:  # noqa: ARG002 - the bus's own parameters
        return 300.0


async def test_while_discord_has_refused_too_much_only_what_is_urgent_goes_out(
    stage: Stage, roster: Roster, bus: FakeBus
) -> None:
    async with posting(stage, roster, bus, shared=Spent()) as xyko:
        await until(lambda: bus.appended)
        urgent = await xyko.courier.deliver(entry(delivery("1", channel_id=GENERAL, is_urgent=True)))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await xyko.courier.deliver(entry(delivery("2", channel_id=GENERAL)))
        assert urgent.message_id
        assert footers(await xyko.shown(GENERAL)) == ["00000001"]


def assert_all_is_well(weathered: Weathered, count: int) -> None:
    assert weathered.unsent == []
    assert set(weathered.shown.values()) == {1}
    assert len(weathered.shown) == count
    assert weathered.out_of_order == []
    assert weathered.most_in_a_second <= A_SECOND


@pytest.mark.slow
@pytest.mark.timeout(60)
async def test_through_a_storm_everything_arrives_once_and_in_order_and_few_requests_are_refused(
    stage: Stage, roster: Roster
) -> None:
    await stage.client.faults(rest_unlimited=True)
    async with running("unix") as server:
        weathered = await weather_a_storm(stage, roster, server, seconds=2.0, count=80)
    assert_all_is_well(weathered, 80)
    assert weathered.late <= 6.0
    assert weathered.invalid <= MOST / 4


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_a_storm_of_a_minute_under_the_limits_of_discord_is_over_a_minute_later(
    stage: Stage, roster: Roster
) -> None:
    async with running("unix") as server:
        weathered = await weather_a_storm(stage, roster, server, seconds=60.0, count=300)
    print(f"\n{weathered.late=:.1f} {weathered.invalid=} {weathered.most_in_a_second=}")  # noqa: T201
    assert_all_is_well(weathered, 300)
    assert weathered.late <= 60.0
    assert weathered.invalid <= MOST

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from delivery_stage import Office, feed_firing, firing, open_office, posted, refused, states
from subscribing_stage import subscription

from services.alerts.delivery.elsewhere import Elsewhere
from services.alerts.delivery.making import body_of
from services.alerts.posts import Delivery, Notice, Receipt, Told
from services.errors import OmegaError, Unavailable
from services.store.rows import RuleRow


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as opened:
        yield opened


async def keep_rule(office: Office, id_: str, status: str = "active") -> None:
    now = office.clock.now()
    row = RuleRow(
        id=id_,
        user_id="7",
        guild_id=None,
        feed="",
        kind="price",
        market="BTC/USDT:USDT",
        status=status,
        condition="{}",
        options="{}",
        given="{}",
        state="",
        market_at=None,
        set_at=now,
        updated_at=now,
    )
    async with office.store.write() as rows:
        await rows.alerts.put_rule(row)


async def status_of_rule(office: Office, id_: str) -> str:
    async with office.store.read() as rows:
        rule = await rows.alerts.rule(id_)
    assert rule is not None
    return rule.status


async def test_a_receipt_marks_a_delivery_sent_once_and_lets_its_chart_come(office: Office) -> None:
    await office.step(firing())
    (row,) = await office.rows()
    await office.receive(posted(row, message="77"), posted(row, message="77"))
    (sent,) = await office.rows()
    assert (sent.status, sent.message_id, sent.channel_id) == ("sent", "77", "5")
    await office.receive(posted(row, message="78"))
    assert (await office.rows())[0] == sent
    assert office.charts.there == ["a1"]


async def test_a_receipt_that_says_nothing_or_of_nothing_changes_nothing(office: Office) -> None:
    await office.step(firing())
    before = await office.rows()
    (row,) = before
    at = office.clock.now()
    await office.receive(
        Receipt(delivery=row.id, persona="xyko", at=at),
        Receipt(delivery="unknown", persona="xyko", at=at, message_id="1"),
        Receipt(delivery="", persona="xyko", at=at, failure="poison"),
    )
    assert await office.rows() == before


async def test_an_alert_whose_channel_is_gone_comes_as_a_direct_message_with_a_word(office: Office) -> None:
    await office.step(firing("a1"))
    await office.receive(refused((await office.rows())[0], "gone"))
    assert states(await office.rows()) == [
        ("post", "channel:5", "dropped"),
        ("post", "user:7", "waiting"),
        ("notice", "user:7", "waiting"),
    ]
    await office.pass_by(0)
    _, alert, word = office.bus.sent_to("xyko")
    assert (alert.user_id, alert.channel_id) == ("7", "")
    assert isinstance(alert.body, Told)
    assert isinstance(word.body, Notice)
    assert (word.body.what, word.body.rule) == ("moved", "r-a1")
    await office.step(firing("a2", rule="r-a1"))
    await office.receive(refused((await office.rows(alert_ids=["a2"]))[0], "gone"))
    assert [row.kind for row in await office.rows()].count("notice") == 1


async def test_a_moved_alert_comes_in_the_state_it_is_in_by_then(office: Office) -> None:
    await office.step(firing(state="pending"))
    await office.step(firing(state="confirmed"))
    await office.receive(refused((await office.rows())[0], "gone"))
    rows = await office.rows(kinds=("post", "state"))
    assert [row.status for row in rows] == ["dropped", "dropped", "waiting"]
    body = body_of(rows[2]).body
    assert isinstance(body, Told)
    assert body.state == "confirmed"


async def test_an_alert_that_can_be_brought_nowhere_is_dead_and_its_rule_failed(office: Office) -> None:
    await keep_rule(office, "r-a1", status="done")
    await office.step(firing("a1"))
    await office.receive(refused((await office.rows())[0]))
    await office.pass_by(0)
    await office.receive(refused((await office.rows())[1]))
    assert [row.status for row in await office.rows(kinds=("post",))] == ["dropped", "dead"]
    assert await status_of_rule(office, "r-a1") == "failed"
    assert office.dropped_rules == ["r-a1"]
    await office.receive(refused((await office.rows())[1]))
    assert office.dropped_rules == ["r-a1"]


async def test_a_try_that_is_refused_fails_no_rule(office: Office) -> None:
    await keep_rule(office, "r-a1")
    await office.step(firing("a1", state="test", place=""))
    await office.receive(refused((await office.rows())[0]))
    assert await status_of_rule(office, "r-a1") == "active"


async def test_whoever_subscribed_a_channel_hears_once_that_nothing_arrives_there(office: Office) -> None:
    async with office.store.write() as rows:
        await rows.subscriptions.put(subscription("channel:5", persona="xyko"))
    for alert in ("f1", "f2"):
        await office.step(feed_firing(alert))
        await office.receive(refused((await office.rows(alert_ids=[alert]))[0], "gone"))
    found = await office.rows()
    assert [(row.kind, row.place) for row in found if row.status != "dead"] == [("notice", "user:9")]
    assert [row.status for row in found].count("dead") == 2
    notice = body_of(next(row for row in found if row.kind == "notice")).body
    assert isinstance(notice, Notice)
    assert notice.what == "undelivered"


async def test_poison_is_dead_and_its_rule_is_not(office: Office) -> None:
    await keep_rule(office, "r-a1")
    await office.step(firing("a1"))
    await office.receive(refused((await office.rows())[0], "poison"))
    (row,) = await office.rows(kinds=("post",))
    assert (row.status, row.reason) == ("dead", "poison: Missing Access")
    assert await status_of_rule(office, "r-a1") == "active"


async def test_an_edit_that_is_refused_is_let_go(office: Office) -> None:
    await office.step(firing(state="pending"))
    await office.receive(posted((await office.rows())[0]))
    await office.step(firing(state="confirmed"))
    await office.receive(refused((await office.rows())[1], "gone"))
    assert [row.status for row in await office.rows()] == ["sent", "dropped"]


class TroubledWay:
    """Fails as often as it is told, then takes what it is given."""

    def __init__(self, *troubles: OmegaError) -> None:
        self.troubles = [*troubles]
        self.taken: list[tuple[str, str]] = []

    async def send(self, name: str, delivery: Delivery) -> None:
        if self.troubles:
            raise self.troubles.pop(0)
        assert isinstance(delivery.body, Told)
        self.taken.append((name, f"{delivery.body.alert} {delivery.body.state}"))


class Refusal(OmegaError):
    code = "TEST-01"


async def brought(office: Office, elsewhere: Elsewhere, seconds: float) -> None:
    office.clock.seconds += seconds
    for place in await elsewhere._ready():
        await elsewhere._work(place)


async def test_a_way_that_is_away_is_tried_again_later_and_keeps_its_order(office: Office) -> None:
    busy = Unavailable("It is busy.", facts={"retry_after": 30.0})
    way = TroubledWay(Unavailable("It is away."), busy)
    elsewhere = Elsewhere(office.ledger, ways=way, receipts=office.receipts, clock=office.clock)
    await office.step(firing("a1", "pending", place="way:mine"), firing("a2", place="way:mine"))
    await brought(office, elsewhere, 0)
    await brought(office, elsewhere, 1)
    assert [row.tries for row in await office.rows()] == [1, 0]
    await brought(office, elsewhere, 1.5)
    await brought(office, elsewhere, 29)
    assert way.taken == []
    await brought(office, elsewhere, 2)
    assert way.taken == [("mine", "a1 pending"), ("mine", "a2 fired")]
    assert [row.status for row in await office.rows()] == ["sent", "sent"]
    await office.step(firing("a1", "confirmed", place="way:mine"))
    await brought(office, elsewhere, 0)
    assert way.taken[2:] == [("mine", "a1 confirmed")]


class SlowWay(TroubledWay):
    """Takes what it is given when it is let; `dead` is always away."""

    def __init__(self) -> None:
        super().__init__()
        self.has_begun = asyncio.Event()
        self.may_go_on = asyncio.Event()

    async def send(self, name: str, delivery: Delivery) -> None:
        if name == "dead":
            raise Unavailable("It is away.")
        self.has_begun.set()
        await self.may_go_on.wait()
        await super().send(name, delivery)


async def test_a_state_that_comes_while_its_alert_goes_out_by_a_way_is_a_message_of_its_own(
    office: Office,
) -> None:
    way = SlowWay()
    elsewhere = Elsewhere(office.ledger, ways=way, receipts=office.receipts, clock=office.clock)
    pending = [firing(name, "pending", place="way:mine") for name in ("a1", "a2")]
    await office.step(*pending)
    sending = asyncio.create_task(brought(office, elsewhere, 0))
    await way.has_begun.wait()
    await office.step(*(firing(name, "confirmed", place="way:mine") for name in ("a1", "a2")))
    way.may_go_on.set()
    await sending
    assert way.taken == [("mine", "a1 pending"), ("mine", "a2 confirmed"), ("mine", "a1 confirmed")]


async def test_what_was_on_its_way_when_the_process_died_is_sent_again(office: Office) -> None:
    way = SlowWay()
    elsewhere = Elsewhere(office.ledger, ways=way, receipts=office.receipts, clock=office.clock)
    await office.step(firing("a1", place="way:mine"))
    sending = asyncio.create_task(brought(office, elsewhere, 0))
    await way.has_begun.wait()
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    way.may_go_on.set()
    later = Elsewhere(office.ledger, ways=way, receipts=office.receipts, clock=office.clock)
    await brought(office, later, 0)
    assert way.taken == [("mine", "a1 fired")]


async def test_a_way_that_is_away_keeps_no_other_from_being_used(office: Office) -> None:
    way = SlowWay()
    way.may_go_on.set()
    elsewhere = Elsewhere(office.ledger, ways=way, receipts=office.receipts, clock=office.clock)
    await office.step(*(firing(f"a{n}", place="way:dead") for n in range(1_001)))
    await office.step(firing("b", place="way:good"))
    await brought(office, elsewhere, 0)
    assert way.taken == [("good", "b fired")]
    assert await elsewhere._ready() == []


async def test_what_a_way_refuses_comes_as_a_direct_message(office: Office) -> None:
    way = TroubledWay(Refusal("There is no such chat."))
    elsewhere = Elsewhere(office.ledger, ways=way, receipts=office.receipts, clock=office.clock)
    await office.step(firing("a1", place="way:mine"))
    await brought(office, elsewhere, 0)
    assert states(await office.rows()) == [
        ("post", "way:mine", "dropped"),
        ("post", "user:7", "waiting"),
        ("notice", "user:7", "waiting"),
    ]


async def test_what_a_way_has_not_taken_for_a_day_is_given_up(office: Office) -> None:
    way = TroubledWay(Unavailable("It is away."), Unavailable("It is away."))
    elsewhere = Elsewhere(office.ledger, ways=way, receipts=office.receipts, clock=office.clock)
    await office.step(firing("a1", place="way:mine"))
    await brought(office, elsewhere, 0)
    await brought(office, elsewhere, 25 * 3600)
    assert [row.place for row in await office.rows(status="waiting")] == ["user:7", "user:7"]

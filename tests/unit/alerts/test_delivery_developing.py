from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from delivery_stage import Office, feed_firing, firing, open_office, posted, states
from subscribing_stage import night, subscription

from services.alerts.delivery.making import body_of
from services.alerts.firing import Firing
from services.alerts.messages import Happening
from services.alerts.own.views import happening_of
from services.alerts.posts import Digest, Told, Value
from services.store.rows import DeliveryRow

HALF_A_DAY = 12 * 3600


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as opened:
        opened.present("waze", "xyko", "biel")
        yield opened


async def keep_quiet(office: Office, *members: str) -> None:
    async with office.store.write() as rows:
        for member in members:
            await rows.quiet.put(replace(night(member), from_minute=0, until_minute=12 * 60))


async def why(office: Office) -> Happening:
    async with office.store.read() as rows:
        happened = await rows.alerts.alert("a1")
    assert happened is not None
    return happening_of(happened)


def digest_in(row: DeliveryRow) -> Digest:
    body = body_of(row).body
    assert isinstance(body, Digest)
    return body


async def test_what_a_digest_told_as_pending_is_told_again_once_it_is_decided(office: Office) -> None:
    await keep_quiet(office, "7")
    await office.step(firing(state="pending", place=""))
    await office.pass_by(HALF_A_DAY)
    (digest,) = await office.rows(kinds=("digest",))
    assert [line.state for line in digest_in(digest).lines] == ["pending"]
    for _ in range(2):
        await office.step(firing(state="confirmed", place=""))
    assert states(await office.rows(alert_ids=["a1"])) == [
        ("post", "user:7", "dropped"),
        ("post", "user:7", "queued"),
    ]
    post = (await office.rows(alert_ids=["a1"]))[1]
    body = body_of(post).body
    assert isinstance(body, Told)
    assert body.state == "confirmed"
    await office.receive(posted(post, message="77"))
    await office.step(firing(state="armed", place=""))
    assert [row.kind for row in await office.rows(alert_ids=["a1"])] == ["post", "post", "state"]


async def test_only_where_a_digest_told_of_it_a_confirmation_is_a_message_of_its_own(office: Office) -> None:
    await keep_quiet(office, "9")
    async with office.store.write() as rows:
        for place in ("user:8", "user:9"):
            await rows.subscriptions.put(subscription(place, persona="biel"))
    await office.step(feed_firing(state="pending"))
    await office.receive(posted((await office.rows(kinds=("post",)))[0], message="77"))
    await office.pass_by(HALF_A_DAY)
    await office.step(feed_firing(state="confirmed"))
    assert states(await office.rows(alert_ids=["f1"])) == [
        ("post", "user:8", "sent"),
        ("post", "user:9", "dropped"),
        ("state", "user:8", "queued"),
        ("post", "user:9", "queued"),
    ]


async def test_a_rule_that_is_armed_again_after_a_digest_is_no_news(office: Office) -> None:
    await keep_quiet(office, "7")
    await office.step(firing(place=""))
    await office.pass_by(HALF_A_DAY)
    await office.step(firing(state="armed", place=""))
    assert states(await office.rows()) == [("post", "user:7", "dropped"), ("digest", "user:7", "queued")]


async def test_what_failed_before_anybody_heard_of_it_is_in_no_digest(office: Office) -> None:
    await keep_quiet(office, "7")
    await office.step(firing("a1", "pending", place=""))
    await office.step(firing("a1", "failed", place=""))
    await office.pass_by(HALF_A_DAY)
    assert states(await office.rows()) == [("post", "user:7", "dropped")]
    assert (await why(office)).state == "failed"


async def test_why_an_alert_fired_stays_as_it_was_seen_whatever_comes_of_it(office: Office) -> None:
    at = office.clock.now()
    seen = [Value(label="Price", value=Decimal("70000.5"))]
    met = firing(state="pending", at=at, seen_at=at, values=seen, price=Decimal("70000.5"), span=60, late=600)
    later: dict[str, Any] = {
        "at": at + timedelta(hours=1),
        "values": [],
        "price": Decimal(71_000),
        "tick": None,
    }
    await office.step(met)
    await office.step(firing(state="confirmed", **later))
    await office.step(firing(state="armed", **{**later, "price": Decimal(69_000)}))
    told = await why(office)
    assert (told.state, told.at, told.seen_at, told.price) == ("armed", at, at, Decimal("70000.5"))
    assert (told.values, told.span, told.late, told.tick) == (seen, 60, 600, Decimal("0.1"))
    async with office.store.read() as rows:
        (kept,) = await rows.outbox.alerts(["a1"])
    assert '"decided":"71000"' in kept.told


async def test_a_channel_takes_no_more_within_one_step_than_within_an_hour(office: Office) -> None:
    await office.step(*(firing(f"a{n}") for n in range(20)))
    await office.step(*(firing(f"b{n}") for n in range(80)), firing("c", place="channel:6"))
    await office.step(firing("d", severity="urgent"), firing("e"))
    found = await office.rows()
    assert Counter((row.place, row.status, row.reason) for row in found) == {
        ("channel:5", "queued", ""): 61,
        ("channel:5", "held", "too many in an hour"): 41,
        ("channel:6", "queued", ""): 1,
    }


async def test_alerts_of_a_feed_fill_a_channel_within_one_step_too(office: Office) -> None:
    async with office.store.write() as rows:
        await rows.subscriptions.put(subscription("channel:5", persona="xyko"))
    await office.step(firing("a"), *(feed_firing(f"f{n}") for n in range(70)))
    assert Counter(row.status for row in await office.rows()) == {"queued": 60, "held": 11}


async def test_a_thousand_alerts_of_one_price_are_kept_in_half_a_second(office: Office) -> None:
    def of(number: int) -> Firing:
        one = firing(f"a{number}", owner=str(number), place="")
        return replace(one, user_id=str(number))

    await keep_quiet(office, *(str(number) for number in range(0, 1_000, 10)))
    started = time.perf_counter()
    await office.step(*map(of, range(1_000)))
    took = time.perf_counter() - started
    assert Counter(row.status for row in await office.rows()) == {"queued": 900, "held": 100}
    assert took < 1.5, "0.2 s on a quiet machine"

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from delivery_stage import Office, open_office, posted, refused
from subscribing_stage import night
from trading_news_stage import entries, event, order, position

from services.alerts.delivery.making import body_of
from services.alerts.delivery.trading_news import TradingNews
from services.alerts.posts import Notice
from services.alerts.trading_posts import DeskTold, Event, PositionTold
from services.members.messages import MEMBER_LANGUAGE, SpokenLanguage
from services.store.rows import DeliveryRow, GuildRow, MemberRow

HALF_A_DAY = 12 * 3600


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as opened:
        opened.present("waze", "xyko", "biel")
        yield opened


async def tell(office: Office, *events: Event) -> None:
    """Let the events arrive together, and what follows from them go out."""
    news = TradingNews(
        office.ledger, relay=office.relay, bell=office.bell, bus=office.bus, clock=office.clock
    )
    await news.take(entries(*events))
    await office.settle()


async def keep_quiet(office: Office, *, is_urgent_let_through: bool = True) -> None:
    quiet = night("7", is_urgent_let_through=is_urgent_let_through)
    async with office.store.write() as rows:
        await rows.quiet.put(replace(quiet, from_minute=0, until_minute=12 * 60))


def news_in(row: DeliveryRow) -> str:
    body = body_of(row).body
    assert isinstance(body, DeskTold | PositionTold)
    return body.news


async def kept(office: Office, **sought: Any) -> list[tuple[str, str, str]]:
    """Kind, status and news of what is kept of trading."""
    rows = await office.rows(**sought)
    return [(row.kind, row.status, news_in(row)) for row in rows if row.alert_id]


async def test_an_event_is_brought_to_its_member_once_however_often_it_comes(office: Office) -> None:
    await tell(office, event("e1"), event("e1"))
    await tell(office, event("e1"))
    (sent,) = office.bus.sent_to("waze")
    assert (sent.user_id, sent.locale, sent.is_again, sent.body) == ("7", "en", False, order())
    assert await kept(office) == [("post", "queued", "filled")]


async def test_what_comes_before_the_receipt_of_a_message_becomes_one_edit_of_it(office: Office) -> None:
    await tell(office, event("e1", order(news="unknown")))
    await tell(office, event("e2", order(news="found")), event("e3", order(news="partly_filled")))
    await tell(office, event("e4"), event("e2", order(news="found")))
    (post, *edits) = await office.rows()
    assert [row.status for row in edits] == ["dropped", "dropped", "held"]
    assert [one.message_id for one in office.bus.sent_to("waze")] == [""]
    await office.receive(posted(post, message="77"))
    await office.pass_by(1)
    sent = office.bus.sent_to("waze")[-1]
    assert (sent.message_id, sent.channel_id, sent.user_id) == ("77", "dm", "")
    assert sent.body == order()


async def test_edits_that_nobody_was_handed_yet_give_way_to_the_newest(office: Office) -> None:
    await tell(office, event("e1", position()))
    await office.receive(posted((await office.rows())[0], message="77"))
    office.relay.doubt(["waze"])
    for number in range(2, 6):
        await tell(office, event(f"e{number}", position(health=number)))
    edits = await office.rows(kinds=("state",))
    assert [row.status for row in edits] == ["dropped", "dropped", "dropped", "waiting"]
    await office.pass_by(1)
    body = office.bus.sent_to("waze")[-1].body
    assert isinstance(body, PositionTold)
    assert body.health == 5


async def test_a_new_message_of_a_thread_gets_the_edits_that_follow_and_none_of_the_others(
    office: Office,
) -> None:
    await tell(office, event("e1", position()))
    await tell(office, event("e2", position(health=50)))
    warning = position(news="near_liquidation")
    await tell(office, event("e3", warning, is_new=True, is_urgent=True))
    await tell(office, event("e4", position(health=10)))
    first, _, second, last = await office.rows()
    await office.receive(posted(first, message="71"))
    assert (await office.rows())[-1].status == "held"
    await office.receive(posted(second, message="72"))
    edits = await office.rows(kinds=("state",))
    assert [(row.message_id, row.is_urgent) for row in edits] == [("71", False), ("72", True)]
    assert last.reason == second.id


async def test_quiet_hours_hold_what_is_not_urgent_which_then_comes_as_it_is_by_then(office: Office) -> None:
    await keep_quiet(office)
    await tell(office, event("e1", position(news="opened")), event("e2", position(health=50)))
    await tell(office, event("e3", order(news="unknown"), thread="t2", is_urgent=True))
    assert [one.body for one in office.bus.sent_to("waze")] == [order(news="unknown")]
    await office.pass_by(HALF_A_DAY)
    assert [one.body for one in office.bus.sent_to("waze")] == [order(news="unknown"), position(health=50)]


async def test_an_urgent_event_brings_what_its_thread_has_held_for_quiet_hours(office: Office) -> None:
    await keep_quiet(office)
    await tell(office, event("e1", position(news="opened")))
    await tell(office, event("e2", position(news="near_stop"), is_urgent=True))
    await office.pass_by(1)
    (sent,) = office.bus.logs["urgent:waze"]
    assert sent.is_urgent  # type: ignore[attr-defined]
    assert await kept(office, kinds=("post",)) == [("post", "queued", "near_stop")]


async def test_nothing_comes_in_quiet_hours_that_let_nothing_through(office: Office) -> None:
    await keep_quiet(office, is_urgent_let_through=False)
    await tell(office, event("e1", is_urgent=True))
    assert office.bus.sent_to("waze") == []


async def test_who_tells_it_and_in_which_language_is_the_members_choice_unless_it_is_said(
    office: Office,
) -> None:
    async with office.store.write() as rows:
        await rows.members.put(MemberRow(user_id="7", persona="biel", locale="pt-BR"))
        await rows.guilds.put(GuildRow(guild_id="10", locale="pt-BR"))
    await tell(office, event("e1"), event("e2", thread="t2", persona="xyko", locale="en"))
    await tell(office, event("e3", thread="t3", user_id="8", guild_id="10"))
    spoken = [(row.persona, body_of(row).locale) for row in await office.rows()]
    assert spoken == [("biel", "pt-BR"), ("xyko", "en"), ("waze", "pt-BR")]


async def test_what_redis_lost_is_appended_again(office: Office) -> None:
    await tell(office, event("e1"), event("e2", thread="t2"))
    before = [one.id for one in office.bus.sent_to("waze")]
    office.bus.flush()
    await tell(office, event("e1"))
    await office.pass_by(1)
    again = office.bus.sent_to("waze")
    assert [one.id for one in again] == before
    assert all(one.is_again for one in again)


async def test_after_a_message_that_could_not_be_brought_the_next_news_are_a_message(office: Office) -> None:
    await tell(office, event("e1", position(news="opened")))
    await office.receive(refused((await office.rows())[0]))
    await tell(office, event("e2", position()), event("e3", position(news="near_stop")))
    assert await kept(office) == [
        ("post", "dead", "opened"),
        ("state", "dropped", "changed"),
        ("post", "queued", "near_stop"),
    ]


async def test_news_for_a_message_that_somebody_deleted_are_told_in_another(office: Office) -> None:
    await tell(office, event("e1", position(news="opened")))
    await office.receive(posted((await office.rows())[0], message="77"))
    for number, news in ((2, "changed"), (3, "near_stop")):
        await tell(office, event(f"e{number}", position(news=news)))
        await office.receive(refused((await office.rows())[-1], "gone"))
    assert await kept(office) == [
        ("post", "sent", "opened"),
        ("state", "dropped", "changed"),
        ("state", "dropped", "near_stop"),
        ("post", "waiting", "near_stop"),
    ]


async def test_what_a_channel_does_not_take_moves_to_its_owner_with_all_that_follows(office: Office) -> None:
    await tell(office, event("e1", place="channel:5"))
    await office.receive(refused((await office.rows())[0]))
    moved = (await office.rows(place="user:7", kinds=("post",)))[0]
    (word,) = await office.rows(kinds=("notice",))
    told = body_of(word).body
    assert isinstance(told, Notice)
    assert (told.what, told.is_of_desk) == ("moved", True)
    await office.receive(posted(moved, message="78"))
    await tell(office, event("e2", place="channel:5"))
    (edit,) = await office.rows(kinds=("state",))
    assert (edit.place, edit.message_id) == ("user:7", "78")


async def test_a_shared_card_that_its_channel_does_not_take_is_not_brought_elsewhere(office: Office) -> None:
    shared = position(is_shared=True)
    await tell(office, event("e1", shared, place="5"))
    await office.receive(refused((await office.rows(place="channel:5"))[0]))
    await tell(office, event("e2", position(is_shared=True, news="closed"), place="5"))
    rows = await office.rows()
    assert [(row.kind, row.place, row.status) for row in rows] == [
        ("post", "channel:5", "dead"),
        ("notice", "user:7", "waiting"),
        ("state", "channel:5", "dropped"),
    ]


async def test_outside_of_discord_every_event_is_a_message_of_its_own(office: Office) -> None:
    await tell(office, event("e1", place="way:mail"))
    post = (await office.rows())[0]
    await office.receive(posted(replace(post, persona="")))
    await tell(office, event("e2", order(news="canceled"), place="way:mail"))
    assert await kept(office) == [("post", "sent", "filled"), ("state", "waiting", "canceled")]


async def test_old_edits_of_a_thread_are_let_go_of(office: Office) -> None:
    await tell(office, event("e1", position()))
    await office.receive(posted((await office.rows())[0], message="77"))
    await tell(office, event("e2", position(health=1)))
    await office.receive(posted((await office.rows())[-1], message="77"))
    office.clock.seconds += 4 * 3600
    await tell(office, event("e3", position(health=2)))
    assert [row.kind for row in await office.rows()] == ["post", "state"]


async def test_an_event_for_nobody_is_a_mistake_of_whoever_tells_it(office: Office) -> None:
    with pytest.raises(ValueError, match="for nobody"):
        await tell(office, event("e1", user_id=""))
    assert await office.rows() == []


async def test_whoever_chose_no_language_is_told_in_that_of_their_discord(office: Office) -> None:
    await office.bus.put(MEMBER_LANGUAGE, SpokenLanguage(locale="pt-BR"), part="7")
    await tell(office, event("e1"))
    async with office.store.write() as rows:
        await rows.members.put(MemberRow(user_id="7", locale="en"))
    await tell(office, event("e2", thread="another"))
    assert [one.locale for one in office.bus.sent_to("waze")] == ["pt-BR", "en"]

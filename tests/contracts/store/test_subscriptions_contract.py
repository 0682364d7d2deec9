from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.store.rows import MemberRow, QuietRow, SubscriptionRow
from services.store.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def subscription(user: str = "7", feed: str = "moves", place: str = "", **other: str) -> SubscriptionRow:
    kept = SubscriptionRow(
        id=f"{user}-{feed}-{place}",
        user_id=user,
        guild_id="1",
        feed=feed,
        place=place or f"user:{user}",
        min_severity="normal",
        digest="none",
        persona="biel",
        locale="en",
        created_at=NOON + timedelta(seconds=int(user)),
    )
    return replace(kept, **other)  # type: ignore[arg-type]  # a test changes texts only


def quiet(user: str = "7", until: int = 420) -> QuietRow:
    return QuietRow(
        user_id=user,
        from_minute=1_320,
        until_minute=until,
        timezone="America/Sao_Paulo",
        is_urgent_let_through=True,
    )


async def test_a_feed_comes_to_a_place_once_and_the_newest_wish_counts(store: Store) -> None:
    first, again = subscription(), subscription(id="another", digest="daily", min_severity="high")
    async with store.write() as rows:
        await rows.subscriptions.put(first)
        await rows.subscriptions.put(subscription(feed="funding"))
        await rows.subscriptions.put(again)
    async with store.read() as rows:
        found = await rows.subscriptions.of_place("user:7")
    assert [row.feed for row in found] == ["funding", "moves"]
    assert found[1] == replace(again, id=first.id)


async def test_a_feed_knows_everybody_it_comes_to_in_the_order_they_came(store: Store) -> None:
    async with store.write() as rows:
        for row in (subscription("9", place="channel:5"), subscription("8"), subscription("8", feed="data")):
            await rows.subscriptions.put(row)
        assert [row.place for row in await rows.subscriptions.to_feed("moves")] == ["user:8", "channel:5"]
        assert await rows.subscriptions.remove("moves", "channel:5") == 1
        assert await rows.subscriptions.remove("moves", "channel:5") == 0
        assert [row.place for row in await rows.subscriptions.to_feed("moves")] == ["user:8"]


async def test_quiet_hours_and_zones_are_found_for_all_subscribers_of_a_feed_at_once(store: Store) -> None:
    async with store.write() as rows:
        for row in (subscription("7"), subscription("8"), subscription("9", place="channel:5")):
            await rows.subscriptions.put(row)
        for user in ("7", "9", "10"):
            await rows.quiet.put(quiet(user))
        await rows.quiet.put(quiet("7", until=500))
        await rows.members.put(MemberRow(user_id="8", timezone="Asia/Tokyo"))
        await rows.members.put(MemberRow(user_id="9", timezone="Asia/Tokyo"))
        await rows.members.put(MemberRow(user_id="7"))
    async with store.read() as rows:
        assert await rows.quiet.of_subscribers("moves") == {"7": quiet("7", until=500)}
        assert await rows.quiet.zones_of_subscribers("moves") == {"8": "Asia/Tokyo"}
        assert await rows.quiet.get("9") == quiet("9")
        assert await rows.quiet.get("11") is None
        assert await rows.quiet.of_members([*map(str, range(8, 2_000))]) == {
            "9": quiet("9"),
            "10": quiet("10"),
        }


async def test_a_member_is_forgotten_with_the_quiet_hours_and_a_channel_keeps_its_feed(store: Store) -> None:
    async with store.write() as rows:
        for row in (subscription("7"), subscription("7", place="channel:5"), subscription("8")):
            await rows.subscriptions.put(row)
        await rows.quiet.put(quiet("7"))
        assert await rows.subscriptions.delete_of("7") == 2
        assert await rows.subscriptions.delete_of("7") == 0
        assert await rows.subscriptions.of_place("user:7") == ()
        assert await rows.quiet.get("7") is None
        (kept,) = await rows.subscriptions.of_place("channel:5")
        assert kept.user_id == ""
        assert await rows.quiet.delete("7") == 0
        assert len(await rows.subscriptions.of_place("user:8")) == 1

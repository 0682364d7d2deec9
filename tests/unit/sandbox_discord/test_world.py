from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.discord.world.lookup import can_see, rights
from sandbox.discord.world.model import World
from sandbox.discord.world.permissions import (
    ADMINISTRATOR,
    EVERY_PERMISSION,
    SEND_MESSAGES,
    VIEW_CHANNEL,
    permissions_in_guild,
)
from sandbox.discord.world.records import record_of, restore
from sandbox.discord.world.seed import GUILD_ID, add_application, add_person, seed
from sandbox.discord.world.snowflake import Snowflakes, created_at, stable_id

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class SetClock:
    """A clock that stands where a test puts it."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture
def world() -> World:
    made = World()
    seed(made, NOW)
    return made


def member(world: World, name: str) -> str:
    return str(add_person(world, name, [], NOW)["id"])


def overwritten(world: World, channel: str, *overwrites: tuple[str, int, int, int]) -> None:
    """Set overwrites: whose, 0 for a role or 1 for a member, what is allowed, what is denied."""
    channel_id = stable_id("channel", channel)
    world.channels[channel_id].data["permission_overwrites"] = [
        {"id": whose, "type": kind, "allow": str(allow), "deny": str(deny)}
        for whose, kind, allow, deny in overwrites
    ]
    world.touch("channel", channel_id)


def may(world: World, name: str, channel: str, bit: int) -> bool:
    return bool(rights(world, world.channels[stable_id("channel", channel)], member(world, name)) & bit)


def test_ids_rise_also_within_a_millisecond_and_when_the_clock_goes_back() -> None:
    clock = SetClock()
    snowflakes = Snowflakes(clock)
    first, second = int(snowflakes.next()), int(snowflakes.next())
    clock.at -= timedelta(hours=1)
    assert first < second < int(snowflakes.next())


def test_an_id_tells_when_it_was_made() -> None:
    assert created_at(Snowflakes(SetClock()).next()) == NOW


def test_an_id_from_before_a_restart_is_never_made_again() -> None:
    snowflakes = Snowflakes(SetClock())
    later = str(1 << 62)
    snowflakes.never_before(later)
    assert int(snowflakes.next()) > int(later)


def test_a_documented_id_tells_the_time_that_the_documentation_says() -> None:
    # Discord's reference, "Snowflakes": 175928847299117063 was made at 2016-04-30 11:18:25.796 UTC.
    assert created_at("175928847299117063") == datetime(2016, 4, 30, 11, 18, 25, 796000, tzinfo=UTC)


def test_the_owner_and_an_admin_may_everything(world: World) -> None:
    guild = world.guilds[GUILD_ID]
    assert permissions_in_guild(guild, guild.data["owner_id"]) == EVERY_PERMISSION
    zoe = add_person(world, "zoe", ["Admin"], NOW)
    assert permissions_in_guild(guild, zoe["id"]) == EVERY_PERMISSION


def test_somebody_who_is_no_member_may_nothing(world: World) -> None:
    assert permissions_in_guild(world.guilds[GUILD_ID], "1") == 0


def test_an_overwrite_for_everyone_hides_a_channel_but_not_from_admins(world: World) -> None:
    overwritten(world, "general", (GUILD_ID, 0, 0, VIEW_CHANNEL))
    assert not may(world, "mia", "general", VIEW_CHANNEL)
    assert may(world, "ana", "general", VIEW_CHANNEL)


def test_who_cannot_see_a_channel_may_nothing_there(world: World) -> None:
    overwritten(world, "general", (GUILD_ID, 0, 0, VIEW_CHANNEL))
    assert not may(world, "mia", "general", SEND_MESSAGES)


def test_a_roles_overwrite_outranks_everyones_and_a_members_outranks_the_roles(world: World) -> None:
    trader = stable_id("role", "Trader")
    deny_all = (GUILD_ID, 0, 0, SEND_MESSAGES)
    allow_traders = (trader, 0, SEND_MESSAGES, 0)
    overwritten(world, "general", deny_all, allow_traders)
    assert (may(world, "theo", "general", SEND_MESSAGES), may(world, "mia", "general", SEND_MESSAGES)) == (
        True,
        False,
    )
    overwritten(world, "general", deny_all, allow_traders, (member(world, "theo"), 1, 0, SEND_MESSAGES))
    assert not may(world, "theo", "general", SEND_MESSAGES)


def test_where_two_roles_differ_the_one_that_allows_wins(world: World) -> None:
    add_person(world, "mia", ["Trader"], NOW)
    allow, deny = stable_id("role", "Trader"), stable_id("role", "Member")
    overwritten(world, "general", (deny, 0, 0, SEND_MESSAGES), (allow, 0, SEND_MESSAGES, 0))
    assert may(world, "mia", "general", SEND_MESSAGES)


def test_the_admins_channel_is_seen_by_admins_and_bots(world: World) -> None:
    bot = add_application(world, "Xyko", NOW)
    channel = world.channels[stable_id("channel", "farm-admin")]
    seen = {name for name in ("ana", "theo", "mia") if can_see(world, channel, member(world, name))}
    assert (seen, can_see(world, channel, bot.id)) == ({"ana"}, True)


def test_a_newly_given_role_counts_at_once(world: World) -> None:
    assert not may(world, "mia", "farm-admin", VIEW_CHANNEL)
    add_person(world, "mia", ["Admin"], NOW)
    assert may(world, "mia", "farm-admin", ADMINISTRATOR)


def test_seeding_twice_changes_nothing(world: World) -> None:
    before = list(world.channels)
    world.touched.clear()
    seed(world, NOW)
    assert (list(world.channels), world.touched) == (before, {})


def test_everything_that_is_stored_comes_back_the_same(world: World) -> None:
    add_application(world, "Xyko", NOW)
    records = []
    for kind, key, channel_id in world.touched:
        body = record_of(world, kind, key, channel_id)
        assert body is not None
        records.append((kind, key, channel_id, body))
    again = World()
    restore(again, records)
    assert (again.users, again.guilds, again.channels, again.applications) == (
        world.users,
        world.guilds,
        world.channels,
        world.applications,
    )

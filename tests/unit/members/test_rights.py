from __future__ import annotations

import pytest

from services.members.messages import Caller, GuildSettings, Right
from services.members.rights import right_of

PLAIN = GuildSettings(guild_id="1")
CHOSEN = GuildSettings(guild_id="1", admin_role_ids=["50"], trader_role_ids=["60"])


def caller(
    *, guild_id: str | None = "1", ids: tuple[str, ...] = (), names: tuple[str, ...] = (), owner: bool = False
) -> Caller:
    return Caller(
        user_id="7", guild_id=guild_id, role_ids=list(ids), role_names=list(names), is_guild_admin=owner
    )


@pytest.mark.parametrize(
    ("asking", "guild", "right"),
    [
        (caller(), PLAIN, "member"),
        (caller(names=("Member",)), PLAIN, "member"),
        (caller(names=("Trader",)), PLAIN, "trader"),
        (caller(names=("tRADER",)), PLAIN, "trader"),
        (caller(names=("Admin",)), PLAIN, "admin"),
        (caller(names=("Trader", "admin")), PLAIN, "admin"),
        (caller(names=("Administrator",)), PLAIN, "member"),
        (caller(owner=True), PLAIN, "admin"),
        (caller(owner=True), CHOSEN, "admin"),
        (caller(ids=("50",)), CHOSEN, "admin"),
        (caller(ids=("60",)), CHOSEN, "trader"),
        (caller(ids=("60", "50")), CHOSEN, "admin"),
        (caller(ids=("60",)), PLAIN, "member"),
    ],
)
def test_the_strongest_right_is_given(asking: Caller, guild: GuildSettings, right: Right) -> None:
    assert right_of(asking, guild) == right


@pytest.mark.parametrize("name", ["Admin", "Trader"])
def test_a_role_s_name_carries_no_right_once_an_admin_has_chosen_roles(name: str) -> None:
    assert right_of(caller(ids=("99",), names=(name,)), CHOSEN) == "member"


@pytest.mark.parametrize("guild_id", [None, "2"])
def test_nobody_is_more_than_a_member_outside_the_guild(guild_id: str | None) -> None:
    stranger = caller(guild_id=guild_id, ids=("50",), names=("Admin",), owner=True)
    assert right_of(stranger, CHOSEN) == "member"
    assert right_of(stranger, PLAIN) == "member"

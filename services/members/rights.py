"""Who may do what: the strongest right of a caller, from Discord's facts and the guild's settings."""

from __future__ import annotations

from collections.abc import Sequence

from services.members.messages import Caller, GuildSettings, Right

ADMIN_ROLE = "Admin"
TRADER_ROLE = "Trader"


def right_of(caller: Caller, guild: GuildSettings) -> Right:
    """Return the strongest right of `caller` in `guild`, the guild that it is calling from.

    The roles that an admin chose carry a right; only while none is chosen does a role of the right's name.
    Outside a guild nobody is more than a member, since roles are a guild's own.
    """
    if caller.guild_id is None or caller.guild_id != guild.guild_id:
        return "member"
    if caller.is_guild_admin or _holds(caller, guild.admin_role_ids, ADMIN_ROLE):
        return "admin"
    return "trader" if _holds(caller, guild.trader_role_ids, TRADER_ROLE) else "member"


def _holds(caller: Caller, chosen: Sequence[str], name: str) -> bool:
    if chosen:
        return not set(chosen).isdisjoint(caller.role_ids)
    return name.casefold() in {role.casefold() for role in caller.role_names}

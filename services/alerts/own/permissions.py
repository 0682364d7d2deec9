"""Where a member may let alerts go, and whom they may mention there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from config.farm_file import WaySection
from services.alerts.messages import Options
from services.errors import UserMistake
from services.members.messages import Caller

_CHANNEL: Final = "channel:"
_WAY: Final = "way:"
_SNOWFLAKE: Final = re.compile(r"[0-9]{1,20}")
_SHOWN: Final = 32


def needs_admin(caller: Caller, options: Options, ways: Mapping[str, WaySection]) -> bool:
    """Return whether what `options` ask for hangs on the caller being an admin, which is asked elsewhere."""
    if caller.is_guild_admin:
        return False
    if options.role and not caller.can_mention:
        return True
    if options.place.startswith(_CHANNEL):
        return not caller.can_manage_messages
    way = ways.get(options.place.removeprefix(_WAY)) if options.place.startswith(_WAY) else None
    return way is not None and not way.members


def check_place(
    caller: Caller, options: Options, ways: Mapping[str, WaySection], *, is_admin: bool = False
) -> None:
    """Refuse a place or a mention that the caller has no right to; `is_admin` by the roles of the guild.

    Raises:
        UserMistake: it is no place, or the permission that is named is missing.
    """
    is_admin = is_admin or caller.is_guild_admin
    if options.place.startswith(_CHANNEL):
        _check_channel(caller, options.place.removeprefix(_CHANNEL), is_admin=is_admin)
    elif options.place.startswith(_WAY):
        _check_way(caller, options.place.removeprefix(_WAY), ways, is_admin=is_admin)
    elif options.place:
        raise _no_place(options.place)
    if options.role:
        _check_role(caller, options, is_admin=is_admin)


def check_home(caller: Caller, options: Options, guild_id: str | None) -> None:
    """Refuse to let an alert of a channel loose from elsewhere: rights in one server say nothing of another.

    Raises:
        UserMistake: the caller is not in the server that the alert was set in.
    """
    if options.place.startswith(_CHANNEL) and caller.guild_id != guild_id:
        raise UserMistake(
            "An alert for a channel is changed and tested in the server of that channel.",
            hint="Do it there, or set one that comes as a direct message.",
        )


def _check_channel(caller: Caller, channel: str, *, is_admin: bool) -> None:
    if not _SNOWFLAKE.fullmatch(channel):
        raise _no_place(channel)
    if caller.guild_id is None:
        raise UserMistake(
            "An alert for a channel is set in the server of that channel.",
            hint="Set it there, or let it come as a direct message.",
        )
    if not (caller.can_manage_messages or is_admin):
        raise UserMistake(
            "Alerts that come into a channel need the permission Manage Messages there.",
            hint="Let it come as a direct message, or ask an admin of this server for the permission.",
            facts={"permission": "manage_messages"},
        )


def _check_way(caller: Caller, name: str, ways: Mapping[str, WaySection], *, is_admin: bool) -> None:
    way = ways.get(name)
    if way is None or not (caller.user_id in way.members or (is_admin and not way.members)):
        raise UserMistake(
            f"There is no way out called {name[:_SHOWN]} that you may use.",
            hint="Let it come as a direct message; ways out are given to members in farm.yaml.",
        )


def _check_role(caller: Caller, options: Options, *, is_admin: bool) -> None:
    if not _SNOWFLAKE.fullmatch(options.role):
        raise UserMistake("That is no role.", hint="Pick one from the list.")
    if not options.place.startswith(_CHANNEL):
        raise UserMistake(
            "A role can only be mentioned in a channel.", hint="Choose a channel, or leave the role out."
        )
    if not (caller.can_mention or is_admin):
        raise UserMistake(
            "Mentioning a role needs the permission to mention all roles.",
            hint="Leave the role out, or ask an admin of this server for the permission.",
            facts={"permission": "mention_everyone"},
        )


def _no_place(place: str) -> UserMistake:
    return UserMistake(
        f"An alert cannot go to {place[:_SHOWN]}.",
        hint="Choose a channel, or let it come as a direct message.",
    )

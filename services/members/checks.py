"""What people may put into their settings. Every refusal is a `UserMistake` that says what would be taken."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Sequence
from typing import Final

import msgspec

from services.errors import Misconfigured, UserMistake
from services.locales import LOCALES
from services.looks import Palette
from services.members.messages import PALETTES, GuildSettings, MemberSettings

MOST_FAVOURITES: Final = 25
"""As many as Discord shows in one select menu or autocomplete."""
MOST_ROLES: Final = 25
_SHOWN: Final = 64

_SNOWFLAKE = re.compile(r"[0-9]{1,20}")
_PERSONA = re.compile(r"[a-z][a-z0-9_]{0,31}")
_MARKET = re.compile(r"[A-Z0-9.]{1,20}/[A-Z0-9.]{1,20}(:[A-Z0-9.]{1,20}(-[A-Z0-9.-]{1,30})?)?")


def check_member(settings: MemberSettings, timezones: Collection[str]) -> None:
    """Refuse what cannot be chosen.

    Raises:
        UserMistake: a value is not one that can be chosen.
        Misconfigured: a time zone is asked for and this machine knows none.
    """
    _check_ids("user", settings.user_id)
    _check_locale(settings.locale)
    if settings.timezone is not None:
        check_timezone(settings.timezone, timezones)
    if settings.persona is not None and not _PERSONA.fullmatch(settings.persona):
        raise UserMistake(f"{_short(settings.persona)} is no persona.", hint="Pick one from the list.")
    check_favourites(settings.favourites)


def checked_guild(settings: GuildSettings) -> GuildSettings:
    """Return `settings` with repeated roles dropped.

    Raises:
        UserMistake: a value is not one that can be chosen.
    """
    _check_ids("server", settings.guild_id)
    _check_locale(settings.locale)
    if settings.admin_channel_id is not None:
        _check_ids("channel", settings.admin_channel_id)
    return msgspec.structs.replace(
        settings,
        trader_role_ids=_checked_roles(settings.trader_role_ids),
        admin_role_ids=_checked_roles(settings.admin_role_ids),
    )


def _check_ids(what: str, *ids: str) -> None:
    for snowflake in ids:
        if not _SNOWFLAKE.fullmatch(snowflake):
            raise UserMistake(f"{_short(snowflake)} is no {what} id.", hint="An id is a number of Discord's.")


def _checked_roles(ids: Sequence[str]) -> list[str]:
    roles = list(dict.fromkeys(ids))
    _check_ids("role", *roles)
    if len(roles) > MOST_ROLES:
        raise UserMistake(f"{len(roles)} roles are too many.", hint=f"Choose at most {MOST_ROLES}.")
    return roles


def _check_locale(locale: str | None) -> None:
    if locale is not None and locale not in LOCALES:
        raise UserMistake(f"{_short(locale)} is not spoken here.", hint=f"Choose {' or '.join(LOCALES)}.")


def check_timezone(name: str, timezones: Collection[str]) -> None:
    """Refuse a name that is none of `timezones`.

    Raises:
        UserMistake: it is none; the hint has names like it.
        Misconfigured: this machine knows no time zone.
    """
    if not timezones:
        raise Misconfigured(
            "This machine knows no time zones.",
            hint="Install the operating system's tzdata package, then restart the bot members.",
        )
    if name in timezones:
        return
    near = difflib.get_close_matches(name[:_SHOWN], timezones, n=3)
    hint = f"Did you mean {', '.join(near)}?" if near else "Write it like America/Sao_Paulo or Europe/London."
    raise UserMistake(f"There is no time zone called {_short(name)}.", hint=hint, facts={"suggestions": near})


def palette_called(name: str) -> Palette:
    """Return the colours of that name. Raises UserMistake where there are none."""
    for palette in PALETTES:
        if palette == name:
            return palette
    raise UserMistake(f"There are no colours called {_short(name)}.", hint="Pick one from the list.")


def check_favourites(favourites: Sequence[str]) -> None:
    """Refuse names of no market, and more than are kept. Raises UserMistake."""
    if len(favourites) > MOST_FAVOURITES:
        raise UserMistake(
            f"{len(favourites)} favourites are too many.", hint=f"Keep at most {MOST_FAVOURITES}."
        )
    for market in favourites:
        if not _MARKET.fullmatch(market):
            raise UserMistake(
                f"{_short(market)} is no market.", hint="Write it like BTC/USDT or BTC/USDT:USDT."
            )


def _short(value: str) -> str:
    return f"{value[:_SHOWN]}..." if len(value) > _SHOWN else value

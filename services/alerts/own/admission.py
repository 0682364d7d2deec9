"""Whether a member may let an alert go where it goes: when it is set, and whenever it is let loose again."""

from __future__ import annotations

from collections.abc import Mapping

from config.farm_file import WaySection
from services.alerts.messages import Options
from services.alerts.own.permissions import check_home, check_place, needs_admin
from services.alerts.own.ports import AlertsBus
from services.alerts.own.views import options_of
from services.members.messages import Caller, GetRight
from services.store.rows import RuleRow


class Admission:
    """Holds what alerts ask for against the rights that a member has now."""

    def __init__(self, *, bus: AlertsBus, ways: Mapping[str, WaySection]) -> None:
        self._bus = bus
        self._ways = ways

    async def check(self, caller: Caller, options: Options, *, old: RuleRow | None = None) -> None:
        """Refuse a place or a mention that the caller has no right to; `old` is the rule that is changed.

        Raises:
            UserMistake: the permission that is named is missing, or the channel is in another server.
            Unavailable: the right cannot be had now.
        """
        if old is not None and options_of(old).place == options.place:
            check_home(caller, options, old.guild_id)
        is_admin = False
        if needs_admin(caller, options, self._ways):
            is_admin = (await self._bus.ask(GetRight(caller=caller))).right == "admin"
        check_place(caller, options, self._ways, is_admin=is_admin)

    async def check_again(self, caller: Caller, row: RuleRow) -> None:
        """Refuse to let a rule loose that the caller might not set any more. Raises as `check`."""
        await self.check(caller, options_of(row), old=row)

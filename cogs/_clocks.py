"""By which clock a member means a time of day: the time zone they name, else the one they chose."""

from __future__ import annotations

from typing import Final

from cogs._host import Asked, host_of
from services.errors import UserMistake
from services.members.messages import GetMember

AT: Final = "Such as 22:00 or 10pm"
ZONE: Final = "Such as America/Sao_Paulo; left out it is yours"
_REMEMBERED: Final = 10.0


async def zone_named(interaction: Asked, named: str | None) -> str:
    """Return the time zone that counts. Whether there is one of that name is for the service to say.

    Raises:
        UserMistake: none was named, and the member never chose one.
        Unavailable: the member's choice cannot be had.
    """
    if named is not None and named.strip():
        return named.strip()
    request = GetMember(user_id=str(interaction.user.id))
    member = await host_of(interaction).ask(request, remember=_REMEMBERED)
    if member.timezone is None:
        raise UserMistake(
            "I do not know your time zone.", hint="Set it with /timezone, or name one in this command."
        )
    return member.timezone

"""What Discord's errors mean for a delivery: it never goes there, it may go later, or we did it wrong."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final, Literal

import aiohttp
import discord

from services.errors import Unavailable

UNKNOWN_MESSAGE: Final = 10008
AWAY: Final = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError)
"""What a send raises that says something of Discord; `TimeoutError` is an `OSError`."""
Failure = Literal["gone", "refused"]
_REASONS: Final[dict[int, tuple[Failure, str]]] = {
    10003: ("gone", "The channel is gone."),
    UNKNOWN_MESSAGE: ("gone", "The message is gone."),
    10013: ("gone", "The member is gone."),
    50001: ("refused", "The bot may not see the channel."),
    50007: ("refused", "The member takes no direct messages from the bot."),
    50013: ("refused", "The bot may not write in the channel."),
    50033: ("refused", "The member takes no direct messages from the bot."),
    50278: ("refused", "The bot and the member have no server in common."),
}
"""By Discord's own codes."""
_PASSING: Final = frozenset(
    {HTTPStatus.UNAUTHORIZED, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
)


def refusal_of(error: Exception) -> tuple[Failure, str] | None:
    """Return why it never goes there, as failure and English sentence; None where that is not said.

    An answer without a code is not Discord's own but of something before it.
    """
    if not isinstance(error, discord.HTTPException) or error.code == 0:
        return None
    known = _REASONS.get(error.code)
    if known is None and isinstance(error, discord.Forbidden):
        return "refused", f"Discord refuses it ({error.code})."
    if known is None and isinstance(error, discord.NotFound):
        return "gone", f"Discord does not find it ({error.code})."
    return known


def raise_for(error: Exception) -> None:
    """Raise `Unavailable` where it may go later; return where the error is a defect of what was sent."""
    if not isinstance(error, discord.HTTPException) or _passes(error):
        raise Unavailable(f"Discord took no delivery: {error}", hint="It is posted again.") from error


def _passes(error: discord.HTTPException) -> bool:
    is_theirs = error.status >= HTTPStatus.INTERNAL_SERVER_ERROR or error.status in _PASSING
    return is_theirs or (error.code == 0 and isinstance(error, discord.Forbidden | discord.NotFound))

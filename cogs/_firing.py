"""Fires the kill switch so that it is kept: a desk that does not answer carries it out when it does."""

from __future__ import annotations

from typing import Final

from cogs._host import Host
from services.errors import BusUnavailable, NoAnswer
from services.trading.killswitch.messages import FIRINGS, Fire, Switch

_PATIENCE: Final = 6.0


async def fired(host: Host, request: Fire) -> Switch:
    """Keep the request for the desk, ask it, and return its answer.

    Raises:
        BusUnavailable: it could not be kept.
        NoAnswer: it is kept, and not confirmed.
    """
    try:
        await host.append(FIRINGS, request)
    except BusUnavailable as error:
        raise BusUnavailable(
            "The order to halt could not be handed on.",
            hint="On the farm's machine `omega flat` works at once; else fire again in a moment.",
        ) from error
    try:
        return await host.ask(request, timeout=_PATIENCE)
    except (NoAnswer, BusUnavailable) as error:
        if isinstance(error, NoAnswer) and "service" not in error.facts:
            raise
        raise NoAnswer(
            "Not confirmed yet: the desk does not answer. The order to halt is kept, and is carried out as "
            "soon as the desk answers.",
            hint="On the farm's machine `omega flat` works at once; /killswitch show tells how it stands.",
        ) from error

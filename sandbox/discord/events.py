"""What happens in the world, told to whoever listens: the gateway, the members' sockets, people who wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.discord.wire import Json
from sandbox.discord.world.model import Channel, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened. `type` and `payload` are Discord's, but for what members alone hear."""

    type: str
    payload: Json
    channel: Channel | None = None
    """Where; only who sees the channel hears of it. None: whoever the listener deems concerned."""
    message: Message | None = None
    only_for: str | None = None
    """The one user who hears of it beside the application `by`."""
    by: str | None = None
    """The user or application that did it."""
    guild_id: str | None = None
    """The guild concerned, where there is no channel."""


Listener = Callable[[Event], None]


class Events:
    """Tells every listener of every event, at once and in order."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Add a listener and return what takes it away again."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def emit(self, event: Event) -> None:
        """Tell everyone."""
        for listener in tuple(self._listeners):
            listener(event)

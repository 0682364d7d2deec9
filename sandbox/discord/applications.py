"""Which application a token stands for; one that was never seen is registered and joins the guild."""

from __future__ import annotations

from pydantic import SecretStr

from sandbox.discord.events import Event, Events
from sandbox.discord.tokens import name_in
from sandbox.discord.world.model import Application, World
from sandbox.discord.world.seed import GUILD_ID, add_application
from sandbox.discord.world.snowflake import stable_id
from services.clock import Clock


class Applications:
    """Knows applications by their tokens."""

    def __init__(self, world: World, events: Events, key: SecretStr, clock: Clock) -> None:
        self._world = world
        self._events = events
        self._key = key
        self._clock = clock
        self._by_token: dict[str, Application] = {}

    def authenticate(self, token: str) -> Application | None:
        """Return the application of a genuine token, or None."""
        known = self._by_token.get(token)
        if known is not None:
            return known
        name = name_in(self._key, token)
        if name is None:
            return None
        found = self._by_token[token] = self._registered(name)
        return found

    def _registered(self, name: str) -> Application:
        known = self._world.applications.get(stable_id("application", name))
        if known is not None:
            return known
        made = add_application(self._world, name, self._clock.now())
        announce_member(self._world, self._events, made.id)
        return made


def announce_member(world: World, events: Events, user_id: str, *, is_new: bool = True) -> None:
    """Tell everyone that somebody has joined the guild, or has other roles there."""
    member = world.guilds[GUILD_ID].members[user_id]
    payload = {**member, "guild_id": GUILD_ID, "user": world.users[user_id]}
    kind = "GUILD_MEMBER_ADD" if is_new else "GUILD_MEMBER_UPDATE"
    events.emit(Event(type=kind, payload=payload, guild_id=GUILD_ID))

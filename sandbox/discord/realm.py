"""The parts that make up one local Discord, as requests and sockets see them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.discord.applications import Applications
from sandbox.discord.events import Events
from sandbox.discord.faults import FaultSwitch
from sandbox.discord.gateway.hub import Hub
from sandbox.discord.interactions.register import Register
from sandbox.discord.messages.files import Cdn
from sandbox.discord.messages.posting import Posting
from sandbox.discord.recorder import Recorder
from sandbox.discord.rules.limits import Identifies, InvalidRequests, RateLimiter
from sandbox.discord.world.model import World
from sandbox.discord.world.shapes import stamp
from sandbox.discord.world.snowflake import Snowflakes
from services.clock import Clock


@dataclass(slots=True, kw_only=True)
class Addresses:
    """What clients are told of where this server is."""

    gateway: str = ""
    """``wss://gateway.discord.gg``; empty: wherever the client has called."""
    cdn: str = ""
    """``http://127.0.0.1:8799/cdn``, without a slash at its end; filled in once the port is known."""

    def gateway_from(self, origin: str) -> str:
        """Return the gateway's address for a client that calls this server ``http://host:port``."""
        return self.gateway or origin.replace("http", "ws", 1)


def _new_token() -> str:
    return secrets.token_urlsafe(48)


@dataclass(frozen=True, slots=True, kw_only=True)
class Realm:
    """Everything that a request needs to be answered."""

    clock: Clock
    addresses: Addresses
    world: World
    events: Events
    switch: FaultSwitch
    recorder: Recorder
    snowflakes: Snowflakes
    applications: Applications
    cdn: Cdn
    posting: Posting
    hub: Hub
    register: Register
    limiter: RateLimiter
    invalid: InvalidRequests
    identifies: Identifies
    new_token: Callable[[], str] = field(default=_new_token)

    def new_id(self) -> str:
        """Return a new snowflake."""
        return self.snowflakes.next()

    def stamp(self) -> str:
        """Return the wall time as Discord writes it."""
        return stamp(self.clock.now())

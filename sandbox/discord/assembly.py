"""How the parts of a `Realm` are put together from what a server starts with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from pydantic import SecretStr

from sandbox.discord.applications import Applications
from sandbox.discord.events import Events
from sandbox.discord.faults import FaultSwitch
from sandbox.discord.gateway.hub import Hub, Surroundings
from sandbox.discord.interactions.register import Register
from sandbox.discord.messages.content import Composer
from sandbox.discord.messages.files import Cdn
from sandbox.discord.messages.posting import Posting
from sandbox.discord.realm import Addresses, Realm
from sandbox.discord.recorder import Recorder
from sandbox.discord.rules.limits import Identifies, InvalidRequests, RateLimiter
from sandbox.discord.world.model import World
from sandbox.discord.world.snowflake import Snowflakes
from services.clock import Clock

FAULTS = "faults"
"""The note under which the faults that are on outlive a restart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundation:
    """What a realm stands on."""

    key: SecretStr
    clock: Clock
    addresses: Addresses
    world: World
    snowflakes: Snowflakes
    cdn: Cdn
    recorder: Recorder


def assemble(given: Foundation) -> Realm:
    """Put a realm together; its world is already loaded."""
    clock, world, new_id, events = given.clock, given.world, given.snowflakes.next, Events()
    switch = FaultSwitch(world.notes.get(FAULTS))
    hub = Hub(
        Surroundings(
            world=world,
            events=events,
            switch=switch,
            recorder=given.recorder,
            new_id=new_id,
        )
    )
    composer = Composer(world, given.cdn, new_id)
    return Realm(
        clock=clock,
        addresses=given.addresses,
        world=world,
        events=events,
        switch=switch,
        recorder=given.recorder,
        snowflakes=given.snowflakes,
        applications=Applications(world, events, given.key, clock),
        cdn=given.cdn,
        posting=Posting(
            world,
            events,
            composer,
            new_id=new_id,
            now=clock.now,
            nonce_life=lambda: timedelta(seconds=switch.now.nonce_life_s),
        ),
        hub=hub,
        register=Register(events, switch, clock.monotonic),
        limiter=RateLimiter(clock),
        invalid=InvalidRequests(clock),
        identifies=Identifies(clock),
    )


def keep_ahead(snowflakes: Snowflakes, world: World) -> None:
    """Never make an id again that was made before a restart, even if the clock was set back."""
    for channel in world.channels.values():
        snowflakes.never_before(channel.id)
        if channel.messages:
            snowflakes.never_before(next(reversed(channel.messages)))

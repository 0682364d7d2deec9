"""The gateway's sessions and what each of them is sent. Their sockets stand in `socket`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from sandbox.discord.events import Event, Events
from sandbox.discord.faults import FaultSwitch
from sandbox.discord.gateway import intents, payloads
from sandbox.discord.gateway.memory import SessionNotes
from sandbox.discord.gateway.session import Op, Session
from sandbox.discord.recorder import Recorder
from sandbox.discord.wire import Json, encode
from sandbox.discord.world.lookup import can_see
from sandbox.discord.world.model import World

DETACHED_LIFETIME_S = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the gateway is given."""

    world: World
    events: Events
    switch: FaultSwitch
    recorder: Recorder
    new_id: Callable[[], str]


class Hub:
    """Knows every session and sends each event to those whom it concerns."""

    def __init__(self, given: Surroundings) -> None:
        self.given = given
        self._sessions: dict[str, Session] = {}
        self._notes = SessionNotes(given.world)
        given.events.listen(self._on_event)

    def open(self, application_id: str, *, wanted: int, shard: tuple[int, int]) -> Session:
        """Start a session; it hears nothing until a socket is attached."""
        session = Session(self.given.new_id(), application_id, intents=wanted, shard=shard)
        self._sessions[session.id] = session
        self._notes.write(session)
        return session

    def recall(self) -> None:
        """Take up the sessions from before a restart, for as long as their clients may come back."""
        for session in self._notes.read():
            self._sessions[session.id] = session
            session.detach(lifetime=DETACHED_LIFETIME_S, forget=partial(self._forget, session))

    def greet(self, session: Session, url: str) -> None:
        """Send READY and the guilds, and tell members that the bot is there; `url` is where to resume."""
        world, faults = self.given.world, self.given.switch.now
        has_commands = bool(world.applications[session.application_id].global_commands)
        flags = intents.application_flags(list(faults.privileged_intents), has_commands=has_commands)
        self.send(session, "READY", payloads.ready(world, session, gateway_url=url, flags=flags))
        if session.intents & intents.GUILDS:
            for guild in payloads.guilds_of(world, session):
                self.send(session, "GUILD_CREATE", payloads.guild_create(world, guild, session))
        self.tell_presence(session.application_id)

    def find(self, session_id: str) -> Session | None:
        """Return a session that is still kept."""
        return self._sessions.get(session_id)

    def let_go(self, session: Session, *, is_ended: bool) -> None:
        """Detach a session from its lost socket, or forget it when its client has said goodbye."""
        if is_ended:
            session.socket = None
            self._forget(session)
        else:
            session.detach(lifetime=DETACHED_LIFETIME_S, forget=partial(self._forget, session))
        self.tell_presence(session.application_id)

    def send(self, session: Session, name: str, payload: Json | bytes) -> None:
        """Send one event to one session; bytes are a payload that is already encoded."""
        self._deliver(session, name, payload if isinstance(payload, bytes) else encode(payload))

    def sessions_of(self, application_id: str | None = None) -> Iterator[Session]:
        """Yield the sessions of an application, or all of them."""
        for session in tuple(self._sessions.values()):
            if application_id in {None, session.application_id}:
                yield session

    def tell_presence(self, application_id: str) -> None:
        """Tell members whether a bot is connected."""
        is_online = any(session.socket for session in self.sessions_of(application_id))
        self.given.events.emit(
            Event(type="PRESENCE", payload={"user_id": application_id, "online": is_online})
        )

    def _forget(self, session: Session) -> None:
        self._sessions.pop(session.id, None)
        self._notes.drop(session)

    def _deliver(self, session: Session, name: str, payload: bytes) -> None:
        self.given.recorder.gateway("out", session.application_id, op=Op.DISPATCH, name=name, payload=payload)
        session.dispatch(name, payload)
        if self.given.switch.take("duplicate_event"):
            session.dispatch(name, payload)

    def _on_event(self, event: Event) -> None:
        needed = intents.intent_for(event)
        if needed is None or not self._sessions:
            return
        forms = _Forms(self.given.world, event)
        for session in tuple(self._sessions.values()):
            if session.intents & needed == needed and self._concerns(event, session):
                self._deliver(session, event.type, forms.for_session(session))

    def _concerns(self, event: Event, session: Session) -> bool:
        guild_id = event.channel.guild_id if event.channel else event.guild_id
        if not session.is_in_shard(guild_id):
            return False
        if event.only_for is not None:
            return event.by == session.application_id
        if event.channel is not None:
            return can_see(self.given.world, event.channel, session.application_id)
        return guild_id is None or session.application_id in self.given.world.guilds[guild_id].members


class _Forms:
    """The encoded forms of one event, each made once: complete, and without what needs the content intent."""

    def __init__(self, world: World, event: Event) -> None:
        self._event = event
        self._is_message = event.type in payloads.CARRYING_A_MESSAGE
        self._payload = payloads.message_payload(world, event) if self._is_message else event.payload
        self._complete: bytes | None = None
        self._stripped: bytes | None = None

    def for_session(self, session: Session) -> bytes:
        """Return the form that a session may read."""
        message, channel = self._event.message, self._event.channel
        if message is None or channel is None or session.intents & intents.MESSAGE_CONTENT:
            return self.complete()
        is_direct = channel.guild_id is None
        if not self._is_message or intents.reads_content(
            message, session.application_id, is_direct=is_direct
        ):
            return self.complete()
        return self.stripped()

    def complete(self) -> bytes:
        """Return the event with everything in it."""
        if self._complete is None:
            self._complete = encode(self._payload)
        return self._complete

    def stripped(self) -> bytes:
        """Return the event without content, embeds, attachments and components."""
        if self._stripped is None:
            self._stripped = encode(intents.without_content(self._payload))
        return self._stripped

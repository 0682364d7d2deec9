"""Which sessions there were, so that clients may resume after the server was restarted."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.discord.gateway.session import Session
from sandbox.discord.world.model import World

NUMBERS_APART = 1_000_000
"""A restarted session numbers on from here: it does not know how far it had come when the server ended."""
_PREFIX = "session:"


class SessionNotes:
    """Notes in the world, one a session."""

    def __init__(self, world: World) -> None:
        self._world = world

    def write(self, session: Session, *, base: int = 0) -> None:
        """Note a session."""
        self._world.notes[_PREFIX + session.id] = {
            "application_id": session.application_id,
            "intents": session.intents,
            "shard": list(session.shard),
            "base": base,
        }
        self._world.touch("note", _PREFIX + session.id)

    def read(self) -> Iterator[Session]:
        """Yield the sessions that were noted before this start."""
        for key, note in tuple(self._world.notes.items()):
            if not key.startswith(_PREFIX):
                continue
            base = note["base"] + NUMBERS_APART
            number, count = note["shard"]
            session = Session(
                key.removeprefix(_PREFIX),
                note["application_id"],
                intents=note["intents"],
                shard=(number, count),
                base=base,
            )
            self.write(session, base=base)
            yield session

    def drop(self, session: Session) -> None:
        """Forget a session."""
        if self._world.notes.pop(_PREFIX + session.id, None) is not None:
            self._world.touch("note", _PREFIX + session.id)

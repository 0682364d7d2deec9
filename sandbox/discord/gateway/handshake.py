"""IDENTIFY and RESUME: who may open or take up a session, and the close code for who may not."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.discord.faults import Faults
from sandbox.discord.gateway import intents
from sandbox.discord.gateway.hub import Hub
from sandbox.discord.gateway.session import Session
from sandbox.discord.rules.limits import Identifies, Identify
from sandbox.discord.wire import Json
from sandbox.discord.world.model import Application

AUTHENTICATION_FAILED = 4004
INVALID_SEQUENCE = 4007
INVALID_SHARD = 4010
INVALID_INTENTS = 4013
DISALLOWED_INTENTS = 4014
DECODE_ERROR = 4002

Authenticate = Callable[[str], Application | None]


class MustClose(Exception):
    """The connection has to be closed with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class TryAgainLater(Exception):
    """The session is not valid, or may not be opened yet: op 9, and whether it can be resumed."""


class Handshake:
    """Turns IDENTIFY and RESUME into sessions, once per allowance and application."""

    def __init__(self, hub: Hub, authenticate: Authenticate, identifies: Identifies) -> None:
        self._hub = hub
        self._authenticate = authenticate
        self._identifies = identifies

    def identify(self, said: Json) -> Session:
        """Open a session.

        Raises:
            MustClose: the token, the intents or the shard are wrong.
            TryAgainLater: this application has identified too recently.
        """
        application = self._application(said)
        wanted = said.get("intents")
        if not isinstance(wanted, int):
            raise MustClose(DECODE_ERROR)
        _check_intents(wanted, self._hub.given.switch.now)
        shard = _shard(said.get("shard"))
        self._take_allowance(application.id, shard)
        return self._hub.open(application.id, wanted=wanted, shard=shard)

    def resume(self, said: Json) -> tuple[Session, int]:
        """Find the session to take up again and the number after which it is replayed.

        Raises:
            MustClose: the token is wrong, or the number lies in the future.
            TryAgainLater: there is no such session, or too much of it is gone.
        """
        application = self._application(said)
        session = self._hub.find(str(said.get("session_id")))
        sequence = said.get("seq")
        if (
            session is None
            or session.application_id != application.id
            or self._hub.given.switch.now.refuse_resume
        ):
            raise TryAgainLater
        if not isinstance(sequence, int) or sequence > session.sequence:
            raise MustClose(INVALID_SEQUENCE)
        if not session.can_replay_from(sequence):
            raise TryAgainLater
        return session, sequence

    def _application(self, said: Json) -> Application:
        application = self._authenticate(str(said.get("token") or "").removeprefix("Bot "))
        if application is None:
            raise MustClose(AUTHENTICATION_FAILED)
        return application

    def _take_allowance(self, application_id: str, shard: tuple[int, int]) -> None:
        outcome = self._identifies.start(application_id, shard=shard[0])
        if outcome is Identify.SPENT:
            raise MustClose(AUTHENTICATION_FAILED)
        if outcome is Identify.TOO_FAST and not self._hub.given.switch.now.identify_freely:
            raise TryAgainLater


def _check_intents(wanted: int, faults: Faults) -> None:
    if wanted & ~intents.DEFINED:
        raise MustClose(INVALID_INTENTS)
    granted = intents.privileged_bits(list(faults.privileged_intents))
    every = intents.privileged_bits(list(intents.PRIVILEGED))
    if wanted & every & ~granted:
        raise MustClose(DISALLOWED_INTENTS)


def _shard(said: object) -> tuple[int, int]:
    if said is None:
        return 0, 1
    match said:
        case [int(number), int(count)] if 0 <= number < count:
            return number, count
    raise MustClose(INVALID_SHARD)

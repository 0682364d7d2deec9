"""Faults that tests switch on: what is on now, and the taking of those that happen a number of times."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from sandbox.discord.storm import Blow, Storm, Weather
from sandbox.discord.wire import Json

Count = Annotated[int, msgspec.Meta(ge=0)]
Seconds = Annotated[float, msgspec.Meta(ge=0)]
Privileged = Literal["members", "presences", "message_content"]


class TooMany(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The next `count` requests are answered 429."""

    count: Count = 1
    scope: Literal["user", "global", "shared"] = "user"
    retry_after: Seconds = 0.3
    application: str | None = None
    route: str | None = None
    """A part of the path that a request must have to be hit."""


class ServerError(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The next `count` requests are answered with a server error."""

    count: Count = 1
    status: Literal[500, 502, 503, 504] = 500
    application: str | None = None
    route: str | None = None


class Faults(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is switched on. The defaults are a well-behaved Discord."""

    rest_429: TooMany | None = None
    rest_5xx: ServerError | None = None
    drop_rest: Count = 0
    """The next so many requests have their connection cut without an answer."""
    slow_ms: Count = 0
    duplicate_event: Count = 0
    """The next so many dispatches are sent twice."""
    mute_heartbeat_ack: bool = False
    hello_never: bool = False
    refuse_resume: bool = False
    interaction_deadline_s: Seconds = 3.0
    token_life_s: Seconds = 900.0
    heartbeat_interval_ms: Annotated[int, msgspec.Meta(ge=100)] = 41250
    identify_freely: bool = False
    """No waiting between two IDENTIFYs of one application."""
    rest_unlimited: bool = False
    """No rate limits over REST, and no headers that tell of them."""
    storm: Storm | None = None
    nonce_life_s: Seconds = 300.0
    """How long a nonce stands for the message it was first sent with."""
    privileged_intents: tuple[Privileged, ...] = ()
    """Granted to every application, as a switch in the developer portal would."""


class Commotion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Things done to the connected gateway clients at once; they leave nothing switched on."""

    drop_gateway: bool = False
    reconnect: bool = False
    invalid_session: dict[str, bool] | None = None
    """``{"resumable": bool}``"""
    close_code: Annotated[int, msgspec.Meta(ge=1000, le=4999)] | None = None
    application: str | None = None
    """Only this application's clients; None means all."""


ACTIONS = frozenset(Commotion.__struct_fields__) - {"application"}


class FaultSwitch:
    """Holds the faults that are on and counts down those that happen a number of times."""

    def __init__(self, saved: Json | None = None) -> None:
        self.now = msgspec.convert(saved, Faults) if saved else Faults()
        self._weather = Weather(self.now.storm)

    def set(self, wanted: Json) -> None:
        """Change the named faults and leave the others as they are.

        Raises:
            msgspec.ValidationError: a fault is unknown or its value is not allowed.
        """
        self.now = msgspec.convert({**self.to_json(), **wanted}, Faults)
        if "storm" in wanted:
            self._weather = Weather(self.now.storm)

    def clear(self) -> None:
        """Behave well again."""
        self.now = Faults()
        self._weather = Weather(None)

    def to_json(self) -> Json:
        """Return what is on, as the member API shows it."""
        shown: Json = msgspec.to_builtins(self.now)
        return shown

    def take_429(self, application: str | None, path: str) -> TooMany | None:
        """Return the 429 that this request meets, counting it, or None."""
        fault = self.now.rest_429
        if fault is None or not _hits(fault, application, path):
            return None
        left = msgspec.structs.replace(fault, count=fault.count - 1) if fault.count > 1 else None
        self.now = msgspec.structs.replace(self.now, rest_429=left)
        return fault

    def take_5xx(self, application: str | None, path: str) -> ServerError | None:
        """Return the server error that this request meets, counting it, or None."""
        fault = self.now.rest_5xx
        if fault is None or not _hits(fault, application, path):
            return None
        left = msgspec.structs.replace(fault, count=fault.count - 1) if fault.count > 1 else None
        self.now = msgspec.structs.replace(self.now, rest_5xx=left)
        return fault

    def take_blow(self, path: str) -> Blow | None:
        """Return what the storm does to this request; None where it lets it through, or there is none."""
        return self._weather.blow(path)

    def take(self, name: Literal["drop_rest", "duplicate_event"]) -> bool:
        """Return whether a counted fault strikes now, counting it."""
        left: int = getattr(self.now, name)
        if left:
            self.now = msgspec.structs.replace(self.now, **{name: left - 1})
        return left > 0


def _hits(fault: TooMany | ServerError, application: str | None, path: str) -> bool:
    if not fault.count or (fault.route is not None and fault.route not in path):
        return False
    return fault.application is None or fault.application == application

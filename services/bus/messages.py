"""What travels on the bus: the bases of all messages and the names of topics, logs and keys.

Messages are frozen msgspec structs, encoded as msgpack maps. Fields are only ever added, with defaults, so
that an old and a new process understand each other. A service's own messages live in its `messages.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

import msgspec


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """The base of everything that is published, appended, put or replied."""


M = TypeVar("M", bound=Message)
R = TypeVar("R", bound=Message)


class Request(Message, Generic[R], frozen=True, kw_only=True):
    """A question to a service; `R` is what it answers.

    The tag is ``service.verb_noun`` and names the service that answers::

        class GetQuote(Request[Quote], frozen=True, kw_only=True, tag="market.get_quote"):
            market: str
    """


@dataclass(frozen=True, slots=True)
class Topic(Generic[M]):
    """A live channel: ``omega:live:<name>``, at most once."""

    name: str
    message: type[M]


@dataclass(frozen=True, slots=True)
class Log(Generic[M]):
    """A Stream: ``omega:log:<name>``, at least once, dead letter after five deliveries."""

    name: str
    message: type[M]
    keep: int = 100_000


@dataclass(frozen=True, slots=True)
class Key(Generic[M]):
    """A family of newest values: ``omega:latest:<name>[:<part>]``."""

    name: str
    message: type[M]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Generic[M]):
    """One delivery from a `Log`."""

    id: str
    message: M
    deliveries: int
    appended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """An entry that nobody could handle. `id` is the letter's own, `entry` the id inside the entry."""

    id: str
    log: str
    entry: str
    group: str
    deliveries: int
    error: str
    at: datetime
    """When it was given up."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Told to a subscriber after a reconnect: messages may have been missed; take a fresh snapshot."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest(Generic[M]):
    """The newest value of a key, with when it was true at its source and when it was received here."""

    value: M
    as_of: datetime
    received_at: datetime

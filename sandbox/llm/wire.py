"""What both protocols share: JSON, requests that are refused, and how events become bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, TypeVar

import msgspec

from sandbox.llm.asked import Asked
from sandbox.llm.steps import Call, Reason

Json: TypeAlias = dict[str, Any]
"""One object of a provider's protocol."""
_T = TypeVar("_T")

_encoder = msgspec.json.Encoder()


class Refused(Exception):
    """A request that the provider would not take; `status` and `body` are its answer."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body


@dataclass(slots=True, kw_only=True)
class Spoken:
    """All that was said so far, for answers in one piece and for counting tokens."""

    id: int
    created: int
    given: int
    """The tokens of the request."""
    text: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    reason: Reason | None = None
    blocked: str = ""
    _letters: int = 0

    def say(self, text: str) -> None:
        """Keep some words."""
        self.text.append(text)
        self._letters += len(text)

    def call(self, call: Call) -> None:
        """Keep a call."""
        self.calls.append(call)
        self._letters += len(call.name) + len(call.arguments)

    @property
    def words(self) -> str:
        """Return the text in one piece."""
        return "".join(self.text)

    @property
    def ending(self) -> Reason:
        """Return why it ended; a reply that says nothing of it ends by itself."""
        return self.reason or ("tools" if self.calls else "stop")

    @property
    def written(self) -> int:
        """Return the tokens of what was said."""
        return _tokens(self._letters)


class Dialect(Protocol):
    """How one provider says things. What it yields are whole events."""

    def opened(self, spoken: Spoken) -> Iterator[Json]:
        """Yield what comes before the first word."""
        ...

    def said(self, text: str, spoken: Spoken) -> Iterator[Json]:
        """Yield some words."""
        ...

    def called(self, call: Call, spoken: Spoken) -> Iterator[Json]:
        """Yield a call, which is the last of `spoken.calls`."""
        ...

    def ended(self, spoken: Spoken) -> Iterator[Json]:
        """Yield the end, for whatever reason."""
        ...

    def whole(self, spoken: Spoken) -> Json:
        """Return everything as one answer."""
        ...

    def error(self, status: int) -> Json:
        """Return the provider's own error of a status."""
        ...


def encode(value: object) -> bytes:
    """Return `value` as JSON."""
    return _encoder.encode(value)


def decode(raw: bytes, kind: type[_T]) -> _T:
    """Return a request's body.

    Raises:
        ValueError: it is no JSON, or not shaped as it must be; the message says where.
    """
    try:
        return msgspec.json.decode(raw, type=kind)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def given(asked: Asked) -> int:
    """Return about how many tokens a request has."""
    tools = (f"{tool.name}{tool.description}{''.join(tool.parameters.values())}" for tool in asked.tools)
    return _tokens(sum(map(len, (*asked.texts, *tools))))


def _tokens(letters: int) -> int:
    """Return about how many tokens so many letters are: four make one."""
    return -(-letters // 4)


def parsed(arguments: str) -> object:
    """Return what the arguments of a call say, or themselves where they are no JSON."""
    try:
        found: object = msgspec.json.decode(arguments)
    except (ValueError, RecursionError):
        return arguments
    return found

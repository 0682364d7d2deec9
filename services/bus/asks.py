"""ask: put a question to a service and wait for its answer on the process's one reply channel.

`answers` is the other side. The two share the envelopes here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import count
from typing import Literal, get_args

import msgspec
import structlog

from services.bus.codec import decoder, encode
from services.bus.connection import away
from services.bus.lane import Lane
from services.bus.live import Listener
from services.bus.messages import R, Request
from services.clock import Clock
from services.errors import BusUnavailable, Fault, NoAnswer, WireError, from_wire

_UNREAD_KEPT = 10_000
_NOTHING = msgspec.Raw(b"\xc0")
_OF_THE_DESK = frozenset(
    {"accounts", "killswitch", "ledger", "orders", "paper", "positions", "risk", "strategies"}
)
"""Services that members know by one name."""

log = structlog.get_logger(__name__)


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A request on its way. It has expired `patience_ms` after `sent_at`, by the wall clock."""

    id: str
    reply_to: str
    sent_at: datetime
    patience_ms: int
    tag: str
    body: msgspec.Raw


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A reply on its way. After parts comes an end, or an error."""

    id: str
    kind: Literal["whole", "part", "end", "error"]
    body: msgspec.Raw = _NOTHING
    error: WireError | None = None


def tag_of(request: type[Request[R]]) -> str:
    """Return the tag of a request type: ``service.verb_noun``."""
    return str(request.__struct_config__.tag)


def service_of(tag: str) -> str:
    """Return the service that answers requests of that tag."""
    return tag.partition(".")[0]


def no_answer(request: Request[R], patience: float) -> NoAnswer:
    """Return the error of a question to which nothing came within `patience` seconds."""
    service = service_of(tag_of(type(request)))
    who = "The desk" if service in _OF_THE_DESK else service
    return NoAnswer(
        f"{who} did not answer within {patience:g} s.",
        hint="It may be starting, busy or stopped; ask again, or look at `omega status`.",
        facts={"service": service},
    )


def ask_stream(service: str) -> str:
    """Return the key of the Stream that holds the questions to a service."""
    return f"omega:ask:{service}"


def _reply_type(request: type[Request[R]]) -> type[R]:
    for base in request.__orig_bases__:  # type: ignore[attr-defined]  # typing adds it to generic subclasses
        if arguments := get_args(base):
            kind: type[R] = arguments[0]
            return kind
    raise TypeError(f"{request.__name__} does not say what it answers: derive it from Request[...]")


class Asker:
    """The asking side, and the ear of the reply channel."""

    def __init__(self, lane: Lane, listener: Listener, *, clock: Clock, nonce: str, patience: float) -> None:
        """`nonce` names the reply channel; `patience` is how long questions outlive the loss of the bus."""
        self._lane = lane
        self._listener = listener
        self._clock = clock
        self._patience = patience
        self._channel = f"omega:reply:{nonce}"
        self._numbers = count()
        self._open: dict[str, asyncio.Queue[Answer | BusUnavailable]] = {}
        self._giving_up: asyncio.TimerHandle | None = None
        self._is_heard = False

    async def start(self) -> None:
        """Open the reply channel; before the first question."""
        await self._listener.listen(self._channel, self)

    async def ask(
        self, request: Request[R], *, patience: float, on_part: Callable[[R], Awaitable[None]] | None
    ) -> R:
        """Put `request` to its service and wait `patience` seconds. See `Bus.ask`."""
        number = str(next(self._numbers))
        answers = self._open[number] = asyncio.Queue()
        until = self._clock.monotonic() + patience
        try:
            async with asyncio.timeout(patience) as deadline:
                await self._wait_for_reply_channel()
                await self._put(request, number, until)
                return await self._collect(answers, decoder(_reply_type(type(request))), on_part)
        except TimeoutError:
            if not deadline.expired():
                raise
            raise self._unanswered(request, patience) from None
        finally:
            del self._open[number]

    async def _wait_for_reply_channel(self) -> None:
        if self._is_heard:
            return
        self._lane.refuse_when_long_away()
        if not await self._listener.wait_until_heard([self._channel]):
            raise away(ConnectionError("the reply channel is not connected"))

    async def _put(self, request: Request[R], number: str, until: float) -> None:
        tag = tag_of(type(request))
        question = Question(
            id=number,
            reply_to=self._channel,
            sent_at=self._clock.now(),
            patience_ms=round(1000 * (until - self._clock.monotonic())),
            tag=tag,
            body=msgspec.Raw(encode(request)),
        )
        stream = ask_stream(service_of(tag))
        await self._lane.do("XADD", stream, "MAXLEN", "~", _UNREAD_KEPT, "*", "q", encode(question))

    async def _collect(
        self,
        answers: asyncio.Queue[Answer | BusUnavailable],
        reading: msgspec.msgpack.Decoder[R],
        on_part: Callable[[R], Awaitable[None]] | None,
    ) -> R:
        newest: R | None = None
        while True:
            answer = await answers.get()
            if isinstance(answer, BusUnavailable):
                raise answer
            if answer.error is not None:
                raise from_wire(answer.error)
            if answer.kind == "end":
                break
            newest = _read(reading, answer)
            if answer.kind == "whole":
                return newest
            if on_part is not None:
                await on_part(newest)
        if newest is None:
            raise Fault("The answer had no part.")
        return newest

    def _unanswered(self, request: Request[R], patience: float) -> NoAnswer | BusUnavailable:
        if not self._is_heard:
            return away(ConnectionError("the reply channel was lost"))
        return no_answer(request, patience)

    def hear(self, channel: str, payload: bytes) -> None:
        """Pass a reply to the question that waits for it; one that came too late has nobody."""
        del channel
        try:
            answer = decoder(Answer).decode(payload)
        except msgspec.DecodeError as error:
            log.warning("answer_refused", reason=str(error))
            return
        if (waiting := self._open.get(answer.id)) is not None:
            waiting.put_nowait(answer)

    def lose(self, since: float) -> None:
        """Give open questions a little longer, counted from the first loss: the bus may come back."""
        del since
        self._is_heard = False
        if self._giving_up is None:
            self._giving_up = asyncio.get_running_loop().call_later(self._patience, self._give_up)

    def regain(self) -> None:
        """Let open questions wait on."""
        self._is_heard = True
        if self._giving_up is not None:
            self._giving_up.cancel()
            self._giving_up = None

    def _give_up(self) -> None:
        self._giving_up = None
        for waiting in self._open.values():
            waiting.put_nowait(away(ConnectionError("the reply channel was lost")))


def _read(reading: msgspec.msgpack.Decoder[R], answer: Answer) -> R:
    try:
        return reading.decode(answer.body)
    except msgspec.DecodeError as error:
        raise Fault("The answer cannot be read.", facts={"reason": str(error)}) from error

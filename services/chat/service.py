"""The chat service: answers members in parts, shows them what is theirs, and says what answers rest on."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from functools import partial
from typing import Any, ClassVar, Final, Protocol, cast

from services.bus.messages import Message, R, Request
from services.chat.keeping.requests import ANSWERED, KeepingRequests
from services.chat.messages import Converse, Debate, Debated, Reply, Shown, ShowPrivate
from services.chat.pipeline.aside import Aside
from services.chat.pipeline.streaming import Show, streamed
from services.chat.pipeline.turn import Turns
from services.clock import Clock
from services.memory import Answers
from services.omega import OmegaService, ServiceConfig

_REMEMBERED_FOR: Final = 900.0
"""Seconds; a message that was delivered twice comes within its deadline, or after a restart of a bot."""
_TAKEN_UP: Final = Reply(card=Shown(verdict=""), is_last=False)


class Debates(Protocol):
    """Debates that personas hold with their models."""

    async def hold(self, request: Debate) -> Debated:
        """Return the debate; one without arguments where a side has no model that answers."""
        ...


class ChatService(OmegaService):
    """Answers all of `services.chat.messages`."""

    name: ClassVar[str] = "chat"
    requests: ClassVar[tuple[type[Request[Any]], ...]] = (Converse, ShowPrivate, Debate, *ANSWERED)
    at_once: ClassVar[int] = 256
    """A model may take half a minute, and meanwhile others want to be heard."""

    def __init__(
        self,
        config: ServiceConfig,
        *,
        turns: Turns,
        aside: Aside,
        keeping: KeepingRequests,
        debates: Debates,
        clock: Clock,
    ) -> None:
        super().__init__(config)
        self._turns = turns
        self._aside = aside
        self._keeping = keeping
        self._debates = debates
        self._said: Answers[str, Reply] = Answers(clock, seconds=_REMEMBERED_FOR)
        self._debated: Answers[str, Debated] = Answers(clock, seconds=_REMEMBERED_FOR)

    def parts(self, request: Request[R]) -> AsyncGenerator[R] | None:
        """Return the parts of an answer to what a member said, first an empty one."""
        if not isinstance(request, Converse):
            return None
        return cast("AsyncGenerator[R]", streamed(partial(self._converse, request), first=_TAKEN_UP))

    async def process(self, request: Request[R]) -> R:
        """Answer one request; what each raises stands at the request."""
        return cast("R", await self._answer(request))

    async def _answer(self, request: Request[Any]) -> Message:
        match request:
            case Converse():
                return await self._converse(request, lambda _make: None)
            case ShowPrivate():
                return await self._aside.show(request)
            case Debate():
                return await self._debate(request)
        found = await self._keeping.answer(request)
        if found is None:
            raise TypeError(f"chat does not answer {type(request).__name__}")
        return found

    async def _converse(self, request: Converse, show: Show[Reply]) -> Reply:
        """Answer once, however often a message is delivered; who asks again gets the last part alone."""
        key = f"{request.persona} {request.id}"
        return await self._said.once(key, lambda: self._turns.answer(request, show))

    async def _debate(self, request: Debate) -> Debated:
        return await self._debated.once(request.id, lambda: self._debates.hold(request))

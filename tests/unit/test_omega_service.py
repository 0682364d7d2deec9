"""The life of services, on a bus that is a few lines of test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, ClassVar, cast

import pytest

from services.bus.bus import Bus
from services.bus.messages import Message, R, Request
from services.clock import SystemClock
from services.errors import Misconfigured, NotAllowed
from services.omega import OmegaService, ServiceConfig, serve


class Told(Message, frozen=True, kw_only=True):
    text: str


class Tell(Request[Told], frozen=True, kw_only=True, tag="talk.tell"):
    text: str = ""


class Shout(Request[Told], frozen=True, kw_only=True, tag="talk.shout"):
    pass


class Foreign(Request[Told], frozen=True, kw_only=True, tag="other.tell"):
    pass


class FakeBus:
    """Hands questions straight to the service that answers them."""

    def __init__(self) -> None:
        self.handlers: dict[str, Callable[[Request[Any]], Any]] = {}
        self.concurrency: dict[str, int] = {}
        self.has_answerer = asyncio.Event()

    async def answer(
        self,
        service: str,
        requests: Sequence[type[Request[Any]]],
        handle: Callable[[Request[Any]], Any],
        *,
        concurrency: int,
    ) -> None:
        del requests
        self.concurrency[service] = concurrency
        self.handlers[service] = handle
        self.has_answerer.set()
        await asyncio.Event().wait()


@dataclass
class Seen:
    answers: list[tuple[str, str, str]] = field(default_factory=list)
    gauges: dict[str, float] = field(default_factory=dict)

    def answered(self, service: str, request: str, *, outcome: str, seconds: float) -> None:
        assert seconds >= 0
        self.answers.append((service, request, outcome))

    def measured(self, service: str, name: str, value: float) -> None:
        self.gauges[f"{service}.{name}"] = value


class Talk(OmegaService):
    name = "talk"
    requests: ClassVar[tuple[type[Request[Any]], ...]] = (Tell,)

    def __init__(self, config: ServiceConfig, life: list[str]) -> None:
        super().__init__(config)
        self.life = life

    async def initialize(self) -> None:
        self.life.append(f"{self.name} up")

    async def process(self, request: Request[R]) -> R:
        match request:
            case Tell(text="forbidden"):
                raise NotAllowed.for_lack_of("admin")
            case Tell(text="broken"):
                raise ZeroDivisionError
        return cast("R", Told(text="told"))

    def update_metrics(self) -> None:
        self.config.metrics.measured(self.name, "moods", 3)

    async def shutdown(self) -> None:
        self.life.append(f"{self.name} down")


class Second(Talk):
    name = "second"
    requests = ()


class Recital(Talk):
    """Tells in three parts, and notes when it is given up."""

    at_once = 3

    def parts(self, request: Request[R]) -> AsyncGenerator[R] | None:
        return cast("AsyncGenerator[R]", self._tell(request.text)) if isinstance(request, Tell) else None

    async def _tell(self, text: str) -> AsyncGenerator[Told]:
        try:
            yield Told(text="one")
            if text == "forbidden":
                raise NotAllowed.for_lack_of("admin")
            if text == "broken":
                raise ZeroDivisionError
            yield Told(text="one two")
        finally:
            self.life.append("told")


class Unstartable(Second):
    name = "unstartable"

    async def initialize(self) -> None:
        raise Misconfigured("it lacks a key")


def running(bus: FakeBus, *services: OmegaService, stopping: asyncio.Event) -> Awaitable[None]:
    return serve(cast("Bus", bus), services, stopping=stopping, clock=SystemClock())


async def test_services_start_in_order_answer_and_stop_in_reverse_order() -> None:
    bus, stopping, life, seen = FakeBus(), asyncio.Event(), list[str](), Seen()
    config = ServiceConfig(metrics=seen)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_run(bus, stopping, Talk(config, life), Second(config, life)))
        await bus.has_answerer.wait()
        assert await bus.handlers["talk"](Tell()) == Told(text="told")
        with pytest.raises(NotAllowed):
            await bus.handlers["talk"](Tell(text="forbidden"))
        with pytest.raises(ZeroDivisionError):
            await bus.handlers["talk"](Tell(text="broken"))
        stopping.set()
    assert life == ["talk up", "second up", "second down", "talk down"]
    assert seen.answers == [
        ("talk", "talk.tell", "ok"),
        ("talk", "talk.tell", "AUTH-01"),
        ("talk", "talk.tell", "FAULT"),
    ]
    assert seen.gauges["talk.moods"] == 3


async def _run(bus: FakeBus, stopping: asyncio.Event, *services: OmegaService) -> None:
    await running(bus, *services, stopping=stopping)


async def test_a_service_may_answer_in_parts_which_count_as_one_answer() -> None:
    bus, stopping, life, seen = FakeBus(), asyncio.Event(), list[str](), Seen()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_run(bus, stopping, Recital(ServiceConfig(metrics=seen), life)))
        await bus.has_answerer.wait()
        handle = bus.handlers["talk"]
        assert [part.text async for part in handle(Tell())] == ["one", "one two"]
        for wrong, error in (("forbidden", NotAllowed), ("broken", ZeroDivisionError)):
            with pytest.raises(error):
                assert [part.text async for part in handle(Tell(text=wrong))] == []
        stopping.set()
    assert [outcome for _, _, outcome in seen.answers] == ["ok", "AUTH-01", "FAULT"]
    assert bus.concurrency == {"talk": 3}


async def test_parts_are_closed_at_once_where_their_asker_is_given_up() -> None:
    bus, stopping, life = FakeBus(), asyncio.Event(), list[str]()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_run(bus, stopping, Recital(ServiceConfig(), life)))
        await bus.has_answerer.wait()
        async with aclosing(bus.handlers["talk"](Tell())) as parts:
            assert (await anext(parts)).text == "one"
            assert "told" not in life
        assert "told" in life
        stopping.set()


async def test_a_service_that_cannot_start_says_why_as_itself_and_the_others_are_shut_down() -> None:
    life: list[str] = []
    config = ServiceConfig()
    services = [Talk(config, life), Unstartable(config, life)]
    with pytest.raises(Misconfigured, match="lacks a key"):
        await running(FakeBus(), *services, stopping=asyncio.Event())
    assert life == ["talk up", "unstartable down", "talk down"]


def deaf(requests: tuple[type[Request[Any]], ...]) -> OmegaService:
    class Deaf(Talk):
        def can_handle(self, request: Request[Any] | type[Request[Any]]) -> bool:
            return request is Tell

    Deaf.requests = requests
    return Deaf(ServiceConfig(), [])


async def test_a_service_that_lists_what_it_cannot_handle_is_refused_before_anything_starts() -> None:
    service = deaf((Tell, Shout))
    with pytest.raises(Misconfigured, match=r"talk\.shout and cannot handle"):
        await running(FakeBus(), service, stopping=asyncio.Event())
    assert cast("Talk", service).life == []


async def test_a_service_that_lists_the_request_of_another_is_refused() -> None:
    with pytest.raises(Misconfigured, match="belongs to other"):
        await running(FakeBus(), deaf((Foreign,)), stopping=asyncio.Event())


async def test_two_services_of_one_name_are_refused() -> None:
    config = ServiceConfig()
    with pytest.raises(Misconfigured, match="Two services"):
        await running(FakeBus(), Talk(config, []), Talk(config, []), stopping=asyncio.Event())


def test_a_service_handles_the_requests_it_lists_and_no_others() -> None:
    service = Talk(ServiceConfig(), [])
    assert service.can_handle(Tell(text="x"))
    assert service.can_handle(Tell)
    assert not service.can_handle(Shout)
    assert service.config.consciousness_level == "advise"

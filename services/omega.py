"""The life that every service lives, and `serve`, which puts services on the bus.

What a service does belongs into its own package; how its process starts and stops belongs into bots.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Iterator, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, aclosing, contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from config.farm_file import Consciousness
from services.bus.asks import service_of, tag_of
from services.bus.bus import Bus
from services.bus.messages import Message, R, Request
from services.clock import Clock
from services.errors import Misconfigured, OmegaError

_METRICS_EVERY = 10.0


class Metrics(Protocol):
    """Where figures go. `services.health.PrometheusMetrics` shows them to a scraper."""

    def answered(self, service: str, request: str, *, outcome: str, seconds: float) -> None:
        """Count one answer; `outcome` is ``ok`` or the code of the error."""
        ...

    def measured(self, service: str, name: str, value: float) -> None:
        """Set the gauge `name` of a service."""
        ...


class NoMetrics:
    """Figures nobody asked for."""

    def answered(self, service: str, request: str, *, outcome: str, seconds: float) -> None:
        """Forget one answer."""

    def measured(self, service: str, name: str, value: float) -> None:
        """Forget one measure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceConfig:
    """What every service is told; a service with more to be told takes more arguments."""

    consciousness_level: Consciousness = "advise"
    """How much the service may do on its own: look, say, or do."""
    metrics: Metrics = field(default_factory=NoMetrics)


class OmegaService(ABC):
    """One service: it initializes, answers the requests that carry its name, and shuts down."""

    name: ClassVar[str]
    """The part of its requests' tags before the point."""
    requests: ClassVar[tuple[type[Request[Any]], ...]]
    at_once: ClassVar[int] = 64
    """Requests that are answered side by side; more than that wait."""

    def __init__(self, config: ServiceConfig) -> None:
        self.config = config

    async def initialize(self) -> None:  # noqa: B027 - many services open nothing
        """Open what the service needs. Raises `Misconfigured` when an operator must act."""

    def can_handle(self, request: Request[Any] | type[Request[Any]]) -> bool:
        """Return whether this service answers `request`."""
        kind = request if isinstance(request, type) else type(request)
        return kind in self.requests

    @abstractmethod
    async def process(self, request: Request[R]) -> R:
        """Answer `request`, or raise an `OmegaError` that its asker will see."""

    def parts(self, request: Request[R]) -> AsyncGenerator[R] | None:  # noqa: ARG002 - most services have none
        """Return the answer in parts, each in place of the one before; None for what is answered as a whole.

        What is asked for in parts is not given to `process`. It is closed when its asker is given up.
        """
        return None

    def update_metrics(self) -> None:  # noqa: B027 - many services have no gauge
        """Set this service's gauges; called every ten seconds."""

    async def shutdown(self) -> None:  # noqa: B027 - many services have nothing to close
        """Close what `initialize` opened, and also what it opened before it failed."""


async def serve(bus: Bus, services: Sequence[OmegaService], *, stopping: asyncio.Event, clock: Clock) -> None:
    """Initialize `services`, answer for them until `stopping` is set, and shut them down, last one first.

    Raises:
        Misconfigured: a service lists a request that is not its own or that it cannot handle, two services
            have one name, or `initialize` said so.
    """
    _check(services)
    async with AsyncExitStack() as opened:
        for service in services:
            opened.push_async_callback(service.shutdown)
            await service.initialize()
        async with asyncio.TaskGroup() as loops:
            loops_of = [loops.create_task(_answer(bus, service, clock)) for service in services]
            loops_of.append(loops.create_task(_measure(services)))
            await stopping.wait()
            for loop in loops_of:
                loop.cancel()


def _check(services: Sequence[OmegaService]) -> None:
    names = [service.name for service in services]
    for service in services:
        if names.count(service.name) > 1:
            raise Misconfigured(f"Two services are called {service.name}.", hint="Run one of each.")
        for request in service.requests:
            tag = tag_of(request)
            if service_of(tag) != service.name:
                raise Misconfigured(f"{service.name} lists {tag}, which belongs to {service_of(tag)}.")
            if not service.can_handle(request):
                raise Misconfigured(f"{service.name} lists {tag} and cannot handle it.")


async def _answer(bus: Bus, service: OmegaService, clock: Clock) -> None:
    def handle(request: Request[Any]) -> Awaitable[Message] | AsyncIterator[Message]:
        parts = service.parts(request)
        counted = _counted(service, request, clock)
        return _whole(service, request, counted) if parts is None else _in_parts(parts, counted)

    await bus.answer(service.name, service.requests, handle, concurrency=service.at_once)


async def _whole(
    service: OmegaService, request: Request[Any], counted: AbstractContextManager[None]
) -> Message:
    with counted:
        answer: Message = await service.process(request)
        return answer


async def _in_parts(
    parts: AsyncGenerator[Message], counted: AbstractContextManager[None]
) -> AsyncIterator[Message]:
    with counted:
        async with aclosing(parts):
            async for part in parts:
                yield part


@contextmanager
def _counted(service: OmegaService, request: Request[Any], clock: Clock) -> Iterator[None]:
    began = clock.monotonic()
    outcome = "FAULT"
    try:
        yield
        outcome = "ok"
    except OmegaError as error:
        outcome = error.code
        raise
    finally:
        seconds = clock.monotonic() - began
        tag = tag_of(type(request))
        service.config.metrics.answered(service.name, tag, outcome=outcome, seconds=seconds)


async def _measure(services: Sequence[OmegaService]) -> None:
    while True:
        for service in services:
            service.update_metrics()
        await asyncio.sleep(_METRICS_EVERY)

"""The education service as it is, over a database of its own, and a bus on which it answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from persona_fakes import FakeBus

from services.bus.messages import Message, Request
from services.clock import Clock
from services.education.service import EducationService
from services.omega import OmegaService, ServiceConfig
from services.store.migrate import migrate
from services.store.store import Store, open_store

R = TypeVar("R", bound=Message)


@asynccontextmanager
async def education_store(folder: Path, clock: Clock) -> AsyncIterator[Store]:
    """Open a new database in `folder`."""
    path = folder / "omega.db"
    await migrate(None, path=path)
    async with open_store(None, path=path, busy_timeout=timedelta(seconds=5), clock=clock) as store:
        yield store


@asynccontextmanager
async def teaching(store: Store, clock: Clock) -> AsyncIterator[EducationService]:
    """Run the service on what is really taught."""
    service = EducationService(ServiceConfig(), store=store, clock=clock)
    await service.initialize()
    try:
        yield service
    finally:
        await service.shutdown()


class TeachingBus(FakeBus):
    """Lets a service answer what is its own, and a test lay down the rest."""

    service: OmegaService | None = None

    async def ask(
        self,
        request: Request[R],
        *,
        timeout: float = 2.0,  # noqa: ASYNC109 - the bus's own parameter
        on_part: Callable[[Any], Awaitable[None]] | None = None,
    ) -> R:
        is_own = self.service is not None and self.service.can_handle(request)
        if self.service is None or not is_own or type(request) in self.answers:
            return await super().ask(request, timeout=timeout, on_part=on_part)
        self.asked.append(request)
        return await self.service.process(request)

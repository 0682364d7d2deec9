"""The farm's probes: alive while its event loop turns, ready when every bot that should run is ready."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bots.supervisor.bulletin import Bulletin
from bots.supervisor.supervisor import Supervisor
from config.farm_file import ObserveSection
from services.errors import Misconfigured
from services.farm.messages import FarmStatus
from services.health import PrometheusMetrics, open_health


class Probes:
    """Serves them where the config wants them, and nowhere while it does not. `url` says where that is."""

    def __init__(
        self, supervisor: Supervisor, bulletin: Bulletin, *, metrics: PrometheusMetrics | None
    ) -> None:
        self.url: str | None = None
        self._supervisor = supervisor
        self._bulletin = bulletin
        self._metrics = metrics

    async def keep(self) -> None:
        """Follow the config until cancelled; a port that cannot be had is told to the admins."""
        while True:
            wanted = self._wanted()
            try:
                async with self._served(wanted):
                    await self._until_other(wanted)
            except Misconfigured as error:
                self._bulletin.notice("error", error.message, error.hint)
                await self._until_other(wanted)

    def _wanted(self) -> ObserveSection:
        return self._supervisor.blueprint.loaded.file.observe

    async def _until_other(self, wanted: ObserveSection) -> None:
        while self._wanted() == wanted:
            self._supervisor.config_taken.clear()
            await self._supervisor.config_taken.wait()

    @asynccontextmanager
    async def _served(self, wanted: ObserveSection) -> AsyncIterator[None]:
        if wanted.health_port is None:
            yield
            return
        host = wanted.health_host
        opening = open_health(
            host,
            wanted.health_port,
            unready=lambda: unready(self._supervisor.snapshot()),
            metrics=self._metrics,
        )
        async with opening as port:
            self.url = f"http://{host}:{port}"
            self._bulletin.news.set()
            try:
                yield
            finally:
                self.url = None


def unready(status: FarmStatus) -> list[str]:
    """Return the bots that should run and are not ready, each with its reason."""
    waiting = [bot for bot in status.bots if bot.state not in {"ready", "disabled"}]
    return [f"{bot.name} is {bot.state}: {bot.reason}".removesuffix(": ") for bot in waiting]

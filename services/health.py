"""What a cluster asks a process: is it alive, is it ready, and its figures. Off unless a port is configured.

Liveness says only that the event loop turns; readiness says what the process stands on. Importing this is
light: the web server and the metrics library come with the first use.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from services.errors import Misconfigured

if TYPE_CHECKING:
    from aiohttp import web


class PrometheusMetrics:
    """Figures in Prometheus's text format: answers by request type, counted and timed, and gauges."""

    def __init__(self) -> None:
        import prometheus_client as prometheus  # noqa: PLC0415 - only where metrics are switched on

        self._registry = prometheus.CollectorRegistry()
        prometheus.ProcessCollector(registry=self._registry)
        self._answers = prometheus.Counter(
            "omega_answers", "Answers given.", ("service", "request", "outcome"), registry=self._registry
        )
        self._seconds = prometheus.Histogram(
            "omega_answer_seconds", "Time to an answer.", ("service", "request"), registry=self._registry
        )
        self._gauges = prometheus.Gauge(
            "omega_measure", "What a service measures.", ("service", "name"), registry=self._registry
        )
        self._render = prometheus.generate_latest

    def answered(self, service: str, request: str, *, outcome: str, seconds: float) -> None:
        """Count one answer; `outcome` is ``ok`` or the code of the error."""
        self._answers.labels(service, request, outcome).inc()
        self._seconds.labels(service, request).observe(seconds)

    def measured(self, service: str, name: str, value: float) -> None:
        """Set the gauge `name` of a service."""
        self._gauges.labels(service, name).set(value)

    def render(self) -> bytes:
        """Return everything as text."""
        return self._render(self._registry)


@asynccontextmanager
async def open_health(
    host: str,
    port: int,
    *,
    unready: Callable[[], Sequence[str]],
    metrics: PrometheusMetrics | None = None,
) -> AsyncIterator[int]:
    """Serve ``/live``, ``/ready`` and, with `metrics`, ``/metrics``; yield the port.

    Args:
        host: the address to listen on; loopback, or a pod's own.
        port: the port to listen on; 0 leaves it to the system.
        unready: gives the reasons why the process is not ready; none means that it is.
        metrics: what ``/metrics`` shows.

    Raises:
        Misconfigured: the port is taken.
    """
    from aiohttp import web  # noqa: PLC0415 - only where a port is configured

    runner = web.AppRunner(_app(unready, metrics), access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise Misconfigured(
                f"The health port {host}:{port} cannot be used: {error.strerror}.",
                hint="Change observe.health_port in farm.yaml; 0 picks a free one.",
            ) from error
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def _app(unready: Callable[[], Sequence[str]], metrics: PrometheusMetrics | None) -> web.Application:
    from aiohttp import web  # noqa: PLC0415 - only where a port is configured

    async def live(_request: web.Request) -> web.Response:
        return web.json_response({"live": True})

    async def ready(_request: web.Request) -> web.Response:
        reasons = list(unready())
        return web.json_response({"ready": not reasons, "reasons": reasons}, status=503 if reasons else 200)

    async def figures(_request: web.Request) -> web.Response:
        if metrics is None:
            return web.Response(status=404, text="Metrics are off: set observe.metrics in farm.yaml.\n")
        return web.Response(body=metrics.render(), content_type="text/plain", charset="utf-8")

    app = web.Application()
    app.add_routes([web.get("/live", live), web.get("/ready", ready), web.get("/metrics", figures)])
    return app

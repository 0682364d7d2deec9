"""The probes and figures of a process, on loopback."""

from __future__ import annotations

import aiohttp
import pytest

from services.errors import Misconfigured
from services.health import PrometheusMetrics, open_health


async def get(port: int, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as reply:
        return reply.status, await reply.text()


async def test_a_process_is_alive_whatever_it_stands_on_and_ready_only_with_it() -> None:
    reasons = ["bus: the bus does not answer"]
    async with open_health("127.0.0.1", 0, unready=lambda: reasons) as port:
        assert await get(port, "/live") == (200, '{"live": true}')
        status, body = await get(port, "/ready")
        assert (status, "the bus does not answer" in body) == (503, True)
        reasons.clear()
        assert await get(port, "/ready") == (200, '{"ready": true, "reasons": []}')


async def test_figures_are_shown_as_text_where_they_are_switched_on() -> None:
    metrics = PrometheusMetrics()
    metrics.answered("market", "market.get_quote", outcome="ok", seconds=0.004)
    metrics.answered("market", "market.get_quote", outcome="ASK-02", seconds=0.002)
    metrics.measured("market", "markets", 42)
    async with open_health("127.0.0.1", 0, unready=list, metrics=metrics) as port:
        status, text = await get(port, "/metrics")
    assert status == 200
    assert 'omega_answers_total{outcome="ok",request="market.get_quote",service="market"} 1.0' in text
    assert 'omega_answer_seconds_sum{request="market.get_quote",service="market"} 0.006' in text
    assert 'omega_measure{name="markets",service="market"} 42.0' in text
    assert "process_resident_memory_bytes" in text


async def test_figures_are_not_found_where_they_are_off() -> None:
    async with open_health("127.0.0.1", 0, unready=list) as port:
        status, text = await get(port, "/metrics")
    assert (status, "observe.metrics" in text) == (404, True)


async def test_a_port_that_is_taken_is_named_with_what_to_change() -> None:
    async with open_health("127.0.0.1", 0, unready=list) as port:
        with pytest.raises(Misconfigured, match=str(port)) as raised:
            async with open_health("127.0.0.1", port, unready=list):
                pass
    assert "observe.health_port" in raised.value.hint

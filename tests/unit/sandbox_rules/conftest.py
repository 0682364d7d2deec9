from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.discord.rules.refusal import Refused


class SteppedClock:
    """Time that stands still until a test moves it."""

    def __init__(self) -> None:
        self.passed = 0.0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return 1000.0 + self.passed

    def step(self, seconds: float) -> None:
        self.passed += seconds


def _leaves(node: dict[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    for key, below in node.items():
        if key == "_errors":
            yield from (f"{'.'.join(path)} {one['code']}" for one in below)
        else:
            yield from _leaves(below, (*path, key))


FaultsOf = Callable[[Callable[[], None]], list[str]]


@pytest.fixture
def faults_of() -> FaultsOf:
    """Run a check and return "path CODE" for each fault; nothing when the body was accepted."""

    def run(check: Callable[[], None]) -> list[str]:
        try:
            check()
        except Refused as refused:
            if refused.errors is None:
                return [str(refused.code)]
            return (
                sorted(_leaves(refused.errors, ()))
                if refused.code == 50035
                else [f"tree beside {refused.code}"]
            )
        return []

    return run


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()

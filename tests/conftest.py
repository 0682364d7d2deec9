"""What every test stands on: nothing leaves the machine, and a missing tool is a failure in CI."""

from __future__ import annotations

import decimal
import os
import sys
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings

TESTS = Path(__file__).parent
GUARD = TESTS / "guard"
sys.path.insert(0, str(GUARD))

import loopback_only  # noqa: E402 - it lives in a folder that the children of a test put on their path, too

loopback_only.install()
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(GUARD), os.environ.get("PYTHONPATH", "")]))


# A machine that is busy with other tests is slow, and that is no finding.
settings.register_profile("shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared machine")


@pytest.fixture(autouse=True)
def usual_rounding() -> None:
    """Round as Python does: a test that uses ccxt by itself leaves another way to those after it."""
    decimal.getcontext().rounding = decimal.ROUND_HALF_EVEN


LONG_ONES = (
    "acceptance/test_the_life_of_a_farm.py",
    "acceptance/test_exchange_soak.py",
    "acceptance/test_personas_speak.py",
    "acceptance/test_chat_provider.py",
    "acceptance/test_chat_injections.py",
    "contracts/exchange/test_watch_contract.py",
    "acceptance/test_alerts_survive.py",
    "acceptance/test_a_traders_day.py",
    "integration/farm/test_farm_ends.py",
    "acceptance/test_alerts_outages.py",
    "conformance/test_full_run.py",
    "browser/test_chat_page.py",
    "integration/bus/test_bus_outages.py",
    "browser/test_chat_commands.py",
    "conformance/test_other_clients.py",
)
"""By turns one that needs the processors and one that mostly waits; what takes a minute comes first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long files, so that no worker is left alone with one at the end."""
    turn = {TESTS / name: number for number, name in enumerate(LONG_ONES)}
    items.sort(key=lambda item: turn.get(item.path, len(turn)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None]:
    """Stop the heart of a connection that discord.py gave up while it was being made.

    It would beat once more, 41 seconds later, on a loop that is closed by then, and fail another test.
    """
    yield
    for thread in threading.enumerate():
        if thread.name.startswith("keep-alive-handler") and thread.ws.loop.is_closed():  # type: ignore[attr-defined]
            thread.stop()  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def lacking() -> Callable[[str], NoReturn]:
    """Skip with the reason; in CI, where everything must be there, fail instead."""

    def refuse(reason: str) -> NoReturn:
        if os.environ.get("CI"):
            pytest.fail(f"missing in CI: {reason}")
        pytest.skip(reason)

    return refuse

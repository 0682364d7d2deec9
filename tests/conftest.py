"""What every test stands on: nothing leaves the machine, and a missing tool is a failure in CI."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings

GUARD = Path(__file__).parent / "guard"
sys.path.insert(0, str(GUARD))

import loopback_only  # noqa: E402 - it lives in a folder that the children of a test put on their path, too

loopback_only.install()
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(GUARD), os.environ.get("PYTHONPATH", "")]))


# A machine that is busy with other tests is slow, and that is no finding.
settings.register_profile("shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared machine")


@pytest.fixture(scope="session")
def lacking() -> Callable[[str], NoReturn]:
    """Skip with the reason; in CI, where everything must be there, fail instead."""

    def refuse(reason: str) -> NoReturn:
        if os.environ.get("CI"):
            pytest.fail(f"missing in CI: {reason}")
        pytest.skip(reason)

    return refuse

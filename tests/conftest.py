"""What every test stands on: nothing leaves the machine, and a missing tool is a failure in CI."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

GUARD = Path(__file__).parent / "guard"
sys.path.insert(0, str(GUARD))

import loopback_only  # noqa: E402 - it lives in a folder that the children of a test put on their path, too

loopback_only.install()
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(GUARD), os.environ.get("PYTHONPATH", "")]))


@pytest.fixture(scope="session")
def lacking() -> Callable[[str], NoReturn]:
    """Skip with the reason; in CI, where everything must be there, fail instead."""

    def refuse(reason: str) -> NoReturn:
        if os.environ.get("CI"):
            pytest.fail(f"missing in CI: {reason}")
        pytest.skip(reason)

    return refuse

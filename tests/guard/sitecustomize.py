"""Python runs this at the start of every process that a test starts: the guard holds there, too.

On SIGUSR1 such a process writes the names of its loaded modules into the folder that ``TEST_MODULES``
names, so that a test can see what a live process carries.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import loopback_only

loopback_only.install()


def _tell_modules(_number: int, _frame: object) -> None:
    folder = Path(os.environ["TEST_MODULES"])
    temporary = folder / f"{os.getpid()}.new"
    loaded = (name for name, module in sys.modules.items() if module is not None)
    temporary.write_text("\n".join(sorted(loaded)))
    temporary.replace(folder / str(os.getpid()))


if "TEST_MODULES" in os.environ:
    signal.signal(signal.SIGUSR1, _tell_modules)

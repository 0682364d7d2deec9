"""Starts a program that dies with its parent, even when the parent is killed.

Run as a script: ``python tether.py PARENT_PID PROGRAM ARGUMENTS...``. The kernel is asked to kill this
process when the thread that started it goes, and that survives the exec. Only Linux can be asked; elsewhere
the program is started untied, and the farm finds it by its record at the next start. It imports the standard
library alone, to start in no time.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1


def tie(parent: int) -> None:
    """Ask the kernel to kill this process with its parent. Raises `SystemExit` when `parent` has gone."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:
        raise SystemExit("the parent has gone")


def main(arguments: Sequence[str]) -> None:
    """Tie this process to its parent and become the program."""
    parent, program, *rest = arguments
    tie(int(parent))
    os.execv(program, [program, *rest])  # noqa: S606 - no shell is wanted, and the path is absolute


if __name__ == "__main__":
    main(sys.argv[1:])

"""What a child process tells the farm: JSON lines on the control pipe, and the meaning of its exit codes.

Both ends import this module, so it stays light: no asyncio, no configuration.
"""

from __future__ import annotations

import contextlib
import os

import msgspec

EXIT_ASKED = 0
"""It was asked to stop and did."""
EXIT_CRASHED = 70
"""An exception ended it, or it returned before it was asked to; restarted, and the breaker counts it."""
EXIT_MISCONFIGURED = 78
"""An operator must act; it is left stopped with its reason."""


class Beat(msgspec.Struct, frozen=True, tag="beat"):
    """The event loop turns. Every beat repeats the readiness, so that a lost line heals itself."""

    is_ready: bool
    reason: str = ""


class Address(msgspec.Struct, frozen=True, tag="address"):
    """Something of this process can be reached at `url`."""

    name: str
    url: str


class Ending(msgspec.Struct, frozen=True, tag="ending"):
    """Why the process is about to end, in one sentence for people."""

    reason: str


ControlLine = Beat | Address | Ending

_encode = msgspec.json.Encoder().encode
_decoder: msgspec.json.Decoder[ControlLine] = msgspec.json.Decoder(ControlLine)


def read_line(line: bytes) -> ControlLine | None:
    """Read one line; None for one that is not ours, such as half a line of a killed process."""
    try:
        return _decoder.decode(line)
    except msgspec.DecodeError:
        return None


class ControlPipe:
    """The child's end. It never blocks and never raises, whatever the farm does."""

    def __init__(self, fd: int) -> None:
        os.set_blocking(fd, False)
        os.set_inheritable(fd, False)
        self._fd = fd

    def send(self, line: ControlLine) -> None:
        """Send one line, or drop it when the farm is gone or has not read for very long."""
        with contextlib.suppress(OSError):
            os.write(self._fd, _encode(line) + b"\n")

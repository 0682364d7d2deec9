"""`omega flat`: order everything to be canceled and closed, by a file, and watch how it goes on.

It needs neither Redis nor the database nor a farm that answers: the desk looks for the file, and where the
desk does not, the watchdog.
"""

from __future__ import annotations

import getpass
import secrets
import time
from pathlib import Path
from typing import Final

from bots.cli.talk import EXIT_DONE, EXIT_FAILED, give, say
from config.settings import read_settings
from services.clock import Clock, SystemClock
from services.errors import Misconfigured
from services.trading.killswitch.flat_order import FlatOrder, write_order
from services.trading.killswitch.folder import DeskFolder
from services.trading.killswitch.messages import FlatLine
from services.trading.killswitch.report_file import Firing, ReportFile

WAIT_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 0.1


def run(*, accounts: tuple[str, ...], why: str) -> int:
    """Order it, and show how it goes on.

    Returns:
        The exit code: 0 only when everything is flat.

    Raises:
        Misconfigured: the order cannot be written.
    """
    return flatten(read_settings().var, accounts, why, clock=SystemClock())


def flatten(
    var: Path, accounts: tuple[str, ...], why: str, *, clock: Clock, within: float = WAIT_SECONDS
) -> int:
    """Order accounts of the farm on `var` to be flattened, and wait for it; none means all of them."""
    order = FlatOrder(
        id=f"cli-{secrets.token_hex(6)}",
        accounts=[*accounts],
        why=why,
        by=f"{getpass.getuser()} on the command line",
        at=clock.now(),
    )
    folder = _ordered(var, order)
    say(f"Ordered: {', '.join(accounts) or 'every account'} halts, and everything is canceled and closed.")
    say("To trade again afterwards: /killswitch resume, or `omega resume --all`.")
    return _watch(folder, order, clock, within)


def _ordered(var: Path, order: FlatOrder) -> DeskFolder:
    try:
        folder = DeskFolder.below(var)
        write_order(folder.flat, order)
    except OSError as error:
        raise Misconfigured(
            f"The order cannot be written below {var}: {error.strerror}.",
            hint="Make the folder writable, or make an empty file var/desk/FLAT by any other means.",
        ) from error
    return folder


def _watch(folder: DeskFolder, order: FlatOrder, clock: Clock, within: float) -> int:
    report, told = ReportFile(folder.report), _Told()
    deadline = clock.monotonic() + within
    while clock.monotonic() < deadline:
        firing = report.of(order.id)
        if firing is not None:
            told.show(firing)
            if firing.is_flat or firing.resumed_at is not None:
                return _ended(firing)
        time.sleep(_LOOK_SECONDS)
    say(_why_not(report.of(order.id), folder))
    return EXIT_FAILED


def _ended(firing: Firing) -> int:
    if not firing.is_flat:
        say("error: It ended before everything was flat.")
        return EXIT_FAILED
    give(f"Flat after {(firing.flat_after_ms or 0) / 1000:.1f} s, by the {firing.hand}.")
    return EXIT_DONE


def _why_not(firing: Firing | None, folder: DeskFolder) -> str:
    if firing is None:
        return f"error: Neither desk nor watchdog has taken it up; {folder.flat} stays there until one does."
    return "error: Not flat yet. It goes on; see again with `omega flat`."


class _Told:
    """What was shown already."""

    def __init__(self) -> None:
        self._lines: set[FlatLine] = set()
        self._is_latched = False

    def show(self, firing: Firing) -> None:
        """Show what is new."""
        if firing.halted_after_ms is not None and not self._is_latched:
            self._is_latched = True
            say(f"Halted after {firing.halted_after_ms} ms.")
        for line in firing.lines:
            if line not in self._lines:
                self._lines.add(line)
                say(_words(line))


def _words(line: FlatLine) -> str:
    what = " ".join(part for part in (line.name, line.mode, line.market) if part)
    counts = f"{line.orders} orders canceled, {line.closed} positions closed"
    reason = f": {line.reason}" if line.reason else ""
    return f"  {what:<32} {line.state:<12} {counts}{reason}"

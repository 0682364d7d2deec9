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
from services.trading.killswitch.flat_order import FlatOrder, not_found, write_order
from services.trading.killswitch.folder import DeskFolder
from services.trading.killswitch.messages import FlatLine
from services.trading.killswitch.report_file import Firing, ReportFile
from services.trading.watchdog.heartbeat import Beat, boot_id, read_beat

WAIT_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 0.1
_SILENT_SECONDS: Final = 10.0
"""After so long without a beat no desk runs, or it hangs."""
_UNTAKEN_SECONDS: Final = 30.0
"""So long it is awaited that a watchdog takes up what a silent desk does not."""
_SHORT_ID: Final = 6


def run(*, accounts: tuple[str, ...], why: str) -> int:
    """Order it, and show how it goes on.

    Returns:
        The exit code: 0 only when everything is flat.

    Raises:
        Misconfigured: the order cannot be written, or names accounts that the farm does not have.
    """
    return flatten(read_settings().var, accounts, why, clock=SystemClock())


def flatten(
    var: Path, accounts: tuple[str, ...], why: str, *, clock: Clock, within: float = WAIT_SECONDS
) -> int:
    """Order accounts of the farm on `var` to be flattened, and wait for it; none means all of them."""
    beat, unread = _beat(var)
    silent = unread or _silence(beat, clock)
    _check(accounts, beat, is_fresh=not silent)
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
    if silent:
        say(f"No farm runs here: {silent}. A watchdog that still runs takes the order up in some seconds;")
        say(f"else {folder.flat} stays, and the next `omega run` carries it out before it trades.")
    return _watch(folder, order, clock, within, min(within, _UNTAKEN_SECONDS) if silent else within)


def _beat(var: Path) -> tuple[Beat | None, str]:
    """Return the last beat, and why it cannot be read where that is so."""
    try:
        return read_beat(DeskFolder(var / "desk").heartbeat), ""
    except Misconfigured as error:
        return None, error.message


def _silence(beat: Beat | None, clock: Clock) -> str:
    """Return why no desk seems to run; empty where one does."""
    if beat is None:
        return "there is no heartbeat of a desk"
    age = (clock.now() - beat.at).total_seconds()
    if beat.boot != boot_id():
        return "the desk's last heartbeat is older than this start of the machine"
    return f"the desk's last heartbeat is {age:.0f} s old" if age > _SILENT_SECONDS else ""


def _check(names: tuple[str, ...], beat: Beat | None, *, is_fresh: bool) -> None:
    """Say which names no account has; where the desk lives and none has one, there is nothing to order."""
    if beat is None:
        return
    lost = ", ".join(f'"{line.name}"' for line in not_found(names, beat.accounts))
    if not lost:
        return
    if is_fresh and len(not_found(names, beat.accounts)) == len(names):
        raise Misconfigured(
            f"The farm has no account {lost}, so nothing was ordered.",
            hint="Names stand in `/account list`; without --account every account is flattened.",
        )
    say(f"warning: The farm has no account {lost}.")


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


def _watch(folder: DeskFolder, order: FlatOrder, clock: Clock, within: float, untaken: float) -> int:
    """Show how it goes on, for `within` seconds, or `untaken` where nobody takes it up."""
    report, told = ReportFile(folder.report), _Told()
    began = clock.monotonic()
    deadline = began + untaken
    while clock.monotonic() < deadline:
        firing = report.of(order.id)
        if firing is not None:
            deadline = began + within
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
    after = firing.flat_after_ms
    took = "" if after is None else f" after {after / 1000:.1f} s"
    give(f"Flat{took}, by the {firing.hand}.")
    return EXIT_DONE


def _why_not(firing: Firing | None, folder: DeskFolder) -> str:
    if firing is None:
        return f"error: Neither desk nor watchdog has taken it up; {folder.flat} stays there until one does."
    return "error: Not flat yet. It goes on; `/killswitch show` tells how far it is."


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
    name = f"{line.name} ({line.account[:_SHORT_ID]})" if line.account else f'"{line.name}"'
    what = " ".join(part for part in (name, line.mode, line.market) if part)
    counts = f"{_count(line.orders, 'order')} canceled, {_count(line.closed, 'position')} closed"
    reason = f": {line.reason}" if line.reason else ""
    return f"  {what:<40} {line.state:<12} {counts}{reason}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"

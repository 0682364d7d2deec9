"""`omega resume --all`: let the whole farm trade again, for the operator on the farm's own machine."""

from __future__ import annotations

import getpass
import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from bots.cli.talk import EXIT_DONE, EXIT_FAILED, give, say
from config.settings import read_settings
from services.clock import Clock, SystemClock
from services.errors import Misconfigured, UserMistake
from services.trading.files import replace_whole
from services.trading.killswitch.folder import DeskFolder
from services.trading.killswitch.latch_file import Held, read_latch
from services.trading.killswitch.messages import FORCE, PAPER_CODE
from services.trading.killswitch.operator import ResumeOrder
from services.trading.killswitch.report_file import ReportFile
from services.trading.scopes import FARM, is_switched

_WITHIN_SECONDS: Final = 10.0
_LOOK_SECONDS: Final = 0.1
_UNKNOWN: Final = "There is no file latch.json, so what is halted is not known"

Ask = Callable[[str], str]


def run(*, is_all: bool) -> int:
    """Ask for a typed confirmation, and resume.

    Returns:
        The exit code: 0 only when the farm trades again.

    Raises:
        UserMistake: without ``--all``, or the confirmation is another.
    """
    if not is_all:
        raise UserMistake("Only the whole farm is resumed here.", hint="Say so with --all.")
    return resume(read_settings().var, _asked, clock=SystemClock())


def resume(var: Path, ask: Ask, *, clock: Clock, within: float = _WITHIN_SECONDS) -> int:
    """Show what is halted on the farm at `var`, ask, and have the desk let go of it.

    Raises:
        UserMistake: the confirmation is another.
    """
    folder = DeskFolder.below(var)
    _show(folder)
    is_forced = any(one.is_open for one in ReportFile(folder.report).read())
    word = f"{PAPER_CODE} {FORCE}" if is_forced else PAPER_CODE
    if is_forced:
        say("Not every account is flat yet. What is left is then closed by nobody.")
    say("Nothing that was canceled or closed is opened again.")
    if ask(f"Type {word} to trade again: ").strip() != word:
        raise UserMistake("That was not the word; everything stays halted.", hint=f"Type {word}.")
    by = f"{getpass.getuser()} on the command line"
    order = ResumeOrder(id=secrets.token_hex(6), by=by, at=clock.now(), is_forced=is_forced)
    _ordered(folder, order)
    return _watched(folder, clock, within)


def _show(folder: DeskFolder) -> None:
    """Show what is halted."""
    try:
        found = read_latch(folder.latch)
    except Misconfigured as error:
        say(error.message)
        return
    held = _by_people(found or {})
    for scope, one in sorted(held.items()):
        say(f"  {scope:<32} {one.state:<9} since {one.at:%Y-%m-%d %H:%M} by {one.by}: {one.why}")
    if found is None:
        say(f"{_UNKNOWN}.")
    elif not held:
        say("Nothing is halted by the file.")


def _by_people(held: dict[str, Held]) -> dict[str, Held]:
    return {scope: one for scope, one in held.items() if is_switched(scope) or scope == FARM}


def _ordered(folder: DeskFolder, order: ResumeOrder) -> None:
    try:
        replace_whole(folder.resume, msgspec.json.encode(order) + b"\n")
    except OSError as error:
        raise Misconfigured(
            f"{folder.resume} cannot be written: {error.strerror}.", hint="Make the folder writable."
        ) from error


def _watched(folder: DeskFolder, clock: Clock, within: float) -> int:
    deadline = clock.monotonic() + within
    while clock.monotonic() < deadline:
        if not folder.resume.exists():
            return _ended(folder)
        time.sleep(_LOOK_SECONDS)
    folder.resume.unlink(missing_ok=True)
    say("error: The desk did not take it up, so everything stays halted.")
    say("  fix: Start the farm, and resume again.")
    return EXIT_FAILED


def _ended(folder: DeskFolder) -> int:
    found = read_latch(folder.latch)
    if found is None:
        say(f"error: {_UNKNOWN}. The log of the desk says why.")
        return EXIT_FAILED
    left = _by_people(found)
    if left:
        say(f"error: Still halted: {', '.join(sorted(left))}. The log of the desk says why.")
        return EXIT_FAILED
    give("The farm trades again.")
    return EXIT_DONE


def _asked(prompt: str) -> str:
    sys.stderr.write(prompt)
    sys.stderr.flush()
    return sys.stdin.readline()

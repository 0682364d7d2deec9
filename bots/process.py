"""The child's side of the farm: what every process of ours does before and around its own work.

``python -m bots.process --control FD MODULE...`` reads its `ProcessSpec` and `ProcessSecrets` from the first
two lines of stdin and runs each module's ``async def run(process)``. Stdin then stays open: its end means
that the farm has died, and the process stops itself. The other side of all this is `bots.supervisor`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib
import io
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

from pydantic import SecretStr

from bots.control import (
    EXIT_ASKED,
    EXIT_CRASHED,
    EXIT_MISCONFIGURED,
    Address,
    Beat,
    ControlLine,
    ControlPipe,
    Ending,
)
from config.process import ProcessSecrets, ProcessSpec
from services.clock import Clock, SystemClock
from services.errors import Misconfigured
from services.health import PrometheusMetrics, open_health
from services.logs import configure_logs

BEAT_SECONDS = 1.0
GRACE_SECONDS = 1.0
"""How long `run` may take to return by itself once it is asked to stop; then it is cancelled."""
ORPHAN_SECONDS = 8.0
"""How long a process lives on after its farm has died."""
_STDIN = 0
_REASON_LENGTH = 300
_LENGTH_OF_A_SECRET = 6
"""A shorter part of a key would blot out words that mean nothing."""
_LOOPBACK = "127.0.0.1"

log = logging.getLogger(__name__)  # structlog would have to be imported after services.logs


def _unheard(_line: ControlLine) -> None:
    """Stand in for the control pipe of a process that no farm started."""


class Process:
    """What a kind's ``run`` is given: what it is told, its clock, and how it reports.

    The process is ready when every part that was reported is ready. Report a part as not ready before opening
    it, so that the process does not look ready in between.
    """

    def __init__(
        self,
        *,
        spec: ProcessSpec,
        secrets: ProcessSecrets,
        clock: Clock,
        tell: Callable[[ControlLine], None] = _unheard,
    ) -> None:
        self.spec = spec
        self.secrets = secrets
        self.clock = clock
        self.stopping = asyncio.Event()
        self.metrics = PrometheusMetrics() if spec.observe.metrics else None
        self._tell = tell
        self._waiting: dict[str, str | None] = {}

    def report(self, part: str, *, is_ready: bool, reason: str = "") -> None:
        """Say that `part` (bus, discord, ...) is ready, or why it is not."""
        before = self.readiness()
        self._waiting[part] = None if is_ready else reason or "not ready"
        after = self.readiness()
        if after != before:
            log.info("readiness_changed", extra={"is_ready": after.is_ready, "reason": after.reason})
            self._tell(after)

    def announce(self, name: str, url: str) -> None:
        """Tell the farm an address that `omega status` should show."""
        self._tell(Address(name, url))

    def readiness(self) -> Beat:
        """Return what the next beat will say."""
        missing = self.unready()
        return Beat(is_ready=bool(self._waiting) and not missing, reason="; ".join(missing))

    def unready(self) -> list[str]:
        """Return the parts that are not ready, each with its reason."""
        return [f"{part}: {reason}" for part, reason in self._waiting.items() if reason is not None]

    def beat(self) -> None:
        """Tell the farm that the event loop turns."""
        self._tell(self.readiness())


Run = Callable[[Process], Awaitable[None]]


class ReturnedEarly(RuntimeError):
    """A kind's ``run`` returned although nobody had asked the process to stop."""


async def live(process: Process, runs: Sequence[Run]) -> None:
    """Run all of `runs` until the process is asked to stop and they have returned, beating all the while."""
    async with asyncio.TaskGroup() as group:
        works = [group.create_task(_until_asked(process, run)) for run in runs]
        side = [group.create_task(_beat(process)), group.create_task(_insist(process, works))]
        await asyncio.wait(works)
        for task in side:
            task.cancel()


async def _until_asked(process: Process, run: Run) -> None:
    await run(process)
    if not process.stopping.is_set():
        raise ReturnedEarly(f"{run.__module__}.run returned before it was asked to stop")


async def _beat(process: Process) -> None:
    while True:
        process.beat()
        await asyncio.sleep(BEAT_SECONDS)


async def _insist(process: Process, works: Sequence[asyncio.Task[None]]) -> None:
    await process.stopping.wait()
    await asyncio.sleep(GRACE_SECONDS)
    for task in works:
        task.cancel()


async def _main(process: Process, runs: Sequence[Run]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, process.stopping.set)
    threading.Thread(target=_tether, args=(loop, process.stopping), name="tether", daemon=True).start()
    if process.metrics is None:
        await live(process, runs)
        return
    opening = open_health(_LOOPBACK, 0, unready=process.unready, metrics=process.metrics)
    async with opening as port:
        process.announce(f"metrics:{process.spec.name}", f"http://{_LOOPBACK}:{port}/metrics")
        await live(process, runs)


def _tether(loop: asyncio.AbstractEventLoop, stopping: asyncio.Event) -> None:
    """Wait for the end of stdin, which is the end of the farm; ask for a stop, then insist."""
    with contextlib.suppress(OSError):
        while os.read(_STDIN, 4096):
            pass
    with contextlib.suppress(RuntimeError):  # the loop has already ended
        loop.call_soon_threadsafe(stopping.set)
    time.sleep(ORPHAN_SECONDS)
    os._exit(EXIT_CRASHED)


@dataclass(frozen=True, slots=True)
class _Arguments:
    control: int
    modules: tuple[str, ...]


def _arguments(argv: Sequence[str]) -> _Arguments:
    parser = argparse.ArgumentParser(prog="python -m bots.process")
    parser.add_argument("--control", type=int, required=True)
    parser.add_argument("modules", nargs="+")
    found = parser.parse_args(argv)
    return _Arguments(found.control, tuple(found.modules))


def _told() -> tuple[ProcessSpec, ProcessSecrets]:
    stdin = io.FileIO(_STDIN, closefd=False)  # unbuffered: the tether reads on from here
    return ProcessSpec.model_validate_json(stdin.readline()), ProcessSecrets.model_validate_json(
        stdin.readline()
    )


def leaves(error: BaseException) -> Iterator[BaseException]:
    """Yield the errors that a group of errors consists of, or the one error itself."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from leaves(inner)
    else:
        yield error


def verdict(error: Exception) -> tuple[int, str]:
    """Return the exit code for what ended the process, and a sentence for people."""
    found = list(leaves(error))
    for leaf in found:
        if isinstance(leaf, Misconfigured):
            return EXIT_MISCONFIGURED, f"{leaf.message} {leaf.hint}".strip()
    reason = " ".join(f"{type(found[0]).__name__}: {found[0]}".split())
    return EXIT_CRASHED, reason[:_REASON_LENGTH]


def hidden(secrets: ProcessSecrets) -> list[SecretStr]:
    """Return what no log line may show: every secret, and each part of those that have several."""
    own = [value for _, value in secrets if isinstance(value, SecretStr)]
    named = [*secrets.ways.values(), *secrets.watchdog_keys.values(), *secrets.model_keys.values()]
    parts = [
        SecretStr(part)
        for key in secrets.watchdog_keys.values()
        for part in key.get_secret_value().split(":")[1:]
        if len(part) >= _LENGTH_OF_A_SECRET
    ]
    return [*own, *named, *parts]


def main(argv: Sequence[str]) -> int:
    """Run one process to its end and return its exit code."""
    arguments = _arguments(argv)
    pipe = ControlPipe(arguments.control)
    try:
        spec, secrets = _told()
        configure_logs(process=spec.name, level=spec.observe.log_level, hide=hidden(secrets))
        runs = [importlib.import_module(module).run for module in arguments.modules]
        process = Process(spec=spec, secrets=secrets, clock=SystemClock(), tell=pipe.send)
        asyncio.run(_main(process, runs))
    except Exception as error:
        code, reason = verdict(error)
        log.exception("process_ended", extra={"exit_code": code, "reason": reason})
        pipe.send(Ending(reason))
        return code
    return EXIT_ASKED


def _leave_out_pandas() -> None:
    """Let nobody find pandas: TA-Lib would load it where it is installed, and nothing needs it."""
    sys.modules["pandas"] = None  # type: ignore[assignment]  # so an import fails as if there were none


if __name__ == "__main__":
    _leave_out_pandas()
    sys.exit(main(sys.argv[1:]))

"""A farm whose processes are all `fake_child`: the real supervisor, as quick and as patient as it is told.

Run as a script it is that farm; imported it is what starts and watches one.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import yaml

from bots.cli.screen import LineConsole, RunScreen
from bots.cli.talk import obey
from bots.farm import FarmOptions, run_farm
from bots.supervisor.record import FarmRecord, read_record
from bots.supervisor.timing import Timing
from services.clock import SystemClock
from services.farm.messages import BotStatus

STAGE = Path(__file__).resolve().parent
ROOT = STAGE.parents[1]
NO_BUS = "redis://127.0.0.1:1/0"
"""Nobody listens there; the farm must not mind."""

Config = dict[str, object]
BOTS: dict[str, dict[str, object]] = {
    "sandbox_discord": {},
    "sandbox_exchange": {},
    "market": {},
    "members": {},
    "waze": {},
    "xyko": {},
}


def config(bots: Mapping[str, Mapping[str, object]] = BOTS, **sections: object) -> Config:
    """Return a farm file with free ports."""
    free: dict[str, object] = {"discord": {"port": 0}, "sandbox_exchange": {"port": 0}}
    return {**free, **sections, "bots": {name: dict(entry) for name, entry in bots.items()}}


class FakeFarm:
    """One farm in `folder`."""

    def __init__(self, folder: Path, farm: Config, *, env: Mapping[str, str] | None = None) -> None:
        self.file = folder / "config" / "farm.yaml"
        self.var = folder / "var"
        self.out = folder / "out.txt"
        self.file.parent.mkdir(parents=True, exist_ok=True)
        (self.var / "does").mkdir(parents=True, exist_ok=True)
        self.write(farm)
        self._env = {"OMEGA_BUS_URL": NO_BUS, **(env or {})}
        self.process: subprocess.Popen[bytes] | None = None

    def write(self, farm: Config) -> None:
        """Put a new file in the old one's place."""
        fresh = self.file.with_suffix(".fresh")
        fresh.write_text(yaml.safe_dump(farm, sort_keys=False))
        fresh.replace(self.file)

    def does(self, bot: str, what: str) -> None:
        """Tell a bot how to behave from its next start on."""
        (self.var / "does" / bot).write_text(what)

    def start(self, *only: str, timing: Mapping[str, float] | None = None) -> None:
        """Start it, with all bots or `only` these; `timing` is in seconds."""
        told = {"only": only, "timing": dict(timing or {})}
        path = os.pathsep.join([str(STAGE), str(ROOT), os.environ.get("PYTHONPATH", "")])
        own = {"OMEGA_CONFIG": str(self.file), "OMEGA_VAR": str(self.var), "PYTHONPATH": path}
        with self.out.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, __file__, json.dumps(told)],
                env={**os.environ, **own, **self._env},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Return the farm's own pid."""
        assert self.process is not None
        return self.process.pid

    def record(self) -> FarmRecord | None:
        """Return what the farm says of itself; None while it says nothing."""
        record = read_record(self.var / "run" / "farm.json")
        return record if record and self.process and record.farm.pid == self.process.pid else None

    def bot(self, name: str) -> BotStatus:
        """Return how one bot is."""
        record = self.record()
        assert record is not None, self.tell()
        return next(bot for bot in record.status.bots if bot.name == name)

    def state(self, name: str) -> str:
        """Return a bot's state, empty while the farm says nothing."""
        record = self.record()
        return next((bot.state for bot in record.status.bots if bot.name == name), "") if record else ""

    def pids(self) -> dict[str, int | None]:
        """Return the process of every bot."""
        record = self.record()
        return {bot.name: bot.pid for bot in record.status.bots} if record else {}

    def facts(self) -> list[dict[str, object]]:
        """Return what the children noted, in order."""
        path = self.var / "facts.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def until(self, holds: Callable[[], object], what: str, within: float = 20.0) -> float:
        """Wait until `holds()` is true; return the seconds it took."""
        began = time.monotonic()
        while not holds():
            assert time.monotonic() - began < within, f"not within {within} s: {what}\n{self.tell()}"
            time.sleep(0.01)
        return time.monotonic() - began

    def until_ready(self, within: float = 20.0) -> float:
        """Wait until every bot is ready or off."""

        def is_ready() -> bool:
            record = self.record()
            return record is not None and all(
                bot.state in {"ready", "disabled"} for bot in record.status.bots
            )

        return self.until(is_ready, "every bot ready", within)

    def tell(self) -> str:
        """Return what helps to see why something failed."""
        return f"{self.record()}\n{self.out.read_text()[-3000:]}"

    def stop(self, number: signal.Signals = signal.SIGTERM, within: float = 15.0) -> int:
        """Stop it in order; return the exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(within)
        finally:
            self.process.kill()
            self.process.wait()


def figure(name: str, value: float) -> None:
    """Print what was measured."""
    sys.stdout.write(f"{name} {value:.2f}\n")


@contextmanager
def fake_farm(folder: Path, farm: Config | None = None, **timing: float) -> Iterator[FakeFarm]:
    """Run a farm with every bot ready, and stop it at the end."""
    running = FakeFarm(folder, farm or config())
    running.start(timing=timing)
    try:
        running.until_ready()
        yield running
    finally:
        running.stop()


def _main(told: str) -> int:
    wanted = json.loads(told)
    options = FarmOptions(
        only=frozenset(wanted["only"]),
        module_of=lambda _kind: "fake_child",
        timing=dataclasses.replace(Timing(), **wanted["timing"]),
    )
    screen = RunScreen(LineConsole(stderr=True, highlight=False), logs="var/logs", clock=SystemClock())
    return obey(lambda: run_farm(options, screen))


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1]))

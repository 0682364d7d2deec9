"""A whole farm in its own folder: real processes, real sockets, nothing shared with another farm."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import yaml

from bots.supervisor.record import FarmRecord, read_record
from services.farm.messages import BotStatus

ROOT = Path(__file__).resolve().parents[2]
START_LIMIT = 60.0

Farm = dict[str, object]


class FarmDidNotGetThereError(AssertionError):
    """The farm did not reach a state in time; the message has its last record and the end of its log."""


def small_farm(**changes: object) -> Farm:
    """Return the default farm.yaml on free ports, with whole sections replaced by `changes`."""
    farm: Farm = yaml.safe_load((ROOT / "config" / "farm.yaml").read_text())
    for server in ("discord", "sandbox_exchange", "sandbox_llm"):
        farm[server] = {**dict(farm[server]), "port": 0}  # type: ignore[call-overload]
    return {**farm, **changes}


class RunningFarm:
    """One `python -m bots run` and what it says of itself."""

    def __init__(self, folder: Path, farm: Farm, *, env: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.config = folder / "config" / "farm.yaml"
        self.var = folder / "var"
        self.config.parent.mkdir(parents=True, exist_ok=True)
        self.write(farm)
        self._env = dict(env or {})
        self.process: subprocess.Popen[bytes] | None = None

    def write(self, farm: Farm) -> None:
        """Replace farm.yaml in one step, as an editor does."""
        temporary = self.config.with_suffix(".new")
        temporary.write_text(yaml.safe_dump(farm, sort_keys=False))
        temporary.replace(self.config)

    def start(self, *arguments: str) -> None:
        """Start the farm; it writes its own talk to farm.out."""
        env = {
            **{key: value for key, value in os.environ.items() if not key.startswith("OMEGA_TOKEN_")},
            "OMEGA_CONFIG": str(self.config),
            "OMEGA_VAR": str(self.var),
            **self._env,
        }
        with (self.folder / "farm.out").open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bots", "run", *arguments],
                cwd=ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def record(self) -> FarmRecord | None:
        """Return what the running farm says, or None while it says nothing."""
        record = read_record(self.var / "run" / "farm.json")
        if record is None or self.process is None or record.farm.pid != self.process.pid:
            return None
        return record

    def bot(self, name: str) -> BotStatus | None:
        """Return how one bot is."""
        record = self.record()
        return next((bot for bot in record.status.bots if bot.name == name), None) if record else None

    def reason(self, name: str) -> str:
        """Return what one bot says of how it is; nothing of a bot that is not there."""
        bot = self.bot(name)
        return bot.reason if bot is not None else ""

    @property
    def address(self) -> str:
        """Return the address of the sandbox and its chat page."""
        record = self.record()
        if record is None:
            raise FarmDidNotGetThereError("the farm says nothing yet")
        return record.status.addresses["discord"]

    async def until(self, holds: Callable[[RunningFarm], bool], what: str, seconds: float) -> float:
        """Wait until `holds`; return the seconds it took.

        Raises:
            FarmDidNotGetThereError: not within `seconds`.
        """
        started = time.monotonic()
        while not holds(self):
            if time.monotonic() - started > seconds:
                raise FarmDidNotGetThereError(f"not within {seconds} s: {what}\n{self.tell()}")
            await asyncio.sleep(0.02)
        return time.monotonic() - started

    async def until_ready(self, *names: str, seconds: float = START_LIMIT) -> float:
        """Wait until the named bots, or all that are enabled, are ready; return the seconds it took."""

        def holds(farm: RunningFarm) -> bool:
            record = farm.record()
            if record is None:
                return False
            bots = [bot for bot in record.status.bots if bot.name in names or not names]
            return bool(bots) and all(bot.state in {"ready", "disabled"} for bot in bots)

        return await self.until(holds, f"{', '.join(names) or 'every bot'} ready", seconds)

    def tell(self) -> str:
        """Return what helps to see why something failed."""
        out = (self.folder / "farm.out").read_text(errors="replace")[-3000:]
        return f"{self.record()}\n--- farm.out\n{out}"

    def stop(self, seconds: float = 15.0) -> int:
        """Ask for a stop in order, as Ctrl-C does, and return the exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


@asynccontextmanager
async def running_farm(
    folder: Path, farm: Farm | None = None, *, env: Mapping[str, str] | None = None
) -> AsyncIterator[RunningFarm]:
    """Run a farm until every enabled bot is ready, and stop it at the end."""
    running = RunningFarm(folder, farm or small_farm(), env=env)
    running.start()
    try:
        await running.until_ready()
        yield running
    finally:
        running.stop()

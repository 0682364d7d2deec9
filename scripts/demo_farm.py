"""A farm in a folder of its own, for scripts that look at one: real processes on free ports."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import yaml

from bots.supervisor.record import FarmRecord, read_record

ROOT: Final = Path(__file__).resolve().parents[1]
_PATIENCE_S: Final = 90.0
_LEAVING_S: Final = 20.0
_LOCAL: Final = {"api": "openai", "model": "local", "url": "sandbox"}
_SETTLED: Final = {"ready", "disabled"}


@contextmanager
def demo_farm(folder: Path, *, has_model: bool = False) -> Iterator[str]:
    """Run the default farm in `folder`; gives the address of its chat page.

    Args:
        folder: of its own.
        has_model: whether its personas have the local model; else they have none.

    Raises:
        SystemExit: it did not get ready.
    """
    env = {key: value for key, value in os.environ.items() if not key.startswith("OMEGA_TOKEN_")}
    env |= {"OMEGA_CONFIG": str(_configured(folder, has_model=has_model)), "OMEGA_VAR": str(folder / "var")}
    command = [sys.executable, "-m", "bots", "run"]
    with (folder / "farm.out").open("ab") as out:
        farm = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        yield _until_ready(farm, folder)
    finally:
        farm.send_signal(signal.SIGINT)
        farm.wait(_LEAVING_S)


def _configured(folder: Path, *, has_model: bool) -> Path:
    """Write the default farm.yaml with free ports, a market that needs no recording, and hurried members."""
    farm: dict[str, Any] = yaml.safe_load((ROOT / "config" / "farm.yaml").read_text("utf-8"))
    for server in ("discord", "sandbox_exchange", "sandbox_llm"):
        farm[server]["port"] = 0
    farm["sandbox_exchange"]["source"] = "simulated"
    farm["limits"] |= {"commands_per_second": 20.0, "burst": 50}
    if has_model:
        farm["chat"] |= {"models": {"local": _LOCAL}, "usual": ["local"]}
        farm["bots"]["sandbox_llm"]["enabled"] = True
    path = folder / "farm.yaml"
    path.write_text(yaml.safe_dump(farm, sort_keys=False), "utf-8")
    return path


def _until_ready(farm: subprocess.Popen[bytes], folder: Path) -> str:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline and farm.poll() is None:
        record = read_record(folder / "var" / "run" / "farm.json")
        if record is not None and _is_ready(record):
            return record.status.addresses["discord"]
        time.sleep(0.2)
    said = (folder / "farm.out").read_text("utf-8", errors="replace")
    raise SystemExit(f"The farm did not get ready.\n{said[-2000:]}")


def _is_ready(record: FarmRecord) -> bool:
    return bool(record.status.bots) and all(bot.state in _SETTLED for bot in record.status.bots)

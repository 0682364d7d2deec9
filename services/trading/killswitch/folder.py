"""The folder var/desk: which files stand there.

Desk, watchdog and command line meet in these files, since they need neither Redis nor the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PRIVATE_FOLDER: Final = 0o700


@dataclass(frozen=True, slots=True)
class DeskFolder:
    """Paths below ``var/desk``."""

    path: Path

    @classmethod
    def below(cls, var: Path) -> DeskFolder:
        """Return the folder of a farm, which is made where it is missing."""
        folder = var / "desk"
        folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        return cls(folder)

    @property
    def latch(self) -> Path:
        """Return where trading states are kept."""
        return self.path / "latch.json"

    @property
    def flat(self) -> Path:
        """Return the order to flatten: that it exists is enough."""
        return self.path / "FLAT"

    @property
    def resume(self) -> Path:
        """Return the operator's order to trade again."""
        return self.path / "RESUME"

    @property
    def report(self) -> Path:
        """Return where desk and watchdog write how the flattening goes on."""
        return self.path / "flat-report.json"

    @property
    def heartbeat(self) -> Path:
        """Return where the desk says each second that it lives."""
        return self.path / "heartbeat.json"

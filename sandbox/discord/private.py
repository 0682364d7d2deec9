"""Files and folders that their owner alone may open, whatever the umask. What they hold is not known here."""

from __future__ import annotations

import os
from pathlib import Path

_FILE, _FOLDER = 0o600, 0o700


def private_file(path: Path) -> None:
    """Make a file for its owner alone, or make it so; what it holds stays."""
    opened = os.open(path, os.O_RDWR | os.O_CREAT, _FILE)
    os.fchmod(opened, _FILE)
    os.close(opened)


def private_folder(path: Path) -> None:
    """Make a folder for its owner alone, or make it so; what lies in it is then as private."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(_FOLDER)

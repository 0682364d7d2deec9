"""The packages that need Node, installed once under ``var/`` from the lock file beside this module."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent / "node"


class NodeLackingError(Exception):
    """Node, npm or the packages cannot be had here; the message says which and why."""


def install(var: Path, here: Path = HERE) -> Path:
    """Return the folder where the locked packages and the scripts of `here` stand; made on first use.

    Raises:
        NodeLackingError: a tool is missing, or the packages cannot be fetched.
    """
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            raise NodeLackingError(f"{tool} is not installed (Node 20 or newer is needed)")
    target = var / "conformance" / f"{here.name}-{_fingerprint(here)}"
    if not target.exists():
        _install_into(target, here)
    return target


def run(script: Path, *arguments: str, seconds: float = 60.0) -> str:
    """Run a script to its end and return what it printed.

    Raises:
        NodeLackingError: the script failed.
    """
    done = subprocess.run(
        ["node", str(script), *arguments],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    if done.returncode != 0:
        raise NodeLackingError(f"{script.name} failed: {done.stderr[-500:]}")
    return done.stdout


def _fingerprint(here: Path) -> str:
    files = sorted(path for path in here.iterdir() if path.is_file())
    joined = b"".join(path.name.encode() + path.read_bytes() for path in files)
    return hashlib.sha256(joined).hexdigest()[:12]


def _install_into(target: Path, here: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as made:
        folder = Path(made) / "node"
        shutil.copytree(here, folder)
        done = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=110,
            check=False,
        )
        if done.returncode != 0:
            raise NodeLackingError(f"npm ci failed: {done.stderr[-300:]}")
        run(folder / "generate.mjs", str(folder / "schemas"))
        try:
            os.rename(folder, target)  # noqa: PTH104 - fails when another process was first, as it should
        except OSError:
            if not target.exists():
                raise
    for other in target.parent.glob(f"{here.name}-*"):
        if other != target:
            shutil.rmtree(other, ignore_errors=True)

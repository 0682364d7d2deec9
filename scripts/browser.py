"""See that the browser tests have a browser: install Debian's chromium where that may be done.

It may be done with root and apt-get. Elsewhere the browser tests skip and say why; in CI they fail instead.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

PACKAGES = ["chromium", "fonts-liberation", "fonts-noto-color-emoji"]


def can_install() -> bool:
    """Tell whether this user may install Debian packages here."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install() -> None:
    """Install the packages; a failure is told and left to the tests to judge."""
    print(f"Installing {' and '.join(PACKAGES)} for the browser tests ...", file=sys.stderr)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", *PACKAGES]):
        done = subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            print(f"'{' '.join(command)}' failed with status {done.returncode}.", file=sys.stderr)


if __name__ == "__main__":
    if shutil.which("chromium") is None and can_install():
        install()

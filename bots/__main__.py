"""The command line `omega`, also ``python -m bots``. What the commands do stands in `bots.cli`."""

from __future__ import annotations

from bots.cli.app import main

__all__ = ["main"]

if __name__ == "__main__":
    main()

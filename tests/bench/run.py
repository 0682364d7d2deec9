"""``make bench``: measure from real local servers, print a table, write var/bench.json.

Each ``*_bench.py`` beside this file has ``async def measure() -> list[Figure]``. ``--only`` picks modules or
figures whose name starts with the text.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE), str(ROOT / "tests" / "stage"), str(ROOT / "tests" / "guard")]

import loopback_only  # noqa: E402 - found on the path set above
from figures import Figure, is_met, reach_of  # noqa: E402 - the same
from rich.console import Console  # noqa: E402 - the same
from rich.table import Table  # noqa: E402 - the same

VERDICT = {True: "yes", False: "NO", None: ""}


def modules(only: str) -> list[str]:
    """Return the names of the bench modules that `only` picks; all of them for an empty text."""
    names = sorted(path.stem for path in HERE.glob("*_bench.py"))
    wanted = only.partition(".")[0]
    return [name for name in names if name.startswith(wanted)]


def show(figures: list[Figure]) -> None:
    """Print the table."""
    table = Table("figure", "value", "unit", "reach", "met")
    for figure in figures:
        table.add_row(
            figure.name, f"{figure.value:,.3g}", figure.unit, reach_of(figure.name), VERDICT[is_met(figure)]
        )
    Console().print(table)


def write(figures: list[Figure], path: Path) -> None:
    """Write the list of figures as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        {"name": f.name, "value": f.value, "unit": f.unit, "reach": reach_of(f.name), "met": is_met(f)}
        for f in figures
    ]
    path.write_text(json.dumps(rows, indent=2) + "\n")


async def measure(only: str) -> list[Figure]:
    """Run the picked modules one after the other: they would disturb each other's figures."""
    found: list[Figure] = []
    for name in modules(only):
        print(f"measuring {name.removesuffix('_bench')} ...", file=sys.stderr)
        found += await importlib.import_module(name).measure()
    return [figure for figure in found if figure.name.startswith(only)]


def main() -> int:
    """Measure, show, write; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--only", default="")
    only = parser.parse_args().only
    loopback_only.install()
    figures = asyncio.run(measure(only))
    if not figures:
        print(f"no figure is called {only}", file=sys.stderr)
        return 2
    show(figures)
    write(figures, ROOT / "var" / "bench.json")
    return 1 if any(is_met(figure) is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())

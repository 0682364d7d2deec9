"""Folders of personas that a test may change, and character cards as other programs write them."""

from __future__ import annotations

import shutil
from pathlib import Path

from services.personas.checking import Expected
from services.personas.lines import Line

PERSONAS = Path(__file__).resolve().parents[2] / "personas"
EXPECTED = Expected(
    [Line(name="ping", sample={"market": "BTC/USDT", "price": "64,210.5", "seconds": 95.0}, must=("price",))],
    ["price", "funding"],
)
"""One line of a cog, so that a voice is read in no time."""
_ASKED = ("greeting", "lost", "ended")
PING = '{{ opening("calm") }} {{ market }} {{ pick("is", "stands") }} at {{ price }}. {{ closing("calm") }}\n'


def few_lines(folder: Path, *names: str) -> Path:
    """Copy personas with the lines that everybody has, and `ping`; return the folder of all."""
    for name in names:
        shutil.copytree(PERSONAS / name, folder / name, ignore=_ignored)
        for voice in (folder / name / "voice").iterdir():
            (voice / "ping.j2").write_text(PING, "utf-8")
    return folder


def _ignored(folder: str, names: list[str]) -> list[str]:
    is_voice = Path(folder).parent.name == "voice"
    kept = {f"{asked}.j2" for asked in _ASKED} | {"moods.yaml", "errors"}
    return [name for name in names if is_voice and name not in kept]

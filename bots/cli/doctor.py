"""`omega doctor`: checks this machine and the config. A failed check says what to do; nothing is changed."""

from __future__ import annotations

from typing import Literal

import msgspec
from rich.console import Console
from rich.text import Text

from bots.cli.checks import all_checks
from bots.cli.findings import Finding
from bots.cli.talk import EXIT_DONE, EXIT_FAILED, give

_COLOURS: dict[Literal["ok", "note", "FAIL"], str] = {"ok": "green", "note": "yellow", "FAIL": "red"}


def run(*, as_json: bool) -> int:
    """Print what each check found; return the exit code, 1 when one failed."""
    findings: list[Finding] = []
    console = Console(highlight=False, soft_wrap=True)
    for finding in all_checks():
        findings.append(finding)
        if not as_json:
            console.print(_drawn(finding))
    if as_json:
        give(msgspec.json.format(msgspec.json.encode(findings), indent=2).decode())
    return EXIT_FAILED if any(finding.verdict == "FAIL" for finding in findings) else EXIT_DONE


def _drawn(finding: Finding) -> Text:
    text = Text(f"{finding.verdict:<5}", style=_COLOURS[finding.verdict])
    text.append(f"{finding.check:<14}", style="bold")
    text.append(finding.detail, style="default")
    if finding.fix:
        text.append(f"\n     {'':14}fix: {finding.fix}", style="default")
    return text

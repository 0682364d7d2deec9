"""What a check of `omega doctor` found."""

from __future__ import annotations

from typing import Literal

import msgspec


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """note: the farm runs without it. FAIL: it does not, and `fix` says what to do."""

    check: str
    verdict: Literal["ok", "note", "FAIL"]
    detail: str
    fix: str = ""


def ok(check: str, detail: str) -> Finding:
    """All is well."""
    return Finding(check=check, verdict="ok", detail=detail)


def note(check: str, detail: str, fix: str = "") -> Finding:
    """Worth knowing."""
    return Finding(check=check, verdict="note", detail=detail, fix=fix)


def fail(check: str, detail: str, fix: str) -> Finding:
    """Something must be done."""
    return Finding(check=check, verdict="FAIL", detail=detail, fix=fix)

"""Small files beside the farm's run files, in which a bot keeps what it told Discord last."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TypeVar

import msgspec
import structlog

log = structlog.get_logger(__name__)

R = TypeVar("R", bound=msgspec.Struct)


def read_record(file: Path, kind: type[R]) -> R | None:
    """Return what was told last; None where that is not known, which costs telling it once more."""
    with contextlib.suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode(file.read_bytes(), type=kind)
    return None


def write_record(file: Path, told: msgspec.Struct) -> None:
    """Keep what was told; a disk that does not take it costs telling it once more after the next start."""
    try:
        _replace(file, told)
    except OSError as error:
        log.warning("told_not_recorded", path=str(file), reason=str(error))


def _replace(file: Path, told: msgspec.Struct) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(told))
    fresh.replace(file)

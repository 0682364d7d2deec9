"""Writes down every REST exchange and every gateway payload, for checks against Discord's own schemas."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Protocol, TextIO

from sandbox.discord.wire import Json, decode, encode


class Recorder(Protocol):
    """What is told of everything that crosses the wire."""

    def rest(self, exchange: Json) -> None:
        """Note a request and its response."""
        ...

    def gateway(
        self,
        direction: Literal["in", "out"],
        application_id: str | None,
        *,
        op: int,
        name: str | None,
        payload: bytes,
    ) -> None:
        """Note a gateway payload, its `payload` being JSON."""
        ...


class NoRecorder:
    """Writes nothing down."""

    def rest(self, exchange: Json) -> None:
        """Note nothing."""

    def gateway(
        self,
        direction: Literal["in", "out"],
        application_id: str | None,
        *,
        op: int,
        name: str | None,
        payload: bytes,
    ) -> None:
        """Note nothing."""


class FileRecorder:
    """Appends JSON lines to ``rest.jsonl`` and ``gateway.jsonl`` in a folder, complete after each line."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._rest = _open(folder / "rest.jsonl")
        self._gateway = _open(folder / "gateway.jsonl")

    def rest(self, exchange: Json) -> None:
        """Note a request and its response."""
        self._rest.write(encode(exchange).decode() + "\n")

    def gateway(
        self,
        direction: Literal["in", "out"],
        application_id: str | None,
        *,
        op: int,
        name: str | None,
        payload: bytes,
    ) -> None:
        """Note a gateway payload."""
        said = {
            "direction": direction,
            "application_id": application_id,
            "op": op,
            "t": name,
            "d": decode(payload),
        }
        self._gateway.write(encode(said).decode() + "\n")

    def close(self) -> None:
        """Close the files."""
        self._rest.close()
        self._gateway.close()


def _open(path: Path) -> TextIO:
    return path.open("a", encoding="utf-8", buffering=1)

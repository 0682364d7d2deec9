"""How patient the farm is. Everything in seconds; tests pass shorter ones."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The farm's patience, in seconds."""

    start_limit: float = 30.0
    """From the start of a process to its first beat, and between beats until it was ready once."""
    hang_after: float = 10.0
    """Without a beat, once it was ready."""
    stop_grace: float = 1.5
    """From SIGTERM to SIGKILL: a switched-off bot is gone within 2 s, a farm of four groups within 10 s."""
    settle: float = 0.2
    """How long a refused or missing config may take to become whole before anybody is told."""
    breaker_exits: int = 5
    breaker_window: float = 60.0
    backoff_max: float = 2.0

"""A storm: a share of all requests fails, in the ways a real Discord fails, chosen by a seed.

What is carried out and only then goes wrong is part of it: whoever asked cannot know that it was done.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from sandbox.discord.rules.limits import Headers, rate_limited

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Seconds = Annotated[float, msgspec.Meta(ge=0)]
Kind = Literal["user", "global", "shared", "cloudflare", "server_error", "reset", "hang"]
_TOO_MANY: tuple[Literal["user", "global", "shared"], ...] = ("user", "global", "shared")
_SERVER_ERRORS = (500, 502, 503, 504)
_CLOUDFLARE = "error code: 1015"


class Storm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The share of requests that fails in each way; those of `too_many` in four forms of 429, evenly."""

    seed: int = 0
    too_many: Share = 0.0
    server_error: Share = 0.0
    reset: Share = 0.0
    hang: Share = 0.0
    retry_after: Seconds = 0.3
    hang_s: Seconds = 60.0
    """How long a request that hangs is held before its connection is cut."""
    after: Share = 0.5
    """The share of server errors, resets and hangs that strikes when the request has been carried out."""
    route: str | None = None
    """A part of the path that a request must have to be hit."""


@dataclass(frozen=True, slots=True)
class Blow:
    """What happens to one request, before or after it is carried out."""

    kind: Kind
    is_after: bool
    seconds: float
    """Until it may be tried again, or is cut."""
    status: int = 429

    def answer(self) -> tuple[int, object, Headers]:
        """Return status, body and headers: JSON, or the plain text of who stands before Discord."""
        if self.kind == "server_error":
            return self.status, {"message": f"{self.status}: Server Error", "code": 0}, {}
        if self.kind == "user" or self.kind == "global" or self.kind == "shared":  # noqa: PLR1714 - mypy reads it
            limited = rate_limited(self.seconds, scope=self.kind)
            return 429, limited.body, limited.headers
        return 429, _CLOUDFLARE, {"Retry-After": "1"}


class Weather:
    """Draws what happens to each request of a storm; without one nothing does."""

    def __init__(self, storm: Storm | None) -> None:
        self._storm = storm
        self._random = random.Random(0 if storm is None else storm.seed)  # noqa: S311 - it chooses faults

    def blow(self, path: str) -> Blow | None:
        """Return what happens to the next request."""
        storm = self._storm
        if storm is None or (storm.route is not None and storm.route not in path):
            return None
        drawn = self._random.random()
        for share, kind in _shares(storm):
            if drawn < share:
                return self._blow(storm, kind)
            drawn -= share
        return None

    def _blow(self, storm: Storm, kind: Kind) -> Blow:
        is_after = kind in {"server_error", "reset", "hang"} and self._random.random() < storm.after
        seconds = {"hang": storm.hang_s, "reset": 0.0}.get(kind, storm.retry_after)
        status = self._random.choice(_SERVER_ERRORS) if kind == "server_error" else 429
        return Blow(kind, is_after, seconds, status)


def _shares(storm: Storm) -> list[tuple[float, Kind]]:
    each = storm.too_many / (len(_TOO_MANY) + 1)
    limited: list[tuple[float, Kind]] = [(each, kind) for kind in _TOO_MANY]
    return [
        *limited,
        (each, "cloudflare"),
        (storm.server_error, "server_error"),
        (storm.reset, "reset"),
        (storm.hang, "hang"),
    ]

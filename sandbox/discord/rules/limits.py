"""How fast Discord lets an application act: REST buckets, the invalid-request ban, gateway sends, identifies.

The sizes of the REST buckets are made up: Discord publishes none and a bot reads them from the headers. The
global limit, the ban, the send limit and the identify allowance are the documented ones. Everything here is
memory of one server; nothing waits and nothing is answered from here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from hashlib import blake2b
from typing import Literal, TypeAlias

from sandbox.discord.wire import Json
from services.clock import Clock

Scope: TypeAlias = Literal["user", "global", "shared"]
Headers: TypeAlias = Mapping[str, str]

GLOBAL_PER_SECOND = 50
INVALID_STATUSES = frozenset({401, 403, 429})

_PLACEHOLDER = re.compile(r"\{[^}]*\}")
_PRUNE_AT = 4096


class RateLimited(Exception):
    """An answer 429: its JSON body and its headers, ``Via`` included, without which clients do not retry."""

    def __init__(self, body: Json, headers: Headers) -> None:
        super().__init__(body["message"])
        self.body = body
        self.headers = headers


def rate_limited(retry_after: float, *, scope: Scope, bucket: Headers | None = None) -> RateLimited:
    """Build the answer 429 for `retry_after` seconds; `bucket` are the headers of its bucket, if any."""
    is_shared = scope == "shared"
    message = "The resource is being rate limited." if is_shared else "You are being rate limited."
    headers = {
        **(bucket or {}),
        "Retry-After": str(math.ceil(retry_after)),
        "X-RateLimit-Scope": scope,
        "Via": "1.1 sandbox",
    }
    if scope == "global":
        headers["X-RateLimit-Global"] = "true"
    body: Json = {
        "message": message,
        "retry_after": round(retry_after, 3),
        "global": scope == "global",
        "code": 0,
    }
    return RateLimited(body, headers)


@dataclass(frozen=True, slots=True)
class Size:
    """So many requests in a window of so many seconds."""

    limit: int
    seconds: float


_DEFAULT = Size(20, 5.0)
_SIZES: dict[str, Size | None] = {
    "POST /interactions/{}/{}/callback": None,
    "POST /channels/{}/messages": Size(5, 5.0),
    "PATCH /channels/{}/messages/{}": Size(5, 5.0),
    "DELETE /channels/{}/messages/{}": Size(5, 1.0),
    "PUT /channels/{}/messages/{}/reactions/{}/@me": Size(1, 0.25),
    "DELETE /channels/{}/messages/{}/reactions/{}/@me": Size(1, 0.25),
    "POST /channels/{}/typing": Size(5, 5.0),
    "POST /webhooks/{}/{}": Size(5, 2.0),
    "PATCH /webhooks/{}/{}/messages/{}": Size(5, 2.0),
    "PATCH /webhooks/{}/{}/messages/@original": Size(5, 2.0),
}


def size_of(route_key: str) -> Size | None:
    """Return the bucket of ``METHOD /template``, however its placeholders are called; None without one."""
    return _SIZES.get(_PLACEHOLDER.sub("{}", route_key), _DEFAULT)


@dataclass(slots=True)
class _Window:
    """Requests counted from `start` (monotonic seconds) until the window has passed."""

    size: Size
    start: float
    used: int = 0

    def left(self, now: float) -> float:
        return max(0.0, self.start + self.size.seconds - now)

    def take(self, now: float) -> bool:
        if now >= self.start + self.size.seconds:
            self.start, self.used = now, 0
        if self.used >= self.size.limit:
            return False
        self.used += 1
        return True


class RateLimiter:
    """The REST limits of every application: 50 a second over all routes, and a bucket for each route."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows: dict[tuple[str, ...], _Window] = {}
        self._prune_at = _PRUNE_AT

    def check(self, app_id: str, route_key: str, major_id: str, *, exempt: bool) -> Headers:
        """Count one request and return the headers of its answer.

        Args:
            app_id: whose allowance is used.
            route_key: ``METHOD /template``.
            major_id: the channel, guild, or webhook and token that has a bucket of its own.
            exempt: callbacks and follow-ups do not count against the global limit.

        Raises:
            RateLimited: the request must not be carried out.
        """
        now = self._clock.monotonic()
        if not exempt:
            everything = self._window(("global", app_id), Size(GLOBAL_PER_SECOND, 1.0), now)
            if not everything.take(now):
                raise rate_limited(everything.left(now), scope="global")
        size = size_of(route_key)
        if size is None:
            return {}
        window = self._window((app_id, route_key, major_id), size, now)
        is_taken = window.take(now)
        headers = self._headers(window, now, route_key)
        if not is_taken:
            raise rate_limited(window.left(now), scope="user", bucket=headers)
        return headers

    def _window(self, key: tuple[str, ...], size: Size, now: float) -> _Window:
        if len(self._windows) > self._prune_at:
            self._windows = {name: one for name, one in self._windows.items() if one.left(now) > 0}
            self._prune_at = max(_PRUNE_AT, 2 * len(self._windows))
        return self._windows.setdefault(key, _Window(size, now))

    def _headers(self, window: _Window, now: float, route_key: str) -> dict[str, str]:
        left = window.left(now)
        return {
            "X-RateLimit-Limit": str(window.size.limit),
            "X-RateLimit-Remaining": str(window.size.limit - window.used),
            "X-RateLimit-Reset": f"{self._clock.now().timestamp() + left:.3f}",
            "X-RateLimit-Reset-After": f"{left:.3f}",
            "X-RateLimit-Bucket": blake2b(route_key.encode(), digest_size=16).hexdigest(),
        }


class InvalidRequests:
    """The ban that 10,000 answers 401, 403 or 429 in ten minutes earn; the whole farm shares one address."""

    def __init__(self, clock: Clock, *, limit: int = 10_000, seconds: float = 600.0) -> None:
        self._clock = clock
        self._window = _Window(Size(limit, seconds), clock.monotonic())

    def note(self, status: int, *, is_shared: bool = False) -> None:
        """Count one answer; a 429 of scope shared does not count."""
        if status in INVALID_STATUSES and not is_shared:
            self._window.take(self._clock.monotonic())

    def banned_for(self) -> float | None:
        """Return the seconds until requests are taken again, or None when they are taken now."""
        left = self._window.left(self._clock.monotonic())
        return left if left > 0 and self._window.used >= self._window.size.limit else None


class GatewaySends:
    """What one connection may send: 120 payloads in 60 seconds."""

    def __init__(self, clock: Clock, *, limit: int = 120, seconds: float = 60.0) -> None:
        self._clock = clock
        self._window = _Window(Size(limit, seconds), clock.monotonic())

    def take(self) -> bool:
        """Count one payload; false when the connection must be closed with 4008."""
        return self._window.take(self._clock.monotonic())


class Identify(Enum):
    """What becomes of an IDENTIFY."""

    TAKEN = "taken"
    TOO_FAST = "too fast"
    """Answer op 9 with false; it has not used up the day's allowance."""
    SPENT = "spent"
    """The day's allowance is gone; Discord resets the token."""


@dataclass(slots=True)
class _Allowance:
    day: _Window
    slots: dict[int, _Window] = field(default_factory=dict)


class Identifies:
    """Who may start a gateway session: `max_concurrency` in 5 seconds and 1000 in 24 hours an application."""

    def __init__(
        self, clock: Clock, *, max_concurrency: int = 1, seconds: float = 5.0, per_day: int = 1000
    ) -> None:
        self._clock = clock
        self._max_concurrency = max_concurrency
        self._slot = Size(1, seconds)
        self._day = Size(per_day, 86_400.0)
        self._allowances: dict[str, _Allowance] = {}

    def start(self, app_id: str, *, shard: int = 0) -> Identify:
        """Count one IDENTIFY; shards of one remainder by `max_concurrency` wait for each other."""
        now = self._clock.monotonic()
        allowance = self._allowance(app_id, now)
        slot = allowance.slots.setdefault(shard % self._max_concurrency, _Window(self._slot, now))
        if not slot.take(now):
            return Identify.TOO_FAST
        return Identify.TAKEN if allowance.day.take(now) else Identify.SPENT

    def session_start_limit(self, app_id: str) -> Json:
        """Return what ``GET /gateway/bot`` tells; ``reset_after`` is in milliseconds."""
        now = self._clock.monotonic()
        day = self._allowance(app_id, now).day
        is_over = day.left(now) <= 0
        return {
            "total": day.size.limit,
            "remaining": day.size.limit - (0 if is_over else day.used),
            "reset_after": round(day.left(now) * 1000),
            "max_concurrency": self._max_concurrency,
        }

    def _allowance(self, app_id: str, now: float) -> _Allowance:
        return self._allowances.setdefault(app_id, _Allowance(_Window(self._day, now)))

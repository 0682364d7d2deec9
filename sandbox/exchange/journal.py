"""What was asked of the venue, in order: the second witness, beside what its clients believe."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

import msgspec

from sandbox.exchange.wire import Json

NO_PATH = "(no such path)"
KEPT = 5_000


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One request and how it was answered; signatures, keys and passphrases are not kept."""

    at_ms: int
    """Wall time, as the venue's clock tells it."""
    method: str
    path: str
    query: str
    """As it was sent, decoded."""
    body: str
    account: str | None = None
    """Whose key signed it; None for a public request and for one that was not admitted."""
    status: int = 0
    """0: no answer was sent."""
    code: str = ""


class Journal:
    """The last so many requests, and how many there were of each."""

    def __init__(self, kept: int = KEPT) -> None:
        self._entries: deque[Entry] = deque(maxlen=kept)
        self.count = 0
        """How many there were in all."""
        self._counts: dict[str, int] = {}

    def note(self, entry: Entry, *, is_known: bool = True) -> None:
        """Keep one more; those of paths that the venue does not have are counted together."""
        self._entries.append(entry)
        self.count += 1
        counted = entry.path if is_known else NO_PATH
        self._counts[counted] = self._counts.get(counted, 0) + 1

    @property
    def entries(self) -> Sequence[Entry]:
        """Return what is kept, oldest first."""
        return tuple(self._entries)

    def of(self, path: str, method: str | None = None) -> Sequence[Entry]:
        """Return the entries whose path has `path` in it."""
        return [one for one in self._entries if path in one.path and method in (None, one.method)]

    def counts(self) -> Mapping[str, int]:
        """Return how often each path was asked for since `clear`; `NO_PATH` stands for all there are not."""
        return dict(self._counts)

    def clear(self) -> None:
        """Forget what was kept."""
        self._entries.clear()
        self._counts.clear()

    def to_json(self) -> Json:
        """Return everything kept, as the control plane shows it."""
        return {"count": self.count, "counts": self._counts, "requests": msgspec.to_builtins(self.entries)}

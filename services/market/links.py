"""Whether what the market process stands on works, said once for each change."""

from __future__ import annotations

from collections.abc import Callable

import structlog

Health = Callable[[bool, str], None]
"""Hears whether something works, and why not."""

log = structlog.get_logger(__name__)


def nobody(_is_up: bool, _reason: str) -> None:  # noqa: FBT001 - the shape of Health
    """Hear nothing."""


class Link:
    """One side that the feed stands on: says once that it went away, and once that it is back."""

    def __init__(self, name: str, tell: Health = nobody) -> None:
        self._name = name
        self._tell = tell
        self._is_up: bool | None = None

    def works(self) -> None:
        """Learn that it works."""
        if self._is_up is not True:
            log.info("link_established", link=self._name)
            self._is_up = True
            self._tell(True, "")

    def fails(self, reason: str) -> None:
        """Learn that it does not, and why."""
        if self._is_up is not False:
            log.warning("link_lost", link=self._name, reason=reason)
            self._is_up = False
            self._tell(False, reason)


class Either:
    """Hears of two ways by which prices arrive, and tells that they do while one of them works."""

    def __init__(self, tell: Health) -> None:
        self._tell = tell
        self._reasons: dict[str, str | None] = {}
        self._is_up: bool | None = None

    def of(self, way: str) -> Health:
        """Return what hears of `way`."""

        def hear(is_up: bool, reason: str) -> None:  # noqa: FBT001 - the shape of Health
            self._reasons[way] = None if is_up else reason
            works = None in self._reasons.values()
            if works != self._is_up:
                self._is_up = works
                self._tell(works, "" if works else reason)

        return hear

"""Thoughts that a local model writes before its answer, between two marks, and that nobody is shown."""

from __future__ import annotations

from typing import Final

_FROM: Final = "<think>"
_TO: Final = "</think>"


class WithoutThoughts:
    """Lets through what follows a thought at the very beginning; marks further on are plain text."""

    def __init__(self) -> None:
        self._held = ""
        self._is_thinking = False
        self._is_through = False

    def after(self, text: str) -> str:
        """Return what may be shown once `text` has come."""
        if self._is_through:
            return text
        self._held += text
        if not self._is_thinking:
            begun = self._held.lstrip()
            if len(begun) < len(_FROM) and _FROM.startswith(begun):
                return ""
            if not begun.startswith(_FROM):
                return self.rest()
            self._is_thinking = True
        _, mark, answer = self._held.partition(_TO)
        if not mark:
            self._held = self._held[-len(_TO) :]
            return ""
        self._held, self._is_thinking = answer.lstrip(), False
        return self.rest() if self._held else ""

    def rest(self) -> str:
        """Return what was held back in doubt, once nothing more comes."""
        held, self._held = "" if self._is_thinking else self._held, ""
        self._is_through = True
        return held

"""The words of an expression, with where each stands. What they mean together belongs to `parsing`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from services.alerts.language.mistakes import Expected, misread
from services.errors import UserMistake

Kind = Literal["word", "call", "symbol", "other", "end"]
_KINDS: Final[tuple[Kind, ...]] = ("call", "symbol", "word", "other")
_JOINS: Final = frozenset({"and", "or"})
_TOKEN = re.compile(
    r"(?P<call>(?!(?:and|or)\()(?P<name>[a-z_][a-z0-9_]*)"
    r"\((?P<inside>[^()]*)\)(?:\.(?P<output>[a-z_]+))?)"
    r"|(?P<symbol>>=|<=|[<>()])|(?P<word>[^\s<>()=]+)|(?P<other>\S)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A piece of an expression. `name` is the word, or what stands before the brackets, in small letters."""

    kind: Kind
    text: str
    at: int
    name: str
    inside: str = ""
    """What stands in its brackets."""
    output: str = ""


class Cursor:
    """Reads an expression from left to right."""

    def __init__(self, expression: str) -> None:
        self.expression = expression
        self._tokens = [_token(found) for found in _TOKEN.finditer(expression)]
        self._tokens.append(Token(kind="end", text="", at=len(expression), name=""))
        self._at = 0

    @property
    def here(self) -> Token:
        """Return the next token without going on."""
        return self._tokens[self._at]

    @property
    def after(self) -> Token:
        """Return the token after the next one."""
        return self._tokens[min(self._at + 1, len(self._tokens) - 1)]

    def words(self, most: int) -> list[Token]:
        """Return up to `most` words that come next, one after the other, without going on."""
        found = self._tokens[self._at : self._at + most]
        ends = (place for place, token in enumerate(found) if token.kind != "word" or token.name in _JOINS)
        return found[: next(ends, len(found))]

    def take(self, count: int = 1) -> Token:
        """Go on by `count` tokens, and return the first of them; the end is never passed."""
        token = self.here
        self._at = min(self._at + count, len(self._tokens) - 1)
        return token

    def accept(self, *names: str) -> Token | None:
        """Take the next token where it is one of these words or symbols."""
        token = self.here
        return self.take() if token.kind in {"word", "symbol"} and token.name in names else None

    def require(self, names: Collection[str], expected: Expected) -> Token:
        """Take the next token, which must be one of these words or symbols.

        Raises:
            UserMistake: it is another.
        """
        found = self.accept(*names)
        if found is None:
            raise self.mistake(expected, known=names)
        return found

    def mistake(self, expected: Expected, at: Token | None = None, known: Iterable[str] = ()) -> UserMistake:
        """Build the error for the next token, or for `at`, where something else was expected."""
        token = at or self.here
        return misread(self.expression, token.at, token.text, expected, known)


def _token(found: re.Match[str]) -> Token:
    kind = next(one for one in _KINDS if found[one] is not None)
    name = found["name"] if kind == "call" else found[0]
    return Token(
        kind=kind,
        text=found[0],
        at=found.start(),
        name=name.casefold(),
        inside=found["inside"] or "",
        output=(found["output"] or "").casefold(),
    )

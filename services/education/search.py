"""Full-text search over lessons and terms of one language: SQLite's FTS5, in memory.

Source: https://www.sqlite.org/fts5.html
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final, Literal

from services.education.curriculum import Curriculum
from services.education.spotting import words_of

Kind = Literal["lesson", "term"]
_MOST_WORDS: Final = 24
_SHORTEST: Final = 3
"""Letters of a word that counts in a whole question; shorter ones stand everywhere."""
_EVERYWHERE: Final = frozenset(
    """
    a about an and any are as at be but by can do does for from has have how i if in into is it its me my
    no not of off on or our out so such than that the their them then there these they this to up us was we
    what when where which who why will with would you your
    ao aos com como da das de do dos e ela ele em essa esse esta este eu foi ha isso isto ja la mais mas me
    meu minha na nao nas nem nos num numa o os ou para pela pelo por pra quando quanto que quem sao se sem
    ser seu so sua tem um uma umas uns voce
    """.split()  # noqa: SIM905 - prose is read and kept more easily than a list of a hundred literals
)
"""Words of either language that say nothing of what a text is about, as `words_of` gives them."""
_TABLE: Final = """
    CREATE VIRTUAL TABLE texts USING fts5(
        kind UNINDEXED, id UNINDEXED, name, body,
        tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
    )
"""
_RANKED: Final = """
    SELECT id FROM texts WHERE texts MATCH ? AND kind = ?
    ORDER BY bm25(texts, 0.0, 0.0, 8.0, 1.0), rowid LIMIT ?
"""
"""A hit in the name counts for eight in the body; equals stand in the order of the curriculum."""


class Index:
    """The texts of one curriculum; built where it may take a while, asked from anywhere."""

    def __init__(self, curriculum: Curriculum) -> None:
        self._texts = sqlite3.connect(":memory:", check_same_thread=False)
        self._texts.execute(_TABLE)
        self._texts.executemany("INSERT INTO texts VALUES (?, ?, ?, ?)", _rows(curriculum))

    def beginning(self, kind: Kind, typed: str, *, limit: int) -> list[str]:
        """Return the ids of what holds all words of `typed`, the last of which may be unfinished.

        Words that stand everywhere are passed over; where there are no others, names must hold them all.
        """
        return self._found(kind, _all_of(words_of(typed)[:_MOST_WORDS]), limit)

    def about(self, kind: Kind, text: str, *, limit: int) -> list[str]:
        """Return the ids of what has most to do with `text`, a question or a whole message."""
        words = dict.fromkeys(word for word in words_of(text) if len(word) >= _SHORTEST)
        return self._found(kind, " OR ".join(f'"{word}"' for word in [*words][:_MOST_WORDS]), limit)

    def close(self) -> None:
        """Let the texts go."""
        self._texts.close()

    def _found(self, kind: Kind, query: str, limit: int) -> list[str]:
        if not query:
            return []
        return [str(id_) for (id_,) in self._texts.execute(_RANKED, (query, kind, limit))]


def _all_of(words: Sequence[str]) -> str:
    telling = [word for word in words if word not in _EVERYWHERE]
    asked = " AND ".join(f'"{word}"' for word in telling or words)
    if not asked:
        return ""
    return f"{asked}*" if telling else f"name : ({asked}*)"


def _rows(curriculum: Curriculum) -> Iterable[tuple[Kind, str, str, str]]:
    for lesson in curriculum.lessons:
        yield "lesson", lesson.id, lesson.title, lesson.body
    for term in curriculum.terms:
        yield "term", term.id, " ".join((term.term, *term.aliases)), term.meaning

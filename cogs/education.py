"""`/lesson`, `/glossary`, `/quiz` and `/wisdom`: learning, a little at a time."""

from __future__ import annotations

from typing import Final

from services.personas.lines import Line

_LESSON = {"title": "What a candle tells", "number": 1, "total": 36, "done": 4, "is_done": False}
_QUIZ = {"topic": "What a candle tells", "right": 3, "asked": 4}
_MARKED = {"is_right": True, "answer": "The close", "right": 4, "asked": 5}
LINES: Final = (
    Line(name="lesson", sample=_LESSON, must=("title", "number", "total")),
    Line(name="lesson", sample={**_LESSON, "is_done": True}, must=("title", "number", "total")),
    Line(
        name="lesson_done",
        sample={"title": "What a candle tells", "done": 5, "total": 36, "next": "Timeframes"},
        must=("title", "done", "total", "next"),
    ),
    Line(
        name="lesson_done",
        sample={"title": "What a candle tells", "done": 36, "total": 36, "next": None},
        must=("title", "done", "total"),
    ),
    Line(
        name="lessons", sample={"done": 4, "total": 36, "next": "Timeframes"}, must=("done", "total", "next")
    ),
    Line(name="lessons", sample={"done": 36, "total": 36, "next": None}, must=("done", "total")),
    Line(name="lessons_found", sample={"asked": "leverage", "count": 3}, must=("count",)),
    Line(name="lessons_found", sample={"asked": "leverage", "count": 0}),
    Line(name="glossary", sample={"term": "Liquidation price"}, must=("term",)),
    Line(name="quiz", sample=_QUIZ, must=("topic",)),
    Line(name="quiz", sample={**_QUIZ, "right": 0, "asked": 0}, must=("topic",)),
    Line(name="quiz_marked", sample=_MARKED, must=("answer", "right", "asked")),
    Line(name="quiz_marked", sample={**_MARKED, "is_right": False}, must=("answer", "right", "asked")),
    Line(name="wisdom"),
)
"""lessons: the list of them. lessons_found: what a search for `asked` (a member's words: use the filter
quoted) gave. quiz: right of asked so far. wisdom: only leads in, the saying itself stands on the card;
so does a term's meaning."""

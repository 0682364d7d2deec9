"""What is taught, in one language: lessons, questions, terms, sayings. Closed schemas of its files.

Where the files stand belongs to `reading`, finding something in both languages to `library`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.locales import Locale

Track = Literal["basics", "orders", "derivatives", "risk", "charts", "practice"]
"""A part of the way, in the order in which they are walked."""
TRACKS: tuple[Track, ...] = get_args(Track)
Letter = Literal["A", "B", "C", "D"]
LETTERS: tuple[Letter, ...] = get_args(Letter)

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,31}$")]
Option = Annotated[str, Field(min_length=1, max_length=100)]
Name = Annotated[str, Field(min_length=1, max_length=60)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Question(_Part):
    """One question of a quiz, with four options of which one is right."""

    id: Slug
    question: Annotated[str, Field(min_length=10, max_length=300)]
    options: tuple[Option, Option, Option, Option]
    right: Letter
    why: Annotated[str, Field(min_length=10, max_length=500)]

    @property
    def answer(self) -> str:
        """Return the right option."""
        return self.options[LETTERS.index(self.right)]


class Lesson(_Part):
    """One lesson; `body` is the Markdown beneath the front matter."""

    id: Slug
    title: Name
    track: Track
    order: Annotated[int, Field(ge=1)]
    terms: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=8)]
    quiz: Annotated[tuple[Question, ...], Field(min_length=2)]
    body: Annotated[str, Field(min_length=400, max_length=2_400)]


class Term(_Part):
    """One entry of the glossary. `aliases` are other names that it goes by, plurals among them."""

    id: Slug
    term: Name
    meaning: Annotated[str, Field(min_length=30, max_length=500)]
    see_also: Annotated[tuple[Slug, ...], Field(max_length=5)] = ()
    aliases: tuple[Name, ...] = ()


class Saying(_Part):
    """One sentence to take through the day."""

    id: Slug
    text: Annotated[str, Field(min_length=10, max_length=240)]


class Curriculum(_Part):
    """All that is taught in one language, lessons in their order."""

    locale: Locale
    lessons: Annotated[tuple[Lesson, ...], Field(min_length=1)]
    terms: Annotated[tuple[Term, ...], Field(min_length=1)]
    wisdom: Annotated[tuple[Saying, ...], Field(min_length=1)]

    @property
    def questions(self) -> tuple[Question, ...]:
        """Return the questions of all lessons, in their order."""
        return tuple(question for lesson in self.lessons for question in lesson.quiz)

    @model_validator(mode="after")
    def _holds_together(self) -> Curriculum:
        """Refuse ids that stand twice, references to nothing, and gaps in the order."""
        _refuse_repeated("lesson", (lesson.id for lesson in self.lessons))
        _refuse_repeated("question", (question.id for question in self.questions))
        _refuse_repeated("term", (term.id for term in self.terms))
        _refuse_repeated("saying", (saying.id for saying in self.wisdom))
        known = {term.id for term in self.terms}
        for lesson in self.lessons:
            _refuse_unknown(f"lesson {lesson.id}", lesson.terms, known)
        for term in self.terms:
            _refuse_unknown(f"term {term.id}", term.see_also, known - {term.id})
        if [lesson.order for lesson in self.lessons] != [*range(1, len(self.lessons) + 1)]:
            raise ValueError("the orders of the lessons do not count from 1 without a gap")
        return self


def _refuse_repeated(what: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise ValueError(f"{what} {one} stands there twice")
        seen.add(one)


def _refuse_unknown(where: str, names: Iterable[str], known: set[str]) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"{where} names terms that there are not: {', '.join(unknown)}")

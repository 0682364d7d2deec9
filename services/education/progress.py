"""What comes next for a member, from what is taught and what they have done. Nothing is kept here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.education.curriculum import Lesson, Question
from services.store.rows import LearningRow

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """What a member has done, as far as it is still taught."""

    done: frozenset[str]
    right: frozenset[str]
    answered: dict[str, datetime]

    @classmethod
    def of(cls, row: LearningRow, lessons: Sequence[Lesson]) -> Learner:
        """Read a member's rows; what is no longer taught does not count."""
        taught = {lesson.id for lesson in lessons}
        questions = {question.id for lesson in lessons for question in lesson.quiz}
        answers = [answer for answer in row.answers if answer.question_id in questions]
        return cls(
            done=frozenset(lesson.lesson_id for lesson in row.lessons) & taught,
            right=frozenset(answer.question_id for answer in answers if answer.is_right),
            answered={answer.question_id: answer.answered_at for answer in answers},
        )


def next_lesson(lessons: Sequence[Lesson], done: Collection[str], *, after: str = "") -> Lesson | None:
    """Return the first lesson not done behind `after`, else the first of all; None when no other is left."""
    at = next((place for place, lesson in enumerate(lessons, start=1) if lesson.id == after), 0)
    onward = [*lessons[at:], *lessons[:at]]
    return next((lesson for lesson in onward if lesson.id not in done and lesson.id != after), None)


def next_question(lessons: Iterable[Lesson], learner: Learner) -> Question:
    """Return the question to ask; `GetQuiz` says which.

    Raises:
        ValueError: the lessons have no question.
    """
    asked = [(lesson.id not in learner.done, question) for lesson in lessons for question in lesson.quiz]
    open_ones = [(is_ahead, one) for is_ahead, one in asked if one.id not in learner.right]
    if open_ones:
        _, question = min(open_ones, key=lambda each: (each[0], _last(learner, each[1])))
        return question
    return min((question for _, question in asked), key=lambda question: _last(learner, question))


def _last(learner: Learner, question: Question) -> datetime:
    return learner.answered.get(question.id, _NEVER)

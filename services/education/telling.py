"""The crossing from what is taught to what the service says on the bus."""

from __future__ import annotations

from collections.abc import Iterable

from services.education import messages
from services.education.curriculum import Lesson, Question, Term
from services.education.library import Shelf
from services.education.progress import Learner, next_lesson


def lesson_link(lesson: Lesson) -> messages.LessonLink:
    """Return a lesson by its name."""
    return messages.LessonLink(id=lesson.id, number=lesson.order, title=lesson.title)


def term_link(term: Term) -> messages.TermLink:
    """Return a term by its name."""
    return messages.TermLink(id=term.id, term=term.term)


def told_lesson(lesson: Lesson, shelf: Shelf, learner: Learner) -> messages.Lesson:
    """Return a lesson as one member sees it."""
    lessons = [*shelf.lessons.values()]
    following = next_lesson(lessons, learner.done, after=lesson.id)
    return messages.Lesson(
        lesson=lesson_link(lesson),
        track=lesson.track,
        body=lesson.body,
        terms=[term_link(shelf.terms[id_]) for id_ in lesson.terms],
        is_done=lesson.id in learner.done,
        done=len(learner.done),
        total=len(lessons),
        next=None if following is None else lesson_link(following),
    )


def told_lessons(shelf: Shelf, learner: Learner) -> messages.Lessons:
    """Return all lessons as one member sees them."""
    lessons = [*shelf.lessons.values()]
    following = next_lesson(lessons, learner.done)
    return messages.Lessons(
        lessons=[
            messages.ListedLesson(
                lesson=lesson_link(lesson), track=lesson.track, is_done=lesson.id in learner.done
            )
            for lesson in lessons
        ],
        done=len(learner.done),
        total=len(lessons),
        next=None if following is None else lesson_link(following),
    )


def told_terms(terms: Iterable[Term], shelf: Shelf) -> list[messages.Term]:
    """Return terms in full."""
    return [told_term(term, shelf) for term in terms]


def told_term(term: Term, shelf: Shelf) -> messages.Term:
    """Return one term in full, with the lessons that teach it."""
    return messages.Term(
        id=term.id,
        term=term.term,
        meaning=term.meaning,
        aliases=[*term.aliases],
        see_also=[term_link(shelf.terms[id_]) for id_ in term.see_also],
        lessons=[lesson_link(lesson) for lesson in shelf.lessons.values() if term.id in lesson.terms],
    )


def score_of(learner: Learner) -> messages.Score:
    """Return how a member stands in the quiz."""
    return messages.Score(right=len(learner.right), asked=len(learner.answered))


def told_question(question: Question, shelf: Shelf, learner: Learner) -> messages.QuizQuestion:
    """Return a question without its answer."""
    return messages.QuizQuestion(
        id=question.id,
        question=question.question,
        options=[*question.options],
        lesson=lesson_link(shelf.asked_in[question.id]),
        score=score_of(learner),
    )

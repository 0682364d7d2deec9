"""The education service: it teaches from the library, and alone writes what a member has done."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, ClassVar, cast

from services.bus.messages import Message, R, Request
from services.clock import Clock
from services.education import messages as said
from services.education.curriculum import LETTERS
from services.education.library import Library, Shelf
from services.education.looking import look_up
from services.education.progress import Learner, next_lesson, next_question
from services.education.reading import CONTENT, read_curricula
from services.education.telling import told_lesson, told_lessons, told_question
from services.errors import UserMistake
from services.locales import Locale
from services.omega import OmegaService, ServiceConfig
from services.store.rows import LearningRow, LessonDoneRow, QuizAnswerRow
from services.store.store import Store


class EducationService(OmegaService):
    """Lessons, glossary, quizzes and sayings in all languages, and each member's way through them."""

    name: ClassVar[str] = "education"
    requests: ClassVar[tuple[type[Request[Any]], ...]] = (
        said.ListLessons,
        said.GetLesson,
        said.FinishLesson,
        said.SearchLessons,
        said.FindTerms,
        said.GetTerm,
        said.ExplainText,
        said.Consult,
        said.GetQuiz,
        said.AnswerQuiz,
        said.GetWisdom,
    )

    def __init__(self, config: ServiceConfig, *, store: Store, clock: Clock, content: Path = CONTENT) -> None:
        super().__init__(config)
        self._store = store
        self._clock = clock
        self._content = content
        self._opened: Library | None = None

    async def initialize(self) -> None:
        """Read the content and build the indexes. Raises `Misconfigured` where it does not fit its schema."""
        self._opened = await asyncio.to_thread(_open, self._content)

    async def shutdown(self) -> None:
        """Let the indexes go."""
        if self._opened is not None:
            self._opened.close()

    async def process(self, request: Request[R]) -> R:
        """Answer one request; what each raises stands at the request."""
        found = look_up(request, self._library)
        return cast("R", await self._taught(request) if found is None else found)

    async def _taught(self, request: Request[Any]) -> Message:
        match request:
            case said.ListLessons(user_id=user_id, locale=locale):
                return told_lessons(self._shelf(locale), await self._learner(user_id))
            case said.GetLesson():
                return await self._lesson(request)
            case said.FinishLesson():
                return await self._finished(request)
            case said.GetQuiz():
                return await self._question(request)
            case said.AnswerQuiz():
                return await self._marked(request)
        raise TypeError(f"education does not answer {type(request).__name__}")

    async def _lesson(self, request: said.GetLesson) -> said.Lesson:
        shelf, learner = self._shelf(request.locale), await self._learner(request.user_id)
        if request.lesson:
            lesson = self._library.lesson(request.lesson, request.locale)
        else:
            lessons = [*shelf.lessons.values()]
            lesson = next_lesson(lessons, learner.done) or lessons[0]
        return told_lesson(lesson, shelf, learner)

    async def _finished(self, request: said.FinishLesson) -> said.Lesson:
        lesson = self._library.lesson(request.lesson, request.locale)
        row = LessonDoneRow(user_id=request.user_id, lesson_id=lesson.id, done_at=self._clock.now())
        async with self._store.write() as rows:
            await rows.learning.finish(row)
            learner = self._learner_of(await rows.learning.all_of(request.user_id))
        return told_lesson(lesson, self._shelf(request.locale), learner)

    async def _question(self, request: said.GetQuiz) -> said.QuizQuestion:
        shelf, learner = self._shelf(request.locale), await self._learner(request.user_id)
        lessons = [*shelf.lessons.values()]
        if request.lesson:
            lessons = [self._library.lesson(request.lesson, request.locale)]
        return told_question(next_question(lessons, learner), shelf, learner)

    async def _marked(self, request: said.AnswerQuiz) -> said.Marked:
        question = self._shelf(request.locale).question(request.question)
        if request.letter not in LETTERS:
            raise UserMistake(
                f"{request.letter[:1]} is none of the four answers.", hint="Answer A, B, C or D."
            )
        chosen = question.options[LETTERS.index(request.letter)]
        is_right = request.letter == question.right
        row = QuizAnswerRow(
            user_id=request.user_id, question_id=question.id, is_right=is_right, answered_at=self._clock.now()
        )
        async with self._store.write() as rows:
            await rows.learning.answer(row)
            learner = self._learner_of(await rows.learning.all_of(request.user_id))
        told = told_question(question, self._shelf(request.locale), learner)
        return said.Marked(
            question=told, chosen=chosen, is_right=is_right, answer=question.answer, why=question.why
        )

    @property
    def _library(self) -> Library:
        if self._opened is None:
            raise RuntimeError("education was asked before it was initialized")
        return self._opened

    def _shelf(self, locale: Locale) -> Shelf:
        return self._library.shelves[locale]

    async def _learner(self, user_id: str) -> Learner:
        async with self._store.read() as rows:
            return self._learner_of(await rows.learning.all_of(user_id))

    def _learner_of(self, row: LearningRow) -> Learner:
        return Learner.of(row, [*self._shelf("en").lessons.values()])


def _open(content: Path) -> Library:
    return Library(read_curricula(content))

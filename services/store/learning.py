"""The repository of what members have learnt: lessons that are done, and answers in the quiz."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Column, Table, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.inserting import insert_into
from services.store.rows import LearningRow, LessonDoneRow, QuizAnswerRow
from services.store.tables import LESSON_PROGRESS, QUIZ_ANSWERS


class LearningRows:
    """A member's lessons and answers, within one transaction. Doing the same again changes nothing."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def finish(self, row: LessonDoneRow) -> None:
        """Keep that a lesson is done; the first time stays."""
        await self._connection.execute(
            insert_into(self._connection, LESSON_PROGRESS).values(asdict(row)).on_conflict_do_nothing()
        )

    async def answer(self, row: QuizAnswerRow) -> None:
        """Keep the last answer to a question; one that was right once stays right."""
        new = insert_into(self._connection, QUIZ_ANSWERS).values(asdict(row))
        is_right = or_(QUIZ_ANSWERS.c.is_right, new.excluded.is_right)
        changed = {"is_right": is_right, "answered_at": new.excluded.answered_at}
        keys = [column.name for column in QUIZ_ANSWERS.primary_key.columns]
        await self._connection.execute(new.on_conflict_do_update(index_elements=keys, set_=changed))

    async def all_of(self, user_id: str) -> LearningRow:
        """Return all that is kept of a member, oldest first; one who did nothing has nothing."""
        lessons = (
            select(*_columns(LESSON_PROGRESS, LessonDoneRow))
            .where(LESSON_PROGRESS.c.user_id == user_id)
            .order_by(LESSON_PROGRESS.c.done_at, LESSON_PROGRESS.c.lesson_id)
        )
        answers = (
            select(*_columns(QUIZ_ANSWERS, QuizAnswerRow))
            .where(QUIZ_ANSWERS.c.user_id == user_id)
            .order_by(QUIZ_ANSWERS.c.answered_at, QUIZ_ANSWERS.c.question_id)
        )
        done = (await self._connection.execute(lessons)).mappings()
        answered = (await self._connection.execute(answers)).mappings()
        return LearningRow(
            user_id=user_id,
            lessons=tuple(LessonDoneRow(**values) for values in done),
            answers=tuple(QuizAnswerRow(**values) for values in answered),
        )

    async def delete_of(self, user_id: str) -> int:
        """Forget a member; return how many rows that were."""
        gone = 0
        for table in (LESSON_PROGRESS, QUIZ_ANSWERS):
            done = await self._connection.execute(delete(table).where(table.c.user_id == user_id))
            gone += done.rowcount
        return gone


def _columns(table: Table, row: type[LessonDoneRow | QuizAnswerRow]) -> list[Column[Any]]:
    return [table.c[field.name] for field in fields(row)]

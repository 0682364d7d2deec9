from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.store.rows import LearningRow, LessonDoneRow, QuizAnswerRow
from services.store.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


def lesson(name: str, at: datetime = NOON, user: str = "7") -> LessonDoneRow:
    return LessonDoneRow(user_id=user, lesson_id=name, done_at=at)


def answer(name: str, *, is_right: bool, at: datetime = NOON, user: str = "7") -> QuizAnswerRow:
    return QuizAnswerRow(user_id=user, question_id=name, is_right=is_right, answered_at=at)


async def test_what_was_learnt_comes_back_oldest_first_and_for_that_member_alone(store: Store) -> None:
    async with store.write() as rows:
        await rows.learning.finish(lesson("fees", LATER))
        await rows.learning.finish(lesson("candle"))
        await rows.learning.finish(lesson("candle", user="8"))
        await rows.learning.answer(answer("candle-1", is_right=False))
    async with store.read() as rows:
        assert await rows.learning.all_of("7") == LearningRow(
            user_id="7",
            lessons=(lesson("candle"), lesson("fees", LATER)),
            answers=(answer("candle-1", is_right=False),),
        )
        assert await rows.learning.all_of("9") == LearningRow(user_id="9")


async def test_a_lesson_keeps_the_time_it_was_first_done(store: Store) -> None:
    async with store.write() as rows:
        await rows.learning.finish(lesson("candle"))
        await rows.learning.finish(lesson("candle", LATER))
        assert (await rows.learning.all_of("7")).lessons == (lesson("candle"),)


async def test_an_answer_that_was_right_once_stays_right(store: Store) -> None:
    async with store.write() as rows:
        for is_right in (False, True, False):
            await rows.learning.answer(answer("candle-1", is_right=is_right, at=LATER))
        assert (await rows.learning.all_of("7")).answers == (answer("candle-1", is_right=True, at=LATER),)


async def test_a_member_is_forgotten_in_full_and_others_are_not(store: Store) -> None:
    async with store.write() as rows:
        for user in ("7", "8"):
            await rows.learning.finish(lesson("candle", user=user))
            await rows.learning.answer(answer("candle-1", is_right=True, user=user))
        assert await rows.learning.delete_of("7") == 2
        assert await rows.learning.delete_of("7") == 0
        assert await rows.learning.all_of("7") == LearningRow(user_id="7")
        assert (await rows.learning.all_of("8")).lessons == (lesson("candle", user="8"),)

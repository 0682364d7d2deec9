"""What is kept of one member, to be read or deleted by the member. How it is stored belongs to the store."""

from __future__ import annotations

from datetime import datetime

from services.members.changes import member_deletion
from services.members.messages import Forgotten, Kept, LessonDone, MemberSettings, QuestionAnswered
from services.members.rows import audit_entry, member_settings
from services.store.store import Rows


async def all_kept(rows: Rows, user_id: str) -> Kept:
    """Return everything in the database that is about the member, or that the member did."""
    stored, learnt = await rows.members.get(user_id), await rows.learning.all_of(user_id)
    return Kept(
        settings=MemberSettings(user_id=user_id) if stored is None else member_settings(stored),
        lessons=[LessonDone(lesson=row.lesson_id, at=row.done_at) for row in learnt.lessons],
        answers=[
            QuestionAnswered(question=row.question_id, is_right=row.is_right, at=row.answered_at)
            for row in learnt.answers
        ],
        audit=[audit_entry(row) for row in await rows.audit.by(user_id)],
    )


async def forget(rows: Rows, user_id: str, *, at: datetime) -> Forgotten:
    """Delete what is the member's own, and write that down where anything was deleted."""
    gone = await rows.members.delete(user_id) + await rows.learning.delete_of(user_id)
    if gone:
        await rows.audit.append(member_deletion(user_id, gone, at=at))
    return Forgotten(rows=gone, kept=len(await rows.audit.by(user_id)))

"""Who said what in a conversation: what is repeated to a model, bounded, and what is only summed up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.chat.guarding.incoming import cleaned
from services.chat.keeping.summing_up import folded, merged
from services.chat.messages import Converse
from services.chat.ports import Turn
from services.clock import Clock
from services.locales.numbers import clip
from services.store.chat_rows import ChatSummaryRow, ChatTurnRow
from services.store.store import Rows, Store

MOST_PAIRS: Final = 6
"""Questions with their answers, which makes twelve turns."""
MOST_CHARACTERS: Final = 4_000
"""Of the turns that are repeated whole."""
_QUESTION: Final = 1_000
_ANSWER: Final = MOST_CHARACTERS - _QUESTION
_READ: Final = 4 * MOST_PAIRS


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A conversation so far; nothing of it where it is over."""

    summary: str
    """What the older turns were about; empty where there are none."""
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class _Course:
    """The turns of a conversation that goes on, oldest first: those repeated, and those to be summed up."""

    older: Sequence[ChatTurnRow]
    repeated: Sequence[ChatTurnRow]
    summaries: Mapping[str, ChatSummaryRow]
    """By member."""


class Conversations:
    """The turns of conversations. What is private must not be added to one that others read."""

    def __init__(self, store: Store, *, clock: Clock, talk_for: timedelta) -> None:
        self._store = store
        self._clock = clock
        self._talk_for = talk_for

    @staticmethod
    def key_of(converse: Converse) -> str:
        """Return which conversation a message belongs to.

        A thread has one for all who write in it; in a channel every member has their own, so that the talks
        of two never mix.
        """
        match converse.place:
            case "thread":
                return f"thread:{converse.channel_id}:{converse.persona}"
            case "dm":
                return f"dm:{converse.caller.user_id}:{converse.persona}"
            case "channel":
                return f"channel:{converse.channel_id}:{converse.caller.user_id}:{converse.persona}"

    async def recent(self, key: str) -> Talk:
        """Return the conversation as a prompt repeats it."""
        async with self._store.read() as rows:
            course = await self._course(rows, key, self._clock.now())
        turns = [turn for row in course.repeated for turn in _turns(row)]
        return Talk(summary=merged(_summed_up(course).values()), turns=tuple(turns))

    async def add(self, converse: Converse, answer: str) -> None:
        """Add what was said and answered; a repeat changes nothing."""
        key, now = self.key_of(converse), self._clock.now()
        async with self._store.write() as rows:
            if not await self._goes_on(rows, key, now):
                await rows.chat.summaries.delete(conversation=key)
            if await rows.chat.turns.add(_row(converse, key, answer, now)):
                changed = _summed_up(await self._course(rows, key, now))
                await rows.chat.summaries.put(*changed.values())

    async def _goes_on(self, rows: Rows, key: str, now: datetime) -> bool:
        since = ("at", now - self._talk_for)
        return bool(await rows.chat.turns.where(conversation=key, since=since, limit=1))

    async def _course(self, rows: Rows, key: str, now: datetime) -> _Course:
        newest_first = await rows.chat.turns.where(conversation=key, by="at", newest=True, limit=_READ)
        going_on = _unbroken(newest_first, now, self._talk_for)
        if not going_on:
            return _Course((), (), {})
        summaries = {row.user_id: row for row in await rows.chat.summaries.where(conversation=key)}
        count = _repeated(going_on, now - self._talk_for)
        older = [row for row in going_on[count:] if _is_new(row, summaries.get(row.user_id))]
        return _Course(older[::-1], going_on[:count][::-1], summaries)


def _unbroken(newest_first: Sequence[ChatTurnRow], now: datetime, gap: timedelta) -> list[ChatTurnRow]:
    """Return those between which there is no more than `gap`, beginning with the newest."""
    found: list[ChatTurnRow] = []
    later = now
    for row in newest_first:
        if later - row.at > gap:
            break
        found.append(row)
        later = row.at
    return found


def _repeated(newest_first: Sequence[ChatTurnRow], since: datetime) -> int:
    """Return how many of the newest are repeated whole."""
    room = MOST_CHARACTERS
    for count, row in enumerate(newest_first[:MOST_PAIRS]):
        room -= len(row.question) + len(row.answer)
        if room < 0 or row.at < since:
            return count
    return min(len(newest_first), MOST_PAIRS)


def _is_new(row: ChatTurnRow, summary: ChatSummaryRow | None) -> bool:
    return summary is None or row.at > summary.through


def _summed_up(course: _Course) -> dict[str, ChatSummaryRow]:
    """Return the summaries with the older turns in them."""
    found = dict(course.summaries)
    for row in course.older:
        before = found.get(row.user_id)
        text = folded("" if before is None else before.text, question=row.question, answer=row.answer)
        found[row.user_id] = ChatSummaryRow(
            conversation=row.conversation, user_id=row.user_id, text=text, through=row.at
        )
    return found


def _turns(row: ChatTurnRow) -> tuple[Turn, Turn]:
    return Turn(role="member", text=row.question), Turn(role="persona", text=row.answer)


def _row(converse: Converse, key: str, answer: str, at: datetime) -> ChatTurnRow:
    return ChatTurnRow(
        id=f"{converse.id}:{converse.persona}",
        conversation=key,
        user_id=converse.caller.user_id,
        guild_id=converse.caller.guild_id or "",
        channel_id=converse.channel_id,
        persona=converse.persona,
        question=cleaned(converse.text, most=_QUESTION),
        answer=clip(answer, _ANSWER),
        at=at,
    )

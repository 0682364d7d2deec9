"""What answers rest on, for whoever was given them."""

from __future__ import annotations

from typing import Final, cast

import msgspec

from services.chat.guarding.incoming import cleaned
from services.chat.messages import Called, FactShown, Source, Why
from services.errors import NotAllowed, UserMistake
from services.locales.numbers import clip
from services.members.messages import Caller
from services.store.chat_rows import ChatAnswerRow
from services.store.store import Rows, Store

_QUESTION: Final = 1_000
_NAME: Final = 256
_VALUE: Final = 1_024
_CALLS: Final = 12
_FACTS: Final = 25
_ARGUMENTS: Final = 12


class KeptAnswers:
    """What was looked up for each answer, until it is too old."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep(self, why: Why, user_id: str, guild_id: str | None) -> None:
        """Keep what an answer to a member rests on; a repeat replaces it."""
        async with self._store.write() as rows:
            await rows.chat.answers.put(_row(why, user_id, guild_id or ""))

    async def why(self, caller: Caller, answer: str) -> Why:
        """Return what an answer rests on; an empty id means the caller's last one here.

        Raises:
            UserMistake: nothing is known of it any more.
            NotAllowed: it was given to somebody else.
        """
        async with self._store.read() as rows:
            found = await rows.chat.answers.get(answer) if answer else await _last(rows, caller)
        if found is None:
            raise UserMistake(
                "Nothing is known of that answer any more.",
                hint="Ask the question again, and then what the answer rests on.",
            )
        if found.user_id != caller.user_id:
            raise NotAllowed(
                "That answer was given to somebody else.", hint="Ask for yourself, and press Sources there."
            )
        return _why(found)


def _row(why: Why, user_id: str, guild_id: str) -> ChatAnswerRow:
    return ChatAnswerRow(
        id=why.id,
        user_id=user_id,
        guild_id=guild_id,
        persona=why.persona,
        question=cleaned(why.question, most=_QUESTION),
        source=why.source,
        model=clip(why.model, _NAME),
        body=msgspec.json.encode([_bounded(one) for one in why.called[:_CALLS]]).decode(),
        removed=why.removed,
        at=why.at,
    )


async def _last(rows: Rows, caller: Caller) -> ChatAnswerRow | None:
    found = await rows.chat.answers.where(
        user_id=caller.user_id, guild_id=caller.guild_id or "", by="at", newest=True, limit=1
    )
    return found[0] if found else None


def _bounded(called: Called) -> Called:
    """Return a look-up within the limits of what a card can show."""
    facts = [
        FactShown(name=clip(one.name, _NAME), value=clip(one.value, _VALUE), is_wide=one.is_wide)
        for one in called.facts[:_FACTS]
    ]
    arguments = {
        clip(name, _NAME): clip(said, _NAME) for name, said in [*called.arguments.items()][:_ARGUMENTS]
    }
    topic, footnote = clip(called.topic, _NAME), clip(called.footnote, _VALUE)
    return Called(topic=topic, arguments=arguments, facts=facts, footnote=footnote)


def _why(row: ChatAnswerRow) -> Why:
    return Why(
        id=row.id,
        question=row.question,
        persona=row.persona,
        source=cast("Source", row.source),
        model=row.model,
        called=msgspec.json.decode(row.body, type=list[Called]),
        removed=row.removed,
        at=row.at,
    )

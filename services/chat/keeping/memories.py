"""What personas remember of a member: only where the member wants it, and apart by guild and persona."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypedDict

from services.chat.guarding.incoming import cleaned
from services.chat.messages import ChangeMemory, ForgetFacts, Memory, RememberedFact, RememberFact
from services.clock import Clock
from services.errors import UserMistake
from services.ids import id_of
from services.members.messages import Caller
from services.memory import Answers
from services.store.chat_rows import ChatChoiceRow, ChatFactRow
from services.store.store import Rows, Store

MOST_FACTS: Final = 50
"""Of one member, persona and guild."""
MOST_CHARACTERS: Final = 300
_READ: Final = 4_000
_REMEMBERED_FOR: Final = 60.0
"""Seconds within which a request may be delivered again."""


class _Columns(TypedDict):
    user_id: str
    guild_id: str
    persona: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Where facts belong: nothing of one place is ever seen in another."""

    user_id: str
    guild_id: str
    persona: str

    @classmethod
    def of(cls, caller: Caller, persona: str) -> _Place:
        return cls(caller.user_id, caller.guild_id or "", persona)

    @property
    def columns(self) -> _Columns:
        return _Columns(user_id=self.user_id, guild_id=self.guild_id, persona=self.persona)


class Memories:
    """The facts that members let personas remember."""

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._answers: Answers[tuple[str, str], Memory] = Answers(clock, seconds=_REMEMBERED_FOR)

    async def of(self, caller: Caller, persona: str) -> Memory:
        """Return what a persona remembers of the caller, here."""
        async with self._store.read() as rows:
            return await _memory(rows, _Place.of(caller, persona))

    async def facts_for(self, caller: Caller, persona: str) -> list[str]:
        """Return the facts that a prompt may be given; none where memory is off."""
        memory = await self.of(caller, persona)
        return [fact.text for fact in memory.facts] if memory.is_on else []

    async def change(self, asked: ChangeMemory) -> Memory:
        """Switch memory on or off in this guild; off forgets what every persona knows there."""
        return await self._answers.once((asked.caller.user_id, asked.id), lambda: self._change(asked))

    async def remember(self, asked: RememberFact) -> Memory:
        """Remember a fact, or put another text in its place.

        Raises:
            UserMistake: memory is off, the text is empty or too long, there are too many, or none of that id.
        """
        return await self._answers.once((asked.caller.user_id, asked.id), lambda: self._remember(asked))

    async def forget(self, asked: ForgetFacts) -> Memory:
        """Forget one fact, or all that this persona knows here.

        Raises:
            UserMistake: there is none of that id.
        """
        return await self._answers.once((asked.caller.user_id, asked.id), lambda: self._forget(asked))

    async def _change(self, asked: ChangeMemory) -> Memory:
        place = _Place.of(asked.caller, asked.persona)
        user, guild, now = place.user_id, place.guild_id, self._clock.now()
        async with self._store.write() as rows:
            await rows.chat.choices.put(
                ChatChoiceRow(user_id=user, guild_id=guild, is_on=asked.is_on, at=now)
            )
            if not asked.is_on:
                await rows.chat.facts.delete(user_id=user, guild_id=guild)
            return await _memory(rows, place)

    async def _remember(self, asked: RememberFact) -> Memory:
        text, place = _checked(asked.text), _Place.of(asked.caller, asked.persona)
        async with self._store.write() as rows:
            if not await _is_on(rows, place):
                raise UserMistake(
                    "Memory is off here, so nothing was remembered.", hint="Switch it on with /memory on."
                )
            await (self._edit if asked.fact else self._add)(rows, place, asked, text)
            return await _memory(rows, place)

    async def _edit(self, rows: Rows, place: _Place, asked: RememberFact, text: str) -> None:
        fact = await rows.chat.facts.get(asked.fact)
        if fact is None or _columns_of(fact) != place.columns:
            raise _unknown()
        await rows.chat.facts.change(fact.id, text=text, at=self._clock.now())

    async def _add(self, rows: Rows, place: _Place, asked: RememberFact, text: str) -> None:
        known = await rows.chat.facts.where(**place.columns)
        if any(fact.text == text for fact in known):
            return
        if len(known) >= MOST_FACTS:
            raise UserMistake(
                f"There are {MOST_FACTS} things remembered already, and no more are kept.",
                hint="Let one go with /memory forget.",
            )
        made = id_of(place.user_id, place.guild_id, place.persona, asked.id)
        await rows.chat.facts.add(ChatFactRow(id=made, **place.columns, text=text, at=self._clock.now()))

    async def _forget(self, asked: ForgetFacts) -> Memory:
        place = _Place.of(asked.caller, asked.persona)
        async with self._store.write() as rows:
            one = {"id": asked.fact} if asked.fact else {}
            gone = await rows.chat.facts.delete(**place.columns, **one)
            if asked.fact and not gone:
                raise _unknown()
            return await _memory(rows, place)


def _columns_of(fact: ChatFactRow) -> _Columns:
    return _Columns(user_id=fact.user_id, guild_id=fact.guild_id, persona=fact.persona)


async def _is_on(rows: Rows, place: _Place) -> bool:
    choice = await rows.chat.choices.get(place.user_id, place.guild_id)
    return choice is not None and choice.is_on


async def _memory(rows: Rows, place: _Place) -> Memory:
    facts = await rows.chat.facts.where(**place.columns, by="at")
    told = [RememberedFact(id=fact.id, text=fact.text, at=fact.at) for fact in facts]
    return Memory(is_on=await _is_on(rows, place), facts=told)


def _checked(text: str) -> str:
    """Return the text as it is kept, on one line and without what cannot be seen."""
    kept = " ".join(cleaned(text, most=_READ).split())
    if not kept:
        raise UserMistake("There is nothing to remember in that.", hint="Write what it should be.")
    if len(kept) > MOST_CHARACTERS:
        raise UserMistake(
            f"That is too long: at most {MOST_CHARACTERS} characters are remembered at a time.",
            hint="Say it in fewer words.",
        )
    return kept


def _unknown() -> UserMistake:
    return UserMistake("That is not remembered here.", hint="/memory show lists what is.")

"""Hears a member: what was said without what nobody sees, who is to answer, and in which language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec

from services.chat.guarding.incoming import cleaned
from services.chat.messages import Converse
from services.chat.pipeline.farm import Farm
from services.chat.pipeline.talks import Talks
from services.clock import Clock
from services.locales import Locale, locale_of
from services.members.choices import Choices
from services.personas.roster import Roster
from services.personas.routing import Question
from services.personas.voice import Voice

_MOST_TEXT: Final = 2_000
_MOST_NAME: Final = 80
_MOST_QUOTED: Final = 6
_MOST_FILES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a member said, and who answers it."""

    request: Converse
    """With its texts cleaned, to the persona that answers."""
    question: Question
    voice: Voice

    @property
    def persona(self) -> str:
        """Return who answers, by name."""
        return self.voice.card.name

    @property
    def locale(self) -> Locale:
        """Return the language of the answer."""
        return self.voice.locale

    @property
    def key(self) -> str:
        """Return what chooses the phrasings of the answer."""
        return self.request.id


class Hearing:
    """Hears members, and remembers for a moment what they chose."""

    def __init__(self, farm: Farm, roster: Roster, talks: Talks, *, clock: Clock) -> None:
        self._choices = Choices(farm, clock=clock)
        self._talks = talks
        self._roster = roster

    async def hear(self, request: Converse) -> Heard:
        """Return what was said, and whose voice answers.

        The language is the member's choice, else that of the question, of the conversation, of the server.

        Raises:
            UserMistake: there is no such persona.
        """
        chosen = await self._choices.of(request.caller.user_id)
        wanted = chosen.persona if request.is_alone else None
        persona = wanted if wanted in self._roster.cards else request.persona
        clean = _cleaned(request, persona)
        question = Question.of(clean.text)
        language = chosen.locale or question.language or self._talks.spoken(clean)
        voice = self._roster.voice(persona, language or locale_of(request.server_locale))
        return Heard(request=clean, question=question, voice=voice)


def _cleaned(request: Converse, persona: str) -> Converse:
    """Return the request to who answers it, with every text of a stranger cleaned."""
    return msgspec.structs.replace(
        request,
        persona=persona,
        text=cleaned(request.text, most=_MOST_TEXT),
        member=cleaned(request.member, most=_MOST_NAME),
        quoted=[
            msgspec.structs.replace(one, text=cleaned(one.text, most=_MOST_TEXT))
            for one in request.quoted[-_MOST_QUOTED:]
        ],
        attachments=[cleaned(name, most=_MOST_NAME) for name in request.attachments[:_MOST_FILES]],
    )

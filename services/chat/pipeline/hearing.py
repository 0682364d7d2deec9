"""Hears a member: what was said without what nobody sees, who is to answer, and in which language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec
import structlog

from services.chat.guarding.incoming import cleaned
from services.chat.messages import Converse
from services.chat.pipeline.farm import Farm
from services.chat.pipeline.talks import Talks
from services.clock import Clock
from services.errors import OmegaError
from services.locales import Locale, locale_of
from services.members.messages import GetMember, MemberSettings
from services.personas.roster import Roster
from services.personas.routing import Question
from services.personas.voice import Voice

_MOST_TEXT: Final = 2_000
_MOST_NAME: Final = 80
_MOST_QUOTED: Final = 6
_MOST_FILES: Final = 10
_TIMEOUT: Final = 0.5
_REMEMBERED: Final = 10.0
_NOT_ASKED_AGAIN: Final = 3.0
"""Seconds after settings could not be had."""

log = structlog.get_logger(__name__)


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
        self._farm = farm
        self._talks = talks
        self._roster = roster
        self._clock = clock
        self._absent_until = float("-inf")

    async def hear(self, request: Converse) -> Heard:
        """Return what was said, and whose voice answers.

        The language is the member's choice, else that of the question, of the conversation, of the server.

        Raises:
            UserMistake: there is no such persona.
        """
        chosen = await self._chosen(request.caller.user_id)
        wanted = chosen.persona if request.is_alone else None
        persona = wanted if wanted in self._roster.cards else request.persona
        clean = _cleaned(request, persona)
        question = Question.of(clean.text)
        language = chosen.locale or question.language or self._talks.spoken(clean)
        voice = self._roster.voice(persona, language or locale_of(request.server_locale))
        return Heard(request=clean, question=question, voice=voice)

    async def _chosen(self, user_id: str) -> MemberSettings:
        """Return what a member chose; where it cannot be had, nothing, and for a moment nobody asks again."""
        if self._absent_until > self._clock.monotonic():
            return MemberSettings(user_id=user_id)
        try:
            return await self._farm.ask(GetMember(user_id=user_id), timeout=_TIMEOUT, remember=_REMEMBERED)
        except OmegaError as error:
            log.warning("settings_missed", reason=error.message)
            self._absent_until = self._clock.monotonic() + _NOT_ASKED_AGAIN
            return MemberSettings(user_id=user_id)


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

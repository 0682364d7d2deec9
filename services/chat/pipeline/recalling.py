"""Recalls what a model must know before it answers: the conversation so far, and what was remembered."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Final, TypeVar

import structlog

from services.chat.intents import Intent, Topic
from services.chat.keeping.conversations import Conversations, Talk
from services.chat.keeping.memories import Memories
from services.chat.messages import Converse, Quoted
from services.chat.pipeline.hearing import Heard
from services.chat.pipeline.talks import Talks
from services.chat.ports import Prompt
from services.chat.prompting.prompt import prompt_for
from services.chat.prompting.tools import tool_specs
from services.clock import Clock
from services.errors import StoreUnavailable

_PERSONAL: Final[frozenset[Intent]] = frozenset(
    {"unknown", "small_talk", "advice", "who", "lesson", "definition", "analyze", "panel"}
)
"""What is answered differently for whoever said that they are a beginner, or trade one market alone."""

T = TypeVar("T")
log = structlog.get_logger(__name__)


class Recalling:
    """Makes prompts of what is known. What cannot be recalled is left out: the question can be answered."""

    def __init__(
        self, conversations: Conversations, memories: Memories, talks: Talks, *, clock: Clock
    ) -> None:
        self._clock = clock
        self._conversations = conversations
        self._memories = memories
        self._talks = talks

    async def prompt(self, heard: Heard, intent: Intent, topics: Mapping[Intent, Topic]) -> Prompt:
        """Return all that a model is told before it says anything.

        What was remembered of the member is among it only where it may change the answer.
        """
        request = heard.request
        key = Conversations.key_of(request)
        talk = await _recalled(self._conversations.recent(key), Talk(summary="", turns=()))
        facts = await self._remembered(heard) if intent in _PERSONAL else []
        return prompt_for(
            heard.voice.card,
            locale=heard.locale,
            member=request.member,
            question=request.text,
            now=self._clock.now(),
            quoted=_quoted(request),
            attachments=request.attachments,
            facts=facts,
            talk=(talk.summary, talk.turns),
            tools=tool_specs(topics),
        )

    async def _remembered(self, heard: Heard) -> list[str]:
        return await _recalled(self._memories.facts_for(heard.request.caller, heard.persona), [])

    def is_first(self, heard: Heard) -> bool:
        """Return whether the conversation has not been told yet that a model speaks; it counts as told."""
        return self._talks.is_first(heard.request)


def _quoted(request: Converse) -> list[Quoted]:
    """Return what is quoted and may be told: what bots wrote to a member alone may be of their money."""
    return [one for one in request.quoted if request.place != "dm" or one.author == "member"]


async def _recalled(recalling: Awaitable[T], otherwise: T) -> T:
    try:
        return await recalling
    except StoreUnavailable as error:
        log.warning("nothing_recalled", reason=error.message)
        return otherwise

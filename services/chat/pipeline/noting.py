"""Keeps what was said and what it rests on, after an answer was found."""

from __future__ import annotations

import structlog
from msgspec import structs

from services.chat.keeping.answers import KeptAnswers
from services.chat.keeping.conversations import Conversations
from services.chat.keeping.leaving import Leaving, Stay
from services.chat.messages import ActionShown, Reply, Shown, Why
from services.chat.pipeline.answered import Answered
from services.chat.pipeline.hearing import Heard
from services.chat.pipeline.pressing import Press
from services.clock import Clock
from services.errors import StoreUnavailable
from services.ids import id_of

log = structlog.get_logger(__name__)


class Noting:
    """Notes answers, but for what is private. One that cannot be kept is shown all the same."""

    def __init__(
        self,
        conversations: Conversations,
        kept: KeptAnswers,
        leaving: Leaving,
        *,
        press: Press,
        clock: Clock,
    ) -> None:
        self._press = press
        self._leaving = leaving
        self._conversations = conversations
        self._kept = kept
        self._clock = clock

    async def note(self, heard: Heard, answered: Answered, stay: Stay) -> Reply:
        """Return the answer as its member gets it, with the id by which it is kept.

        `stay` began before the message was heard: who has been forgotten since leaves nothing.
        """
        is_kept = not answered.is_private and await self._is_kept(heard, answered, stay)
        name = answer_id(heard) if is_kept else ""
        card = self._with_why(heard, answered, name) if name else answered.card
        return Reply(card=card, id=name, source=answered.source, is_last=True)

    def _with_why(self, heard: Heard, answered: Answered, name: str) -> Shown:
        """Return the card with the button that says what it rests on; a mere courtesy has none."""
        card = answered.card
        if answered.source == "templates" and not answered.called:
            return card
        why = ActionShown(label=heard.voice.text("Sources"), press=self._press("chat", "why", name))
        return structs.replace(card, actions=[*card.actions, why])

    async def _is_kept(self, heard: Heard, answered: Answered, stay: Stay) -> bool:
        caller = heard.request.caller
        try:
            async with self._leaving.keeping(stay) as may_keep:
                if may_keep:
                    await self._kept.keep(self._why(heard, answered), caller.user_id, caller.guild_id)
                    await self._conversations.add(heard.request, answered.card.verdict)
                return may_keep
        except StoreUnavailable as error:
            log.warning("answer_not_kept", reason=error.message)
            return False

    def _why(self, heard: Heard, answered: Answered) -> Why:
        return Why(
            id=answer_id(heard),
            question=heard.question.text,
            persona=heard.persona,
            source=answered.source,
            model=answered.model,
            called=[*answered.called],
            removed=answered.removed,
            at=self._clock.now(),
        )


def answer_id(heard: Heard) -> str:
    """Return by what an answer is found: the same for the same message to the same persona."""
    return id_of(heard.request.id, heard.persona)

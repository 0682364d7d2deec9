"""One turn: a member said something, and a persona answers it once, while nobody else speaks there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import structlog
from msgspec import structs

from services.chat.intents import Understood
from services.chat.keeping.budgets import Ending
from services.chat.keeping.leaving import Leaving
from services.chat.messages import Converse, Reply
from services.chat.pipeline.answered import Answered
from services.chat.pipeline.aside import Aside
from services.chat.pipeline.deciding import way_of
from services.chat.pipeline.footnotes import joined
from services.chat.pipeline.hearing import Heard, Hearing
from services.chat.pipeline.model_turn import ModelTurn
from services.chat.pipeline.noting import Noting
from services.chat.pipeline.offline import Composer, spoken
from services.chat.pipeline.remembering import Remembering
from services.chat.pipeline.spending import Spending
from services.chat.pipeline.streaming import Show
from services.chat.pipeline.turn_lock import TurnLock, place_of
from services.chat.pipeline.understanding import Understanding
from services.chat.ports import Answers
from services.errors import StoreUnavailable

_SILENT: Final = "its language model does not answer now; this is from its own templates"
_SPENT: Final = "today's budget for language models is spent; /usage says when it renews"
_UNPRICED: Final = (
    "what its language model costs is not known, so it is not asked; this is from its own templates"
)
_UNCOUNTED: Final = (
    "what language models cost today cannot be looked up, so none is asked; this is from its own templates"
)


_WHY_NOT: Final[Mapping[Ending, str]] = {"": _SILENT, "price": _UNPRICED}
"""Why there is no answer of a model, where it is not that a budget is spent."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """What a turn consists of, in the order in which it is gone through."""

    lock: TurnLock
    hearing: Hearing
    understanding: Understanding
    aside: Aside
    remembering: Remembering
    spending: Spending
    model: ModelTurn
    composer: Composer
    noting: Noting
    answers: Answers
    leaving: Leaving


class Turns:
    """Answers messages."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    async def answer(self, request: Converse, show: Show[Reply]) -> Reply:
        """Return the whole answer; `show` is given what is there of it before.

        Raises:
            SlowDown: too many wait for their turn in that place.
            OmegaError: what the services raise that know the answer.
        """
        stay = self._steps.leaving.begin(request.caller.user_id)
        async with self._steps.lock.turn(place_of(request)):
            heard = await self._steps.hearing.hear(request)
            understood = await self._steps.understanding.understand(heard)
            answered = await self._answered(heard, understood, show)
            return await self._steps.noting.note(heard, answered, stay)

    async def _answered(self, heard: Heard, understood: Understood, show: Show[Reply]) -> Answered:
        steps = self._steps
        has_model = steps.spending.has_models(heard.persona)
        topics, place = steps.answers.topics, heard.request.place
        match way_of(understood, place=place, topics=topics, has_model=has_model):
            case "aside":
                return steps.aside.offer(heard, understood)
            case "private":
                return replace(await steps.composer.compose(heard, understood), is_private=True)
            case "memory":
                return replace(await steps.remembering.answer(heard, understood), is_private=True)
            case "model":
                return await self._by_model(heard, understood, show)
            case "templates":
                return await steps.composer.compose(heard, understood)

    async def _by_model(self, heard: Heard, understood: Understood, show: Show[Reply]) -> Answered:
        """Let a model answer; where it may not or cannot, the templates do, and say so."""
        try:
            async with self._steps.spending.purse(heard.request.caller, heard.persona) as purse:
                why = _WHY_NOT.get(purse.left.why, _SPENT)
                answered = (
                    await self._steps.model.answer(heard, understood.intent, purse, show)
                    if purse.left.is_allowed
                    else None
                )
        except StoreUnavailable as error:
            log.warning("model_not_asked", reason=error.message)
            answered, why = None, _UNCOUNTED
        return answered or await self._instead(heard, understood, why)

    async def _instead(self, heard: Heard, understood: Understood, why: str) -> Answered:
        """Answer without a model, and say why it is so."""
        answered = await self._steps.composer.compose(heard, understood)
        card = answered.card
        if why == _SPENT and understood.intent == "unknown":
            card = spoken(heard, "chat_model_spent", {})
        footnote = joined(card.footnote, heard.voice.text(why))
        return replace(answered, card=structs.replace(card, footnote=footnote))

"""One turn: a member said something, and a persona answers it once, while nobody else speaks there."""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog
from msgspec import structs

from services.chat.intents import Understood
from services.chat.keeping.leaving import Leaving
from services.chat.messages import Converse, Reply
from services.chat.pipeline.answered import Answered
from services.chat.pipeline.aside import Aside
from services.chat.pipeline.deciding import way_of
from services.chat.pipeline.footnotes import INSTEAD, Lack, joined
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
        async with self._steps.lock.turn(place_of(request)) as is_alone:
            heard = await self._steps.hearing.hear(request)
            understood = await self._steps.understanding.understand(heard)
            answered = await self._answered(heard, understood, show if is_alone else None)
            return await self._steps.noting.note(heard, answered, stay)

    async def _answered(self, heard: Heard, understood: Understood, show: Show[Reply] | None) -> Answered:
        """Return the answer; without `show` no model is asked, as another answer is being written there."""
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
                answered = "busy" if show is None else await self._by_model(heard, understood, show)
                return await self._or_instead(heard, understood, answered)
            case "templates":
                return await steps.composer.compose(heard, understood)

    async def _by_model(self, heard: Heard, understood: Understood, show: Show[Reply]) -> Answered | Lack:
        """Return what a model answers, or why none does."""
        try:
            async with self._steps.spending.purse(heard.request.caller, heard.persona) as purse:
                if purse.left.is_allowed:
                    return await self._steps.model.answer(heard, understood.intent, purse, show)
                return "price" if purse.left.why == "price" else "spent"
        except StoreUnavailable as error:
            log.warning("model_not_asked", reason=error.message)
            return "uncounted"

    async def _or_instead(self, heard: Heard, understood: Understood, answered: Answered | Lack) -> Answered:
        """Return what a model answered; where none did the templates do, and say why it is so."""
        if isinstance(answered, Answered):
            return answered
        instead = await self._steps.composer.compose(heard, understood)
        card = instead.card
        if answered in {"spent", "little"} and understood.intent == "unknown":
            card = spoken(heard, "chat_model_spent", {})
        footnote = joined(card.footnote, heard.voice.text(INSTEAD[answered]))
        return replace(instead, card=structs.replace(card, footnote=footnote))

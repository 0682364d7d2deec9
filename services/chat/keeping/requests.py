"""The questions of members about what chat keeps, and their answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from services.bus.messages import Message, Request
from services.chat import messages as said
from services.chat.keeping.answers import KeptAnswers
from services.chat.keeping.budgets import Budgets
from services.chat.keeping.memories import Memories
from services.chat.keeping.privacy import ChatPrivacy
from services.members.messages import Caller, Right

ModelsOf = Callable[[str], Sequence[str]]
"""Takes a persona; returns the models that it asks, in their order, each with how it is."""
RightOf = Callable[[Caller], Awaitable[Right]]

ANSWERED: tuple[type[Request[Any]], ...] = (
    said.GetMemory,
    said.ChangeMemory,
    said.RememberFact,
    said.ForgetFacts,
    said.WhyAnswer,
    said.GetUsage,
    said.ExportChat,
    said.DeleteChat,
)


class KeepingRequests:
    """Answers `ANSWERED`; what each raises stands at the request."""

    def __init__(
        self,
        memories: Memories,
        answers: KeptAnswers,
        budgets: Budgets,
        privacy: ChatPrivacy,
        *,
        models_of: ModelsOf,
        right_of: RightOf,
    ) -> None:
        self._memories = memories
        self._answers = answers
        self._budgets = budgets
        self._privacy = privacy
        self._models_of = models_of
        self._right_of = right_of

    async def answer(self, request: Request[Any]) -> Message | None:
        """Return the answer; None to what is no question of this kind."""
        match request:
            case said.GetMemory(caller=caller, persona=persona):
                return await self._memories.of(caller, persona)
            case said.ChangeMemory():
                return await self._memories.change(request)
            case said.RememberFact():
                return await self._memories.remember(request)
            case said.ForgetFacts():
                return await self._memories.forget(request)
        return await self._answer_others(request)

    async def _answer_others(self, request: Request[Any]) -> Message | None:
        match request:
            case said.WhyAnswer(caller=caller, id=answer):
                return await self._answers.why(caller, answer)
            case said.GetUsage(caller=caller, persona=persona):
                is_admin = await self._right_of(caller) == "admin"
                models = self._models_of(persona)
                return await self._budgets.usage(caller, persona, models, is_admin=is_admin)
            case said.ExportChat(user_id=user_id):
                return await self._privacy.export(user_id)
            case said.DeleteChat(user_id=user_id):
                return await self._privacy.delete(user_id)
        return None

"""Lets models speak within the budgets, and counts what they take, also of an answer that breaks off.

What a request will take is guessed before it is made, since its prompt alone may be more than is left.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import Final

import structlog

from services.chat.keeping.budgets import Budgets, Left
from services.chat.keeping.holding import Reservation
from services.chat.ports import Chosen, Models, Prompt, Used
from services.chat.tokens import guessed, tokens_of
from services.errors import ModelFailed, StoreUnavailable
from services.members.messages import Caller

FEWEST: Final = 60
"""Tokens without which there is no answer."""

_SILENT: Final = "silent"
"""Of a model that was given up: its provider may bill what it was given."""

log = structlog.get_logger(__name__)


class Purse:
    """What one answer may spend; it may ask models several times."""

    def __init__(self, models: Models, budgets: Budgets, persona: str, left: Left) -> None:
        self.left = left
        self._models = models
        self._budgets = budgets
        self._persona = persona
        self._taken = 0

    def affords(self, prompt: Prompt) -> bool:
        """Return whether what is left does for a prompt and a short answer."""
        left = self._left_after(prompt)
        return left is None or left >= FEWEST

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Chosen]:
        """Yield what a model says, and count it. It may write no more than is left.

        Raises:
            ModelFailed: too little is left, none answered, or the one that had begun broke off.
        """
        held = self.left.reservation
        if held is None or not self.affords(prompt):
            raise ModelFailed("No language model may be asked now.", hint="/usage says what is left.")
        model, written, used = "", 0, None
        left = self._left_after(prompt)
        bounded = prompt if left is None else replace(prompt, most_tokens=min(prompt.most_tokens, left))
        pieces = self._models.stream(self._persona, bounded, among=self.left.models)
        try:
            async with _closing(pieces):
                async for chosen in pieces:
                    model, used = chosen.model, chosen.piece.used or used
                    written += len(chosen.piece.text)
                    yield chosen
        except ModelFailed as error:
            model = model or _billed(error)
            raise
        finally:
            if model:
                await self._count(held, model, used or guessed(prompt, written))

    def _left_after(self, prompt: Prompt) -> int | None:
        """Return the tokens that are left for an answer; None where there is no limit."""
        left = self.left.tokens
        return None if left is None else left - self._taken - tokens_of(prompt)

    async def _count(self, held: Reservation, model: str, used: Used) -> None:
        self._taken += used.given + used.written
        try:
            await self._budgets.spend(held, model, used)
        except StoreUnavailable as error:
            log.warning("spending_not_kept", model=model, reason=error.message)


class Spending:
    """The models of every persona, as far as budgets allow."""

    def __init__(self, models: Models, budgets: Budgets) -> None:
        self._models = models
        self._budgets = budgets

    def has_models(self, persona: str) -> bool:
        """Return whether a persona has models at all."""
        return bool(self._models.of(persona))

    @asynccontextmanager
    async def purse(self, caller: Caller, persona: str) -> AsyncIterator[Purse]:
        """Hold back what an answer to `caller` may take, until the end of the ``async with``.

        Raises:
            StoreUnavailable: what was spent today is not known.
        """
        left = await self._budgets.left(caller, persona, self._models.of(persona))
        try:
            yield Purse(self._models, self._budgets, persona, left)
        finally:
            if left.reservation is not None:
                self._budgets.release(left.reservation)

    async def stream(self, caller: Caller, persona: str, prompt: Prompt) -> AsyncGenerator[Chosen]:
        """Yield what a model says to one prompt, within the budgets of `caller`.

        Raises:
            ModelFailed: no model may be asked, none answered, or the one that had begun broke off.
        """
        async with self.purse(caller, persona) as purse, aclosing(purse.stream(prompt)) as pieces:
            async for chosen in pieces:
                yield chosen


@asynccontextmanager
async def _closing(pieces: AsyncIterator[Chosen]) -> AsyncIterator[None]:
    try:
        yield
    finally:
        if isinstance(pieces, AsyncGenerator):
            await pieces.aclose()


def _billed(error: ModelFailed) -> str:
    """Return the model that read a prompt although nothing came of it; empty where none is known to have."""
    return str(error.facts.get("model", "")) if error.facts.get("why") == _SILENT else ""

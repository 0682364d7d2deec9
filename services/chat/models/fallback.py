"""The models of every persona: asked in order until one begins to answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final, Literal

import structlog

from config.farm_file import ChatSection
from services.chat.models.breaker import Breaker
from services.chat.models.failing import broken, silent
from services.chat.ports import Chosen, Model, Piece, Prompt
from services.clock import Clock
from services.errors import ModelFailed

_TOGETHER: Final = 4.5
"""Seconds for the first words of all models of a persona; then the templates answer."""
_LEFT_FOR_EACH: Final = 1.2
"""Seconds that a model leaves to each that would be asked after it."""
_SOON: Final = "Ask again in a moment."
_SETTING: Final = "An admin can name some in farm.yaml, under chat."

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Asking:
    """What became of one request, for the log."""

    persona: str
    began: float
    tried: list[str] = field(default_factory=list)
    model: str | None = None
    first_ms: int | None = None
    outcome: Literal["answered", "broke off", "none", "left"] = "left"

    def note(self, name: str, why: object) -> None:
        """Note that a model did not answer, or not to the end."""
        self.tried.append(f"{name}: {why}")
        self.outcome = "none" if self.model is None else "broke off"

    def log(self) -> None:
        """Write the one line of this request: no word of what was asked or said."""
        log.info(
            "model_asked",
            persona=self.persona,
            model=self.model,
            first_ms=self.first_ms,
            outcome=self.outcome,
            failed=self.tried,
        )


class ConfiguredModels:
    """The models of farm.yaml.

    Args:
        section: which persona asks which, and how long each may take to begin.
        models: every model that is named there.
        clock: for the rests of models that fail.
    """

    def __init__(self, section: ChatSection, models: Mapping[str, Model], *, clock: Clock) -> None:
        self._section = section
        self._models = models
        self._clock = clock
        self._breakers = {name: Breaker(name, clock) for name in models}

    def of(self, persona: str) -> Sequence[str]:
        """Return the names of a persona's models, in the order in which they are asked."""
        return self._section.personas.get(persona, self._section.usual)

    def how(self, name: str) -> str:
        """Return how a model is, in a few English words."""
        until = self._breakers[name].rests_until()
        return "ready" if until is None else f"resting until {until:%H:%M:%S} UTC"

    async def stream(
        self, persona: str, prompt: Prompt, *, among: Sequence[str] | None = None
    ) -> AsyncGenerator[Chosen, None]:
        """Yield what the first model says that begins in time; see `Models.stream`."""
        asking = _Asking(persona, self._clock.monotonic())
        failed: ModelFailed | None = None
        try:
            names = self.of(persona) if among is None else among
            for place, name in enumerate(names):
                left = _TOGETHER - (self._clock.monotonic() - asking.began)
                if left <= 0:
                    break
                try:
                    patience = _patience(left, after=len(names) - place - 1)
                    async with aclosing(self._asked(name, prompt, asking, patience)) as pieces:
                        async for piece in pieces:
                            yield Chosen(model=name, piece=piece)
                except ModelFailed as error:
                    if asking.model is not None:
                        raise
                    failed = error
                else:
                    return
            raise failed or ModelFailed(f"{persona} has no model.", hint=_SETTING)
        finally:
            asking.log()

    async def close(self) -> None:
        """Close the connections of every model."""
        for model in self._models.values():
            await model.close()

    async def _asked(
        self, name: str, prompt: Prompt, asking: _Asking, patience: float
    ) -> AsyncGenerator[Piece, None]:
        """Yield what one model says where it begins within `patience`, and tell its breaker how it went."""
        breaker = self._breakers[name]
        entry = breaker.enter()
        if entry is None:
            asking.note(name, "resting")
            raise ModelFailed(f"The model {name} rests after failures.", hint=_SOON, facts={"model": name})
        is_open = True
        said = self._models[name].stream(prompt)
        try:
            piece = await self._first(name, said, patience)
            asking.model, asking.first_ms = name, round(1000 * (self._clock.monotonic() - asking.began))
            while True:
                if piece.ending is not None:
                    is_open, asking.outcome = False, "answered"
                    breaker.succeeded()
                yield piece
                if piece.ending is not None:
                    return
                piece = await _next(name, said)
        except ModelFailed as error:
            is_open = False
            breaker.failed(entry, error)
            asking.note(name, error.facts.get("why", "failed"))
            raise
        finally:
            if is_open:
                breaker.left(entry)
            if isinstance(said, AsyncGenerator):
                await said.aclose()

    async def _first(self, name: str, said: AsyncIterator[Piece], patience: float) -> Piece:
        try:
            async with asyncio.timeout(min(self._section.models[name].first_words.total_seconds(), patience)):
                return await _next(name, said)
        except TimeoutError:
            raise silent(name) from None


def _patience(left: float, *, after: int) -> float:
    """Return how many of the seconds that are left one model may take, `after` being asked behind it."""
    return min(left, max(left - _LEFT_FOR_EACH * after, _LEFT_FOR_EACH / 2))


async def _next(name: str, said: AsyncIterator[Piece]) -> Piece:
    try:
        return await anext(said)
    except StopAsyncIteration:
        raise broken(name) from None

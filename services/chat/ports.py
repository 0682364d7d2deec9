"""What a conversation stands on: models that find words, and what is known."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from services.chat.intents import Intent, Slot, Topic, Understood
from services.chat.messages import Shown
from services.personas.voice import Voice

Ending = Literal["stop", "length", "tools", "blocked"]
"""Why a model ended: it was done, ran out of tokens, wants tools used, or its provider blocked it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    """A tool as a model is told of it: every slot is a text."""

    name: str
    description: str
    slots: Mapping[Slot, str]
    """What each slot takes, in words."""
    needs: tuple[Slot, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A tool that a model wants used. Name and arguments are what it wrote, and checked before use."""

    id: str
    name: str
    arguments: str
    """JSON, or what should have been."""
    token: str = ""
    """What its provider wants back with it, as it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One thing that was said. A persona's turn may hold calls; the turn of a tool answers one, by its id."""

    role: Literal["member", "persona", "tool"]
    text: str
    calls: tuple[Call, ...] = ()
    call_id: str = ""
    tool: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """All that a model is told."""

    system: str
    turns: tuple[Turn, ...]
    tools: tuple[ToolSpec, ...] = ()
    most_tokens: int = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """The tokens of one request, as the provider counted them, or as they were guessed where it told none."""

    given: int
    written: int
    is_guessed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of what a model streams: words, calls, or in the last one how it ended and what it used."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    ending: Ending | None = None
    used: Used | None = None


class Model(Protocol):
    """A language model at a provider."""

    name: str
    """By which farm.yaml calls it."""

    def stream(self, prompt: Prompt) -> AsyncIterator[Piece]:
        """Yield what it says as it comes.

        Raises:
            ModelFailed: it did not answer, or not as it must; what the request cost is not known.
        """
        ...

    async def close(self) -> None:
        """Close its connections."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A piece, and the name of the model that it comes from."""

    model: str
    piece: Piece


class Models(Protocol):
    """The models of every persona, in the order in which they are asked."""

    def of(self, persona: str) -> Sequence[str]:
        """Return the names of a persona's models; none where it answers from templates."""
        ...

    def stream(
        self, persona: str, prompt: Prompt, *, among: Sequence[str] | None = None
    ) -> AsyncIterator[Chosen]:
        """Yield what the first model says that answers at all; once one has begun, no other is asked.

        Args:
            persona: whose models are asked.
            prompt: what they are told.
            among: those that may be asked now; None means all of the persona's.

        Raises:
            ModelFailed: none answered, or the one that had begun broke off.
        """
        ...


class Answers(Protocol):
    """What is known: the same services that the commands ask."""

    topics: Mapping[Intent, Topic]

    async def answer(self, asked: Understood, voice: Voice, *, key: str) -> Shown | None:
        """Return the card that answers; None where the wish turns out to be about something else.

        Raises what the services raise.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of a model that was checked; `untraced` are its numbers that no look-up gave."""

    text: str
    untraced: tuple[str, ...] = field(default=())

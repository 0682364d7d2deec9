"""Lets a model answer: it says something, looks things up, and says more; what nobody found is taken out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import structlog

from services.chat.grounding.numbers import Ground
from services.chat.grounding.stream import CheckedStream
from services.chat.intents import Intent
from services.chat.messages import Reply, Shown
from services.chat.pipeline.answered import Answered
from services.chat.pipeline.footnotes import Lack, model_footnote
from services.chat.pipeline.hearing import Heard
from services.chat.pipeline.offline import spoken
from services.chat.pipeline.origins import origins_of
from services.chat.pipeline.recalling import Recalling
from services.chat.pipeline.spending import Purse
from services.chat.pipeline.streaming import Show
from services.chat.pipeline.tools import Found, Tools
from services.chat.ports import Call, Ending, Prompt, Turn
from services.chat.prompting.prompt import looked_up
from services.errors import ModelFailed

MOST_ROUNDS: Final = 4
"""Of looking things up; then the model must answer with what it has."""
_WHOLE: Final = 30.0
"""Seconds for all that a model says in one turn."""
_FEWEST_WORDS: Final = 4
"""With fewer words an answer that lost some, or broke off, is of no use."""

log = structlog.get_logger(__name__)

End = Ending | Literal["failed", "little"]
"""How an answer ended; little: what is left of a budget does not do for what would be asked next."""


@dataclass(slots=True, kw_only=True)
class _Course:
    """One answer of a model as it grows."""

    heard: Heard
    ground: Ground
    show: Show[Reply]
    model: str = ""
    text: str = ""
    """Of the last round in which something was said that may be shown; "let me look" is no answer."""
    removed: int = 0
    has_advice: bool = False
    found: list[Found] = field(default_factory=list)

    @property
    def cards(self) -> list[Shown]:
        """Return what it stands on so far."""
        return [one.card for one in self.found if one.card is not None]

    def take(self, found: list[Found]) -> None:
        """Let the figures of look-ups be said."""
        self.found += found
        self.ground.add(one.text for one in found if one.called is not None)


@dataclass(slots=True)
class _Round:
    """What a model said at one go."""

    stream: CheckedStream
    raw: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    ending: Ending = "stop"


class ModelTurn:
    """Answers with a model."""

    def __init__(
        self, tools: Tools, recalling: Recalling, *, secrets: Sequence[str], whole: float = _WHOLE
    ) -> None:
        """Take what answers stand on, what no model may say, and the seconds that a turn may take."""
        self._secrets = secrets
        self._tools = tools
        self._recalling = recalling
        self._whole = whole

    async def answer(self, heard: Heard, intent: Intent, purse: Purse, show: Show[Reply]) -> Answered | Lack:
        """Return what a model answers, and show it as it grows; or why nothing of use came of it."""
        ground = Ground(question=heard.question.text, locale=heard.locale)
        course = _Course(heard=heard, ground=ground, show=show)
        end: End = "failed"
        try:
            async with asyncio.timeout(self._whole):
                prompt = await self._recalling.prompt(heard, intent, self._tools.topics)
                end = await self._rounds(course, prompt, purse)
        except (ModelFailed, TimeoutError) as error:
            log.info("model_turn_failed", persona=heard.persona, reason=str(error) or "too slow")
        return _answered(course, end, self._recalling)

    async def _rounds(self, course: _Course, prompt: Prompt, purse: Purse) -> End:
        for left in reversed(range(MOST_ROUNDS + 1)):
            now = prompt if left else replace(prompt, tools=())
            if not purse.affords(now):
                return "little"
            said = await self._round(course, now, purse)
            if not said.calls or not left:
                return said.ending
            found = await self._tools.use(said.calls, course.heard)
            course.take(found)
            prompt = replace(prompt, turns=(*prompt.turns, *_turns_of(said, found)))
        return "stop"

    async def _round(self, course: _Course, prompt: Prompt, purse: Purse) -> _Round:
        said = _Round(CheckedStream(course.ground, secrets=self._secrets))
        try:
            async with aclosing(purse.stream(prompt)) as pieces:
                async for chosen in pieces:
                    course.model = chosen.model
                    said.calls += chosen.piece.calls
                    said.ending = chosen.piece.ending or said.ending
                    if chosen.piece.text:
                        said.raw.append(chosen.piece.text)
                        said.stream.feed(chosen.piece.text)
                        course.show(lambda: _part(course, said.stream.ready()))
        finally:
            checked = said.stream.finish()
            if course.found or not said.calls:
                course.text = checked.text or course.text
            course.removed += len(checked.removed)
            course.has_advice = course.has_advice or checked.has_advice
        return said


def _part(course: _Course, text: str) -> Reply | None:
    voice = course.heard.voice
    card = Shown(verdict=text, facts=origins_of(voice, course.cards), accent=voice.card.accent)
    return Reply(card=card, source="model", is_last=False) if text else None


def _turns_of(said: _Round, found: list[Found]) -> list[Turn]:
    """Return a round as the next one is told of it."""
    results = (looked_up(one.call.id, one.call.name, one.text) for one in found)
    return [Turn(role="persona", text="".join(said.raw), calls=tuple(said.calls)), *results]


def _answered(course: _Course, end: End, recalling: Recalling) -> Answered | Lack:
    called = tuple(one.called for one in course.found if one.called is not None)
    is_whole = end == "stop" and not course.removed
    if not course.text or (not is_whole and len(course.text.split()) < _FEWEST_WORDS):
        return _instead(course) if course.has_advice else _lack(course, end)
    heard, cards = course.heard, course.cards
    card = Shown(
        verdict=course.text,
        facts=origins_of(heard.voice, cards),
        picture=next((one.picture for one in reversed(cards) if one.picture is not None), None),
        footnote=model_footnote(
            heard.voice, cards, is_whole=end == "stop", is_first=recalling.is_first(heard)
        ),
        accent=heard.voice.card.accent,
    )
    return Answered(card=card, source="model", model=course.model, called=called, removed=course.removed)


def _lack(course: _Course, end: End) -> Lack:
    """Return why nothing of use came of a model."""
    if end == "blocked" or end == "little":  # noqa: PLR1714 - so the type is narrowed
        return end
    return "unshown" if course.removed else "silent"


def _instead(course: _Course) -> Answered:
    """Return what the persona says where its model had nothing but advice."""
    return Answered(
        card=spoken(course.heard, "chat_advice", {"market": None}),
        called=tuple(one.called for one in course.found if one.called is not None),
        removed=course.removed,
    )

"""Uses the tools that a model asks for: look-ups of what any member may see, each bounded in time."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import structlog

from services.chat.intents import Intent, Topic
from services.chat.messages import Called, Shown
from services.chat.pipeline.deciding import may_be_tool
from services.chat.pipeline.hearing import Heard
from services.chat.pipeline.offline import called_of
from services.chat.ports import Answers, Call
from services.chat.prompting.tools import asked_of
from services.errors import OmegaError

_EACH_WITHIN: Final = 8.0
"""Seconds; a model that gets no result says what it has."""
_MOST_AT_ONCE: Final = 4
_NOTHING: Final = "Nothing was found. Ask the member what they mean."
_TOO_MANY: Final = "Not looked up: too many look-ups at once."
_TIME: Final = re.compile(r"<t:(\d{1,11})(?::[a-zA-Z])?>")
_TOO_SLOW: Final = "The look-up did not come in time."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a tool gave: a text for the model, and what the answer then rests on."""

    call: Call
    text: str
    called: Called | None = None
    """None where nothing was found."""
    card: Shown | None = None


class Tools:
    """The tools of one process: every topic that a model may look up."""

    def __init__(self, answers: Answers, *, within: float = _EACH_WITHIN) -> None:
        self._answers = answers
        self._within = within
        self.topics: Mapping[Intent, Topic] = {
            intent: topic for intent, topic in answers.topics.items() if may_be_tool(topic)
        }

    async def use(self, calls: Sequence[Call], heard: Heard) -> list[Found]:
        """Return what the calls of one round give, in their order; they run side by side."""
        left_out = [Found(call=call, text=_TOO_MANY) for call in calls[_MOST_AT_ONCE:]]
        return [*await asyncio.gather(*(self._use(call, heard) for call in calls[:_MOST_AT_ONCE])), *left_out]

    async def _use(self, call: Call, heard: Heard) -> Found:
        try:
            async with asyncio.timeout(self._within):
                return await self._looked_up(call, heard)
        except TimeoutError:
            return Found(call=call, text=_TOO_SLOW)
        except OmegaError as error:
            log.info("look_up_failed", tool=call.name, reason=error.message)
            return Found(call=call, text=" ".join(filter(None, (error.message, error.hint))))

    async def _looked_up(self, call: Call, heard: Heard) -> Found:
        asked = asked_of(call, self.topics, heard.question, heard.locale, heard.request.caller)
        if isinstance(asked, str):
            return Found(call=call, text=asked)
        card = await self._answers.answer(asked, heard.voice, key=heard.key)
        if card is None:
            return Found(call=call, text=_NOTHING)
        return Found(call=call, text=result_of(card), called=called_of(asked, card), card=card)


def result_of(card: Shown) -> str:
    """Return what a card tells, as a text for a model: its title, its facts, its words, source and age."""
    facts = [f"{fact.name}: {fact.value}" for fact in card.facts]
    return written_out("\n".join(filter(None, [card.title, *facts, card.verdict, card.footnote])))


def written_out(text: str) -> str:
    """Return a text with Discord's marks of time as dates, which readers see instead of them."""
    return _TIME.sub(lambda found: f"{datetime.fromtimestamp(int(found[1]), UTC):%Y-%m-%d %H:%M} UTC", text)

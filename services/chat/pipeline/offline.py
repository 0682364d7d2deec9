"""Answers without a model: with what the cogs know, else with a line of the persona."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.chat.intents import Intent, Understood
from services.chat.messages import Called, Shown
from services.chat.pipeline.answered import Answered
from services.chat.pipeline.hearing import Heard
from services.chat.pipeline.wishes import example, guesses
from services.chat.ports import Answers

TRUSTED: Final = 0.3
"""From this confidence on a wish is answered; below it the persona asks what was meant."""
_SOMEBODY: Final = "trader"
"""Whoever has no name; the word is the same in every language."""
_OF_MEMBER: Final[Mapping[Intent, str]] = {
    "greeting": "greeting",
    "thanks": "chat_thanks",
    "goodbye": "chat_goodbye",
    "small_talk": "chat_small_talk",
}
_OF_COMMAND: Final[Mapping[Intent, tuple[str, str]]] = {
    "trade": ("chat_trade", "/order"),
    "cannot": ("chat_cannot", "/help"),
}
"""The line, and the command that it names."""


class Composer:
    """Composes answers from cards and templates."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    async def compose(self, heard: Heard, understood: Understood) -> Answered:
        """Return the answer to a wish.

        Raises what the services raise.
        """
        if understood.intent in self._answers.topics and understood.confidence >= TRUSTED:
            card = await self._answers.answer(understood, heard.voice, key=heard.key)
            if card is not None:
                return Answered(card=card, called=(called_of(understood, card),))
        return Answered(card=spoken(heard, *_line(heard, understood)))


def called_of(understood: Understood, card: Shown) -> Called:
    """Return what a card rests on."""
    return Called(
        topic=understood.intent, arguments=said_of(understood), facts=card.facts, footnote=card.footnote
    )


def said_of(understood: Understood) -> dict[str, str]:
    """Return the slots that were said, as texts."""
    slots = {
        "market": understood.market,
        "markets": ", ".join(understood.markets),
        "timeframe": understood.timeframe,
        "venue": understood.venue,
        **understood.more,
    }
    return {name: said for name, said in slots.items() if said}


def spoken(heard: Heard, line: str, facts: Mapping[str, object]) -> Shown:
    """Return a line of the persona as a card."""
    said = heard.voice.render(line, key=heard.key, **facts)
    return Shown(verdict=said, accent=heard.voice.card.accent)


def member_of(heard: Heard) -> str:
    """Return what the member is called."""
    return heard.request.member or _SOMEBODY


def _line(heard: Heard, understood: Understood) -> tuple[str, Mapping[str, object]]:
    """Return the line that answers what no card does, and its facts."""
    intent = understood.intent if understood.confidence >= TRUSTED else "unknown"
    if intent in _OF_MEMBER:
        return _OF_MEMBER[intent], {"member": member_of(heard)}
    if intent in _OF_COMMAND:
        line, command = _OF_COMMAND[intent]
        return line, {"example": command}
    if intent == "who":
        return "chat_who", _who(heard)
    if intent == "advice":
        return "chat_advice", {"market": understood.market}
    return _unsure(heard, understood)


def _unsure(heard: Heard, understood: Understood) -> tuple[str, Mapping[str, object]]:
    """Return the line that asks what was meant, and its facts."""
    found = guesses(understood, heard.voice)
    if found:
        return "chat_unsure", {"guesses": found, "example": example(understood, heard.voice)}
    return "lost", {"member": member_of(heard)}


def _who(heard: Heard) -> Mapping[str, object]:
    card = heard.voice.card
    return {
        "name": card.display_name,
        "strengths": [one.topic[heard.locale] for one in card.strengths],
        "example": card.strengths[0].example if card.strengths else "/help",
    }

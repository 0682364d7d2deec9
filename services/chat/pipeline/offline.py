"""Answers without a model: with what the cogs know, else with a line of the persona."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from services.chat.intents import Intent, Understood
from services.chat.messages import Called, Shown
from services.chat.pipeline.answered import Answered
from services.chat.pipeline.hearing import Heard
from services.chat.pipeline.wishes import example, guesses
from services.chat.ports import Answers
from services.errors import UserMistake
from services.market.messages import TIMEFRAMES

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
_TRADES: Final[Sequence[tuple[str, Sequence[str]]]] = (
    ("/cancel", ("cancel", "cancela", "cancele", "cancelar", "cancelem")),
    (
        "/close",
        (
            *("close", "exit", "flatten", "liquidate", "fecha", "feche", "fechar", "encerra", "encerre"),
            *("encerrar", "zera", "zere", "zerar", "liquida", "liquide", "liquidar"),
        ),
    ),
)
_ORDERS: Final = frozenset({"order", "orders", "ordem", "ordens"})
"""What is cancelled, however it is said."""


class Composer:
    """Composes answers from cards and templates."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    async def compose(self, heard: Heard, understood: Understood) -> Answered:
        """Return the answer to a wish.

        Raises:
            UserMistake: a timeframe is wanted of which there are no candles.
            OmegaError: what the services raise.
        """
        if understood.intent == "distress":
            return Answered(card=spoken(heard, "chat_distress", {}))
        self._refuse(understood)
        if understood.intent in self._answers.topics and understood.confidence >= TRUSTED:
            card = await self._answers.answer(understood, heard.voice, key=heard.key)
            if card is not None:
                return Answered(card=card, called=(called_of(understood, card),))
        return Answered(card=spoken(heard, *_line(heard, understood)))

    def _refuse(self, understood: Understood) -> None:
        topic = self._answers.topics.get(understood.intent)
        if understood.refused and topic is not None and "timeframe" in topic.slots:
            raise UserMistake(
                f"There are no candles of {understood.refused}.", hint=f"Use one of {', '.join(TIMEFRAMES)}."
            )


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
    if intent == "trade":
        return "chat_trade", {"example": _command_of(understood)}
    if intent == "cannot":
        return "chat_cannot", {"example": "/help"}
    if intent == "who":
        return "chat_who", _who(heard)
    if intent == "advice":
        return "chat_advice", {"market": understood.market}
    return _unsure(heard, understood)


def _command_of(understood: Understood) -> str:
    """Return the command that does what a member wants done."""
    said = understood.question.words
    found = next((command for command, words in _TRADES if not set(words).isdisjoint(said)), "/order")
    return "/cancel" if found == "/close" and not _ORDERS.isdisjoint(said) else found


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

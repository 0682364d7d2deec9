"""Remembering and forgetting: by code that understood the member's own words, never on a model's word."""

from __future__ import annotations

import re
from typing import Final

from services.chat.intents import Understood
from services.chat.keeping.memories import Memories
from services.chat.messages import ForgetFacts, RememberedFact, RememberFact
from services.chat.pipeline.answered import Answered
from services.chat.pipeline.hearing import Heard
from services.chat.pipeline.offline import spoken
from services.errors import UserMistake

_REMEMBER: Final = re.compile(
    r"\A(?s:.*?)\b(?:remember|keep in mind|note|don't forget"
    r"|lembra|lembre|lembre-se|guarda|guarde|anota|anote)\b"
    r"(?:\s+(?:that|this|de que|que|isso|disso))?[\s:,]*",
    re.IGNORECASE,
)
_FORGET: Final = re.compile(
    r"\A(?s:.*?)\b(?:forget|erase|delete|esqueça|esqueca|esquece|esqueçe|apaga|apague)\b"
    r"(?:\s+(?:that|about|this|que|de que|isso|disso|sobre))?[\s:,]*",
    re.IGNORECASE,
)
_EVERYTHING: Final = frozenset({"everything", "anything", "all", "me", "tudo", "todas", "todos", "mim"})
_SMALL: Final = frozenset(
    """
    a about am and are at from have i in is it know my of on please remember s said that the things this to
    told ve was what you your
    as coisas com da de disse do e é em esse eu falei favor foi isso já lembra meu minha na no o os ou para
    por pra que sabe sobre sou te tenho um uma vc você voce
    """.split()  # noqa: SIM905 - prose is read and kept more easily than a list of literals
)
"""Words by which nothing is told apart. Beside any other word one thing is meant, and not everything."""


class Remembering:
    """Changes memory as members ask for it in plain words."""

    def __init__(self, memories: Memories) -> None:
        self._memories = memories

    async def answer(self, heard: Heard, understood: Understood) -> Answered:
        """Return the answer to a wish about memory.

        Raises:
            UserMistake: it cannot be remembered, or nothing like it is.
        """
        if understood.intent == "forget":
            return await self._forget(heard)
        return await self._remember(heard)

    async def _remember(self, heard: Heard) -> Answered:
        caller, persona = heard.request.caller, heard.persona
        if not (await self._memories.of(caller, persona)).is_on:
            return Answered(card=spoken(heard, "chat_memory_off", {}))
        fact = _REMEMBER.sub("", heard.question.text)
        await self._memories.remember(
            RememberFact(id=heard.request.id, caller=caller, persona=persona, text=fact)
        )
        return Answered(card=spoken(heard, "chat_remembered", {"fact": fact}))

    async def _forget(self, heard: Heard) -> Answered:
        caller, persona = heard.request.caller, heard.persona
        named = _FORGET.sub("", heard.question.text)
        known = (await self._memories.of(caller, persona)).facts
        fact = "" if _is_everything(named) else _meant(named, known)
        await self._memories.forget(
            ForgetFacts(id=heard.request.id, caller=caller, persona=persona, fact=fact)
        )
        return Answered(card=spoken(heard, "chat_forgotten", {}))


def _is_everything(named: str) -> bool:
    words = set(_words(named))
    return bool(words & _EVERYTHING) and words <= _EVERYTHING | _SMALL


def _meant(named: str, known: list[RememberedFact]) -> str:
    """Return the id of the one fact that most of the words named are in; what is forgotten stays gone.

    Raises:
        UserMistake: they are in none, or in several as much.
    """
    words = set(_words(named)) - _SMALL
    shared = {fact.id: len(words & set(_words(fact.text))) for fact in known}
    most = max(shared.values(), default=0)
    best = [name for name, count in shared.items() if count == most]
    if 2 * most <= len(words) or len(best) > 1:
        raise UserMistake("Which of the things I remember is meant is not clear.", hint="/memory lists them.")
    return best[0]


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())

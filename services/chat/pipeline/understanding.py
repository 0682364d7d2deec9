"""Understands what was heard: the wish, what it leaves out, and what was wanted before."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from services.chat.intents import Intent, Understood
from services.chat.pipeline.following import followed
from services.chat.pipeline.hearing import Heard
from services.chat.pipeline.names import Names
from services.chat.pipeline.talks import Talks
from services.chat.understanding.lexicon import Lexicon
from services.chat.understanding.recogniser import Recogniser
from services.market.figures import base_of
from services.personas.routing import Question

_PASSING: Final[frozenset[Intent]] = frozenset(
    {"greeting", "thanks", "goodbye", "small_talk", "who", "help", "distress"}
)
"""What is said in between; the talk goes on where it was."""


class Understanding:
    """Recognises wishes with the names that there are now."""

    def __init__(self, lexicon: Lexicon, names: Names, talks: Talks) -> None:
        self._lexicon = lexicon
        self._recogniser = Recogniser(lexicon)
        self._names = names
        self._talks = talks

    async def understand(self, heard: Heard) -> Understood:
        """Return what the member wants, and keep it for what they say next."""
        last = self._talks.last(heard.request)
        before = await self._before(heard, last)
        understood = followed(await self._recognised(heard.question, heard), before, self._lexicon)
        is_passing = last is not None and understood.intent in _PASSING
        kept = replace(last, locale=heard.locale) if last is not None and is_passing else understood
        self._talks.keep(heard.request, kept)
        return understood

    async def _recognised(self, question: Question, heard: Heard) -> Understood:
        found = self._recogniser.understand(
            question,
            caller=heard.request.caller,
            locale=heard.locale,
            names=await self._names.markets(),
            venues=await self._names.venues(),
        )
        return replace(found, locale=heard.locale)

    async def _before(self, heard: Heard, last: Understood | None) -> Understood | None:
        """Return what is gone on with: what a persona said that is replied to, else what was wanted last."""
        quoted = heard.request.quoted[-1] if heard.request.quoted else None
        if quoted is None or quoted.author != "persona":
            return last
        shown = await self._recognised(Question.of(quoted.text.partition("\n")[0]), heard)
        if last is not None and _is_about(last, shown):
            return last
        return shown if shown.market is not None else None


def _is_about(last: Understood, shown: Understood) -> bool:
    """Return whether a message shows what was wanted last."""
    if last.market is None or shown.market is None:
        return last.market is None and shown.market is None
    return base_of(last.market.upper()) == base_of(shown.market.upper())

"""Understands what was heard: the wish, what it leaves out, and what was wanted before."""

from __future__ import annotations

from dataclasses import replace

from services.chat.intents import Understood
from services.chat.pipeline.following import followed
from services.chat.pipeline.hearing import Heard
from services.chat.pipeline.names import Names
from services.chat.pipeline.talks import Talks
from services.chat.understanding.lexicon import Lexicon
from services.chat.understanding.recogniser import Recogniser


class Understanding:
    """Recognises wishes with the names that there are now."""

    def __init__(self, lexicon: Lexicon, names: Names, talks: Talks) -> None:
        self._lexicon = lexicon
        self._recogniser = Recogniser(lexicon)
        self._names = names
        self._talks = talks

    async def understand(self, heard: Heard) -> Understood:
        """Return what the member wants, and keep it for what they say next."""
        found = self._recogniser.understand(
            heard.question,
            caller=heard.request.caller,
            locale=heard.locale,
            names=await self._names.markets(),
            venues=await self._names.venues(),
        )
        spoken = replace(found, locale=heard.locale)
        understood = followed(spoken, self._talks.last(heard.request), self._lexicon)
        self._talks.keep(heard.request, understood)
        return understood

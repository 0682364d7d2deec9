"""All personas there are: their cards, and their voices as they are needed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import structlog

from services.errors import Misconfigured, UserMistake
from services.locales import Locale
from services.personas.card import PersonaCard, read_card
from services.personas.voice import Voice, read_voice

log = structlog.get_logger(__name__)


class Roster:
    """The personas of a folder. A voice is read when it first speaks: a bot rarely needs another's."""

    def __init__(self, folder: Path, cards: Mapping[str, PersonaCard]) -> None:
        self._folder = folder
        self._voices: dict[tuple[str, Locale], Voice] = {}
        self.cards = dict(cards)

    def card(self, name: str) -> PersonaCard:
        """Return the card of a persona by its name or display name, in any case.

        Raises:
            UserMistake: there is no such persona; the hint names those there are.
        """
        wanted = name.strip().casefold()
        for card in self.cards.values():
            if wanted in {card.name, card.display_name.casefold()}:
                return card
        names = ", ".join(card.display_name for card in self.cards.values())
        raise UserMistake("There is no persona of that name.", hint=f"There are {names}.")

    def voice(self, name: str, locale: str | None = None) -> Voice:
        """Return the voice of a persona: in `locale` where it speaks it, else in its own first language.

        Raises:
            UserMistake: there is no such persona.
            Misconfigured: it lacks a line.
        """
        card = self.card(name)
        language = card.language(locale)
        found = self._voices.get((card.name, language))
        if found is None:
            found = read_voice(self._folder / card.name, card, language)
            self._voices[card.name, language] = found
        return found


def read_roster(folder: Path, *, own: str | None = None) -> Roster:
    """Read every persona in `folder`, in the order of their names.

    One that lives among them, `own`, needs its own card to be right: others that are wrong are left out and
    logged, so that a mistake in one card stops one bot.

    Raises:
        Misconfigured: a card is wrong, or there is none.
    """
    found = (_card(file.parent, own) for file in sorted(folder.glob("*/persona.yaml")))
    cards = [card for card in found if card is not None]
    if not cards:
        raise Misconfigured(f"{folder}: holds no persona, expected folders with a persona.yaml.")
    return Roster(folder, {card.name: card for card in cards})


def _card(folder: Path, own: str | None) -> PersonaCard | None:
    try:
        return read_card(folder)
    except Misconfigured as error:
        if own in {None, folder.name}:
            raise
        log.warning("persona_left_out", persona=folder.name, why=error.message)
        return None

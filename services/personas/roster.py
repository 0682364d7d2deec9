"""All personas there are: their cards, and their voices as they are needed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from services.errors import Misconfigured, UserMistake
from services.personas.card import PersonaCard, read_card
from services.personas.format import Locale
from services.personas.voice import Voice, read_voice


class Roster:
    """The personas of a folder. A voice is compiled when it first speaks: a bot rarely needs another's."""

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

    @property
    def central(self) -> PersonaCard:
        """Return the persona that guides members to the others."""
        return next(card for card in self.cards.values() if card.is_central)

    def voice(self, name: str, locale: str | None = None) -> Voice:
        """Return the voice of a persona: in `locale` where it speaks it, else in its own first language."""
        card = self.card(name)
        language = next((known for known in card.locales if known == locale), card.locales[0])
        found = self._voices.get((card.name, language))
        if found is None:
            found = read_voice(self._folder / card.name, card, language)
            self._voices[card.name, language] = found
        return found


def read_roster(folder: Path) -> Roster:
    """Read every persona in `folder`, in the order of their names.

    Raises:
        Misconfigured: a card is wrong, there is none, or not exactly one is central.
    """
    cards = [read_card(file.parent) for file in sorted(folder.glob("*/persona.yaml"))]
    central = [card.name for card in cards if card.is_central]
    if len(central) != 1:
        found = ", ".join(central) or "none"
        raise Misconfigured(f"{folder}: exactly one persona must have is_central: true; found {found}.")
    return Roster(folder, {card.name: card for card in cards})

"""The personas as cards: all of them, and one with its character and how it talks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from cogs._ui.card import Action, Card, Fact, press_id
from cogs._ui.settings_cards import LANGUAGES
from services.personas.card import PersonaCard
from services.personas.voice import Voice

_TOPICS: Final = 4


def personas_card(cards: Iterable[PersonaCard], voice: Voice, *, key: str) -> Card:
    """Return the card of all personas, with a button to each."""
    everybody = [*cards]
    return Card(
        title=voice.text("Who is here"),
        verdict=voice.render("persona_list", key=key, count=len(everybody)),
        facts=tuple(Fact(card.display_name, _in_short(card, voice), is_wide=True) for card in everybody),
        actions=tuple(
            Action(card.display_name, press_id("personas", "show", card.name, voice.card.name))
            for card in everybody
        ),
        footnote=voice.text("Every command takes the option persona, which lets any of us answer."),
        accent=voice.card.accent,
    )


def persona_card(shown: PersonaCard, voice: Voice, *, key: str) -> Card:
    """Return the card of one persona, with a button that chooses it."""
    text, locale = voice.text, shown.language(voice.locale)
    choose = text("Let {name} answer me", name=shown.display_name)
    return Card(
        title=shown.display_name,
        verdict=voice.render(
            "persona_shown",
            key=key,
            who=shown.display_name,
            about=shown.tagline[locale].rstrip("."),
            example=_example(shown),
            is_self=shown.name == voice.card.name,
        ),
        facts=(
            Fact(text("Character"), ", ".join(shown.traits[locale]), is_wide=True),
            *_strengths(shown, voice),
            Fact(text("What it never does"), ", ".join(shown.boundaries[locale]), is_wide=True),
            *_samples(shown, voice),
        ),
        actions=(
            Action(choose, press_id("personas", "set", shown.name, voice.card.name), "primary"),
            Action(text("Who is here"), press_id("personas", "list", voice.card.name)),
        ),
        footnote=text("Speaks {languages}", languages=", ".join(LANGUAGES[own] for own in shown.locales)),
        accent=shown.accent,
    )


def _in_short(card: PersonaCard, voice: Voice) -> str:
    locale = card.language(voice.locale)
    topics = ", ".join(strength.topic[locale] for strength in card.strengths[:_TOPICS])
    return "\n".join(line for line in (f"*{card.tagline[locale]}*", topics) if line)


def _example(card: PersonaCard) -> str:
    return next((strength.example for strength in card.strengths), "/help")


def _strengths(card: PersonaCard, voice: Voice) -> list[Fact]:
    locale = card.language(voice.locale)
    lines = [f"{strength.topic[locale]} · `{strength.example}`" for strength in card.strengths]
    return [Fact(voice.text("Strengths"), "\n".join(lines), is_wide=True)] if lines else []


def _samples(card: PersonaCard, voice: Voice) -> list[Fact]:
    said = [
        f"> {sample.member}\n**{card.display_name}**: {sample.answer}"
        for sample in card.samples.get(card.language(voice.locale), ())
    ]
    return [Fact(voice.text("How it talks"), "\n".join(said), is_wide=True)] if said else []

"""What a member chose as a card."""

from __future__ import annotations

from typing import Final

from cogs._ui.card import Card, Fact
from services.locales import Locale
from services.looks import Palette
from services.members.messages import MemberSettings
from services.personas.roster import Roster
from services.personas.voice import Voice

LANGUAGES: Final[dict[Locale, str]] = {"en": "English", "pt-BR": "Português (Brasil)"}
"""Each as its own speakers call it, which is how people look for it."""
PALETTES: Final[dict[Palette, str]] = {"standard": "standard", "colour_blind": "colour-blind"}
_NOT_CHOSEN: Final = "not chosen"
_NONE_YET: Final = "none yet: `/favourites add` keeps one at the head of every list"
_NOTE: Final = (
    "The voice counts where one bot speaks for all; elsewhere each of us speaks for itself. "
    "The time zone says when the day of your /wisdom begins."
)


def settings_card(settings: MemberSettings, roster: Roster, voice: Voice, *, verdict: str) -> Card:
    """Return the card of a member's settings; `verdict` is what is said of them."""
    text = voice.text
    chosen = {
        "Voice": persona_name(settings, roster),
        "Language": language_name(settings.locale),
        "Time zone": settings.timezone,
        "Charts": settings.theme and text(settings.theme),
        "Colours of charts": settings.palette and text(PALETTES[settings.palette]),
    }
    return Card(
        title=text("Your settings"),
        verdict=verdict,
        facts=(
            *(Fact(text(name), value or text(_NOT_CHOSEN)) for name, value in chosen.items()),
            Fact(text("Favourites"), ", ".join(settings.favourites) or text(_NONE_YET), is_wide=True),
        ),
        footnote=text(_NOTE),
        accent=voice.card.accent,
    )


def favourites_card(settings: MemberSettings, voice: Voice, *, verdict: str) -> Card:
    """Return the card of a member's favourites, in their order."""
    text = voice.text
    return Card(
        title=text("Your favourites"),
        verdict=verdict,
        facts=(Fact(text("Favourites"), "\n".join(settings.favourites) or text(_NONE_YET), is_wide=True),),
        footnote=text("They stand at the head of every list of markets, for you alone."),
        accent=voice.card.accent,
    )


def persona_name(settings: MemberSettings, roster: Roster) -> str | None:
    """Return the name to show; that of a persona which has left the farm is shown as it was chosen."""
    card = roster.cards.get(settings.persona or "")
    return settings.persona if card is None else card.display_name


def language_name(locale: str | None) -> str | None:
    """Return what a language calls itself; one of another time is shown as it was chosen."""
    return next((name for known, name in LANGUAGES.items() if known == locale), locale)

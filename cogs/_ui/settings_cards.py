"""What a member chose as a card."""

from __future__ import annotations

from cogs._ui.card import Card, Fact
from services.members.messages import MemberSettings
from services.personas.roster import Roster
from services.personas.voice import Voice

_NOT_CHOSEN = "not chosen"
_NONE_YET = "none yet: `/settings favourite` keeps one at the head of every list"


def settings_card(settings: MemberSettings, roster: Roster, voice: Voice, *, verdict: str) -> Card:
    """Return the card of a member's settings; `verdict` is what is said of them."""
    return Card(
        title="Your settings",
        verdict=verdict,
        facts=(
            Fact("Voice", persona_name(settings, roster) or _NOT_CHOSEN),
            Fact("Favourites", ", ".join(settings.favourites) or _NONE_YET, is_wide=True),
        ),
        footnote="The voice counts where one bot speaks for all; elsewhere each of us speaks for itself.",
        accent=voice.card.accent,
    )


def persona_name(settings: MemberSettings, roster: Roster) -> str | None:
    """Return the name to show; that of a persona which has left the farm is shown as it was chosen."""
    card = roster.cards.get(settings.persona or "")
    return settings.persona if card is None else card.display_name

"""What a member chose as a card."""

from __future__ import annotations

from cogs._ui.card import Card, Fact
from services.members.messages import MemberSettings
from services.personas.roster import Roster
from services.personas.voice import Voice

_NOT_CHOSEN = "not chosen"


def settings_card(settings: MemberSettings, roster: Roster, voice: Voice, *, line: str, key: str) -> Card:
    """Return the card of a member's settings; `line` is what is said of them."""
    persona = _persona(settings, roster)
    return Card(
        title="Your settings",
        verdict=voice.render(line, key=key, persona=persona),
        facts=(Fact("Voice", persona or _NOT_CHOSEN),),
        footnote="The voice counts where one bot speaks for all; elsewhere each of us speaks for itself.",
        accent=voice.card.accent,
    )


def _persona(settings: MemberSettings, roster: Roster) -> str | None:
    """Return the name to show; that of a persona which has left the farm is shown as it was chosen."""
    card = roster.cards.get(settings.persona or "")
    return settings.persona if card is None else card.display_name

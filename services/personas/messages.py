"""What persona bots tell one another: about themselves, and what their members asked for last."""

from __future__ import annotations

import msgspec

from services.bus.messages import Key, Message


class PersonaPresent(Message, frozen=True, kw_only=True):
    """A persona is connected to Discord as this user, who can be mentioned. It fades with its bot."""

    persona: str
    user_id: str


class RecentMarkets(Message, frozen=True, kw_only=True):
    """The markets a member asked about, the last one first."""

    names: list[str] = msgspec.field(default_factory=list)


PERSONA_PRESENT = Key("persona_present", PersonaPresent)
"""One part a persona, by name."""
RECENT_MARKETS = Key("recent_markets", RecentMarkets)
"""One part a member, by user id; it fades when the member has asked for nothing for a while."""

"""What a persona bot tells the others about itself."""

from __future__ import annotations

from services.bus.messages import Key, Message


class PersonaPresent(Message, frozen=True, kw_only=True):
    """A persona is connected to Discord as this user, who can be mentioned. It fades with its bot."""

    persona: str
    user_id: str


PERSONA_PRESENT = Key("persona_present", PersonaPresent)
"""One part a persona, by name."""

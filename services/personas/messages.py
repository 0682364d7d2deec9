"""What persona bots tell one another: about themselves, what members asked for last, whose turn it is."""

from __future__ import annotations

import msgspec

from services.bus.messages import Key, Log, Message


class PersonaPresent(Message, frozen=True, kw_only=True):
    """A persona is connected to Discord as this user, who can be mentioned. It fades with its bot."""

    persona: str
    user_id: str


class RecentMarkets(Message, frozen=True, kw_only=True):
    """The markets a member asked about, the last one first."""

    names: list[str] = msgspec.field(default_factory=list)


class Speech(Message, frozen=True, kw_only=True):
    """What one persona says in a panel."""

    persona: str
    text: str


class PanelTurn(Message, frozen=True, kw_only=True):
    """Whose turn it is in a panel. Each bot says its own speech and hands the turn on to the next.

    After the last speech one more turn, which is nobody's, says that the panel is over.
    """

    id: str
    """Of the command that called the panel."""
    keeper: str
    """The persona whose bot was asked: it says in the end what others could not say."""
    locale: str
    channel_id: str
    title: str
    speeches: list[Speech]
    at: int = 0
    unsaid: list[Speech] = msgspec.field(default_factory=list)
    """What Discord did not take from their speakers."""

    @property
    def is_over(self) -> bool:
        """Return whether everybody had a turn."""
        return self.at >= len(self.speeches)


PERSONA_PRESENT = Key("persona_present", PersonaPresent)
"""One part a persona, by name."""
RECENT_MARKETS = Key("recent_markets", RecentMarkets)
"""One part a member, by user id; it fades when the member has asked for nothing for a while."""
PANEL_TURNS = Log("panel_turns", PanelTurn, keep=1_000)
"""Every bot hears every turn and takes its own."""

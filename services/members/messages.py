"""What the members process answers: settings of guilds and members, rights, and the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, get_args

import msgspec

from services.bus.messages import Key, Log, Message, Request
from services.looks import Palette, Theme

Right = Literal["member", "trader", "admin"]
"""Each right includes those before it."""
PALETTES: tuple[Palette, ...] = get_args(Palette)


class MemberSettings(Message, frozen=True, kw_only=True):
    """What a member chose. Snowflakes are strings; None means never chosen."""

    user_id: str
    locale: str | None = None
    timezone: str | None = None
    persona: str | None = None
    favourites: list[str] = msgspec.field(default_factory=list)
    theme: Theme | None = None
    """Of the charts that the member asks for."""
    palette: Palette | None = None
    """Of the same; ``colour_blind`` tells up from down without red and green."""


class SpokenLanguage(Message, frozen=True, kw_only=True):
    """The language of a member's Discord, as their last command said it; empty once they had it forgotten."""

    locale: str = ""


MEMBER_LANGUAGE = Key("member_language", SpokenLanguage)
"""One part a member, by user id, of those who chose no language; it fades where nothing is asked for long."""


class GuildSettings(Message, frozen=True, kw_only=True):
    """What a guild's admins chose; the role ids that carry a right beyond what Discord's permissions give."""

    guild_id: str
    locale: str | None = None
    admin_channel_id: str | None = None
    trader_role_ids: list[str] = msgspec.field(default_factory=list)
    admin_role_ids: list[str] = msgspec.field(default_factory=list)


class Caller(Message, frozen=True, kw_only=True):
    """Who is asking, as Discord's interaction says it, never as text says it."""

    user_id: str
    guild_id: str | None = None
    role_ids: list[str] = msgspec.field(default_factory=list)
    role_names: list[str] = msgspec.field(default_factory=list)
    is_guild_admin: bool = False
    """Discord's Administrator or Manage Server permission in that guild."""
    can_manage_messages: bool = False
    """Discord's Manage Messages permission, in the channel asked from."""
    can_mention: bool = False
    """Discord's permission to mention everyone and all roles, in the same channel."""


class Allowed(Message, frozen=True, kw_only=True):
    """The strongest right that the caller holds."""

    right: Right


class AuditEntry(Message, frozen=True, kw_only=True):
    """One change to the farm: who did what to what, and how it ended. `id` makes a repeat harmless."""

    id: str
    at: datetime
    actor: str
    action: str
    subject: str
    outcome: str
    detail: str = ""


class AuditPage(Message, frozen=True, kw_only=True):
    """Audit entries, newest first."""

    entries: list[AuditEntry]


class GetMember(Request[MemberSettings], frozen=True, kw_only=True, tag="members.get_member"):
    """Ask for a member's settings; one who never chose has None everywhere."""

    user_id: str


class ChangeMember(Request[MemberSettings], frozen=True, kw_only=True, tag="members.change_member"):
    """Change some of a member's settings; what is not named stays as it is stored.

    None takes a choice back. Answers all that is now stored. Raises `UserMistake` for a bad value.
    """

    user_id: str
    locale: str | msgspec.UnsetType | None = msgspec.UNSET
    timezone: str | msgspec.UnsetType | None = msgspec.UNSET
    persona: str | msgspec.UnsetType | None = msgspec.UNSET
    keep: list[str] = msgspec.field(default_factory=list)
    """Markets that become favourites, behind those there are."""
    let_go: list[str] = msgspec.field(default_factory=list)
    """Markets that are favourites no more."""
    theme: Theme | msgspec.UnsetType | None = msgspec.UNSET
    palette: Palette | msgspec.UnsetType | None = msgspec.UNSET


class LessonDone(Message, frozen=True, kw_only=True):
    """A lesson that a member went through."""

    lesson: str
    at: datetime


class QuestionAnswered(Message, frozen=True, kw_only=True):
    """A member's last answer to a question of the quiz."""

    question: str
    is_right: bool
    at: datetime


class Kept(Message, frozen=True, kw_only=True):
    """All that the database keeps of a member. `audit` is what the member did, newest first."""

    settings: MemberSettings
    lessons: list[LessonDone]
    answers: list[QuestionAnswered]
    audit: list[AuditEntry]


class Forgotten(Message, frozen=True, kw_only=True):
    """A member's things are deleted: `rows` of them. Entries of the audit log stay, `kept` of them."""

    rows: int
    kept: int


class ExportMember(Request[Kept], frozen=True, kw_only=True, tag="members.export_member"):
    """Ask for all that is kept of a member. Only the member is shown it."""

    user_id: str


class DeleteMember(Request[Forgotten], frozen=True, kw_only=True, tag="members.delete_member"):
    """Delete settings, favourites and what was learnt of a member, all of it or nothing.

    The audit log keeps who did what: each of its entries seals those before it, so that one which is taken
    out or rewritten would make all the later ones worthless. That is said before anything is deleted. The
    deletion itself becomes an entry, which names the member as the others do.
    """

    user_id: str


class GetGuild(Request[GuildSettings], frozen=True, kw_only=True, tag="members.get_guild"):
    """Ask for a guild's settings."""

    guild_id: str


class SetGuild(Request[GuildSettings], frozen=True, kw_only=True, tag="members.set_guild"):
    """Replace a guild's settings; needs the right admin in that guild. Raises `NotAllowed`."""

    caller: Caller
    settings: GuildSettings


class GetRight(Request[Allowed], frozen=True, kw_only=True, tag="members.get_right"):
    """Ask for the strongest right of a caller."""

    caller: Caller


class GetAudit(Request[AuditPage], frozen=True, kw_only=True, tag="members.get_audit"):
    """Ask for the newest audit entries; needs the right admin. Raises `NotAllowed`."""

    caller: Caller
    limit: int = 20


AUDIT = Log("audit", AuditEntry)
"""Whoever changes the farm appends here; members writes the rows."""

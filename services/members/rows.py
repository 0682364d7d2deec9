"""The crossing between what the service says on the bus and what the database keeps."""

from __future__ import annotations

import msgspec

from services.looks import Palette, Theme
from services.members.messages import AuditEntry, GuildSettings, MemberSettings
from services.store.rows import AuditRow, GuildRow, MemberRow


def member_row(settings: MemberSettings) -> MemberRow:
    """Translate a member's settings for the database."""
    return MemberRow(
        user_id=settings.user_id,
        locale=settings.locale,
        timezone=settings.timezone,
        persona=settings.persona,
        favourites=tuple(settings.favourites),
        theme=settings.theme,
        palette=settings.palette,
    )


def member_settings(row: MemberRow) -> MemberSettings:
    """Translate a member's row for the bus."""
    return MemberSettings(
        user_id=row.user_id,
        locale=row.locale,
        timezone=row.timezone,
        persona=row.persona,
        favourites=list(row.favourites),
        theme=None if row.theme is None else msgspec.convert(row.theme, Theme),
        palette=None if row.palette is None else msgspec.convert(row.palette, Palette),
    )


def guild_row(settings: GuildSettings) -> GuildRow:
    """Translate a guild's settings for the database."""
    return GuildRow(
        guild_id=settings.guild_id,
        locale=settings.locale,
        admin_channel_id=settings.admin_channel_id,
        trader_role_ids=tuple(settings.trader_role_ids),
        admin_role_ids=tuple(settings.admin_role_ids),
    )


def guild_settings(row: GuildRow) -> GuildSettings:
    """Translate a guild's row for the bus."""
    return GuildSettings(
        guild_id=row.guild_id,
        locale=row.locale,
        admin_channel_id=row.admin_channel_id,
        trader_role_ids=list(row.trader_role_ids),
        admin_role_ids=list(row.admin_role_ids),
    )


def audit_row(entry: AuditEntry) -> AuditRow:
    """Translate an audit entry for the database."""
    return AuditRow(
        id=entry.id,
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        subject=entry.subject,
        outcome=entry.outcome,
        detail=entry.detail,
    )


def audit_entry(row: AuditRow) -> AuditEntry:
    """Translate an audit row for the bus."""
    return AuditEntry(
        id=row.id,
        at=row.at,
        actor=row.actor,
        action=row.action,
        subject=row.subject,
        outcome=row.outcome,
        detail=row.detail,
    )

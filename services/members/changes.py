"""What a change of settings looks like in the audit log."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from services.members.messages import ChangeMember, GuildSettings, MemberSettings
from services.store.rows import AuditRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field that is no longer what it was."""

    field: str
    before: object
    after: object


def applied(change: ChangeMember, stored: MemberSettings) -> MemberSettings:
    """Return `stored` with what `change` names."""
    left = [market for market in stored.favourites if market not in change.let_go]
    return MemberSettings(
        user_id=stored.user_id,
        locale=stored.locale if change.locale is msgspec.UNSET else change.locale,
        timezone=stored.timezone if change.timezone is msgspec.UNSET else change.timezone,
        persona=stored.persona if change.persona is msgspec.UNSET else change.persona,
        favourites=list(dict.fromkeys([*left, *change.keep])),
        theme=stored.theme if change.theme is msgspec.UNSET else change.theme,
        palette=stored.palette if change.palette is msgspec.UNSET else change.palette,
    )


def changes(
    before: GuildSettings | MemberSettings, after: GuildSettings | MemberSettings
) -> tuple[Change, ...]:
    """Return the fields that differ, in their order; both are settings of the same kind."""
    pairs = zip(msgspec.structs.asdict(before).items(), msgspec.structs.asdict(after).values(), strict=True)
    return tuple(Change(field=name, before=old, after=new) for (name, old), new in pairs if old != new)


def guild_change(guild_id: str, changed: Sequence[Change], *, actor: str, at: datetime) -> AuditRow:
    """Build the audit row for a guild's settings, with what each was and is."""
    detail = "; ".join(f"{change.field}: {change.before} -> {change.after}" for change in changed)
    return _row("guild.set", f"guild {guild_id}", detail, actor=actor, at=at)


def member_change(user_id: str, changed: Sequence[Change], *, at: datetime) -> AuditRow:
    """Build the audit row for a member's settings: which, not what, since admins read the log."""
    detail = ", ".join(change.field for change in changed)
    return _row("member.set", f"member {user_id}", detail, actor=user_id, at=at)


def member_deletion(user_id: str, rows: int, *, at: datetime) -> AuditRow:
    """Build the audit row for a member who had what is kept of them deleted."""
    return _row("member.delete", f"member {user_id}", f"rows: {rows}", actor=user_id, at=at)


def _row(action: str, subject: str, detail: str, *, actor: str, at: datetime) -> AuditRow:
    content = f"{action}\n{subject}\n{actor}\n{at.isoformat()}\n{detail}"
    return AuditRow(
        id=f"settings:{hashlib.blake2b(content.encode(), digest_size=16).hexdigest()}",
        at=at,
        actor=actor,
        action=action,
        subject=subject,
        outcome="done",
        detail=detail,
    )

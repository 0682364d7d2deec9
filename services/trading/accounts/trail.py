"""What members do with accounts and second factors, as the audit log keeps it."""

from __future__ import annotations

from datetime import datetime

from services.store.rows import AuditRow


def audited(action: str, subject: str, *, by: str, at: datetime, id: str, detail: str = "") -> AuditRow:  # noqa: A002 - the row's own name
    """Build the row of something that was done; `id` is of the request, so that a repeat adds none."""
    return AuditRow(
        id=f"desk:{action}:{id}",
        at=at,
        actor=by,
        action=action,
        subject=subject,
        outcome="done",
        detail=detail,
    )

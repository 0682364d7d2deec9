"""What is done about accounts, risk and seasons, as the audit log keeps it."""

from __future__ import annotations

from datetime import datetime

from services.store.rows import AuditRow


def audit_id(action: str, key: str) -> str:
    """Return the id of the row of something that was done."""
    return f"desk:{action}:{key}"


def audited(
    action: str, key: str, *, by: str, subject: str, at: datetime, detail: str = "", outcome: str = "done"
) -> AuditRow:
    """Build the row of something that was done, once for each `key`."""
    return AuditRow(
        id=audit_id(action, key),
        at=at,
        actor=by,
        action=action,
        subject=subject,
        outcome=outcome,
        detail=detail,
    )

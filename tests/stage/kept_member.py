"""One member's settings, kept as the members process would keep them."""

from __future__ import annotations

from typing import Any

from persona_fakes import FakeBus

from services.bus.messages import Request
from services.members.changes import applied
from services.members.messages import (
    ChangeMember,
    DeleteMember,
    ExportMember,
    Forgotten,
    GetMember,
    Kept,
    MemberSettings,
)


class KeptMember:
    """Answers for one member on a bus; a stranger lives in Lisbon."""

    def __init__(self, bus: FakeBus) -> None:
        self.settings: MemberSettings | None = None
        self.more: dict[str, Any] = {"lessons": [], "answers": [], "audit": []}
        bus.answers[GetMember], bus.answers[ChangeMember] = self.get, self.change
        bus.answers[ExportMember], bus.answers[DeleteMember] = self.export, self.delete

    def get(self, request: Request[Any]) -> MemberSettings:
        assert isinstance(request, GetMember | ChangeMember | ExportMember)
        return self.settings or MemberSettings(user_id=request.user_id, timezone="Europe/Lisbon")

    def change(self, request: Request[Any]) -> MemberSettings:
        assert isinstance(request, ChangeMember)
        self.settings = applied(request, self.get(request))
        return self.settings

    def export(self, request: Request[Any]) -> Kept:
        return Kept(settings=self.get(request), **self.more)

    def delete(self, request: Request[Any]) -> Forgotten:
        assert isinstance(request, DeleteMember)
        self.settings = MemberSettings(user_id=request.user_id)
        return Forgotten(rows=1, kept=0)

"""What is kept of one member, as the processes members, alerts, desk and chat would keep it."""

from __future__ import annotations

from typing import Any

from persona_fakes import FakeBus

from services.alerts.messages import AlertsForgotten, AlertsKept, ExportAlerts, ForgetAlerts
from services.bus.messages import Request
from services.chat.messages import ChatForgotten, ChatKept, DeleteChat, ExportChat
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
from services.trading.accounts.messages import AccountsKept, DeskForgotten, ExportDesk, ForgetDesk


class KeptMember:
    """Answers for one member on a bus; a stranger lives in Lisbon."""

    def __init__(self, bus: FakeBus) -> None:
        self.settings: MemberSettings | None = None
        self.more: dict[str, Any] = {"lessons": [], "answers": [], "audit": []}
        self.alerts: dict[str, list[str]] = {}
        self.desk: dict[str, list[str]] = {}
        self.chat: dict[str, list[str]] = {}
        bus.answers[GetMember], bus.answers[ChangeMember] = self.get, self.change
        bus.answers[ExportMember], bus.answers[DeleteMember] = self.export, self.delete
        bus.answers[ExportAlerts], bus.answers[ForgetAlerts] = self.export_alerts, self.forget_alerts
        bus.answers[ExportDesk], bus.answers[ForgetDesk] = self.export_desk, self.forget_desk
        bus.answers[ExportChat], bus.answers[DeleteChat] = self.export_chat, self.delete_chat

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

    def export_alerts(self, request: Request[Any]) -> AlertsKept:
        assert isinstance(request, ExportAlerts)
        return AlertsKept(rows=dict(self.alerts))

    def forget_alerts(self, request: Request[Any]) -> AlertsForgotten:
        assert isinstance(request, ForgetAlerts)
        gone = sum(map(len, self.alerts.values()))
        self.alerts.clear()
        return AlertsForgotten(rows=gone)

    def export_desk(self, request: Request[Any]) -> AccountsKept:
        assert isinstance(request, ExportDesk)
        return AccountsKept(rows=dict(self.desk))

    def forget_desk(self, request: Request[Any]) -> DeskForgotten:
        assert isinstance(request, ForgetDesk)
        gone = sum(map(len, self.desk.values()))
        self.desk.clear()
        return DeskForgotten(rows=gone)

    def export_chat(self, request: Request[Any]) -> ChatKept:
        assert isinstance(request, ExportChat)
        return ChatKept(lines=dict(self.chat))

    def delete_chat(self, request: Request[Any]) -> ChatForgotten:
        assert isinstance(request, DeleteChat)
        gone = sum(map(len, self.chat.values()))
        self.chat.clear()
        return ChatForgotten(rows=gone)

"""The members service: it alone writes settings of guilds and members, and the audit log."""

from __future__ import annotations

import asyncio
import zoneinfo
from typing import Any, ClassVar, Final, cast

import structlog

from services.bus.messages import Entry, Message, R, Request
from services.clock import Clock
from services.errors import NotAllowed, UserMistake
from services.members.changes import applied, changes, guild_change, member_change
from services.members.checks import check_favourites, check_member, checked_guild
from services.members.messages import (
    Allowed,
    AuditEntry,
    AuditPage,
    Caller,
    ChangeMember,
    DeleteMember,
    ExportMember,
    Forgotten,
    GetAudit,
    GetGuild,
    GetMember,
    GetRight,
    GuildSettings,
    Kept,
    MemberSettings,
    Right,
    SetGuild,
)
from services.members.privacy import all_kept, forget
from services.members.rights import ADMIN_ROLE, right_of
from services.members.rows import (
    audit_entry,
    audit_row,
    guild_row,
    guild_settings,
    member_row,
    member_settings,
)
from services.omega import OmegaService, ServiceConfig
from services.store.store import Rows, Store

LONGEST_PAGE: Final = 100

log = structlog.get_logger(__name__)


class MembersService(OmegaService):
    """Settings, rights and the audit log, kept in `store`."""

    name: ClassVar[str] = "members"
    requests: ClassVar[tuple[type[Request[Any]], ...]] = (
        GetMember,
        ChangeMember,
        GetGuild,
        SetGuild,
        GetRight,
        GetAudit,
        ExportMember,
        DeleteMember,
    )

    def __init__(self, config: ServiceConfig, *, store: Store, clock: Clock) -> None:
        super().__init__(config)
        self._store = store
        self._clock = clock
        self._timezones: frozenset[str] = frozenset()
        self._changing = asyncio.Lock()

    async def initialize(self) -> None:
        """Learn the names of the time zones, and say in the log when the audit log was tampered with."""
        self._timezones = frozenset(await asyncio.to_thread(zoneinfo.available_timezones))
        async with self._store.read() as rows:
            broken = await rows.audit.first_broken()
        if broken is not None:
            log.error("audit_chain_broken", first_broken_id=broken)

    async def process(self, request: Request[R]) -> R:
        """Answer one request; what each raises stands at the request."""
        return cast("R", await self._answer(request))

    async def _answer(self, request: Request[Any]) -> Message:
        match request:
            case GetMember() | ChangeMember() | ExportMember() | DeleteMember():
                return await self._of_member(request)
            case GetGuild(guild_id=guild_id):
                return await self._guild(guild_id)
            case SetGuild(caller=caller, settings=settings):
                return await self._set_guild(caller, settings)
            case GetRight(caller=caller):
                return Allowed(right=await self._right(caller))
            case GetAudit(caller=caller, limit=limit):
                return await self._audit(caller, limit)
        raise TypeError(f"members does not answer {type(request).__name__}")

    async def _of_member(self, request: GetMember | ChangeMember | ExportMember | DeleteMember) -> Message:
        match request:
            case GetMember(user_id=user_id):
                return await self._member(user_id)
            case ChangeMember():
                return await self._change_member(request)
            case ExportMember(user_id=user_id):
                return await self._export(user_id)
            case DeleteMember(user_id=user_id):
                return await self._delete(user_id)

    async def record(self, entry: Entry[AuditEntry]) -> None:
        """Write one entry of the audit log, once however often it is delivered.

        Raises:
            StoreUnavailable: it is not written, and may be handed over again.
        """
        async with self._changing, self._store.write() as rows:
            await rows.audit.append(audit_row(entry.message))

    async def _member(self, user_id: str) -> MemberSettings:
        async with self._store.read() as rows:
            return await _stored_member(rows, user_id)

    async def _change_member(self, change: ChangeMember) -> MemberSettings:
        """Read and write under one lock: PostgreSQL lets two transactions read before either has written."""
        check_member(applied(change, MemberSettings(user_id=change.user_id)), self._timezones)
        async with self._changing, self._store.write() as rows:
            before = await _stored_member(rows, change.user_id)
            wanted = applied(change, before)
            check_favourites(wanted.favourites)
            changed = changes(before, wanted)
            if changed:
                await rows.members.put(member_row(wanted))
                await rows.audit.append(member_change(wanted.user_id, changed, at=self._clock.now()))
        return wanted

    async def _export(self, user_id: str) -> Kept:
        async with self._store.read() as rows:
            return await all_kept(rows, user_id)

    async def _delete(self, user_id: str) -> Forgotten:
        async with self._changing, self._store.write() as rows:
            return await forget(rows, user_id, at=self._clock.now())

    async def _guild(self, guild_id: str) -> GuildSettings:
        async with self._store.read() as rows:
            return await _stored_guild(rows, guild_id)

    async def _set_guild(self, caller: Caller, settings: GuildSettings) -> GuildSettings:
        wanted = checked_guild(settings)
        async with self._store.write() as rows:
            before = await _stored_guild(rows, wanted.guild_id)
            if right_of(caller, before) != "admin":
                raise NotAllowed.for_lack_of(ADMIN_ROLE)
            changed = changes(before, wanted)
            if changed:
                await rows.guilds.put(guild_row(wanted))
                row = guild_change(wanted.guild_id, changed, actor=caller.user_id, at=self._clock.now())
                await rows.audit.append(row)
        return wanted

    async def _right(self, caller: Caller) -> Right:
        if caller.guild_id is None:
            return "member"
        return right_of(caller, await self._guild(caller.guild_id))

    async def _audit(self, caller: Caller, limit: int) -> AuditPage:
        if await self._right(caller) != "admin":
            raise NotAllowed.for_lack_of(ADMIN_ROLE)
        if not 1 <= limit <= LONGEST_PAGE:
            raise UserMistake(f"{limit} entries cannot be shown.", hint=f"Ask for 1 to {LONGEST_PAGE}.")
        async with self._store.read() as rows:
            return AuditPage(entries=[audit_entry(row) for row in await rows.audit.newest(limit)])


async def _stored_member(rows: Rows, user_id: str) -> MemberSettings:
    row = await rows.members.get(user_id)
    return MemberSettings(user_id=user_id) if row is None else member_settings(row)


async def _stored_guild(rows: Rows, guild_id: str) -> GuildSettings:
    row = await rows.guilds.get(guild_id)
    return GuildSettings(guild_id=guild_id) if row is None else guild_settings(row)

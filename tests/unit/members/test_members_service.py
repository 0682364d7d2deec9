from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from services.bus.messages import Entry
from services.errors import NotAllowed, UserMistake
from services.members.messages import (
    Allowed,
    AuditEntry,
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
    LessonDone,
    MemberSettings,
    QuestionAnswered,
    SetGuild,
)
from services.members.rows import member_row
from services.members.service import MembersService
from services.omega import ServiceConfig
from services.store.migrate import migrate
from services.store.rows import AuditRow, LessonDoneRow, MemberRow, QuizAnswerRow
from services.store.store import Rows, Store, open_store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADMIN = Caller(user_id="1", guild_id="10", role_names=["Admin"])
MEMBER = Caller(user_id="2", guild_id="10", role_names=["Member"])


class TickingClock:
    """Each look at it is a second later than the one before."""

    def __init__(self) -> None:
        self._seconds = 0

    def now(self) -> datetime:
        self._seconds += 1
        return NOON + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        return float(self._seconds)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    path = tmp_path / "omega.db"
    await migrate(None, path=path)
    async with open_store(None, path=path, busy_timeout=timedelta(seconds=5), clock=TickingClock()) as opened:
        yield opened


@pytest.fixture
async def members(store: Store) -> MembersService:
    service = MembersService(ServiceConfig(), store=store, clock=TickingClock())
    await service.initialize()
    return service


async def audit(members: MembersService) -> list[AuditEntry]:
    return (await members.process(GetAudit(caller=ADMIN))).entries


def entry(name: str, deliveries: int = 1) -> Entry[AuditEntry]:
    message = AuditEntry(id=name, at=NOON, actor="1", action="bot.toggle", subject="xyko", outcome="done")
    return Entry(id=f"{deliveries}-0", message=message, deliveries=deliveries, appended_at=NOON)


async def test_it_handles_exactly_the_requests_it_lists(members: MembersService) -> None:
    assert all(members.can_handle(request) for request in MembersService.requests)
    assert not members.can_handle(MemberSettings)  # type: ignore[arg-type]  # a message that is no request


async def test_a_member_who_never_chose_has_none_everywhere(members: MembersService) -> None:
    assert await members.process(GetMember(user_id="2")) == MemberSettings(user_id="2")


async def test_what_a_member_sets_is_answered_and_kept(members: MembersService) -> None:
    wanted = MemberSettings(user_id="2", locale="en", timezone="Europe/London", favourites=["BTC/USDT"])
    change = ChangeMember(user_id="2", locale="en", timezone="Europe/London", keep=["BTC/USDT"])
    assert await members.process(change) == wanted
    assert await members.process(GetMember(user_id="2")) == wanted


async def test_what_a_change_does_not_name_stays_and_none_takes_a_choice_back(
    members: MembersService,
) -> None:
    await members.process(
        ChangeMember(user_id="2", locale="en", persona="xyko", timezone="UTC", keep=["A/B"])
    )
    changed = await members.process(ChangeMember(user_id="2", persona=None))
    assert changed == MemberSettings(user_id="2", locale="en", timezone="UTC", favourites=["A/B"])


async def test_a_favourite_is_kept_once_in_its_first_place_until_it_is_let_go(
    members: MembersService,
) -> None:
    await members.process(ChangeMember(user_id="2", keep=["B/USDT", "A/USDT", "B/USDT"]))
    kept = await members.process(ChangeMember(user_id="2", keep=["A/USDT", "C/USDT"]))
    assert kept.favourites == ["B/USDT", "A/USDT", "C/USDT"]
    kept = await members.process(ChangeMember(user_id="2", let_go=["B/USDT", "Z/USDT"]))
    assert kept.favourites == ["A/USDT", "C/USDT"]


async def test_more_favourites_than_are_kept_are_refused_however_few_come_at_a_time(
    members: MembersService,
) -> None:
    for number in range(25):
        await members.process(ChangeMember(user_id="2", keep=[f"A{number}/USDT"]))
    with pytest.raises(UserMistake, match="26"):
        await members.process(ChangeMember(user_id="2", keep=["B/USDT"]))
    assert len((await members.process(GetMember(user_id="2"))).favourites) == 25


class Overlapping:
    """A store like PostgreSQL: a transaction does not wait for another one that has read and will write."""

    def __init__(self) -> None:
        self.kept: dict[str, MemberRow] = {}
        self.logged: list[AuditRow] = []

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Rows]:
        mine = cast("Any", self)
        yield Rows(**{field.name: mine for field in fields(Rows)})

    async def get(self, key: str) -> MemberRow | None:
        found = self.kept.get(key)
        await asyncio.sleep(0.001)
        return found

    async def put(self, row: MemberRow) -> None:
        self.kept[row.user_id] = row

    async def append(self, row: AuditRow) -> None:
        self.logged.append(row)


async def test_changes_at_once_are_all_kept(members: MembersService) -> None:
    overlapping = Overlapping()
    other = MembersService(ServiceConfig(), store=cast("Store", overlapping), clock=TickingClock())
    changes = [
        ChangeMember(user_id="2", persona="xyko"),
        ChangeMember(user_id="2", locale="en"),
        *(ChangeMember(user_id="2", keep=[f"A{number}/USDT"]) for number in range(5)),
    ]
    for service in (members, other):
        await asyncio.gather(*(service.process(change) for change in changes))
    stored = await members.process(GetMember(user_id="2"))
    assert (stored.persona, stored.locale, len(stored.favourites)) == ("xyko", "en", 5)
    assert overlapping.kept["2"] == member_row(stored)


async def test_a_bad_value_changes_nothing(members: MembersService) -> None:
    await members.process(ChangeMember(user_id="2", locale="en"))
    with pytest.raises(UserMistake):
        await members.process(ChangeMember(user_id="2", persona="xyko", timezone="Mars/Olympus"))
    assert await members.process(GetMember(user_id="2")) == MemberSettings(user_id="2", locale="en")


async def test_the_audit_log_says_which_settings_a_member_changed_and_not_to_what(
    members: MembersService,
) -> None:
    await members.process(ChangeMember(user_id="2", locale="en", persona="xyko"))
    (found,) = await audit(members)
    assert (found.actor, found.action, found.subject) == ("2", "member.set", "member 2")
    assert found.detail == "locale, persona"


async def test_the_same_change_delivered_twice_is_one_audit_entry(members: MembersService) -> None:
    request = ChangeMember(user_id="2", locale="en", keep=["BTC/USDT"], let_go=["ETH/USDT"])
    await members.process(request)
    await members.process(request)
    assert len(await audit(members)) == 1


LEARNT = (
    LessonDoneRow(user_id="2", lesson_id="candle", done_at=NOON),
    QuizAnswerRow(user_id="2", question_id="candle.1", is_right=True, answered_at=NOON),
)


async def live(members: MembersService, store: Store) -> None:
    """Two members choose, learn and change something."""
    for user_id in ("2", "3"):
        await members.process(
            ChangeMember(user_id=user_id, theme="light", palette="colour_blind", keep=["A/B"])
        )
    async with store.write() as rows:
        await rows.learning.finish(LEARNT[0])
        await rows.learning.answer(LEARNT[1])


async def test_a_member_gets_all_that_is_kept_of_them_and_nothing_of_others(
    members: MembersService, store: Store
) -> None:
    await live(members, store)
    kept = await members.process(ExportMember(user_id="2"))
    assert kept.settings == MemberSettings(
        user_id="2", theme="light", palette="colour_blind", favourites=["A/B"]
    )
    assert kept.lessons == [LessonDone(lesson="candle", at=NOON)]
    assert kept.answers == [QuestionAnswered(question="candle.1", is_right=True, at=NOON)]
    assert [entry.detail for entry in kept.audit] == ["favourites, theme, palette"]


async def test_what_a_member_has_deleted_is_gone_but_for_the_audit_log_whose_chain_stays_whole(
    members: MembersService, store: Store
) -> None:
    await live(members, store)
    assert await members.process(DeleteMember(user_id="2")) == Forgotten(rows=3, kept=2)
    left = await members.process(ExportMember(user_id="2"))
    assert (left.settings, left.lessons, left.answers) == (MemberSettings(user_id="2"), [], [])
    assert [entry.action for entry in left.audit] == ["member.delete", "member.set"]
    assert (await members.process(GetMember(user_id="3"))).theme == "light"
    async with store.read() as rows:
        assert await rows.audit.first_broken() is None


async def test_deleting_again_finds_nothing_and_leaves_no_trace(
    members: MembersService, store: Store
) -> None:
    await live(members, store)
    await members.process(DeleteMember(user_id="2"))
    assert await members.process(DeleteMember(user_id="2")) == Forgotten(rows=0, kept=2)


async def test_an_admin_sets_a_guild_and_the_audit_log_keeps_before_and_after(
    members: MembersService,
) -> None:
    wanted = GuildSettings(guild_id="10", locale="pt-BR", trader_role_ids=["60"])
    assert await members.process(SetGuild(caller=ADMIN, settings=wanted)) == wanted
    assert await members.process(GetGuild(guild_id="10")) == wanted
    (found,) = await audit(members)
    assert (found.actor, found.action, found.subject) == ("1", "guild.set", "guild 10")
    assert found.detail == "locale: None -> pt-BR; trader_role_ids: [] -> ['60']"


@pytest.mark.parametrize(
    "intruder",
    [
        MEMBER,
        Caller(user_id="3", guild_id="11", role_names=["Admin"], is_guild_admin=True),
        Caller(user_id="3", guild_id=None, role_names=["Admin"], is_guild_admin=True),
    ],
)
async def test_only_an_admin_of_that_guild_sets_it(members: MembersService, intruder: Caller) -> None:
    with pytest.raises(NotAllowed) as refusal:
        await members.process(SetGuild(caller=intruder, settings=GuildSettings(guild_id="10", locale="en")))
    assert refusal.value.facts["role"] == "Admin"
    assert await members.process(GetGuild(guild_id="10")) == GuildSettings(guild_id="10")


async def test_a_right_follows_the_roles_that_the_guild_chose(members: MembersService) -> None:
    trader = Caller(user_id="4", guild_id="10", role_ids=["60"])
    assert await members.process(GetRight(caller=trader)) == Allowed(right="member")
    chosen = GuildSettings(guild_id="10", trader_role_ids=["60"])
    await members.process(SetGuild(caller=ADMIN, settings=chosen))
    assert await members.process(GetRight(caller=trader)) == Allowed(right="trader")


async def test_the_right_in_a_direct_message_is_a_member_s(members: MembersService) -> None:
    caller = Caller(user_id="1", role_names=["Admin"], is_guild_admin=True)
    assert await members.process(GetRight(caller=caller)) == Allowed(right="member")


async def test_an_audit_entry_delivered_again_is_recorded_once(members: MembersService) -> None:
    for deliveries in (1, 2, 3):
        await members.record(entry("a", deliveries))
    assert await audit(members) == [entry("a").message]


async def test_only_an_admin_reads_the_audit_log(members: MembersService) -> None:
    with pytest.raises(NotAllowed) as refusal:
        await members.process(GetAudit(caller=MEMBER))
    assert refusal.value.facts["role"] == "Admin"


@pytest.mark.parametrize("limit", [0, -1, 101])
async def test_a_page_of_the_audit_log_has_a_size(members: MembersService, limit: int) -> None:
    with pytest.raises(UserMistake, match="cannot be shown"):
        await members.process(GetAudit(caller=ADMIN, limit=limit))


async def test_a_broken_audit_chain_is_said_at_the_start(store: Store) -> None:
    async with store.write() as rows:
        await rows.audit.append(AuditRow(id="a", at=NOON, actor="1", action="x", subject="y", outcome="done"))
    async with store._engines.writer.begin() as connection:
        await connection.exec_driver_sql("UPDATE audit_log SET actor = '9'")
    with capture_logs() as logs:
        await MembersService(ServiceConfig(), store=store, clock=TickingClock()).initialize()
    assert [(said["event"], said["first_broken_id"]) for said in logs] == [("audit_chain_broken", "a")]

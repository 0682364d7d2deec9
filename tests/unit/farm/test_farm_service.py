from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from services.bus.messages import Request
from services.clock import SystemClock
from services.errors import NotAllowed, UserMistake
from services.farm.messages import Done, FarmStatus, GetFarm, GetLogs, ReloadConfig, RestartBot, ToggleBot
from services.farm.service import FarmService
from services.members.messages import AuditEntry, Caller, Right
from services.omega import ServiceConfig

ADMIN = Caller(user_id="1", guild_id="10")
MEMBER = Caller(user_id="2", guild_id="10")


class Supervisor:
    """Counts what it is asked to do."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def toggle(self, bot: str, *, enabled: bool, actor: str) -> str:
        return self._make(f"toggle {bot} {enabled} by {actor}")

    def restart(self, bot: str) -> str:
        return self._make(f"restart {bot}")

    def reload(self, *, actor: str) -> str:
        return self._make(f"reload by {actor}")

    def log_lines(self, bot: str, count: int) -> list[str]:
        return [self._make(f"{count} lines of {bot}")]

    def _make(self, what: str) -> str:
        self.made.append(what)
        return what


async def status() -> FarmStatus:
    at = datetime(2026, 8, 1, tzinfo=UTC)
    return FarmStatus(mode="full", bots=[], config_version="1", started_at=at, addresses={})


async def right_of(caller: Caller) -> Right:
    await asyncio.sleep(0.01)
    return "admin" if caller == ADMIN else "member"


@pytest.fixture
def supervisor() -> Supervisor:
    return Supervisor()


@pytest.fixture
def audited() -> list[AuditEntry]:
    return []


@pytest.fixture
def farm(supervisor: Supervisor, audited: list[AuditEntry]) -> FarmService:
    return FarmService(
        ServiceConfig(),
        supervisor=supervisor,
        status=status,
        right_of=right_of,
        audit=audited.append,
        clock=SystemClock(),
        is_guide=lambda bot: bot == "waze",
    )


@pytest.mark.parametrize(
    "request_",
    [
        GetFarm(caller=MEMBER),
        GetLogs(caller=MEMBER, bot="xyko"),
        ToggleBot(id="1", caller=MEMBER, bot="xyko", enabled=False),
        RestartBot(id="1", caller=MEMBER, bot="xyko"),
        ReloadConfig(id="1", caller=MEMBER),
    ],
    ids=lambda request: type(request).__name__,
)
async def test_who_is_no_admin_is_refused_whatever_is_asked(
    farm: FarmService, supervisor: Supervisor, request_: Request[Any]
) -> None:
    with pytest.raises(NotAllowed):
        await farm.process(request_)
    assert supervisor.made == []


async def test_an_admin_is_told_how_the_farm_is(farm: FarmService) -> None:
    assert (await farm.process(GetFarm(caller=ADMIN))).config_version == "1"


async def test_a_change_that_is_delivered_twice_at_once_is_made_and_written_down_once(
    farm: FarmService, supervisor: Supervisor, audited: list[AuditEntry]
) -> None:
    request = RestartBot(id="1", caller=ADMIN, bot="xyko")
    answers = await asyncio.gather(farm.process(request), farm.process(request))
    assert set(answers) == {Done(detail="restart xyko")}
    assert supervisor.made == ["restart xyko"]
    assert [entry.outcome for entry in audited] == ["done"]


async def test_the_guide_is_not_switched_off_from_where_only_it_answers(
    farm: FarmService, supervisor: Supervisor, audited: list[AuditEntry]
) -> None:
    with pytest.raises(UserMistake, match="answers /farm") as refused:
        await farm.process(ToggleBot(id="1", caller=ADMIN, bot="waze", enabled=False))
    assert "enabled: false" in refused.value.hint
    assert supervisor.made == []
    assert [entry.outcome for entry in audited] == ["refused: ASK-01"]
    await farm.process(ToggleBot(id="2", caller=ADMIN, bot="waze", enabled=True))
    assert supervisor.made == ["toggle waze True by 1"]

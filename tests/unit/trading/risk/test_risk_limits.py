from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from risk_cases import BTC, MARKET, NOON, OWNER, ROW, holding, picture, quote
from risk_stage import RiskStage, StagedSessions, lost, risk_store

from config.farm_file import RiskSection
from services.errors import NotAllowed, UserMistake
from services.members.messages import Caller
from services.omega import ServiceConfig
from services.trading.messages import AccountView
from services.trading.risk.limits import strictest
from services.trading.risk.messages import (
    LIMITS,
    AddBlackout,
    LimitView,
    ListBlackouts,
    RemoveBlackout,
    Risk,
    SetLimit,
    ShowRisk,
    SizePosition,
)
from services.trading.risk.service import RiskService
from services.trading.risk.sizing import size_of

ADMIN, OTHER = Caller(user_id="8", guild_id="1"), Caller(user_id="9", guild_id="1")
D = Decimal


class Asked:
    """The service, and requests with ids of their own."""

    def __init__(self, stage: RiskStage) -> None:
        self.stage = stage
        stage.book.rows = {
            "7": ROW,
            "8": replace(ROW, id="acc8", user_id="8"),
            "9": replace(ROW, id="acc9", user_id="9"),
        }
        stage.rights = {"8": "admin", "9": "admin"}
        self.service = RiskService(
            ServiceConfig(),
            store=stage.store,
            book=stage.book,
            factor=stage.factor,
            latch=stage.latch,
            pictures=stage.pictures,
            ledger=stage.ledger,
            bus=stage.bus,
            right_of=stage.right_of,
            section=stage.section,
            clock=stage.clock,
            sessions=StagedSessions(*stage.book.rows.values()),
        )
        self._number = 0

    async def set(self, caller: Caller, value: str, *, id_: str = "", **told: str) -> LimitView:
        self._number += 1
        fields = {"name": "position_share", "scope": "account", **told}
        asked = SetLimit(id=id_ or f"s{self._number}", caller=caller, value=value, **fields)  # type: ignore[arg-type]
        return limit_of(await self.service.process(asked), fields["name"])


def limit_of(risk: Risk, name: str) -> LimitView:
    return next(one for one in risk.limits if one.name == name)


@pytest.fixture
async def asked(tmp_path: Path) -> AsyncIterator[Asked]:
    async with risk_store(tmp_path) as store:
        made = Asked(RiskStage(store))
        async with store.write() as rows:
            await rows.trading.accounts.put(*made.stage.book.rows.values())
        yield made


async def audited(asked: Asked) -> list[tuple[str, str]]:
    async with asked.stage.store.read() as rows:
        return [(one.actor, one.detail) for one in reversed(await rows.audit.newest(9))]


async def test_a_stricter_limit_of_one_s_own_holds_at_once_and_is_written_down(asked: Asked) -> None:
    shown = await asked.set(OWNER, "1,5", locale="pt-BR")
    assert (shown.limit, shown.scope, shown.pending) == (D("1.5"), "account", None)
    assert await audited(asked) == [("7", "3.0 to 1.5")]


async def test_shares_are_written_in_percent(asked: Asked) -> None:
    for written in ("1", "1%", "1 %"):
        assert (await asked.set(OWNER, written, name="risk_per_trade")).limit == D("0.01")


async def test_a_repeat_changes_nothing_again(asked: Asked) -> None:
    await asked.set(OWNER, "1", id_="same")
    await asked.set(OWNER, "0.5")
    again = await asked.set(OWNER, "1", id_="same")
    assert again.limit == 1, "the first answer is told again"
    assert limit_of(await asked.service.process(ShowRisk(caller=OWNER)), "position_share").limit == D("0.5")
    assert len(await audited(asked)) == 2


@pytest.mark.parametrize("value", ["", "much", "0", "-1"])
async def test_what_is_no_value_is_refused(asked: Asked, value: str) -> None:
    with pytest.raises(UserMistake, match="no value"):
        await asked.set(OWNER, value)


async def test_a_limit_that_is_none_is_refused(asked: Asked) -> None:
    with pytest.raises(UserMistake, match="no limit called luck"):
        await asked.set(OWNER, "1", name="luck")
    with pytest.raises(UserMistake, match="no value"):
        await asked.set(OWNER, "2.5", name="losing_streak")


@pytest.mark.parametrize(("name", "value"), [("position_share", "3.1"), ("min_volume", "999999")])
async def test_nobody_loosens_beyond_the_farm(asked: Asked, name: str, value: str) -> None:
    with pytest.raises(UserMistake, match="own limit is stricter"):
        await asked.set(ADMIN, value, name=name, code="123456")


async def test_a_guild_s_limit_needs_an_admin_and_a_code(asked: Asked) -> None:
    with pytest.raises(NotAllowed):
        await asked.set(OWNER, "2", scope="guild", code="123456")
    with pytest.raises(UserMistake, match="code"):
        await asked.set(ADMIN, "2", scope="guild")
    assert (await asked.set(ADMIN, "2", scope="guild", code="123456")).scope == "guild"
    risk = await asked.service.process(ShowRisk(caller=OWNER))
    assert (limit_of(risk, "position_share").limit, limit_of(risk, "position_share").scope) == (D(2), "guild")


async def test_a_looser_limit_waits_for_another_admin_and_for_ten_minutes(asked: Asked) -> None:
    await asked.set(ADMIN, "1", scope="guild", code="123456")
    asked.stage.factor.next_code()
    waits = await asked.set(ADMIN, "2", scope="guild", code="123456")
    assert (waits.limit, waits.pending, waits.needs_approval) == (D(1), D(2), True)
    asked.stage.factor.next_code()
    own = await asked.set(ADMIN, "2", scope="guild", code="123456")
    assert own.needs_approval, "nobody approves what they asked for"
    other_value = await asked.set(OTHER, "2.5", scope="guild", code="123456")
    assert (other_value.pending, other_value.needs_approval) == (D("2.5"), True)
    asked.stage.factor.next_code()
    approved = await asked.set(ADMIN, "2.5", scope="guild", code="123456")
    assert (approved.limit, approved.needs_approval) == (D(1), False)
    assert approved.effective_at == NOON + timedelta(minutes=10)
    asked.stage.clock.turn(minutes=10)
    now = limit_of(await asked.service.process(ShowRisk(caller=OWNER)), "position_share")
    assert (now.limit, now.pending) == (D("2.5"), None)


async def test_an_admin_approves_another_s_account_in_the_same_guild(asked: Asked) -> None:
    await asked.set(ADMIN, "1")
    await asked.set(ADMIN, "2", code="123456")
    assert (await asked.set(OTHER, "2")).limit == 2, "a stricter one of one's own approves nothing"
    with pytest.raises(UserMistake, match="No such change"):
        await asked.set(OTHER, "2.5", approves="acc8", code="123456")
    await asked.set(OTHER, "2", approves="acc8", code="123456")
    asked.stage.clock.turn(minutes=11)
    assert limit_of(await asked.service.process(ShowRisk(caller=ADMIN)), "position_share").limit == 2
    assert limit_of(await asked.service.process(ShowRisk(caller=OTHER)), "position_share").limit == 2


async def test_nobody_but_an_admin_names_another_s_account(asked: Asked) -> None:
    await asked.set(ADMIN, "1")
    await asked.set(ADMIN, "2", code="123456")
    with pytest.raises(NotAllowed):
        await asked.set(OWNER, "2", approves="acc8", code="123456")


async def test_a_stricter_limit_ends_what_waits(asked: Asked) -> None:
    await asked.set(ADMIN, "1", scope="guild", code="123456")
    asked.stage.factor.next_code()
    await asked.set(ADMIN, "2", scope="guild", code="123456")
    asked.stage.factor.next_code()
    assert (await asked.set(ADMIN, "0.5", scope="guild", code="123456")).pending is None


async def test_the_risk_shows_what_is_used_of_each_limit(asked: Asked) -> None:
    asked.stage.pictures.now = picture(holding(amount="20", leverage=D(4)))
    asked.stage.ledger.closed = [lost(NOON - timedelta(hours=3))]
    risk = await asked.service.process(ShowRisk(caller=OWNER))
    assert [one.name for one in risk.limits] == list(LIMITS)
    used = {one.name: one.value for one in risk.limits}
    assert (used["position_share"], used["exposure"], used["leverage"]) == (D(2), D(2), D(4))
    assert (used["losing_streak"], used["daily_loss"], used["spread"]) == (D(1), None, None)
    assert risk.day_share is None, "after a trade without a mark of midnight it cannot be told"


async def test_a_size_loses_the_wanted_part_at_the_stop_rounded_down(asked: Asked) -> None:
    """1 % of 1,000 is 10; at a distance of 3 that is 3.333."""
    asked.stage.ledger.closed = [lost(NOON, r="1")] * 20 + [lost(NOON)] * 20
    request = SizePosition(caller=OWNER, market=BTC, stop="97", risk="1")
    size = await asked.service.process(request)
    assert (size.amount, size.risk, size.cost) == (D("3.333"), D("9.999"), D("333.3"))
    assert size.targets == [D("103.0"), D("106.0"), D("109.0")]
    assert (size.trades, size.kelly_share) == (40, D(0))
    assert size.leverage_needed == D("0.3333")


async def test_a_size_is_never_beyond_the_position_s_limit(asked: Asked) -> None:
    size = await asked.service.process(SizePosition(caller=OWNER, market=BTC, stop="99.9", entry="100"))
    assert size.cost == 3000
    assert (size.risk, size.risk_share, size.cut_by) == (D(3), D("0.003"), "position_share")
    assert size.wanted_share == D("0.02"), "what was wished is told beside what is truly lost"
    assert (size.kelly_share, size.trades) == (None, 0)


def test_a_size_counts_the_fees_of_both_ways_as_the_gate_and_the_card_do() -> None:
    size = size_of(
        SizePosition(caller=OWNER, market=BTC, entry="100", stop="90", risk="1"),
        quote=quote(),
        market=replace(MARKET, taker_fee=D("0.01")),
        equity=D(1000),
        limits=strictest(RiskSection(), [], NOON),
        trades=[],
        account=AccountView(id="acc", name="paper", venue="sandbox", mode="paper", status="active"),
    )
    assert (size.amount, size.risk, size.cut_by) == (D("0.840"), D("9.996"), "")


def test_of_a_market_that_tells_no_fee_no_size_is_told() -> None:
    with pytest.raises(UserMistake, match=f"The fee of {BTC} is not known"):
        size_of(
            SizePosition(caller=OWNER, market=BTC, entry="100", stop="90", risk="1"),
            quote=quote(),
            market=replace(MARKET, taker_fee=None),
            equity=D(1000),
            limits=strictest(RiskSection(), [], NOON),
            trades=[],
            account=AccountView(id="acc", name="paper", venue="sandbox", mode="paper", status="active"),
        )


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"stop": "100"}, "at the entry"),
        ({"stop": "1"}, "no price"),
        ({"stop": "99", "risk": "3"}, "more than may be at risk"),
        ({"stop": "99", "risk": "much"}, "no risk"),
    ],
)
async def test_a_size_that_makes_no_sense_is_refused(asked: Asked, told: dict[str, str], words: str) -> None:
    with pytest.raises(UserMistake, match=words):
        await asked.service.process(SizePosition(caller=OWNER, market=BTC, **told))


async def test_blackouts_are_an_admin_s_and_only_of_their_guild(asked: Asked) -> None:
    add = AddBlackout(id="b", caller=ADMIN, event="CPI", at=NOON + timedelta(hours=1))
    with pytest.raises(NotAllowed):
        await asked.service.process(AddBlackout(id="x", caller=OWNER, event="CPI", at=NOON))
    for _ in range(2):
        kept = await asked.service.process(add)
    (one,) = kept.blackouts
    assert (one.event, one.until_at - one.from_at) == ("CPI", timedelta(hours=1))
    foreign = Caller(user_id="8", guild_id="2")
    assert (await asked.service.process(ListBlackouts(caller=foreign))).blackouts == []
    with pytest.raises(UserMistake, match="no such blackout"):
        await asked.service.process(RemoveBlackout(id="r", caller=foreign, blackout="b"))
    remove = RemoveBlackout(id="r", caller=ADMIN, blackout="b")
    for _ in range(2):
        assert (await asked.service.process(remove)).blackouts == []


async def test_a_blackout_is_removed_by_the_name_of_its_event_where_only_one_has_it(asked: Asked) -> None:
    at = NOON + timedelta(hours=1)
    for id_, event in (("b", "CPI"), ("c", "FOMC"), ("d", "FOMC")):
        await asked.service.process(AddBlackout(id=id_, caller=ADMIN, event=event, at=at))
    kept = await asked.service.process(RemoveBlackout(id="r", caller=ADMIN, blackout="cpi"))
    assert [one.event for one in kept.blackouts] == ["FOMC", "FOMC"]
    with pytest.raises(UserMistake, match="Several"):
        await asked.service.process(RemoveBlackout(id="s", caller=ADMIN, blackout="FOMC"))


async def test_a_blackout_that_is_over_is_not_shown(asked: Asked) -> None:
    await asked.service.process(AddBlackout(id="b", caller=ADMIN, event="CPI", at=NOON))
    asked.stage.clock.turn(minutes=30)
    assert (await asked.service.process(ListBlackouts(caller=OWNER))).blackouts == []
    with pytest.raises(UserMistake, match="over"):
        await asked.service.process(AddBlackout(id="c", caller=ADMIN, event="CPI", at=NOON))

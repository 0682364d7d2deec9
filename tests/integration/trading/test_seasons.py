"""Resets, seasons and the farm's own on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio
from season_stage import (
    ADA,
    BOB,
    EVE,
    SeasonStage,
    a_farm,
    a_plan,
    an_intent,
    an_order,
)

from services.errors import ExchangeUnavailable, NotAllowed, UserMistake
from services.members.messages import Caller
from services.store.trading_rows import AccountRow, RunRow
from services.trading.seasons.house import WORKS
from services.trading.seasons.messages import GetLeaderboard
from services.trading.seasons.ranking import TOO_FEW, UNCAPPED
from services.trading.seasons.service import MAX_LEVERAGE
from services.trading.strategies.profiles import read_profiles
from services.trading.strategies.registry import STRATEGIES
from services.trading.strategies.temperament import most_leverage


@pytest_asyncio.fixture
async def farm(tmp_path: Path) -> AsyncIterator[SeasonStage]:
    async with a_farm(tmp_path) as stage:
        yield stage


async def account_of(farm: SeasonStage, account_id: str) -> AccountRow:
    async with farm.store.read() as rows:
        found = await rows.trading.accounts.get(account_id)
    assert found is not None
    return found


async def leverage_of(farm: SeasonStage, account: AccountRow) -> Decimal | None:
    async with farm.store.read() as rows:
        limit = await rows.trading.limits.get(f"account:{account.id}", "leverage")
    return None if limit is None else limit.value


def a_run(account: AccountRow) -> RunRow:
    return RunRow(
        id="run",
        account_id=account.id,
        user_id=account.user_id,
        guild_id=account.guild_id,
        strategy="fibonacci",
        market="BTC/USDT:USDT",
        timeframe="1h",
        profile="newbie",
        status="active",
        created_at=account.created_at,
        updated_at=account.created_at,
    )


async def test_a_reset_puts_a_new_account_in_use_and_a_repeat_changes_nothing(farm: SeasonStage) -> None:
    old = await farm.book.chosen(ADA)
    first, again = await farm.reset(), await farm.reset()
    assert first.account == again.account
    assert first.equity == 10_000
    assert (await farm.book.chosen(ADA)).id == first.account.id != old.id
    kept = await account_of(farm, old.id)
    new = await account_of(farm, first.account.id)
    assert (kept.status, new.status, new.name) == ("unlinked", "active", "paper")
    assert new.venue_account != kept.venue_account
    async with farm.store.read() as rows:
        assert [one.action for one in await rows.audit.newest(9)] == ["paper.reset"]


async def test_a_reset_cancels_orders_and_plans_first_and_says_how_many(farm: SeasonStage) -> None:
    old = await farm.book.chosen(ADA)
    farm.house.orders[old.id] = [an_order("o1", old.created_at), an_order("o2", old.created_at)]
    async with farm.store.write() as rows:
        await rows.trading.intents.add(an_intent(old, "o1"), an_intent(old, "o2"))
        await rows.trading.plans.add(a_plan(old))
    assert (await farm.reset()).canceled == 3
    assert farm.house.canceled == ["o1", "o2"]


async def test_a_reset_waits_for_an_order_of_which_the_venue_has_not_said_what_it_is(
    farm: SeasonStage,
) -> None:
    old = await farm.book.chosen(ADA)
    async with farm.store.write() as rows:
        await rows.trading.intents.add(an_intent(old, "o1", status="unknown"))
    with pytest.raises(UserMistake, match="still open"):
        await farm.reset()
    assert (await account_of(farm, old.id)).status == "active"


async def test_a_reset_is_refused_while_a_strategy_works_and_of_a_live_account(farm: SeasonStage) -> None:
    old = await farm.book.chosen(ADA)
    async with farm.store.write() as rows:
        await rows.trading.runs.add(a_run(old))
    with pytest.raises(UserMistake, match="strategy works"):
        await farm.reset()
    async with farm.store.write() as rows:
        await rows.trading.runs.delete(account_id=old.id)
        await rows.trading.accounts.put(replace(old, mode="live"))
        await rows.trading.choices.delete(user_id=ADA.user_id)
    await farm.book.use(ADA, old.id)
    with pytest.raises(UserMistake, match="not on paper"):
        await farm.reset()


async def test_a_reset_that_finds_the_venue_away_gives_nothing_up(farm: SeasonStage) -> None:
    old = await farm.book.chosen(ADA)
    farm.house.is_away = True
    with pytest.raises(ExchangeUnavailable):
        await farm.reset()
    assert (await account_of(farm, old.id)).status == "active"


async def test_only_an_admin_starts_a_season_in_a_guild_and_one_at_a_time(farm: SeasonStage) -> None:
    with pytest.raises(NotAllowed):
        await farm.start(BOB)
    with pytest.raises(UserMistake, match="direct messages"):
        await farm.start(Caller(user_id="1"))
    with pytest.raises(UserMistake, match="1 to 30 days"):
        await farm.start(days=31)
    first, again = await farm.start(), await farm.start()
    assert first == again
    with pytest.raises(UserMistake, match="Spring is still on"):
        await farm.start(number="s2", name="Summer")
    await farm.later(days=7)
    assert (await farm.start(number="s2", name="Summer")).name == "Summer"


async def test_there_is_no_leaderboard_before_the_first_season(farm: SeasonStage) -> None:
    with pytest.raises(UserMistake, match="no season here yet"):
        await farm.board()


async def test_who_joins_gets_an_account_of_their_own_with_a_cap_on_leverage_and_uses_it(
    farm: SeasonStage,
) -> None:
    before = await farm.book.chosen(BOB)
    await farm.start()
    told, _ = await farm.join(BOB, "Bob"), await farm.join(BOB, "Bob")
    used = await farm.book.chosen(BOB)
    assert (told.has_joined, told.account, used.name) == (True, "season", "season")
    assert used.id != before.id
    assert await leverage_of(farm, used) == MAX_LEVERAGE
    assert [(one.name, one.is_caller, one.reason) for one in told.places] == [("Bob", True, TOO_FEW)]
    assert "2" not in {one.name for one in (await farm.board(ADA)).places}


async def test_who_is_in_may_change_their_name_but_not_to_one_that_is_taken(farm: SeasonStage) -> None:
    await farm.start()
    await farm.join(ADA, "Ada")
    await farm.join(BOB, "Bob")
    with pytest.raises(UserMistake, match="that name already"):
        await farm.join(BOB, "aDA")
    assert [one.name for one in (await farm.join(BOB, "Bobby")).places] == ["Ada", "Bobby"]


async def test_who_says_no_name_is_called_trader_and_keeps_a_name_that_is_not_changed(
    farm: SeasonStage,
) -> None:
    await farm.start()
    await farm.join(ADA)
    await farm.join(BOB)
    await farm.join(ADA, "Ada")
    assert [one.name for one in (await farm.join(ADA)).places] == ["Ada", "Trader 2"]


async def test_who_leaves_keeps_the_account_without_the_cap_and_does_not_come_back(farm: SeasonStage) -> None:
    await farm.start()
    await farm.join(BOB)
    account = await farm.book.chosen(BOB)
    left, again = await farm.join(BOB, is_leaving=True), await farm.join(BOB, is_leaving=True)
    assert left.places == again.places == []
    assert await leverage_of(farm, account) is None
    assert (await account_of(farm, account.id)).status == "active"
    with pytest.raises(UserMistake, match="nobody begins twice"):
        await farm.join(BOB)


async def test_a_join_while_the_venue_is_away_goes_on_where_it_stopped(farm: SeasonStage) -> None:
    await farm.start()
    farm.house.is_away = True
    with pytest.raises(ExchangeUnavailable):
        await farm.join(BOB)
    assert (await farm.board()).places == []
    farm.house.is_away = False
    assert (await farm.join(BOB)).has_joined


async def test_a_reset_of_the_seasons_account_leaves_the_season(farm: SeasonStage) -> None:
    await farm.start()
    await farm.join(BOB)
    assert (await farm.reset(BOB)).account.name == "paper"
    assert not (await farm.board(BOB)).has_joined


async def test_the_board_ranks_by_risk_and_tells_no_ids(farm: SeasonStage) -> None:
    await farm.start()
    for caller, name in ((ADA, "Ada"), (BOB, "Bob"), (EVE, "Eve")):
        await farm.join(caller, name)
    await farm.did(ADA, low="8000", equity="12000", trades=10)
    await farm.did(BOB, low="9500", equity="11000", trades=12)
    await farm.did(EVE, equity="20000", trades=9)
    places = (await farm.board(BOB)).places
    assert [(one.rank, one.name, one.score) for one in places] == [
        (1, "Bob", 2),
        (2, "Ada", 1),
        (None, "Eve", None),
    ]
    assert places[0].net_share == Decimal("0.1")
    assert places[0].drawdown_share == Decimal("0.05")


async def test_whose_cap_was_loosened_is_not_ranked(farm: SeasonStage) -> None:
    await farm.start()
    await farm.join(BOB, "Bob")
    await farm.did(BOB, equity="11000", trades=10)
    scope = f"account:{(await farm.book.chosen(BOB)).id}"
    async with farm.store.write() as rows:
        await rows.trading.limits.change(scope, "leverage", pending=Decimal(11), approved_by="1")
    assert (await farm.place("Bob")).reason == UNCAPPED


async def test_how_a_season_ended_stays_whatever_happens_afterwards(farm: SeasonStage) -> None:
    await farm.start()
    await farm.join(ADA, "Ada")
    await farm.join(BOB, "Bob")
    await farm.did(ADA, low="9000", equity="11000", trades=10)
    await farm.did(BOB, equity="12000", trades=10)
    season_account = await farm.book.chosen(BOB)
    await farm.later(days=7)
    ended = await farm.board(BOB)
    await farm.did(BOB, equity="1", trades=9)
    await farm.reset(BOB)
    await farm.later(minutes=1)
    assert ended.is_over
    assert [one.name for one in ended.places] == ["Bob", "Ada"]
    assert (await farm.board(BOB)).places == ended.places
    assert await leverage_of(farm, season_account) is None
    with pytest.raises(UserMistake, match="season is over"):
        await farm.join(EVE)


async def test_what_comes_after_the_end_does_not_count_although_the_desk_was_away(farm: SeasonStage) -> None:
    await farm.start(days=1)
    await farm.join(BOB, "Bob")
    await farm.did(BOB, equity="11000", trades=10)
    farm.clock.seconds += 3 * 86_400
    await farm.did(BOB, equity="99999", trades=1)
    await farm.later(seconds=0)
    place = await farm.place("Bob")
    assert (place.net_share, place.trades) == (Decimal("0.1"), 10)


async def test_a_venue_that_is_away_at_the_end_is_waited_for_an_hour(farm: SeasonStage) -> None:
    await farm.start(days=1)
    await farm.join(BOB, "Bob")
    farm.house.is_away = True

    async def lines() -> int:
        async with farm.store.read() as rows:
            return await rows.trading.journal.count(user_id=BOB.user_id)

    await farm.later(days=1)
    assert await lines() == 0
    await farm.later(hours=1)
    assert await lines() == 1


async def test_the_temperaments_take_part_with_strategies_on_accounts_that_begin_alike(
    tmp_path: Path,
) -> None:
    names = tuple(read_profiles())
    async with a_farm(tmp_path, temperaments=names) as farm:
        await farm.start()
        await farm.later(seconds=1)
        await farm.later(seconds=30)
        with pytest.raises(UserMistake, match="that name already"):
            await farm.join(BOB, "Newbie")
        board = await farm.board()
        async with farm.store.read() as rows:
            runs = await rows.trading.runs.where(status="active")
            entries = await rows.trading.entries.where()
        assert sorted(one.name for one in board.places) == sorted(names)
        assert all(one.is_house and not one.is_caller for one in board.places)
        assert {(one.profile, one.market, one.is_automatic) for one in runs} == {
            (name, "BTC/USDT:USDT", True) for name in names
        }
        assert {one.start_equity for one in entries} == {Decimal(10_000)}
        await farm.later(days=7)
        async with farm.store.read() as rows:
            assert await rows.trading.runs.count(status="active") == 0
            assert await rows.trading.accounts.count(status="active") == 0
        assert (await farm.service.process(GetLeaderboard(caller=BOB))).places == board.places


def test_no_temperament_wants_more_leverage_than_a_season_allows() -> None:
    assert max(most_leverage(one) for one in read_profiles().values()) <= MAX_LEVERAGE


def test_what_the_temperaments_trade_is_what_the_strategies_offer() -> None:
    assert all(one.timeframe in STRATEGIES[one.strategy].timeframes for one in WORKS)

"""Living cards of positions: what is told, once, and what a restart or an outage changes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from analyzer_stage import (
    AT,
    BTC,
    Analyzer,
    DiedError,
    a_fill,
    a_position,
    open_analyzer,
    series_of,
    text_of,
    zigzag_of,
)
from hypothesis import given
from hypothesis import strategies as st

from services.alerts.trading_posts import PositionNews, PositionTold, PostMortem
from services.market.messages import GetCandles
from services.trading.positions.living.events import shared
from services.trading.positions.living.ladder import RUNGS, climb

KEY = ("acc1", BTC, "long")


@pytest.fixture
async def analyzer(tmp_path: Path) -> AsyncIterator[Analyzer]:
    async with open_analyzer(tmp_path) as found:
        yield found


async def test_a_position_has_one_card_that_its_owner_sees_alone(analyzer: Analyzer) -> None:
    await analyzer.look(a_position())
    await analyzer.look(a_position())

    (event,) = analyzer.told.events
    assert (event.place, event.user_id, event.guild_id) == ("", "7", "9")
    body = analyzer.told.body(event)
    assert (body.news, body.account_name, body.unrealised) == ("opened", "my paper", Decimal(0))
    assert event.thread == body.card


async def test_a_card_is_edited_only_where_something_shown_changed_and_not_too_often(
    analyzer: Analyzer,
) -> None:
    await analyzer.look(a_position())
    await analyzer.look(a_position(mark=Decimal(61_000)))
    assert analyzer.told.news() == ["opened"]

    await analyzer.look(a_position(mark=Decimal(61_000)), after=20)
    await analyzer.look(a_position(mark=Decimal(61_001)), after=30)

    assert analyzer.told.news() == ["opened", "changed"]
    assert not analyzer.told.last().is_new


async def test_each_rung_of_the_ladder_is_told_once_through_a_restart(analyzer: Analyzer) -> None:
    await analyzer.look(a_position(stop=None))
    await analyzer.mark(37_000)  # 18.9 % from liquidation
    await analyzer.mark(36_990)
    assert analyzer.told.news() == ["opened", "near_liquidation"]

    analyzer.restart()
    await analyzer.look(a_position(stop=None, mark=Decimal(37_000)))
    await analyzer.mark(36_900)
    assert analyzer.told.news() == ["opened", "near_liquidation"]

    await analyzer.mark(33_000)
    last = analyzer.told.last()
    assert analyzer.told.body(last).rung == Decimal("0.10")
    assert last.is_new
    assert last.is_urgent


async def test_a_rung_is_told_again_only_after_price_has_moved_well_away(analyzer: Analyzer) -> None:
    await analyzer.look(a_position(stop=None))
    for price in (37_400, 37_600, 37_400):
        await analyzer.mark(price)
    assert analyzer.told.news().count("near_liquidation") == 1

    for price in (41_000, 37_400):
        await analyzer.mark(price)
    assert analyzer.told.news().count("near_liquidation") == 2


async def test_what_died_on_the_way_is_told_after_a_restart_with_the_same_id(analyzer: Analyzer) -> None:
    await analyzer.look(a_position(stop=None))
    analyzer.told.dies = True
    with pytest.raises(DiedError):
        await analyzer.mark(37_000)

    analyzer.told.dies = False
    analyzer.restart()
    await analyzer.look(a_position(stop=None, mark=Decimal(37_000)))
    await analyzer.look(a_position(stop=None, mark=Decimal(37_000)))

    assert analyzer.told.news() == ["opened", "near_liquidation"]
    assert len({event.id for event in analyzer.told.events}) == 2


async def test_a_position_that_began_near_liquidation_did_not_come_near_it(analyzer: Analyzer) -> None:
    await analyzer.look(a_position(liquidation=Decimal(55_000), stop=None))
    await analyzer.look(a_position(liquidation=Decimal(55_000), stop=None))
    assert analyzer.told.news() == ["opened"]

    await analyzer.mark(57_500)
    assert analyzer.told.body(analyzer.told.last()).rung == Decimal("0.05")


async def test_nearing_the_stop_is_told_once(analyzer: Analyzer) -> None:
    await analyzer.look(a_position())
    for price in (58_600, 58_500, 58_400, 58_500):
        await analyzer.mark(price)
    assert analyzer.told.news() == ["opened", "near_stop"]


async def test_nearing_a_fibonacci_level_is_told_once_in_four_hours(analyzer: Analyzer) -> None:
    analyzer.bus.answers[GetCandles] = series_of(zigzag_of(52_000, 50_000, 66_000, 60_000, 61_000))
    await analyzer.look(a_position(mark=Decimal(61_000)))
    assert not [one for one in analyzer.told.body(analyzer.told.last()).near if one.what == "mark"]

    for price in (62_230, 61_000, 62_230):
        await analyzer.mark(price)
    assert analyzer.told.news() == ["opened", "level"]

    analyzer.clock.seconds += 4 * 3600
    await analyzer.mark(62_230)
    assert analyzer.told.news()[-1] == "level"


async def test_a_muted_card_tells_of_no_level_but_of_all_else_and_only_its_owner_mutes_it(
    analyzer: Analyzer,
) -> None:
    analyzer.bus.answers[GetCandles] = series_of(zigzag_of(52_000, 50_000, 66_000, 60_000, 61_000))
    await analyzer.look(a_position(mark=Decimal(61_000)))
    card = analyzer.told.last().thread
    assert await analyzer.living.mute(card, "8", is_muted=True) is None
    for _ in range(2):
        assert await analyzer.living.mute(card, "7", is_muted=True) is not None
    assert [analyzer.told.body(one).is_muted for one in analyzer.told.events] == [False, True]
    analyzer.restart()
    for price in (62_230, 61_000, 58_400):
        await analyzer.look(a_position(mark=Decimal(price)))
    assert "level" not in analyzer.told.news()
    assert "near_stop" in analyzer.told.news()

    analyzer.clock.seconds += 4 * 3600
    await analyzer.living.mute(card, "7", is_muted=False)
    await analyzer.mark(62_230)
    assert analyzer.told.news()[-1] == "level"


async def test_an_account_that_does_not_answer_is_unknown_and_never_closed(analyzer: Analyzer) -> None:
    await analyzer.look(a_position())
    for _ in range(4):
        await analyzer.look(unknown=["acc1"], after=31)
    assert analyzer.told.news() == ["opened", "unknown"]

    await analyzer.look(a_position())
    assert analyzer.told.news() == ["opened", "unknown", "changed"]


async def test_a_closed_position_is_told_once_with_what_there_is_to_learn(analyzer: Analyzer) -> None:
    await analyzer.look(a_position())
    await analyzer.look(a_position(mark=Decimal(64_000)), after=30)
    await analyzer.fill(a_fill(1, "buy", 60_000, minute=0), a_fill(2, "sell", 61_000, minute=90))
    await analyzer.look()
    await analyzer.look()

    assert analyzer.told.news() == ["opened", "changed", "closed"]
    after = analyzer.told.body(analyzer.told.last()).after
    assert after is not None
    money = (after.exit, after.realised, after.fees, after.r)
    assert money == (Decimal(61_000), Decimal(100), Decimal(6), Decimal("0.47"))
    assert (after.seconds, after.best_share) == (5_400, Decimal(4_000) / 60_000)
    assert after.words[0] == "It left more than half of the best on the table."
    assert 3 <= len(after.words) <= 5
    (row,) = await analyzer.rows()
    assert row.status == "closed"


async def test_an_end_that_was_not_told_before_the_process_died_is_told_after(analyzer: Analyzer) -> None:
    await analyzer.look(a_position())
    await analyzer.fill(a_fill(1, "buy", 60_000, minute=0), a_fill(2, "sell", 61_000, minute=90))
    analyzer.told.dies = True
    with pytest.raises(DiedError):
        await analyzer.look()

    analyzer.told.dies = False
    analyzer.restart()
    await analyzer.look()
    await analyzer.look()
    assert analyzer.told.news() == ["opened", "closed"]
    assert [row.status for row in await analyzer.rows()] == ["closed"]


async def test_a_position_that_is_gone_without_fills_is_closed_after_a_while(analyzer: Analyzer) -> None:
    await analyzer.look(a_position())
    await analyzer.look()
    await analyzer.look(after=10)
    assert analyzer.told.news() == ["opened"]

    await analyzer.look(after=20)
    after = analyzer.told.body(analyzer.told.last()).after
    assert after is not None
    assert (after.realised, after.exit) == (None, Decimal(60_000))
    assert after.words[0].startswith("The venue has not told its exit")


async def test_a_position_opened_in_the_place_of_a_closed_one_has_a_card_of_its_own(
    analyzer: Analyzer,
) -> None:
    await analyzer.look(a_position())
    await analyzer.fill(a_fill(1, "buy", 60_000, minute=0), a_fill(2, "sell", 59_000, minute=5))
    later = a_fill(3, "buy", 59_500, minute=6)
    await analyzer.look(a_position(entry=later.price, opened_at=later.at), after=90)

    assert analyzer.told.news() == ["opened", "closed", "opened"]
    assert len({event.thread for event in analyzer.told.events}) == 2


async def test_an_end_at_the_liquidation_price_is_a_liquidation(analyzer: Analyzer) -> None:
    await analyzer.look(a_position())
    await analyzer.fill(a_fill(1, "buy", 60_000, minute=0), a_fill(2, "sell", 29_990, minute=9))
    await analyzer.look()
    assert analyzer.told.news() == ["opened", "liquidated"]
    assert analyzer.told.last().is_urgent


async def test_a_card_that_its_owner_had_deleted_is_told_no_more(analyzer: Analyzer) -> None:
    await analyzer.look(a_position())
    async with analyzer.store.write() as rows:
        await rows.trading.cards.delete(user_id="7")
    await analyzer.look()
    await analyzer.look(after=30)
    assert analyzer.told.news() == ["opened"]
    assert not await analyzer.rows()


async def test_a_shared_card_shows_no_money_from_its_opening_to_its_close(analyzer: Analyzer) -> None:
    analyzer.bus.answers[GetCandles] = series_of(zigzag_of(52_000, 50_000, 66_000, 60_000, 61_000))
    held = {"amount": Decimal("0.7171"), "leverage": Decimal(13), "funding": Decimal("-8.8181")}
    await analyzer.look(a_position(**held))
    await analyzer.living.share(KEY, "42")
    await analyzer.living.share(KEY, "42")
    for price in (62_230, 58_400, 37_000):
        await analyzer.mark(price)
    await analyzer.fill(
        a_fill(1, "buy", 60_000, minute=0, amount="0.7171"),
        a_fill(2, "sell", 61_000, minute=9, amount="0.7171"),
    )
    await analyzer.look()

    in_channel = [event for event in analyzer.told.events if event.place == "channel:42"]
    assert [analyzer.told.body(event).news for event in in_channel] == [
        "changed",
        "level",
        "changed",
        "changed",
        "closed",
    ]
    for event in in_channel:
        told = analyzer.told.body(event)
        assert told.is_shared
        money = (
            told.amount,
            told.unrealised,
            told.r,
            told.leverage,
            told.liquidation,
            told.stop,
            told.funding,
        )
        assert money == (None,) * 7
        assert not re.search(r"my paper|acc1|0\.7171|8\.8181|717\.1|58000|30000", text_of(event))
        assert not event.is_urgent


async def test_a_card_that_is_taken_back_is_its_owners_alone(analyzer: Analyzer) -> None:
    await analyzer.look(a_position())
    await analyzer.living.share(KEY, "42")
    await analyzer.living.share(KEY, "")
    analyzer.restart()
    await analyzer.look(a_position(mark=Decimal(62_000)), after=30)
    assert analyzer.told.news("channel:42") == ["changed"]
    assert analyzer.told.news() == ["opened", "changed", "changed"]


MONEY = st.decimals("1000001", "9999999", places=3)
"""Figures so long that none is found in a price or a share by chance."""
PRICED = st.builds(
    PositionTold,
    card=st.just("card"),
    owner=st.just("7"),
    news=st.sampled_from(get_args(PositionNews)),
    market=st.just(BTC),
    side=st.just("long"),
    mode=st.just("live"),
    account=st.just("account-id"),
    account_name=st.just("account-name"),
    entry=st.just(Decimal(60_000)),
    tick=st.just(Decimal("0.1")),
    share=st.just(Decimal("0.01")),
    **dict.fromkeys(
        ("amount", "unrealised", "r", "leverage", "liquidation", "liquidation_distance", "stop", "target"),
        MONEY,
    ),
    funding=MONEY,
    rung=MONEY,
    near=st.just([]),
    golden_score=st.none(),
    health=st.none(),
    after=st.builds(
        PostMortem,
        exit=st.just(Decimal(61_000)),
        share=st.just(Decimal("0.01")),
        realised=MONEY,
        fees=MONEY,
        funding=MONEY,
        r=MONEY,
        best_share=st.none(),
        worst_share=st.none(),
        seconds=st.just(60),
        words=st.just(["account-name"]),
    ),
    at=st.just(AT),
    seen_at=st.just(AT),
    origin=st.none(),
    digest=st.just("account-id"),
    alt=st.just("account-name"),
)


@given(PRICED)
def test_whatever_a_card_knows_a_shared_one_tells_no_money_amount_or_account(told: PositionTold) -> None:
    said = msgspec.json.encode(shared(told)).decode()
    assert not re.search(r"\d{7}", said.replace("2026", "")), said
    assert "account-" not in said


@given(st.lists(st.decimals("0.001", "0.4", places=3), max_size=60))
def test_no_rung_is_told_twice_unless_price_was_a_quarter_further_away(distances: list[Decimal]) -> None:
    passed: list[Decimal] = []
    furthest: dict[Decimal, Decimal] = {}
    for distance in distances:
        furthest = {rung: max(far, distance) for rung, far in furthest.items()}
        rung, passed = climb(distance, passed)
        if rung is not None:
            assert distance <= rung
            assert furthest.get(rung, Decimal(1)) >= rung * Decimal("1.25")
            furthest[rung] = distance
        assert all(one in passed for one in RUNGS if distance <= one)

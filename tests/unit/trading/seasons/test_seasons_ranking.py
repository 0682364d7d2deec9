"""The ranking of seasons: one order for everybody, and none that is gained by trading worse."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from season_stage import a_trade

from services.trading.ports import EquityPoint
from services.trading.seasons.ranking import (
    FLOOR,
    TOO_FEW,
    UNCAPPED,
    Contestant,
    Figures,
    figures_of,
    ranked,
    score_of,
)

AT = datetime(2026, 3, 1, tzinfo=UTC)
SHARES = st.decimals(min_value=-1, max_value=5, places=6)
FIGURES = st.builds(
    Figures,
    net_share=SHARES,
    drawdown_share=st.decimals(min_value=0, max_value=1, places=6),
    trades=st.integers(0, 20),
)
CONTESTANTS = st.lists(
    st.builds(
        Contestant,
        user_id=st.integers(1, 10**6).map(str),
        name=st.just("Ann"),
        joined_at=st.integers(0, 3).map(lambda hours: AT + timedelta(hours=hours)),
        figures=FIGURES,
        reason=st.sampled_from(["", "", UNCAPPED]),
    ),
    max_size=12,
    unique_by=lambda one: one.user_id,
)
MOST = settings(max_examples=60, deadline=None)


def figures(net: str, drawdown: str = "0.1", trades: int = 10) -> Figures:
    return Figures(net_share=Decimal(net), drawdown_share=Decimal(drawdown), trades=trades)


def who(user_id: str, shown: Figures, *, hours: int = 0) -> Contestant:
    joined = AT + timedelta(hours=hours)
    return Contestant(user_id=user_id, name=user_id, joined_at=joined, figures=shown)


def marks(*values: int) -> list[EquityPoint]:
    return [
        EquityPoint(at=AT + timedelta(minutes=5 * number), equity=Decimal(value))
        for number, value in enumerate(values)
    ]


@MOST
@given(CONTESTANTS, st.data())
def test_the_ranking_is_total_and_does_not_depend_on_the_order_in_which_they_come(
    contestants: list[Contestant], chance: st.DataObject
) -> None:
    shuffled = chance.draw(st.permutations(contestants))
    standings = ranked(contestants, min_trades=10)
    assert ranked(shuffled, min_trades=10) == standings
    assert {one.user_id for one in standings} == {one.user_id for one in contestants}
    places = [one.rank for one in standings if one.rank is not None]
    assert places == list(range(1, len(places) + 1))
    assert all(bool(one.reason) == (one.rank is None) == (one.score is None) for one in standings)


@MOST
@given(CONTESTANTS, st.integers(0, 11), st.decimals(min_value=0, max_value=3, places=6))
def test_more_net_at_the_same_drawdown_never_ranks_lower(
    contestants: list[Contestant], index: int, more: Decimal
) -> None:
    if index >= len(contestants):
        return
    one = contestants[index]
    better = replace(one, figures=replace(one.figures, net_share=one.figures.net_share + more))
    others = [other for other in contestants if other is not one]
    before, after = (
        next(s.rank for s in ranked([*others, form], min_trades=10) if s.user_id == one.user_id)
        for form in (one, better)
    )
    assert (before is None) == (after is None)
    assert before is None or after is None or after <= before


@MOST
@given(SHARES, *[st.decimals(min_value=0, max_value=1, places=6)] * 2)
def test_a_deeper_drawdown_never_scores_higher(net: Decimal, one: Decimal, other: Decimal) -> None:
    shallow, deep = (
        score_of(Figures(net_share=net, drawdown_share=dd, trades=1)) for dd in sorted((one, other))
    )
    assert deep <= shallow


@pytest.mark.parametrize(
    ("shown", "score"),
    [
        (figures("0.2", "0.1"), "2"),
        (figures("0.2", "0.01"), "4"),
        (figures("-0.1", "0.5"), "-2"),
        (figures("0", "0.3"), "0"),
    ],
)
def test_the_score_is_net_over_drawdown_with_a_floor_and_of_a_loss_over_the_floor(
    shown: Figures, score: str
) -> None:
    assert Decimal("0.05") == FLOOR
    assert score_of(shown) == Decimal(score)


def test_of_equal_scores_more_net_is_first_then_who_joined_earlier() -> None:
    standings = ranked(
        [
            who("late", figures("0.1", "0.1"), hours=2),
            who("early", figures("0.1", "0.1"), hours=1),
            who("more", figures("0.2", "0.2"), hours=3),
        ],
        min_trades=10,
    )
    assert [one.user_id for one in standings] == ["more", "early", "late"]


def test_who_traded_too_little_is_not_ranked_and_stands_last_with_the_reason() -> None:
    first, last = ranked([who("lucky", figures("9", trades=9)), who("ann", figures("-0.5"))], min_trades=10)
    assert (first.user_id, first.rank, first.reason) == ("ann", 1, "")
    assert (last.user_id, last.rank, last.score, last.reason) == ("lucky", None, None, TOO_FEW)


def test_the_drawdown_is_from_the_highest_equity_before_and_the_start_counts_as_one() -> None:
    assert figures_of(Decimal(100), marks(80, 120, 90, 110), []) == figures("0.1", "0.25", 0)
    assert figures_of(Decimal(100), marks(90), []) == figures("-0.1", "0.1", 0)


def test_before_the_first_mark_it_is_what_the_trades_brought() -> None:
    trades = [a_trade(AT, "-10"), a_trade(AT, "30")]
    assert figures_of(Decimal(100), [], trades) == figures("0.2", "0.1", 2)
    assert figures_of(Decimal(100), [], []) == figures("0", "0", 0)

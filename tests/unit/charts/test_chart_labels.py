from __future__ import annotations

from decimal import Decimal
from itertools import combinations, pairwise

from chart_stage import TICK, chart, fib_levels, usual_chart
from hypothesis import given, settings
from hypothesis import strategies as st
from market_stage import wandering_minutes

from services.charts.boxes import Box, heaviest, spread
from services.charts.frame import PICTURE
from services.charts.plan import Plan, plan_of
from services.charts.spec import Level, Line, Mark, Pane, Zone
from services.charts.words import BODY

HEIGHT = 24
few = settings(max_examples=30)


def boxes(plan: Plan) -> list[Box]:
    return [text.box for text in plan.words] + [label.box for label in plan.times]


def assert_all_can_be_read(plan: Plan) -> None:
    for box in boxes(plan):
        assert PICTURE.holds(box)
    for one, other in combinations(boxes(plan), 2):
        assert not one.overlaps(other)
    assert min(text.size for text in plan.words) >= BODY == 20


@given(
    wanted=st.lists(st.tuples(st.floats(-500, 1500), st.floats(0.1, 1000)), max_size=25),
    top=st.integers(0, 50),
    room=st.integers(0, 300),
)
def test_labels_keep_their_order_never_overlap_and_stay_where_they_may(
    wanted: list[tuple[float, float]], top: int, room: int
) -> None:
    wanted.sort()
    bottom = top + HEIGHT * len(wanted) + room
    middles, weights = [middle for middle, _ in wanted], [weight for _, weight in wanted]
    tops = spread(middles, weights, HEIGHT, top=top, bottom=bottom)
    assert all(second - first >= HEIGHT for first, second in pairwise(tops))
    assert all(top <= one <= bottom - HEIGHT for one in tops)


@given(gaps=st.lists(st.integers(HEIGHT, 80), min_size=1, max_size=10))
def test_labels_that_are_in_nobody_s_way_are_not_moved(gaps: list[int]) -> None:
    middles = [100.0 + sum(gaps[: number + 1]) for number in range(len(gaps))]
    tops = spread(middles, [1.0] * len(gaps), HEIGHT, top=0, bottom=2000)
    assert tops == [middle - HEIGHT / 2 for middle in middles]


def test_two_labels_for_one_price_move_apart_by_the_same_and_a_firm_one_stays() -> None:
    assert spread([100, 100], [1, 1], HEIGHT, top=0, bottom=500) == [76, 100]
    assert spread([100, 100], [1000, 1], HEIGHT, top=0, bottom=500) == [88, 112]


def test_where_not_all_have_room_the_heaviest_stay_in_their_order() -> None:
    assert heaviest([0.1, 0.9, 0.5, 0.9], 3) == [1, 2, 3]
    assert heaviest([0.5, 0.5], 1) == [0]


prices = st.integers(900, 1100).map(lambda tenths: Decimal(tenths) / 10)
names = st.text("abç▲1 ·", max_size=40)
levels = st.builds(
    Level,
    price=prices,
    label=names,
    weight=st.floats(0.1, 1),
    kind=st.sampled_from(["plain", "fib", "pivot"]),
)
zones = st.builds(
    lambda low, label: Zone(low=low, high=low + 1, label=label, kind="support"), low=prices, label=names
)
marks = st.builds(
    Mark, position=st.integers(0, 39), side=st.sampled_from(["bull", "bear", "even"]), title=names
)


@few
@given(
    levels=st.lists(levels, max_size=30),
    zones=st.lists(zones, max_size=5),
    marks=st.lists(marks, max_size=12),
    labels=st.lists(names, max_size=9),
    panes=st.integers(0, 2),
    market=names,
)
def test_no_text_of_any_chart_hides_another_leaves_the_picture_or_is_too_small(
    *,
    levels: list[Level],
    zones: list[Zone],
    marks: list[Mark],
    labels: list[str],
    panes: int,
    market: str,
) -> None:
    candles = wandering_minutes(40)
    lines = tuple(Line(label=label, values=candles.close) for label in labels)
    spec = chart(
        candles,
        market=market,
        source=market * 9,
        levels=tuple(levels),
        zones=tuple(zones),
        marks=tuple(marks),
        lines=lines,
        panes=(Pane(lines=lines[:3], histogram=Line(label="sum", values=candles.close - 100)),) * panes,
    )
    assert_all_can_be_read(plan_of(spec))


def test_the_label_of_the_last_price_is_there_however_many_levels_there_are() -> None:
    many = tuple(Level(price=Decimal(90 + number), weight=1.0, label=str(number)) for number in range(40))
    plan = plan_of(chart(levels=many))
    assert any(label.named.is_last for label in plan.labels)
    assert len(plan.labels) < len(many)


def test_the_label_of_the_last_price_stays_beside_its_line_among_crowded_levels() -> None:
    spec = usual_chart()
    close_by = tuple(Level(price=spec.price + TICK * number, weight=1.0) for number in range(1, 5))
    (last,) = (label for label in plan_of(chart(spec.candles, levels=close_by)).labels if label.named.is_last)
    assert last.anchor is not None
    assert abs(last.words.box.middle - last.anchor) <= 2


def test_a_level_far_out_of_sight_does_not_flatten_the_candles_but_is_named_with_an_arrow() -> None:
    candles = wandering_minutes(120)
    near, far = (
        plan_of(chart(candles)),
        plan_of(chart(candles, levels=(Level(price=Decimal(900), label="R9"),))),
    )
    assert far.scale.extent == near.scale.extent
    (label,) = (one for one in far.labels if not one.named.is_last)
    assert label.words.text == "▲ R9 900.0"
    assert label.anchor is None


def test_a_ratio_is_written_in_percent_in_the_language_of_the_chart() -> None:
    candles = wandering_minutes(120)
    for locale, text in (("en", "61.8%"), ("pt-BR", "61,8%")):
        plan = plan_of(chart(candles, levels=fib_levels(candles), locale=locale))
        assert any(label.words.text.startswith(text) for label in plan.labels)


def test_the_axis_names_no_price_where_a_label_stands() -> None:
    plan = plan_of(usual_chart())
    named = [one.words.box for one in plan.axis if one.words is not None]
    assert not any(box.overlaps(label.words.box) for box in named for label in plan.labels)

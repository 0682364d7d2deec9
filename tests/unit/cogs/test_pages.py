from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cogs._ui.pages import Page, page_of, page_with


@given(st.lists(st.integers(), unique=True, max_size=40), st.integers(1, 12))
def test_turning_the_pages_shows_every_row_once_and_in_order(rows: list[int], size: int) -> None:
    page = page_of(rows, 1, size=size)
    seen = [*page.rows]
    while page.behind is not None:
        page = page_of(rows, page.behind, size=size)
        seen += page.rows
    assert seen == rows
    assert page.number == page.count
    assert all(row in page_of(rows, page_with(rows, row, size=size), size=size).rows for row in rows)


@given(st.integers(-5, 50))
def test_a_page_that_there_is_not_is_the_nearest_there_is(wanted: int) -> None:
    page = page_of([*range(36)], wanted, size=10)
    assert page.number == min(max(wanted, 1), 4)
    assert (page.before is None, page.behind is None) == (page.number == 1, page.number == 4)


def test_an_empty_list_has_one_empty_page() -> None:
    page: Page[object] = page_of([], 3, size=10)
    assert (page.number, page.count, list(page.rows)) == (1, 1, [])
    assert page_with([], 1, size=10) == 1

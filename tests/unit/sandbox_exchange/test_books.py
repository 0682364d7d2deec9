from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sandbox.exchange.checksum import checksum
from sandbox.exchange.rows.markets import Pair
from sandbox.exchange.stream.books import BookStream, Shown, unified

Side = dict[str, str]
prices = st.integers(min_value=1, max_value=60)
sizes = st.integers(min_value=1, max_value=5)
books = st.tuples(st.dictionaries(prices, sizes, max_size=40), st.dictionaries(prices, sizes, max_size=40))


def shown(bids: dict[int, int], asks: dict[int, int]) -> Shown:
    """Build a book whose bids are below 100 and whose asks are above."""
    return Shown(
        tuple((str(100 - price), str(bids[price])) for price in sorted(bids)),
        tuple((str(100 + price), str(asks[price])) for price in sorted(asks)),
        "1",
    )


def applied(side: Side, changes: list[Pair], *, is_bids: bool) -> list[Pair]:
    """Apply changes as a client does, and return the side, best first."""
    for price, size in changes:
        if Decimal(size):
            side[price] = size
        else:
            side.pop(price, None)
    return sorted(side.items(), key=lambda pair: Decimal(pair[0]), reverse=is_bids)


@given(st.lists(books, min_size=1, max_size=6))
def test_a_client_that_applies_every_change_has_the_book_and_its_checksum(
    told: list[tuple[dict[int, int], dict[int, int]]],
) -> None:
    stream, bids, asks = BookStream(), Side(), Side()
    for book in (shown(*one) for one in told):
        row = stream.change(book)
        if row is None:
            continue
        mine = applied(bids, row["bids"], is_bids=True), applied(asks, row["asks"], is_bids=False)
        assert mine == (list(book.bids), list(book.asks))
        assert checksum(*mine) == row["checksum"]


@given(st.lists(books, min_size=1, max_size=6))
def test_pushes_are_numbered_without_a_gap(told: list[tuple[dict[int, int], dict[int, int]]]) -> None:
    stream = BookStream()
    rows = [row for one in told if (row := stream.change(shown(*one)))]
    assert [int(row["seq"]) for row in rows] == list(range(1, len(rows) + 1))
    assert [unified(row)["pseq"] for row in rows] == list(range(len(rows)))


def test_a_book_that_has_not_changed_is_not_pushed() -> None:
    stream = BookStream()
    stream.change(shown({1: 1}, {1: 1}))
    assert stream.change(shown({1: 1}, {1: 1})) is None


def test_a_spoiled_push_has_a_wrong_checksum_and_is_made_although_nothing_changed() -> None:
    stream = BookStream()
    first = stream.change(shown({1: 1}, {1: 1}))
    spoiled = stream.change(shown({1: 1}, {1: 1}), spoil=1)
    assert first is not None
    assert spoiled is not None
    assert spoiled["checksum"] == first["checksum"] + 1


def test_the_checksum_alternates_bids_and_asks_and_counts_25_of_each() -> None:
    """The CRC-32 of "10:1:11:2:9:3", as gzip writes it into its trailer, is 545242979."""
    assert checksum([("10", "1"), ("9", "3")], [("11", "2")]) == 545242979
    many = [(str(price), "1") for price in range(100, 0, -1)]
    assert checksum(many, []) == checksum(many[:25], [])

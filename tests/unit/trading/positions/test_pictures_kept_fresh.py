"""What is read of an account for a picture, and what is not, because its stream has told it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, cast

import pytest
from desk_orders_stage import PAPER, SWAP, resting
from desk_orders_venue import NOON
from market_stage import SleeperClock

from services.exchange.orders import Balance, Fill, Order, Position
from services.store.store import Store
from services.trading.positions.pictures import AccountPictures

ACCOUNT = PAPER.id


@dataclass
class Venue:
    """An account, its session and its orders at once, that counts how often it is read."""

    positions_: list[Position] = field(default_factory=list)
    orders_: list[Order] = field(default_factory=list)
    reads: Counter[str] = field(default_factory=Counter)
    row = PAPER

    @property
    def account(self) -> Venue:
        return self

    orders = account

    def market(self, name: str) -> Any:
        return replace(SWAP, name=name)

    async def of(self, _account_id: str) -> Any:
        return self

    async def balances(self) -> Sequence[Balance]:
        return [Balance(currency="USDT", wallet="swap", total=Decimal(100), free=Decimal(100), used=None)]

    async def positions(self) -> Sequence[Position]:
        self.reads["positions"] += 1
        return [*self.positions_]

    async def open_orders(self, _market: str | None = None) -> Sequence[Order]:
        self.reads["orders"] += 1
        return [*self.orders_]


class NoStore:
    """Where nothing is held, nothing is asked of it."""


@pytest.fixture
def clock() -> SleeperClock:
    return SleeperClock()


@pytest.fixture
def venue() -> Venue:
    return Venue()


@pytest.fixture
async def pictures(venue: Venue, clock: SleeperClock) -> AccountPictures:
    """Pictures of an account whose stream has just begun."""
    made = AccountPictures(cast("Any", venue), cast("Store", NoStore()), clock=clock)
    made.begin(ACCOUNT)
    clock.step(0.1)
    await made.of(ACCOUNT, max_age=1.0)
    venue.reads.clear()
    clock.step(0.1)
    return made


def a_fill() -> Fill:
    return Fill(
        id="f1",
        order_id="1",
        market=SWAP.name,
        side="buy",
        price=Decimal(1),
        amount=Decimal(1),
        at=NOON,
        fee=None,
        is_maker=False,
    )


async def test_an_order_that_was_told_is_shown_without_reading_anything(
    pictures: AccountPictures, venue: Venue
) -> None:
    pictures.hear(ACCOUNT, resting("1", "limit"))
    assert [one.id for one in (await pictures.of(ACCOUNT, max_age=1.0)).orders] == ["1"]
    pictures.hear(ACCOUNT, replace(resting("1", "limit"), status="canceled"))
    assert (await pictures.of(ACCOUNT, max_age=1.0)).orders == ()
    assert not venue.reads


async def test_after_a_fill_what_is_held_is_read_and_the_orders_are_not(
    pictures: AccountPictures, venue: Venue, clock: SleeperClock
) -> None:
    pictures.hear(ACCOUNT, a_fill())
    clock.step(0.1)
    await pictures.of(ACCOUNT, max_age=1.0)
    assert venue.reads == {"positions": 1}


async def test_an_order_that_was_filled_has_what_is_held_read_too(
    pictures: AccountPictures, venue: Venue, clock: SleeperClock
) -> None:
    pictures.hear(ACCOUNT, replace(resting("1", "limit"), status="filled", filled=Decimal("0.5")))
    clock.step(0.1)
    await pictures.of(ACCOUNT, max_age=1.0)
    assert venue.reads == {"positions": 1}


async def test_a_balance_that_was_told_is_shown(pictures: AccountPictures, venue: Venue) -> None:
    told = Balance(currency="USDT", wallet="swap", total=Decimal(90), free=Decimal(80), used=Decimal(10))
    pictures.hear(ACCOUNT, told)
    picture = await pictures.of(ACCOUNT, max_age=1.0)
    assert (picture.equity, picture.free) == (Decimal(90), Decimal(80))
    assert not venue.reads


async def test_whoever_wants_a_picture_of_now_has_everything_read(
    pictures: AccountPictures, venue: Venue
) -> None:
    await pictures.of(ACCOUNT)
    assert venue.reads == {"positions": 1, "orders": 1}


@pytest.mark.parametrize(("seconds", "reads"), [(9.0, {}), (11.0, {"positions": 1})])
async def test_of_an_account_that_holds_nothing_little_is_read(
    pictures: AccountPictures, venue: Venue, clock: SleeperClock, seconds: float, reads: dict[str, int]
) -> None:
    clock.step(seconds)
    await pictures.of(ACCOUNT, max_age=1.0)
    assert venue.reads == reads


async def test_once_the_stream_has_ended_nothing_it_told_is_relied_on(
    pictures: AccountPictures, venue: Venue, clock: SleeperClock
) -> None:
    pictures.end(ACCOUNT)
    for _ in range(2):
        clock.step(1.5)
        await pictures.of(ACCOUNT, max_age=1.0)
    assert venue.reads == {"positions": 2, "orders": 2}

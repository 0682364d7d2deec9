"""What a picture tells of a position, when it is of, and what those learn who ask while a venue is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio
from desk_accounts_stage import a_store
from desk_orders_stage import PAPER, SWAP
from desk_orders_venue import NOON
from market_stage import SleeperClock

from services.clock import SystemClock
from services.errors import ExchangeUnavailable
from services.exchange.orders import Balance, Order, OrderRequest, Position
from services.omega import ServiceConfig
from services.store.store import Store
from services.store.trading_rows import FillRow, IntentRow, PlanRow
from services.trading.intents.intent import Intent, client_id_of
from services.trading.intents.rows import row_of
from services.trading.orders.plans.bracket import Bracket
from services.trading.orders.plans.kinds import kind_of, write_plan
from services.trading.positions.messages import WatchPositions
from services.trading.positions.pictures import _MOST_KNOWN, AccountPictures
from services.trading.positions.service import PositionsService

LONG = Position(market=SWAP.name, side="long", amount=Decimal(2), entry=Decimal(100), as_of=NOON)
ACCOUNT = PAPER.id


@dataclass
class Venue:
    """An account that holds a long position, its session and its orders at once; reading takes a second."""

    clock: SleeperClock
    failing: list[bool] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    row = PAPER

    @property
    def account(self) -> Venue:
        return self

    orders = account

    def market(self, _name: str) -> Any:
        return SWAP

    async def of(self, account_id: str) -> Any:
        self.opened.append(account_id)
        if self.failing:
            await asyncio.sleep(0.02)
            raise ExchangeUnavailable("The venue is away.")
        return self

    async def balances(self) -> Sequence[Balance]:
        return []

    async def positions(self) -> Sequence[Position]:
        await self.clock.sleep(1.0)
        return [LONG]

    async def open_orders(self, _market: str | None = None) -> Sequence[Order]:
        return []


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with a_store(tmp_path, SystemClock()) as opened:
        yield opened


@pytest.fixture
def clock() -> SleeperClock:
    return SleeperClock()


@pytest.fixture
def venue(clock: SleeperClock) -> Venue:
    return Venue(clock)


def pictures_of(venue: Venue, store: Store | None, clock: Any) -> AccountPictures:
    return AccountPictures(cast("Any", venue), cast("Store", store), clock=clock)


def a_plan(side: str, stop: int) -> PlanRow:
    plan = Bracket(
        market=SWAP.name, side=cast("Any", side), amount=Decimal(2), step=Decimal("0.1"), tick=Decimal("0.1"),
        min_amount=Decimal("0.1"), stop=Decimal(stop),
    )  # fmt: skip
    return PlanRow(
        id=f"p-{side}", account_id=ACCOUNT, user_id=PAPER.user_id, kind=kind_of(plan), market=SWAP.name,
        status="active", body=write_plan(plan), due_at=None, created_at=NOON, updated_at=NOON,
    )  # fmt: skip


def an_intent(name: str, minute: int, **asked: Any) -> IntentRow:
    given = {"market": SWAP.name, "side": "buy", "kind": "market", "amount": Decimal(2)} | asked
    request = OrderRequest(**cast("Any", given), client_id=client_id_of(name))
    intent = Intent(id=name, account=ACCOUNT, user_id=PAPER.user_id, request=request)
    return replace(row_of(intent, NOON + timedelta(minutes=minute)), status="open")


OPENED = FillRow(
    id="f", account_id=ACCOUNT, user_id=PAPER.user_id, market=SWAP.name, side="buy", price=Decimal(100),
    amount=Decimal(2), at=NOON + timedelta(minutes=1), order_id="1", client_id=client_id_of("entry"),
    fee=None, fee_currency="", is_maker=None,
)  # fmt: skip


async def test_a_plan_of_the_other_side_is_no_stop_of_a_position(
    venue: Venue, store: Store, clock: SleeperClock
) -> None:
    async with store.write() as rows:
        await rows.trading.plans.put(a_plan("sell", 110))
    pictures = pictures_of(venue, store, clock)
    assert (await pictures.of(ACCOUNT)).holdings[0].stop is None
    async with store.write() as rows:
        await rows.trading.plans.put(a_plan("buy", 90))
    assert (await pictures.of(ACCOUNT)).holdings[0].stop == Decimal(90)


async def test_a_trailing_stop_of_the_farm_stands_at_its_best_price_less_its_distance(
    venue: Venue, store: Store, clock: SleeperClock
) -> None:
    body = '{"side": "sell", "is_reduce_only": true, "trail": "3", "best": "110"}'
    async with store.write() as rows:
        await rows.trading.plans.put(replace(a_plan("sell", 110), kind="trailing", body=body))
    (held,) = (await pictures_of(venue, store, clock).of(ACCOUNT)).holdings
    assert (held.stop, held.is_trailing, held.trail) == (Decimal("106.70"), True, Decimal(3))
    assert (held.is_protected_by_venue, held.first_risk) == (False, None)


async def test_of_all_orders_only_what_opened_a_position_and_the_stops_since_are_read(
    venue: Venue, store: Store, clock: SleeperClock
) -> None:
    stop = {"side": "sell", "kind": "stop", "is_reduce_only": True}
    asked = [
        an_intent("entry", 0),
        an_intent("other", 2),
        an_intent("before", -1, **stop, trigger_price=Decimal(70)),
        an_intent("after", 3, **stop, trigger_price=Decimal(80)),
    ]
    async with store.write() as rows:
        await rows.trading.intents.put(*asked)
        await rows.trading.fills.put(OPENED)
    pictures = pictures_of(venue, store, clock)
    kept = await pictures._kept(ACCOUNT, LONG)
    assert {one.id for one in kept.intents} == {"entry", "after"}
    assert (await pictures.of(ACCOUNT)).holdings[0].first_risk == Decimal(40)


async def test_a_picture_is_of_the_moment_at_which_its_reading_began(
    venue: Venue, store: Store, clock: SleeperClock
) -> None:
    began = clock.now()
    assert (await pictures_of(venue, store, clock).of(ACCOUNT)).at == began
    assert clock.now() > began


async def test_those_who_ask_at_once_share_a_failure_and_whoever_asks_later_does_not(venue: Venue) -> None:
    venue.failing.append(True)
    pictures = pictures_of(venue, None, SystemClock())
    asked = (pictures.of(ACCOUNT) for _ in range(5))
    ended = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(one) for one in ended] == [ExchangeUnavailable] * 5
    assert len(venue.opened) == 1
    with pytest.raises(ExchangeUnavailable):
        await pictures.of(ACCOUNT)
    assert len(venue.opened) == 2


def test_what_is_known_of_accounts_that_nobody_follows_does_not_grow_for_ever(
    venue: Venue, clock: SleeperClock
) -> None:
    pictures = pictures_of(venue, None, clock)
    pictures.begin("followed")
    for number in range(_MOST_KNOWN + 10):
        pictures.forget(str(number))
    assert len(pictures._all) == _MOST_KNOWN
    assert "followed" in pictures._all


async def test_accounts_are_looked_at_beside_each_other_so_that_a_slow_one_hides_none() -> None:
    rows = [replace(PAPER, id=str(number)) for number in range(6)]
    at_once = asyncio.Barrier(len(rows))

    class Away:
        async def of(self, _account_id: str, *, max_age: float = 0.0) -> Any:
            del max_age
            async with asyncio.timeout(1):
                await at_once.wait()
            raise ExchangeUnavailable("The venue is away.")

        async def watched(self) -> Any:
            return rows

    away: Any = Away()
    service = PositionsService(ServiceConfig(), book=away, pictures=away, latch=away, watched=away)
    seen = await service.process(WatchPositions())
    assert seen.unknown == [row.id for row in rows]
    assert not at_once.n_waiting
    assert not at_once.broken

"""Orders that certainly never left, those that the venue forgot, and what is known of an account by then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from account_rows import a_request
from desk_intents_stage import BEGAN, BTC, Staged, an_intent, desk_at, open_house
from sandbox_exchange_stage import Stage, until

from services.errors import ExchangeUnavailable, OrderNotFound
from services.exchange.orders import Fill, Order, OrderRequest, Position
from services.loops import Loops
from services.trading.intents.canceling import FORGOTTEN
from services.trading.intents.sending import HELD
from services.trading.messages import TradingState

PLACE = "order/place-"
FAR = Decimal(40_000)
SCOPE = f"market:ada:{BTC}"


@pytest_asyncio.fixture
async def house() -> AsyncIterator[Stage]:
    async with open_house() as stage:
        yield stage


@pytest_asyncio.fixture
async def desk(house: Stage, tmp_path: Path) -> AsyncIterator[Staged]:
    """A desk whose loops stand still: nothing happens but what a test asks for."""
    async with desk_at(house.url, tmp_path, is_running=False) as staged:
        yield staged


class Orders:
    """The orders of an account, with some verbs of a test's own."""

    def __init__(self, orders: Any, **verbs: Callable[..., Awaitable[Any]]) -> None:
        self._orders = orders
        self._verbs = verbs

    def __getattr__(self, name: str) -> Any:
        return self._verbs.get(name) or getattr(self._orders, name)


async def session_with(desk: Staged, **verbs: Callable[..., Awaitable[Any]]) -> Any:
    session: Any = await desk.sessions.of("ada")
    session.orders = Orders(session.orders, **verbs)
    return session


async def test_an_order_that_certainly_never_left_is_not_kept_as_sent(desk: Staged) -> None:
    async def place(_request: OrderRequest) -> Order:
        raise ExchangeUnavailable("The venue is asked too often.")

    await session_with(desk, place=place)
    row = await desk.works.desk.submit(an_intent("i1"))
    assert (row.status, row.reason, row.sent_at) == ("abandoned", "The venue is asked too often.", None)


@pytest.mark.parametrize(
    ("state", "is_exempt", "is_sent"),
    [("HALTED", False, False), ("HALTED", True, False), ("REDUCING", False, False), ("REDUCING", True, True)],
)
async def test_what_is_halted_after_it_was_judged_is_not_sent(
    house: Stage, desk: Staged, state: TradingState, *, is_exempt: bool, is_sent: bool
) -> None:
    async def set_leverage(_market: str, _leverage: Decimal) -> None:
        await desk.others.set(SCOPE, state, why="fired", by="ada")

    session = await session_with(desk)
    session.account.set_leverage = set_leverage
    row = await desk.works.desk.submit(an_intent("i1", price=FAR, leverage=Decimal(3), is_exempt=is_exempt))
    assert len(house.journal.of(PLACE)) == int(is_sent)
    assert (row.status, row.reason) == (("open", "") if is_sent else ("abandoned", HELD))
    assert (row.sent_at is not None) == is_sent


async def test_an_order_that_became_unknown_meanwhile_is_never_called_not_sent(desk: Staged) -> None:
    asked, judged = asyncio.Event(), asyncio.Event()
    judge, standing = desk.others.judge, desk.works.register.standing

    async def waits(*given: Any) -> Any:
        asked.set()
        await judged.wait()
        return await judge(*given)

    async def late(*statuses: str, **more: Any) -> Any:
        found = await standing(*statuses, **more)
        if "new" in statuses:
            judged.set()
            await work
        return found

    others: Any = desk.others
    register: Any = desk.works.register
    others.judge, register.standing = waits, late
    desk.sessions.loses_answer = lambda: True
    async with asyncio.TaskGroup() as group:
        work = group.create_task(desk.works.desk.submit(an_intent("i1")))
        await asked.wait()
        await desk.works.resolver.recover()
    assert await desk.status("i1") == "unknown"


async def test_an_account_whose_positions_move_faster_than_they_are_read_does_not_trade_yet(
    desk: Staged,
) -> None:
    session, looks = await session_with(desk), 0

    async def positions() -> Sequence[Position]:
        nonlocal looks
        looks += 1
        one = Position(market=BTC, side="long", amount=Decimal(looks), entry=Decimal(1), as_of=BEGAN)
        return [one]

    session.account.positions = positions
    assert not await desk.works.reconciler.ensure("ada")


async def test_markets_in_which_nothing_stands_any_more_are_not_read_for_ever(desk: Staged) -> None:
    session, asked = await session_with(desk), []
    old = Fill(
        id="f", order_id="o", market="M1", side="buy", price=Decimal(1), amount=Decimal(1),
        at=BEGAN - timedelta(days=1), fee=None, is_maker=False,
    )  # fmt: skip

    async def fills(market: str, **_more: Any) -> Sequence[Fill]:
        asked.append(market)
        return [old] if market == "M1" else []

    session.account.fills = fills
    for market in ("M1", "M2"):
        assert await desk.works.reconciler.ensure("ada", market)
    for _ in range(3):
        await desk.works.reconciler.reconcile("ada")
    assert sorted(asked) == ["M1", "M2"]


async def test_an_order_that_the_venue_has_forgotten_is_let_go_of_by_its_owner(desk: Staged) -> None:
    await desk.works.desk.submit(an_intent("i1", price=FAR))

    async def gone(*_given: Any, **_more: Any) -> Order:
        raise OrderNotFound("It is gone.")

    async def none(*_given: Any) -> Sequence[Order]:
        return []

    await session_with(desk, find=gone, cancel=gone, open_orders=none)
    await desk.works.reconciler.reconcile("ada")
    with pytest.raises(ExchangeUnavailable, match="did not say"):
        await desk.works.desk.cancel("ada", "i1")
    for _ in range(2):
        await desk.works.reconciler.reconcile("ada")
    row: Any = await desk.works.desk.cancel("ada", "i1")
    assert (row.status, row.reason) == ("canceled", FORGOTTEN)
    assert "canceled" in desk.others.news("i1")


async def test_an_order_that_turns_up_is_told_also_by_whoever_still_thought_it_open(desk: Staged) -> None:
    row = await desk.works.desk.submit(an_intent("i1", price=FAR))
    session = await desk.sessions.of("ada")
    order = await session.orders.find(BTC, order_id=row.order_id)
    async with desk.store.write() as rows:
        await rows.trading.intents.change("i1", status="abandoned", order_id="")
    await desk.works.desk._way.outcomes.order(session, row, order)
    assert desk.others.news("i1") == ["found"]


async def test_what_filled_before_a_stream_began_or_was_found_by_comparing_is_published(
    house: Stage, desk: Staged
) -> None:
    async with Loops(desk.works.turns.run()):
        await desk.works.desk.submit(an_intent("i1"))
        await until(lambda: len(desk.others.published) == 1)
        for _ in range(2):
            await desk.works.reconciler.reconcile("ada")
        await asyncio.sleep(0.05)
        assert len(desk.others.published) == 2  # the first found the position, the second nothing
        by_hand = a_request(client_id="by-hand", kind="market", price=None)
        await house.paper.open("ada").orders.place(by_hand)
        before = await desk.pictures.of("ada")
        await desk.works.reconciler.reconcile("ada")
        await until(lambda: len(desk.others.published) == 3)
        assert await desk.pictures.of("ada", max_age=60) is not before

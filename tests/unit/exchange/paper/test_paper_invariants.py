"""What must hold whatever happens: every sequence of market events and requests, checked after each."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paper_stage import INSTANT, ME, OTHER, SPOT, SWAP, Scene

from services.errors import OrderNotFound, OrderRejected
from services.exchange.exchange import Funding, OrderBook, Trade
from services.exchange.orders import Fill, Twap
from services.exchange.paper.engine import PaperEngine
from services.exchange.paper.events import FundingTold, Seen, Told
from services.exchange.paper.reserves import is_closing
from services.exchange.paper.settings import PaperSettings

ZERO = Decimal(0)
AMOUNTS = [Decimal(one) / 100 for one in (1, 7, 50, 133, 400, 900)]
TICK = Decimal("0.1")


@dataclass
class Walk:
    """A scene in which things happen by the numbers that Hypothesis draws."""

    scene: Scene
    chance: random.Random
    prices: dict[str, Decimal]
    settings: PaperSettings

    def step(self) -> None:
        act = self.chance.choice(
            [self.quote, self.quote, self.trade, self.trade, self.place, self.place, self.change, self.fund]
        )
        with suppress(OrderRejected, OrderNotFound):
            act()

    def market(self) -> str:
        return self.chance.choice([SWAP, SWAP, SPOT, OTHER])

    def quote(self) -> None:
        market = self.market()
        move = Decimal(self.chance.choice([-900, -40, -3, 0, 3, 40, 900])) / 10
        price = self.prices[market] = max(Decimal(200), self.prices[market] + move)
        sizes = [self.chance.choice(AMOUNTS) for _ in range(6)]
        bids = [(price - TICK * (1 + place), size) for place, size in enumerate(sizes[:3])]
        asks = [(price + TICK * (1 + place), size) for place, size in enumerate(sizes[3:])]
        self.scene.book(bids, asks, market=market)
        self.scene.ticker(price, market=market, mark=price + Decimal(self.chance.randint(-3, 3)) / 10)

    def trade(self) -> None:
        market = self.market()
        price = self.prices[market] + TICK * self.chance.choice([-8, -3, -2, -1, 1, 2, 3, 8])
        side: Any = self.chance.choice(["buy", "sell"])
        self.scene.trade(side, self.chance.choice([*AMOUNTS, Decimal(25)]), price, market=market)

    def place(self) -> None:
        market, chance = self.market(), self.chance
        side: Any = chance.choice(["buy", "sell"])
        near = self.prices[market] + TICK * chance.randint(-12, 12)
        kind = chance.choice(["market", "limit", "limit", "limit", "stop", "take_profit_limit", "trailing"])
        more: dict[str, Any] = {"market": market, "kind": kind}
        if kind in {"stop", "take_profit_limit"}:
            more["trigger_price"] = near
        if kind == "trailing":
            more["trailing_percent"] = Decimal(chance.choice([1, 5]))
        if kind == "limit":
            more["time_in_force"] = chance.choice(["gtc", "gtc", "ioc", "fok", "post_only"])
            more["shown_amount"] = chance.choice([None, None, Decimal("0.05")])
        if kind in {"limit", "market"} and chance.random() < 0.2:
            more["stop_loss"] = near - 30 if side == "buy" else near + 30
        if kind == "market" and chance.random() < 0.1:
            more["twap"] = Twap(slices=3, seconds=2)
        more["is_reduce_only"] = market != SPOT and chance.random() < 0.25
        if market != SPOT and self.scene.engine.holders[ME].state.is_hedged:
            more["position_side"] = chance.choice(["long", "short"])
            more["is_reduce_only"] = (more["position_side"] == "long") == (side == "sell")
        priced = kind in {"limit", "take_profit_limit"}
        self.scene.place(side, chance.choice(AMOUNTS), near if priced else None, **more)

    def change(self) -> None:
        live = self.scene.live()
        if not live:
            return
        order = self.chance.choice(live)
        if self.chance.random() < 0.5:
            self.scene.cancel(order)
        else:
            self.scene.amend(order, price=(order.price or Decimal(100)) + TICK * self.chance.randint(-5, 5))

    def fund(self) -> None:
        rate = Decimal(self.chance.randint(-20, 20)) / 10_000
        funding = Funding(
            market=SWAP,
            rate=rate,
            as_of=self.scene.now,
            nature="replay",
            next_at=self.scene.now + timedelta(seconds=0.3),
            interval_hours=8,
        )
        self.scene.apply(FundingTold(at=self.scene.now, funding=funding))


def begin(seed: int, *, latency: float, is_isolated: bool, is_unified: bool, is_hedged: bool) -> Walk:
    chosen = replace(INSTANT, entry_latency=latency, swap_balances={"USDT": Decimal(2_000)})
    walk = Walk(
        Scene(chosen, is_unified=is_unified),
        random.Random(seed),  # noqa: S311 - chance for tests
        {SWAP: Decimal(3200), SPOT: Decimal(3200), OTHER: Decimal(60_000)},
        chosen,
    )
    for market in walk.prices:
        walk.scene.market(walk.prices[market], market=market)
    if is_isolated:
        walk.scene.isolate()
    if is_hedged:
        walk.scene.hedge()
    walk.scene.leverage(50)
    return walk


seeds = st.integers(0, 2**32 - 1)
worlds = st.fixed_dictionaries(
    {
        "latency": st.sampled_from([0.0, 0.15]),
        "is_isolated": st.booleans(),
        "is_unified": st.booleans(),
        "is_hedged": st.booleans(),
    }
)


@given(seeds, worlds)
@settings(max_examples=60)
def test_money_is_neither_made_nor_lost(seed: int, world: dict[str, Any]) -> None:
    walk = begin(seed, **world)
    for _ in range(80):
        walk.step()
        check_conservation(walk.scene)


def check_conservation(scene: Scene) -> None:
    """Rebuild every currency from deposits, fills, funding and liquidations, to the last decimal."""
    state = scene.engine.holders[ME].state
    booked: dict[tuple[str, str], Decimal] = {}
    for one in state.bookings:
        if one.kind in {"deposit", "funding", "liquidation"}:
            key = (one.wallet, one.currency)
            booked[key] = booked.get(key, ZERO) + one.amount
    for fill in state.fills:
        add_fill(booked, fill, state.wallet_of(fill.market))
    held = {
        (wallet, currency): cash for wallet, purse in state.cash.items() for currency, cash in purse.items()
    }
    assert {key: value for key, value in booked.items() if value} == {
        key: value for key, value in held.items() if value
    }
    equity = scene.equity()
    flows = sum((signed_cost(one) for one in state.fills if ":" in one.market), ZERO)
    marks = sum((value_at_mark(scene, market) for market in (SWAP, OTHER)), ZERO)
    realised = sum((one.realised or ZERO for one in state.fills), ZERO)
    assert equity.unrealised == marks - flows - realised
    assert equity.equity == equity.cash + equity.unrealised


def add_fill(booked: dict[tuple[str, str], Decimal], fill: Fill, wallet: str) -> None:
    assert fill.fee is not None
    moves = [(fill.fee.currency, -fill.fee.amount)]
    if ":" in fill.market:
        moves.append(("USDT", fill.realised or ZERO))
    else:
        sign = 1 if fill.side == "buy" else -1
        moves += [("ETH", sign * fill.amount), ("USDT", -sign * fill.amount * fill.price)]
    for currency, amount in moves:
        booked[wallet, currency] = booked.get((wallet, currency), ZERO) + amount


def signed_cost(fill: Fill) -> Decimal:
    return fill.amount * fill.price * (1 if fill.side == "buy" else -1)


def value_at_mark(scene: Scene, market: str) -> Decimal:
    positions = [one for one in scene.engine.holders[ME].state.positions if one.market == market]
    mark = scene.engine.pits[market].mark or ZERO
    return sum((one.direction * one.amount * mark for one in positions), ZERO)


@given(seeds, worlds)
@settings(max_examples=60)
def test_orders_and_positions_add_up(seed: int, world: dict[str, Any]) -> None:
    walk = begin(seed, **world)
    scene, state = walk.scene, walk.scene.engine.holders[ME].state
    for _ in range(80):
        before = {one.id: one.filled for one in state.orders.values()}
        held = signed_positions(scene)
        count = len(state.fills)
        walk.step()
        for order in [*state.orders.values(), *state.closed.values()]:
            shown = order.public()
            assert shown.filled is not None
            assert shown.remaining is not None
            assert shown.filled + shown.remaining == shown.amount
            assert before.get(order.id, ZERO) <= shown.filled <= shown.amount
            assert order.filled == sum((one.amount for one in state.fills if one.order_id == order.id), ZERO)
            if order.request.time_in_force == "fok" and not is_closing(order):
                assert order.filled in {ZERO, order.amount}
        check_margin(scene)
        check_reducing(scene, held, state.fills[count:])
        check_funds(scene)


def check_margin(scene: Scene) -> None:
    """What the newest price of a market has not liquidated stands above its maintenance margin."""
    event, holder = scene.journal[-1], scene.engine.holders[ME]
    if not isinstance(event, Seen) or isinstance(event.update, OrderBook):
        return
    mark = scene.engine.pits[event.update.market].mark
    here = [one for one in holder.state.positions if one.market == event.update.market]
    for one in here:
        assert mark is not None
        left = one.margin + one.unrealised(mark)
        assert one.margin_mode == "cross" or left > holder.worth.maintenance(one, mark)
    if any(one.margin_mode == "cross" for one in here):
        assert scene.equity().cross_equity > scene.equity().cross_maintenance


@given(seeds, worlds)
@settings(max_examples=40)
def test_whoever_forgets_most_of_the_past_goes_on_like_whoever_keeps_it(
    seed: int, world: dict[str, Any]
) -> None:
    keeps, forgets = begin(seed, **world), begin(seed, **world)
    for _ in range(80):
        keeps.step()
        forgets.step()
        forgets.scene.engine.holders[ME].state.forget_the_oldest(orders=3, fills=4, bookings=5)
    kept, forgot = (walk.scene.engine.holders[ME].state for walk in (keeps, forgets))
    assert (forgot.cash, forgot.positions, forgot.orders) == (kept.cash, kept.positions, kept.orders)
    assert list(forgot.closed.items()) == [one for one in kept.closed.items() if one[0] in forgot.closed]
    live = {one.parent for one in forgot.orders.values()}
    assert len([one for one in forgot.closed if one not in live]) <= 3
    assert len(forgot.bookings) <= 5
    for order in [*forgot.orders.values(), *forgot.closed.values()]:
        assert order.filled == sum((one.amount for one in forgot.fills if one.order_id == order.id), ZERO)


Held = dict[tuple[str, str | None], Decimal]


def signed_positions(scene: Scene) -> Held:
    state = scene.engine.holders[ME].state
    return {
        (one.market, one.side if state.is_hedged else None): one.direction * one.amount
        for one in state.positions
    }


def check_reducing(scene: Scene, held: Held, fills: list[Fill]) -> None:
    """A reduce-only fill brings the position nearer to 0, whatever fills before it in the same moment."""
    for fill in fills:
        if ":" not in fill.market:
            continue
        which = (fill.market, fill.position_side)
        before = held.get(which, ZERO)
        after = held[which] = before + (fill.amount if fill.side == "buy" else -fill.amount)
        if scene.order(fill.order_id).request.is_reduce_only:
            assert abs(after) < abs(before)
            assert after * before >= 0


def check_funds(scene: Scene) -> None:
    state = scene.engine.holders[ME].state
    for wallet, purse in state.cash.items():
        for currency, cash in purse.items():
            if wallet == "spot" or currency == "ETH":
                assert cash >= 0
            balance = scene.balance(currency, wallet=wallet)
            assert balance.free is not None
            assert balance.used is not None
            assert balance.free + balance.used == balance.total


@given(seeds, worlds)
@settings(max_examples=60)
def test_no_fill_lies_outside_the_book_or_the_trade_that_caused_it(seed: int, world: dict[str, Any]) -> None:
    walk = begin(seed, **world)
    scene = walk.scene
    for _ in range(80):
        count, events = len(scene.fills()), len(scene.journal)
        walk.step()
        updates = [one.update for one in scene.journal[:] if isinstance(one, Seen)]
        prints = [
            one.update
            for one in scene.journal[events:]
            if isinstance(one, Seen) and isinstance(one.update, Trade)
        ]
        check_makers([one for one in scene.fills()[count:] if one.is_maker], prints, scene)
        for fill in (one for one in scene.fills()[count:] if not one.is_maker):
            if "bankruptcy" in fill.assumption:
                continue
            books = [one for one in updates if isinstance(one, OrderBook) and one.market == fill.market]
            # With latency an order may have arrived before the newest book did.
            assert any(fill.price in facing(book, fill.side) for book in books[-3:])


def facing(book: OrderBook, side: str) -> list[Decimal]:
    return [level.price for level in (book.asks if side == "buy" else book.bids)]


def check_makers(fills: list[Fill], prints: list[Trade], scene: Scene) -> None:
    if not fills:
        return
    (trade,) = prints
    assert sum((one.amount for one in fills), ZERO) <= trade.amount
    for fill in fills:
        assert fill.market == trade.market
        assert fill.price == scene.order(fill.order_id).price
        assert trade.price <= fill.price if fill.side == "buy" else trade.price >= fill.price


@given(seeds)
@settings(max_examples=40)
def test_what_was_taken_from_a_level_is_never_more_than_it_showed(seed: int) -> None:
    scene = Scene()
    scene.market(3200)
    chance = random.Random(seed)  # noqa: S311 - chance for tests
    for _ in range(10):
        sizes = [chance.choice(AMOUNTS) for _ in range(4)]
        count = len(scene.fills())
        scene.book([("3199", sizes[0]), ("3198", sizes[1])], [("3201", sizes[2]), ("3202", sizes[3])])
        for _ in range(4):
            side: Any = chance.choice(["buy", "sell"])
            scene.place(side, chance.choice(AMOUNTS))
        taken: dict[Decimal, Decimal] = {}
        for fill in scene.fills()[count:]:
            taken[fill.price] = taken.get(fill.price, ZERO) + fill.amount
        shown = dict(zip((3199, 3198, 3201, 3202), sizes, strict=True))
        assert all(amount <= shown[int(price)] for price, amount in taken.items())


@pytest.mark.parametrize("seed", range(20))
def test_the_same_events_give_the_same_changes_and_the_same_account(seed: int) -> None:
    walk = begin(
        seed, latency=0.15, is_isolated=seed % 2 == 0, is_unified=seed % 3 == 0, is_hedged=seed % 5 == 0
    )
    for _ in range(150):
        walk.step()
    scene = walk.scene
    again = PaperEngine(venue="somewhere", settings=walk.settings)
    told: list[Told] = []
    for event in scene.journal:
        try:
            told += again.apply(event)
        except (OrderRejected, OrderNotFound):
            continue
    assert told == scene.told
    first, second = (msgspec.json.encode(one.holders[ME].state) for one in (scene.engine, again))
    assert first == second
    assert scene.fills()

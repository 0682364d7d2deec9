"""What holds for every plan, whatever fills, is lost, crashes or comes twice, and for every size."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.exchange.exchange import Market
from services.exchange.orders import OrderRequest
from services.exchange.prices import on_step
from services.store.trading_rows import IntentRow
from services.trading.intents.intent import client_id_of
from services.trading.losses import risk_of_one
from services.trading.orders.messages import OrderTerms
from services.trading.orders.plans.bracket import Bracket
from services.trading.orders.plans.dca import Dca, ladder
from services.trading.orders.plans.iceberg import Iceberg
from services.trading.orders.plans.kinds import AnyPlan, children_of, entering_roles, intent_id_of
from services.trading.orders.plans.oco import Oco
from services.trading.orders.plans.plan import Known, Role, Step
from services.trading.orders.plans.trailing import Trailing
from services.trading.orders.plans.twap import Twap, chance
from services.trading.orders.sizing import Sizing, amount_for
from services.trading.orders.wishes import Wish, on_tick

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
BTC = "BTC/USDT:USDT"
GUARDS: tuple[Role, ...] = ("stop", "target")
DECODER: msgspec.json.Decoder[AnyPlan] = msgspec.json.Decoder(AnyPlan)
money = st.decimals(min_value="0.01", max_value="1e7", places=4)
amounts = st.decimals(min_value="0.004", max_value="3", places=3)


@st.composite
def plans(draw: st.DrawFn) -> AnyPlan:
    common: dict[str, Any] = {
        "market": BTC,
        "side": "buy",
        "amount": draw(amounts),
        "step": Decimal("0.001"),
        "tick": Decimal("0.1"),
        "min_amount": draw(st.sampled_from([Decimal("0.001"), Decimal("0.003")])),
    }
    guarded = {
        **common,
        "stop": draw(st.sampled_from([None, Decimal(59_000)])),
        "target": draw(st.sampled_from([None, Decimal(62_000)])),
    }
    price = Decimal(60_000)
    prices = ladder(price, Decimal(57_000), 3, Decimal("0.1"), has_near=False)
    kinds: list[AnyPlan] = [
        Bracket(**guarded, entry="limit", price=price),
        Oco(**common, price=price, trigger=Decimal(61_000)),
        Oco(**{**common, "is_reduce_only": True}, price=price, trigger=Decimal(61_000)),
        Iceberg(**guarded, price=price, slices=3),
        Twap(**guarded, slices=3, seconds=60, seed="seed", arrival=price),
        Dca(**guarded, prices=prices),
        Trailing(**common, trail=Decimal(1)),
    ]
    return draw(st.sampled_from(kinds))


class World:
    """A plan as it is kept, its children as the venue has them, and a process that may die at any place."""

    def __init__(self, plan: AnyPlan) -> None:
        self.plan = plan
        self.rows: dict[str, IntentRow] = {}
        self.now = NOON
        self.is_over = False

    def known(self) -> Known:
        children = children_of(list(self.rows.values()))
        return Known(
            children=children, now=self.now, began_at=NOON, price=Decimal(60_000),
            was_asked=frozenset({"price"}),
        )  # fmt: skip

    def ask(self, *, dies_after: int) -> None:
        """Ask the plan as it is read from its row, and do so many of the things that it says."""
        plan, known = DECODER.decode(msgspec.json.encode(self.plan)), self.known()
        todo = plan.next(known)
        dropped = (*(todo.plan or plan).dropped, *(child.row.id for child in todo.cancel))
        self.plan = msgspec.structs.replace(todo.plan or plan, dropped=dropped)  # type: ignore[assignment]
        for step in todo.send[:dies_after]:
            self._send(step, known)
        for child in todo.cancel[: max(dies_after - len(todo.send), 0)]:
            self.become(child.row.id, status="canceled")
        self.is_over = todo.ended is not None and dies_after > len(todo.send) + len(todo.cancel)

    def _send(self, step: Step, known: Known) -> None:
        number = step.number or 1 + sum(child.role == step.role for child in known.children)
        intent_id = intent_id_of("plan", step.role, number)
        self.check(step, known)
        if intent_id in self.rows:
            return
        request = OrderRequest(
            market=BTC, side=step.side, kind=step.kind, amount=step.amount, client_id=client_id_of(intent_id)
        )
        self.rows[intent_id] = IntentRow(
            id=intent_id,
            account_id="acc",
            user_id="7",
            client_id=request.client_id,
            status="open",
            origin="plan:plan",
            group_id="plan",
            market=BTC,
            side=step.side,
            kind=step.kind,
            amount=step.amount,
            request="",
            created_at=self.now,
            updated_at=self.now,
            sent_at=self.now,
        )

    def check(self, step: Step, known: Known) -> None:
        """Hold each order that is sent to what is left when it is sent."""
        assert step.amount > 0
        assert step.amount % self.plan.step == 0
        if isinstance(self.plan, Oco):
            assert step.amount <= self.plan.amount - known.filled("limit", "stop")
        elif step.role in GUARDS:
            assert step.amount <= known.filled("entry", "slice", "step") - known.filled("stop", "target")

    def become(self, intent_id: str, **columns: Any) -> None:
        row = self.rows[intent_id]
        if row.status in {"open", "unknown"}:
            self.rows[intent_id] = replace(row, updated_at=self.now, **columns)

    def fill(self, intent_id: str, share: int) -> None:
        """Let a part of an order fill; what only reduces fills no more than there is."""
        row = self.rows[intent_id]
        filled = max(row.filled or Decimal(0), on_step(row.amount * share / 4, Decimal("0.001")))
        role = intent_id.rpartition("-")[2].rstrip("0123456789")
        if role in GUARDS and not isinstance(self.plan, Oco):
            known = self.known()
            room = known.filled("entry", "slice", "step") - known.filled("stop", "target")
            filled = min(filled, (row.filled or Decimal(0)) + max(room, Decimal(0)))
        self.become(intent_id, filled=filled, status="filled" if filled == row.amount else row.status)

    def may_fill(self, role: str) -> Decimal:
        """What the orders of a role have filled or may, as the venue would count it."""
        rows = [row for row in self.rows.values() if row.id.rpartition("-")[2].startswith(role)]
        live = {"open", "unknown"}
        return sum(
            (row.amount if row.status in live else row.filled or Decimal(0) for row in rows), Decimal(0)
        )

    def hold(self) -> None:
        """Hold all that entered, or may, to the amount of the plan."""
        roles = entering_roles(self.plan)
        if not isinstance(self.plan, Oco):
            assert sum(map(self.may_fill, roles)) <= self.plan.amount
        elif not self.plan.is_reduce_only:
            assert all(self.may_fill(role) <= self.plan.amount for role in roles)

    def settle(self) -> None:
        """Ask until nothing is left to do; then no leg is larger than what its siblings left of it."""
        for _ in range(6):
            self.ask(dies_after=99)
        known = self.known()
        if any(row.status == "unknown" for row in self.rows.values()):
            return
        legs: tuple[Role, ...] = ("limit", "stop") if isinstance(self.plan, Oco) else GUARDS
        for role in legs:
            taken = known.filled(*legs)
            whole = self.plan.amount if isinstance(self.plan, Oco) else known.filled("entry", "slice", "step")
            assert sum(child.left for child in known.open(role)) <= max(whole - taken, Decimal(0))


events = st.lists(
    st.tuples(
        st.sampled_from(
            ["ask", "settle", "die", "fill", "fill", "cancel", "lose", "find", "refuse", "wait", "end"]
        ),
        st.integers(min_value=0, max_value=7),
        st.integers(min_value=1, max_value=4),
    ),
    min_size=6,
    max_size=30,
)


A_PAIR = Oco(
    market=BTC,
    side="buy",
    amount=Decimal(1),
    step=Decimal("0.001"),
    tick=Decimal("0.1"),
    min_amount=Decimal("0.001"),
    price=Decimal(60_000),
    trigger=Decimal(61_000),
)


@example(plan=A_PAIR, happens=[("ask", 0, 1), ("fill", 0, 1), ("die", 0, 2)])
@settings(max_examples=120, deadline=None)
@given(plan=plans(), happens=events)
def test_the_children_of_a_plan_never_exceed_its_amount(
    plan: AnyPlan, happens: list[tuple[str, int, int]]
) -> None:
    world = World(plan)
    for what, which, share in happens:
        if world.is_over:
            break
        happen(world, what, which, share)
        world.hold()


STATES = {"cancel": "canceled", "lose": "unknown", "find": "open", "refuse": "rejected"}


def happen(world: World, what: str, which: int, share: int) -> None:
    match what:
        case "ask":
            world.ask(dies_after=99)
        case "die":
            world.ask(dies_after=share - 1)
        case "settle":
            world.settle()
        case "wait":
            world.now += timedelta(seconds=5 * share)
        case "end":
            world.plan = ending(world.plan)
    if world.rows and (what == "fill" or what in STATES):
        happen_to(world, sorted(world.rows)[which % len(world.rows)], what, share)


def ending(plan: AnyPlan) -> AnyPlan:
    return DECODER.decode(msgspec.json.encode(msgspec.structs.replace(plan, is_ending=True)))


def happen_to(world: World, intent_id: str, what: str, share: int) -> None:
    if what == "fill":
        world.fill(intent_id, share)
    elif what != "refuse" or not world.rows[intent_id].filled:
        world.become(intent_id, status=STATES[what])


@settings(max_examples=60, deadline=None)
@given(plan=plans())
def test_a_plan_that_nothing_disturbs_enters_all_of_its_amount_and_ends(plan: AnyPlan) -> None:
    world = World(plan)
    for _ in range(80):
        world.ask(dies_after=99)
        world.now += timedelta(seconds=10)
        if isinstance(world.plan, Trailing):
            return
        entering = world.known().open(*entering_roles(world.plan))
        for child in entering or world.known().open("stop", "target"):
            world.fill(child.row.id, 4)
            break
        if world.is_over:
            break
    assert world.is_over
    known = world.known()
    assert world.plan.amount - known.filled(*entering_roles(world.plan)) < max(
        world.plan.min_amount, Decimal("0.001")
    )


@given(size=money, price=money, step=st.sampled_from(["0.001", "0.1", "1", "0.00000001"]))
def test_a_size_in_quote_currency_never_costs_more_than_was_wished(
    size: Decimal, price: Decimal, step: str
) -> None:
    sizing = Sizing(size=size, by="quote", step=Decimal(step))
    amount = amount_for(sizing, lambda taken: price + taken / 1000)
    assert amount % sizing.step == 0
    assert amount * (price + amount / 1000) <= size


@given(
    percent=st.decimals(min_value="0.01", max_value="100", places=2),
    equity=money,
    price=money,
    stop=money,
    fee=st.sampled_from(["0", "0.0006"]),
)
def test_a_size_by_risk_never_risks_more_than_was_wished(
    percent: Decimal, equity: Decimal, price: Decimal, stop: Decimal, fee: str
) -> None:
    rate = Decimal(fee)
    sizing = Sizing(size=percent, by="risk", step=Decimal("0.001"), stop=stop, equity=equity, fee=rate)
    amount = amount_for(sizing, lambda _: price)
    assert amount >= 0
    assert amount * risk_of_one(price, stop, rate) * 100 <= equity * percent


@given(
    side=st.sampled_from(["buy", "sell"]),
    price=money,
    tick=st.sampled_from(["0.1", "0.05", "0.0001"]),
)
def test_a_price_is_never_rounded_against_its_owner(side: Any, price: Decimal, tick: str) -> None:
    market = Market(name=BTC, tick=Decimal(tick))
    terms = OrderTerms(market=BTC, side=side, type="limit")
    price += 1
    wish = on_tick(Wish(terms=terms, size=price, price=price, stop=price, target=price), market)
    assert wish.price is not None
    assert wish.stop is not None
    assert wish.target is not None
    sign = 1 if side == "buy" else -1
    assert sign * (price - wish.price) >= 0
    assert sign * (wish.stop - price) >= 0
    assert sign * (wish.target - price) >= 0
    assert all(one % market.tick == 0 for one in (wish.price, wish.stop, wish.target))
    assert abs(wish.price - price) < market.tick


@given(seed=st.text(max_size=20), turn=st.integers(min_value=0, max_value=100))
def test_chance_is_the_same_for_the_same_seed_and_never_more_than_a_fifth(seed: str, turn: int) -> None:
    assert chance(seed, turn) == chance(seed, turn)
    assert abs(chance(seed, turn)) <= 0.2

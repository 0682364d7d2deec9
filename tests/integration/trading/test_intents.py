from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from desk_intents_stage import BTC, an_intent, desk_at, open_house
from sandbox_exchange_stage import Stage, settled, until

from services.errors import UserMistake
from services.exchange.orders import Order
from services.trading.intents.intent import RECONCILING

PLACE = "order/place-"
FAR = Decimal(40_000)
LOST: dict[str, dict[str, Any]] = {
    "after it was taken": {"drop": {"is_after": True, "path": PLACE}},
    "by an answer that is cut short": {"http": {"kind": "truncated", "path": PLACE}},
    "and it shows late": {"drop": {"is_after": True, "path": PLACE}, "late_visible": 0.4},
}


@pytest_asyncio.fixture
async def house() -> AsyncIterator[Stage]:
    async with open_house() as stage:
        yield stage


def is_of_a_paper_fill(line: str) -> bool:
    """Whether the journal says what was filled, and what that rests on."""
    return line.startswith("Filled: 0.01") and "Simulated: matched against " in line


async def test_a_market_order_is_sent_once_and_its_owner_told(house: Stage, tmp_path: Path) -> None:
    async with desk_at(house.url, tmp_path) as desk:
        row = await desk.works.desk.submit(an_intent("i1"))
        await until(lambda: "filled" in desk.others.news("i1"))
        assert await desk.status("i1") == "filled"
        again = await desk.works.desk.submit(an_intent("i1"))
        assert again.order_id == row.order_id
        assert len(house.journal.of(PLACE)) == 1
        await until(lambda: ("i1", "new", "sending") in desk.others.heard)
        await until(lambda: any(is_of_a_paper_fill(line[1]) for line in desk.others.lines.values()))
        await until(lambda: desk.others.records)
        await until(lambda: desk.others.published)


async def test_the_same_intent_twice_at_once_is_one_order(house: Stage, tmp_path: Path) -> None:
    async with desk_at(house.url, tmp_path) as desk:
        await asyncio.gather(*(desk.works.desk.submit(an_intent("i1", price=FAR)) for _ in range(5)))
        assert len(house.journal.of(PLACE)) == 1
        assert await desk.status("i1") == "open"


async def test_a_refusal_of_the_gate_sends_nothing_and_keeps_its_reason(house: Stage, tmp_path: Path) -> None:
    async with desk_at(house.url, tmp_path) as desk:
        desk.others.refusal = "Too large"
        row = await desk.works.desk.submit(an_intent("i1"))
        assert (row.status, row.reason, row.sent_at) == ("rejected", "Too large", None)
        assert len(house.journal.of(PLACE)) == 0


async def test_only_a_refusal_of_the_venue_is_rejected(house: Stage, tmp_path: Path) -> None:
    async with desk_at(house.url, tmp_path) as desk:
        row = await desk.works.desk.submit(an_intent("i1", amount=Decimal(1_000_000)))
        assert row.status == "rejected"
        assert row.reason
        assert desk.others.news() == []


async def test_leverage_is_set_before_the_order_and_a_wrong_one_sends_nothing(
    house: Stage, tmp_path: Path
) -> None:
    async with desk_at(house.url, tmp_path) as desk:
        await desk.works.desk.submit(an_intent("i1", price=FAR, leverage=Decimal(7)))
        paths = [one.path for one in house.journal.entries if one.method == "POST"]
        assert [path.rpartition("/")[2] for path in paths] == ["set-leverage", "place-order"]
        row = await desk.works.desk.submit(an_intent("i2", price=FAR, leverage=Decimal(1_000)))
        assert row.status == "rejected"
        assert len(house.journal.of(PLACE)) == 1


async def test_nothing_is_sent_before_the_account_was_compared_with_the_venue(
    house: Stage, tmp_path: Path
) -> None:
    async with desk_at(house.url, tmp_path) as desk:
        await desk.sessions.of("ada")
        house.faults.set({"http": {"kind": "502", "count": 100, "path": "pending"}})
        row = await desk.works.desk.submit(an_intent("i1"))
        assert (row.status, row.reason) == ("rejected", RECONCILING)
        house.faults.clear()
        await desk.works.desk.submit(an_intent("i2"))
        assert len(house.journal.of(PLACE)) == 1


async def test_an_account_that_cannot_be_opened_leaves_the_intent_unsent(
    house: Stage, tmp_path: Path
) -> None:
    async with desk_at(house.url, tmp_path) as desk:
        row = await desk.works.desk.submit(an_intent("i1", account="nobody"))
        assert (row.status, row.reason) == ("abandoned", "There is no account nobody.")


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
async def test_a_lost_answer_is_looked_up_and_never_sent_again(
    house: Stage, tmp_path: Path, fault: dict[str, Any]
) -> None:
    async with desk_at(house.url, tmp_path) as desk:
        await desk.works.desk.submit(an_intent("i0", price=FAR))
        house.faults.set({**fault, "wsstall": True})
        await desk.works.desk.submit(an_intent("i1", price=FAR))

        async def is_found() -> bool:
            return await desk.status("i1") == "open"

        await settled(is_found)
        assert len(house.journal.of(PLACE)) == 2


async def test_an_order_that_never_arrived_is_given_up_after_spaced_answers_only(
    house: Stage, tmp_path: Path
) -> None:
    async with desk_at(house.url, tmp_path) as desk:
        desk.sessions.loses_order = lambda: True
        house.faults.set({"http": {"kind": "502", "count": 3, "path": "detail"}})
        row = await desk.works.desk.submit(an_intent("i1"))
        assert row.status == "unknown"

        async def is_given_up() -> bool:
            return await desk.status("i1") == "abandoned"

        await settled(is_given_up)
        found = await desk.works.desk.row("i1")
        assert found is not None
        assert found.looks >= 3
        assert found.sent_at is not None
        assert (found.updated_at - found.sent_at).total_seconds() >= 0.5
        assert desk.others.news("i1") == ["unknown", "found"]


async def test_a_filled_part_and_the_rest_are_told_in_one_thread(house: Stage, tmp_path: Path) -> None:
    async with desk_at(house.url, tmp_path) as desk:
        await desk.works.desk.submit(an_intent("i1", price=Decimal(49_900), amount=Decimal("0.01")))
        house.source.print(BTC, "49800", "0.004", "sell")
        await until(lambda: desk.others.news("i1") == ["partly_filled"])
        house.source.print(BTC, "49800", "0.5", "sell")
        await until(lambda: ("i1", "open", "filled") in desk.others.heard)
        assert desk.others.news("i1") == ["partly_filled", "filled"]
        row = await desk.works.desk.row("i1")
        assert row is not None
        assert (row.filled, row.average) == (Decimal("0.01"), Decimal(49_900))


async def test_lost_pushes_are_found_by_comparing(house: Stage, tmp_path: Path) -> None:
    async with desk_at(house.url, tmp_path) as desk:
        await desk.works.desk.submit(an_intent("i1", price=Decimal(49_900)))
        house.faults.set({"drop_push": 1_000})
        house.source.print(BTC, "49800", "0.5", "sell")
        await until(lambda: "filled" in desk.others.news("i1"))


async def test_an_open_order_is_canceled_once_and_a_done_one_says_so(house: Stage, tmp_path: Path) -> None:
    async with desk_at(house.url, tmp_path) as desk:
        await desk.works.desk.submit(an_intent("i1", price=FAR))
        row = await desk.works.desk.cancel("ada", "i1")
        assert not isinstance(row, Order)
        assert row.status == "canceled"
        with pytest.raises(UserMistake, match="not open any more"):
            await desk.works.desk.cancel("ada", "i1")
        with pytest.raises(UserMistake, match="no open order 77"):
            await desk.works.desk.cancel("ada", "77")
        await until(lambda: desk.others.news("i1") == ["canceled"])


async def test_what_nobody_carries_on_after_a_death_is_settled_at_the_start(
    house: Stage, tmp_path: Path
) -> None:
    async with desk_at(house.url, tmp_path, is_running=False) as desk:
        await desk.works.desk.submit(an_intent("i1", price=FAR))
        async with desk.store.write() as rows:
            await rows.trading.intents.change("i1", status="sending", order_id="")
    async with desk_at(house.url, tmp_path, is_running=False) as desk:
        assert await desk.status("i1") == "unknown"
        assert desk.others.news("i1") == ["unknown"]
        await desk.works.reconciler.reconcile("ada")
        assert await desk.status("i1") == "open"
        assert desk.others.news("i1") == ["unknown", "found"]

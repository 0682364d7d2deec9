from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from paper_stage import INSTANT, ME, SWAP, HandClock, HandFedExchange, Scene, a_request, running

from services.errors import ExchangeUnavailable, Misconfigured, NotOffered, OrderUnknown
from services.exchange.exchange import Trade
from services.exchange.orders import Change
from services.exchange.paper.exchange import PaperExchange
from services.exchange.paper.files import AccountFiles
from services.exchange.paper.state import KEPT_FILLS, KEPT_ORDERS, AccountState

MANY = 20_000


class Farm:
    """A paper exchange whose accounts are kept in a folder."""

    def __init__(self, folder: Path) -> None:
        self.clock = HandClock()
        self.source = HandFedExchange(self.clock)
        self.paper = PaperExchange(
            self.source,
            clock=self.clock,
            settings=INSTANT,
            accounts=AccountFiles(folder),
            sleep=self.clock.sleep,
        )


def traded(folder: Path) -> AccountState:
    """An account with a bit of everything, saved."""
    here = Scene()
    here.market(3200)
    here.place("buy", 2, client_id="entry", stop_loss=3000)
    here.cancel(here.place("buy", 1, 3100, client_id="gone"))
    here.place("buy", 1, 3100, client_id="rests")
    state = here.engine.holders[ME].state
    AccountFiles(folder).save(state)
    return state


def test_an_account_comes_back_from_its_two_files_as_it_was(tmp_path: Path) -> None:
    state = traded(tmp_path)
    (kept,) = AccountFiles(tmp_path).load()
    assert kept == state
    assert list(kept.used_ids) == ["entry", "gone", "rests"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["me.0.past", "me.json"]


def test_what_is_done_is_written_once_and_what_may_change_each_time(tmp_path: Path) -> None:
    here = Scene()
    here.market(3200)
    files, state = AccountFiles(tmp_path), here.engine.holders[ME].state
    sizes: list[int] = []
    for _ in range(3):
        here.place("buy", "0.1", client_id=f"order-{len(sizes)}")
        files.save(state)
        sizes.append((tmp_path / "me.0.past").stat().st_size)
    files.save(state)
    assert (tmp_path / "me.0.past").stat().st_size == sizes[-1]
    assert abs((sizes[2] - sizes[1]) - (sizes[1] - sizes[0])) < 50
    assert AccountFiles(tmp_path).load() == [state]


def test_a_save_costs_no_more_however_many_client_ids_there_ever_were(tmp_path: Path) -> None:
    state = traded(tmp_path)
    files = AccountFiles(tmp_path)
    (state,) = files.load()
    before = (tmp_path / "me.json").stat().st_size
    state.used_ids |= {f"order-{number}": str(number) for number in range(MANY)}
    files.save(state)
    assert (tmp_path / "me.json").stat().st_size < before + 50
    (kept,) = AccountFiles(tmp_path).load()
    assert list(kept.used_ids.items()) == list(state.used_ids.items())


def test_a_line_that_was_not_acknowledged_before_a_kill_does_not_count(tmp_path: Path) -> None:
    state = traded(tmp_path)
    past = tmp_path / "me.0.past"
    whole = past.read_bytes()
    past.write_bytes(whole + b'{"client_id":"torn","order_')
    files = AccountFiles(tmp_path)
    (kept,) = files.load()
    assert kept == state
    kept.used_ids["next"] = "7"
    files.save(kept)
    assert past.read_bytes() == whole + b'{"client_id":"next","order_id":"7"}\n'
    assert AccountFiles(tmp_path).load() == [kept]


@pytest.mark.parametrize("keeps", [0, 100, -1])
def test_a_past_that_lacks_what_was_acknowledged_is_an_error(tmp_path: Path, keeps: int) -> None:
    traded(tmp_path)
    past = tmp_path / "me.0.past"
    past.write_bytes(past.read_bytes()[:keeps])
    with pytest.raises(Misconfigured) as caught:
        AccountFiles(tmp_path).load()
    assert "bytes" in caught.value.message
    past.unlink()
    with pytest.raises(Misconfigured):
        AccountFiles(tmp_path).load()


def test_a_past_that_is_mostly_forgotten_is_written_anew_without_it(tmp_path: Path) -> None:
    state = traded(tmp_path)
    files = AccountFiles(tmp_path)
    (state,) = files.load()
    for _ in range(2 * MANY):
        state.bookings.append(msgspec.structs.replace(state.bookings[0], id=state.next_id()))
    files.save(state)
    size = (tmp_path / "me.0.past").stat().st_size
    (kept,) = AccountFiles(tmp_path).load()
    assert not (tmp_path / "me.0.past").exists()
    assert (tmp_path / "me.1.past").stat().st_size < size / 2
    assert kept.used_ids == state.used_ids
    assert AccountFiles(tmp_path).load() == [kept]


def test_a_file_of_before_there_was_a_past_is_read_and_its_past_goes_where_it_belongs(tmp_path: Path) -> None:
    state = traded(tmp_path)
    for path in tmp_path.glob("me.*"):
        path.unlink()
    (tmp_path / "me.json").write_bytes(msgspec.json.encode(state))
    files = AccountFiles(tmp_path)
    (kept,) = files.load()
    assert kept == state
    files.save(kept)
    assert AccountFiles(tmp_path).load() == [state]


def test_a_new_account_does_not_write_over_the_past_of_one_that_was_moved_away(tmp_path: Path) -> None:
    traded(tmp_path)
    (tmp_path / "me.json").unlink()
    left = (tmp_path / "me.0.past").read_bytes()
    state = traded(tmp_path)
    assert (tmp_path / "me.0.past").read_bytes() == left
    assert AccountFiles(tmp_path).load() == [state]


def test_an_order_that_is_shown_has_all_its_fills() -> None:
    here = Scene()
    state = here.engine.holders[ME].state
    for number in range(220):
        size = Decimal("0.01") * (1 + number % 2)
        asks = [(Decimal(3200) + Decimal(level) / 10, size) for level in range(30)]
        here.book([("3199.9", 1000)], asks)
        here.ticker(3200)
        here.place("buy", size * 30)
        here.place("sell", size * 30)
        state.forget_the_oldest()
    assert len(state.fills) <= KEPT_FILLS * 1.05
    assert len(state.closed) < 440
    for order in state.closed.values():
        amounts = [one.amount for one in state.fills if one.order_id == order.id]
        assert sum(amounts, Decimal(0)) == order.filled
    assert {one.order_id for one in state.fills} <= set(state.closed)


async def test_fills_that_are_not_kept_any_more_are_not_left_out_in_silence(tmp_path: Path) -> None:
    farm = Farm(tmp_path)
    async with running(farm.paper.run()):
        await farm.source.quote(depth=10_000_000)
        account = farm.paper.open(ME)
        began = farm.clock.now()
        for number in range(KEPT_ORDERS // 2 + 60):
            await farm.clock.step(0.001)
            for side in ("buy", "sell"):
                await account.orders.place(a_request(side, "0.01", client_id=f"{side}-{number}"))
        (first,) = (await account.fills(SWAP, limit=100_000))[:1]
        with pytest.raises(NotOffered):
            await account.fills(SWAP, since=began)
        with pytest.raises(NotOffered):
            await account.fills(SWAP, since=first.at - timedelta(seconds=0.001))
        shown = await account.fills(SWAP, since=first.at + timedelta(seconds=0.001), limit=1)
        assert shown[0].at > first.at


async def test_a_change_that_cannot_be_kept_ends_all_and_is_told_to_nobody(tmp_path: Path) -> None:
    farm = Farm(tmp_path)
    running_paper = asyncio.ensure_future(farm.paper.run())
    await farm.source.quote()
    account = farm.paper.open(ME)
    heard: list[Change] = []
    listening = asyncio.ensure_future(listen(account.changes(), heard))
    await asyncio.sleep(0)
    (tmp_path / "me.draft").mkdir()  # so that nothing can be written there
    with pytest.raises(OrderUnknown) as caught:
        await account.orders.place(a_request("buy", 1, client_id="mine"))
    assert caught.value.facts["client_id"] == "mine"
    with pytest.raises(ExchangeUnavailable):
        await account.orders.find(SWAP, client_id="mine")
    for read in (account.positions(), account.balances(), account.orders.open_orders()):
        with pytest.raises(ExchangeUnavailable):
            await read
    with pytest.raises(ExchangeUnavailable):
        await account.orders.place(a_request("buy", 1, client_id="more"))
    async with asyncio.timeout(5):
        with pytest.raises(ExchangeUnavailable):
            await listening
        with pytest.raises(ExceptionGroup) as stopped:
            await running_paper
    assert heard == []
    assert stopped.value.subgroup(Misconfigured) is not None
    (tmp_path / "me.draft").rmdir()
    (kept,) = AccountFiles(tmp_path).load()
    assert (kept.used_ids, kept.positions) == ({}, [])


async def listen(changes: AsyncIterator[Change], heard: list[Change]) -> None:
    async for change in changes:
        heard.append(change)  # noqa: PERF401 - what came before the end counts


async def test_queues_and_marks_are_kept_within_a_second_and_not_at_each_trade(tmp_path: Path) -> None:
    farm = Farm(tmp_path)
    async with running(farm.paper.run()):
        await farm.source.quote()
        account = farm.paper.open(ME)
        await account.orders.place(a_request("buy", 1))
        await account.orders.place(a_request("buy", 1, "3199.9"))

        def kept() -> tuple[Decimal | None, Decimal]:
            (state,) = AccountFiles(tmp_path).load()
            (order,) = state.orders.values()
            return order.queue, state.marks[SWAP]

        assert kept() == (Decimal(1_000), Decimal(3200))
        await farm.clock.step(0.1)
        await farm.source.put(a_trade("1", farm.clock.now()))
        assert kept() == (Decimal(1_000), Decimal(3200))
        await farm.clock.step(1)
        await farm.source.put(a_trade("2", farm.clock.now()))
        assert kept() == (Decimal(980), Decimal("3199.9"))


def a_trade(trade_id: str, as_of: datetime) -> Trade:
    return Trade(
        market=SWAP,
        id=trade_id,
        price=Decimal("3199.9"),
        amount=Decimal(10),
        side="sell",
        as_of=as_of,
        nature="replay",
    )

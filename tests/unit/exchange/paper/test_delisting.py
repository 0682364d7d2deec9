from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from paper_stage import INSTANT, MARKETS, ME, OTHER, SPOT, SWAP, HandClock, HandFedExchange, Scene, running
from paper_stage import a_request as asked

from services.errors import OrderRejected
from services.exchange.paper.engine import PaperEngine
from services.exchange.paper.events import MarketsListed
from services.exchange.paper.exchange import PaperExchange
from services.exchange.paper.files import AccountFiles
from services.exchange.paper.settings import PaperSettings
from services.exchange.paper.state import AccountState

WITHOUT = tuple(one for one in MARKETS if one.name != SWAP)
FEW_MINUTES = PaperSettings(entry_latency=0, response_latency=0).delisted_after


def holding() -> Scene:
    here = Scene()
    here.market(3200)
    here.market(60_000, market=OTHER)
    here.place("buy", 2)
    here.place("buy", 1, 3000)
    here.ticker(3300, mark=3250)
    return here


def list_without(here: Scene) -> None:
    here.apply(MarketsListed(at=here.now, markets=WITHOUT))


def notes(here: Scene) -> list[str]:
    return [one.note for one in here.engine.holders[ME].state.bookings if one.kind == "settlement"]


def test_a_dropped_market_is_settled_at_its_last_mark_and_the_ledger_says_so() -> None:
    here = holding()
    list_without(here)
    assert here.has_position()
    here.wait(FEW_MINUTES)
    assert not here.has_position()
    assert not here.live()
    assert here.traded()[-1] == ("2", "3250")
    assert "settlement" in here.fills()[-1].assumption
    assert notes(here) == [f"{SWAP} is not listed any more: settled at its last mark, 3250"]
    # Bought at 3,200.1, with the fee of both ways.
    assert here.cash() == 10_000 + 2 * Decimal("49.9") - Decimal("0.0006") * 2 * (Decimal("3200.1") + 3250)


def test_a_list_that_was_cut_short_for_a_moment_settles_nothing() -> None:
    here = holding()
    list_without(here)
    here.wait(FEW_MINUTES - 1)
    here.apply(MarketsListed(at=here.now, markets=MARKETS))
    here.wait(FEW_MINUTES)
    assert here.has_position()
    assert len(here.live()) == 1
    list_without(here)
    here.wait(FEW_MINUTES - 1)
    assert here.has_position()


def test_a_market_that_is_closed_but_listed_keeps_its_positions() -> None:
    here = holding()
    here.apply(MarketsListed(at=here.now, markets=(replace(MARKETS[0], is_open=False), *WITHOUT)))
    here.wait(2 * FEW_MINUTES)
    assert here.has_position()


def test_a_market_that_went_while_nothing_ran_is_settled_at_the_mark_that_was_kept() -> None:
    here = holding()
    kept = msgspec.json.encode(here.engine.holders[ME].state)
    here.engine = PaperEngine(venue="somewhere", settings=INSTANT)
    here.engine.admit(msgspec.json.decode(kept, type=AccountState))
    list_without(here)
    assert here.shown().mark == 3250
    here.market(60_000, market=OTHER)
    assert here.place("buy", "0.01", market=OTHER).status == "filled"
    here.wait(FEW_MINUTES)
    assert here.traded()[-1] == ("2", "3250")
    assert not here.has_position()


def test_what_a_settlement_leaves_owed_the_venue_takes_over() -> None:
    here = Scene(replace(INSTANT, swap_balances={"USDT": Decimal(700)}, stale_after=10_000))
    here.market(3200)
    here.place("buy", 4)
    here.engine.pits[SWAP].stand_in(Decimal(2000))
    list_without(here)
    here.wait(FEW_MINUTES)
    assert not here.has_position()
    assert here.cash() == 0


async def test_one_dropped_market_does_not_block_the_rest_of_the_account(tmp_path: Path) -> None:
    clock = HandClock()
    source = HandFedExchange(clock)

    def start() -> PaperExchange:
        files = AccountFiles(tmp_path)
        return PaperExchange(source, clock=clock, settings=INSTANT, accounts=files, sleep=clock.sleep)

    paper = start()
    async with running(paper.run()):
        await source.quote()
        await paper.open(ME).orders.place(asked("buy", 1))
    source.listed = list(WITHOUT)
    paper = start()
    async with running(paper.run()):
        await source.quote(60_000, market=OTHER)
        account = paper.open(ME)
        assert [one.wallet for one in await account.balances()] == ["spot", "swap"]
        assert (await account.orders.place(asked("sell", "0.01", market=OTHER))).status == "filled"
        with pytest.raises(OrderRejected) as caught:
            await account.orders.place(asked("sell", 1))
        assert caught.value.facts["reason"] == "market_closed"
        await source.quote(3200, market=SPOT)
        await clock.step(FEW_MINUTES + 20)
        assert [one.market for one in await account.positions()] == [OTHER]

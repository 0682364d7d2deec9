"""The desk as a process of its own, asked as bots ask it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bus_stage import Server, running
from desk_process_stage import until
from msgspec import json
from sandbox_exchange_stage import settled
from whole_desk_stage import Whole, whole_desk

from services.trading.files import replace_whole
from services.trading.killswitch.folder import DeskFolder
from services.trading.killswitch.messages import Fire, GetSwitch
from services.trading.killswitch.operator import ResumeOrder
from services.trading.ledger.messages import OrderWhy, WhyOrder


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running("unix") as started:
        yield started


async def why(desk: Whole, order: str) -> OrderWhy:
    return await desk.bus.ask(WhyOrder(caller=desk.caller, id=order))


async def test_why_tells_each_rule_of_an_order_with_its_value_and_limit_and_a_farm_kept_stop_counts(
    server: Server, tmp_path: Path
) -> None:
    tight = {"desk": {"risk": {"risk_per_trade": 0.02}}}
    async with whole_desk(server, tmp_path, sections=tight) as desk:
        await desk.account()
        passed = (await desk.confirm(await desk.draft())).orders[0]

        async def is_told() -> bool:
            return bool((await why(desk, passed.id)).verdicts)

        await settled(is_told)
        rules = {one.rule: one for one in (await why(desk, passed.id)).verdicts}
        assert all(one.is_passed for one in rules.values())
        assert rules["market_share"].value is not None
        assert rules["market_share"].limit == 4
        # the same with a stop by the farm: a stop-limit entry takes none with it at the venue
        kept = await desk.draft(type="stop", price="", trigger="51000", stop="50000", size="0.01")
        bracket = (await desk.confirm(kept)).orders[0]
        await settled(lambda: _says(desk, bracket.id, "risk_per_trade"))


async def _says(desk: Whole, order: str, rule: str) -> bool:
    return any(one.rule == rule and one.value for one in (await why(desk, order)).verdicts)


async def test_the_operator_lets_a_halted_desk_trade_again(server: Server, tmp_path: Path) -> None:
    async with whole_desk(server, tmp_path) as desk:
        await desk.account()
        await desk.bus.ask(Fire(id="f", caller=desk.caller, scope="all"))
        assert (await desk.confirm(await desk.draft())).state == "refused"

        async def is_flat() -> bool:
            return (await desk.bus.ask(GetSwitch(caller=desk.caller, scope="all"))).is_flat

        await settled(is_flat)
        order = ResumeOrder(id="r", by="operator", at=datetime.now(UTC))
        folder = DeskFolder.below(tmp_path)
        await asyncio.to_thread(replace_whole, folder.resume, json.encode(order))
        await until(lambda: not folder.resume.exists())
        assert (await desk.confirm(await desk.draft())).state == "done"


@pytest.mark.slow
async def test_the_desk_flattens_although_its_database_is_damaged(server: Server, tmp_path: Path) -> None:
    async with whole_desk(server, tmp_path) as desk:
        await desk.account()
        await desk.confirm(await desk.draft(type="market", price=""))
        account = desk.kept()
        assert await account.positions()
        await asyncio.sleep(2.5)  # until the desk knows the account by heart
        for name in ("omega.db", "omega.db-wal"):
            await asyncio.to_thread(_spoil, tmp_path / name)
        DeskFolder.below(tmp_path).flat.touch()

        async def is_flat() -> bool:
            return not await account.positions()

        await settled(is_flat)


def _spoil(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"no database any more " * 4_000)

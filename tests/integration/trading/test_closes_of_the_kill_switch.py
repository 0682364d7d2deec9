"""The closes of the kill switch are under names of ours, and no row is written of them."""

from __future__ import annotations

from pathlib import Path

from account_rows import a_request
from desk_intents_stage import an_intent, desk_at, open_house

from services.trading.intents.intent import client_id_of


async def test_a_close_of_the_kill_switch_is_no_difference_and_halts_nothing(tmp_path: Path) -> None:
    async with open_house() as house, desk_at(house.url, tmp_path) as desk:
        await desk.works.desk.submit(an_intent("i1"))
        await desk.works.reconciler.reconcile("ada")
        session = await desk.sessions.of("ada")
        close = a_request(
            client_id=client_id_of("a firing"), side="sell", kind="market", price=None, is_reduce_only=True
        )
        await session.orders.place(close)
        await desk.works.reconciler.reconcile("ada")
        assert await session.account.positions() == []
        assert desk.others.states == {}
        assert "difference" not in desk.others.news()

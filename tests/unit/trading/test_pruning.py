from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from desk_orders_stage import ANN, a_desk

from services.store.trading_rows import ProposalRow
from services.trading.orders.messages import DropTicket
from services.trading.pruning import KEPT_FOR, Pruning


async def test_old_cards_and_decided_proposals_go_and_what_still_waits_or_was_sent_stays(
    tmp_path: Path,
) -> None:
    async with a_desk(tmp_path) as stage:
        used, dropped = await stage.draft(), await stage.draft()
        await stage.confirm(used)
        await stage.service.process(DropTicket(id="d", caller=ANN, ticket=dropped.id))
        began = stage.clock.now()
        stage.clock.seconds += (KEPT_FOR + timedelta(seconds=1)).total_seconds()
        young = await stage.draft()
        async with stage.store.write() as rows:
            for status in ("approved", "rejected", "expired", "open"):
                await rows.trading.proposals.add(
                    ProposalRow(
                        id=status,
                        run_id="r",
                        account_id="acc",
                        user_id="7",
                        status=status,
                        body="{}",
                        created_at=began,
                        expires_at=began,
                    )
                )
        await Pruning(stage.store, clock=stage.clock).prune()
        async with stage.store.read() as rows:
            assert [one.id for one in await rows.trading.tickets.where()] == [young.id]
            assert [one.id for one in await rows.trading.proposals.where()] == ["open"]
            assert [one.id for one in await rows.trading.intents.where()] == [f"{used.id}-1"]

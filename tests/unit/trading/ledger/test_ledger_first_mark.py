from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from ledger_stage import open_books


async def test_an_account_is_marked_when_it_is_recorded_for_the_first_time_and_not_again(
    tmp_path: Path,
) -> None:
    async with open_books(tmp_path) as books:
        books.desk.equity = Decimal(10_000)
        await books.ledger.record("acc1")
        books.desk.equity = Decimal(9_000)
        books.clock.seconds += 1
        await books.ledger.record("acc1")
        assert [one.equity for one in await books.ledger.equity("acc1")] == [Decimal(10_000)]

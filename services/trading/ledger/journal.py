"""The journal: a line for whatever was decided or happened in an account, each written once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import count
from typing import Final

import msgspec

from services.clock import Clock
from services.ids import id_of
from services.store.store import Store
from services.store.trading_rows import AccountRow, JournalRow
from services.trading.ledger.messages import JournalLine
from services.trading.messages import Verdict
from services.trading.ports import VERDICTS

_FACTS: Final = msgspec.json.Decoder(dict[str, str])
_VERDICTS: Final = msgspec.json.Decoder(list[Verdict])


class KeptJournal:
    """The `Journal`, in the database."""

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._numbers = count()

    async def write(
        self,
        row: AccountRow,
        kind: str,
        words: str,
        *,
        facts: Mapping[str, str] | None = None,
        market: str = "",
        intent: str = "",
        key: str = "",
    ) -> None:
        """Write a line; see `Journal.write`. Raises `StoreUnavailable`."""
        now = self._clock.now()
        new = line(
            row,
            kind,
            words,
            facts=facts,
            market=market,
            intent=intent,
            key=key or f"{now.isoformat()} {next(self._numbers)} {words}",
            at=now,
        )
        async with self._store.write() as rows:
            await rows.trading.journal.add(new)


def line(
    row: AccountRow,
    kind: str,
    words: str,
    *,
    key: str,
    at: datetime,
    facts: Mapping[str, str] | None = None,
    market: str = "",
    intent: str = "",
) -> JournalRow:
    """Build a line; its id follows from the account and `key`, so that it is written once."""
    return JournalRow(
        id=id_of(row.id, key),
        account_id=row.id,
        user_id=row.user_id,
        at=at,
        kind=kind,
        market=market,
        intent_id=intent,
        words=words,
        facts=msgspec.json.encode(dict(facts or {})).decode(),
    )


def shown(row: JournalRow) -> JournalLine:
    """Return a line as its owner sees it, without the verdicts, which `verdicts_of` reads."""
    facts = _facts(row)
    return JournalLine(
        id=row.id,
        at=row.at,
        kind=row.kind,
        market=row.market,
        words=row.words,
        facts={name: fact for name, fact in facts.items() if name != VERDICTS},
        intent=row.intent_id,
    )


def verdicts_of(row: JournalRow) -> list[Verdict]:
    """Return what each rule of the risk gate said, as a line tells it; none of most lines."""
    told = _facts(row).get(VERDICTS)
    return [] if told is None else _VERDICTS.decode(told)


def _facts(row: JournalRow) -> dict[str, str]:
    return _FACTS.decode(row.facts or "{}")

"""How a season ended, as the journal of everybody who took part keeps it: what happens later changes nothing.

Each line is its owner's, and goes with them where they want to be forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

import msgspec

from services.store.store import Rows
from services.store.trading_rows import JournalRow, SeasonEntryRow, SeasonRow
from services.trading.seasons.ranking import Figures, Standing
from services.trading.seasons.records import id_of

ENDED: Final = "The season {season} ended."
_FACTS: Final = msgspec.json.Decoder(dict[str, str])


async def finals_of(rows: Rows, season: SeasonRow, entries: Iterable[SeasonEntryRow]) -> list[Standing]:
    """Return how a season ended, the best first; nothing where that is not decided yet."""
    owners = {_line_id(season, entry.user_id): entry.user_id for entry in entries}
    kept = await rows.trading.journal.where(id=list(owners))
    told = [(owners[line.id], _FACTS.decode(line.facts)) for line in kept]
    told.sort(key=lambda pair: int(pair[1]["order"]))
    return [_standing(user_id, facts) for user_id, facts in told]


async def keep_finals(
    rows: Rows,
    season: SeasonRow,
    entries: Sequence[SeasonEntryRow],
    standings: Sequence[Standing],
    at: datetime,
) -> None:
    """Write how a season ended; what is written already stays."""
    accounts = {entry.user_id: entry.account_id for entry in entries}
    await rows.trading.journal.add(
        *(
            JournalRow(
                id=_line_id(season, one.user_id),
                account_id=accounts[one.user_id],
                user_id=one.user_id,
                at=at,
                kind="note",
                market="",
                intent_id="",
                words=ENDED,
                facts=msgspec.json.encode(_facts(season, one, order)).decode(),
            )
            for order, one in enumerate(standings)
        )
    )


def _line_id(season: SeasonRow, user_id: str) -> str:
    return id_of("final", season.id, user_id)


def _facts(season: SeasonRow, one: Standing, order: int) -> dict[str, str]:
    return {
        "season": season.name,
        "order": str(order),
        "rank": _text(one.rank),
        "name": one.name,
        "score": _text(one.score),
        "net_share": str(one.figures.net_share),
        "drawdown_share": str(one.figures.drawdown_share),
        "trades": str(one.figures.trades),
        "reason": one.reason,
    }


def _text(number: Decimal | int | None) -> str:
    return "" if number is None else str(number)


def _standing(user_id: str, facts: dict[str, str]) -> Standing:
    return Standing(
        rank=int(facts["rank"]) if facts["rank"] else None,
        user_id=user_id,
        name=facts["name"],
        figures=Figures(
            net_share=Decimal(facts["net_share"]),
            drawdown_share=Decimal(facts["drawdown_share"]),
            trades=int(facts["trades"]),
        ),
        score=Decimal(facts["score"]) if facts["score"] else None,
        reason=facts["reason"],
    )

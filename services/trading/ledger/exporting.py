"""The export: every fill and payment of funding as CSV, with the profit of each fill.

Lines end and cells are quoted as RFC 4180 says, in UTF-8. The columns:

==============  ==============================================================================
time            when, in UTC, as ISO 8601
kind            fill or funding
market          such as BTC/USDT:USDT; with a part after the colon it is a contract
side            buy or sell; empty of funding
position        long or short: the position that the fill closed, else the one it opened
amount          in base currency
price           in quote currency
cost            price x amount
realised        profit of what the fill closed by `method`, before fees; empty where it closed nothing
fee             paid; negative is a rebate; empty where the venue does not say
fee_currency    of the fee
funding         got; negative was paid
currency        of realised and funding
method          which lot was closed first: fifo, lifo or hifo
liquidity       maker or taker; empty where the venue does not say
origin          farm for our orders, elsewhere for others; empty of funding
order           the venue's id of the order
id              the venue's id of the fill or payment
note            what a paper fill rests on
==============  ==============================================================================

A spreadsheet takes a cell for a formula that begins with ``=``, ``+``, ``-``, ``@``, a tab or a return. An
apostrophe before it makes it text. Numbers stay numbers, also negative ones: they are worth what they say.

Source: OWASP, "CSV Injection", https://owasp.org/www-community/attacks/CSV_Injection.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from services.store.trading_rows import FillRow, FundingRow
from services.trading.ledger.lots import Booked, currency_of
from services.trading.ledger.messages import LotMethod
from services.trading.ledger.recording import plain

COLUMNS: Final = (
    "time",
    "kind",
    "market",
    "side",
    "position",
    "amount",
    "price",
    "cost",
    "realised",
    "fee",
    "fee_currency",
    "funding",
    "currency",
    "method",
    "liquidity",
    "origin",
    "order",
    "id",
    "note",
)
MOST: Final = 20_000
"""Rows of a file, the newest: some four megabytes, which Discord takes."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_LIQUIDITY: Final = {True: "maker", False: "taker", None: ""}


def to_csv(
    booked: Sequence[Booked], fundings: Iterable[FundingRow], method: LotMethod, *, most: int = MOST
) -> tuple[bytes, int, int]:
    """Return the file, oldest row first, its rows below the head, and how many older it lacks."""
    by_fill: dict[str, list[Booked]] = {}
    for one in booked:
        by_fill.setdefault(one.fill.id, []).append(one)
    rows = [_of_fill(parts, method) for parts in by_fill.values()]
    rows += [_of_funding(paid, method) for paid in fundings]
    rows.sort(key=lambda row: row["time"])
    left_out = max(0, len(rows) - most)
    rows = rows[left_out:]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: harmless(cell) for name, cell in row.items()} for row in rows)
    return text.getvalue().encode(), len(rows), left_out


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    if cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def _of_fill(parts: Sequence[Booked], method: LotMethod) -> dict[str, str]:
    first, fill = parts[0], parts[0].fill
    closed = [one.realised for one in parts if one.is_closing]
    return {
        "time": fill.at.isoformat(),
        "kind": "fill",
        "market": fill.market,
        "side": fill.side,
        "position": first.side,
        "amount": plain(fill.amount),
        "price": plain(fill.price),
        "cost": plain(fill.price * fill.amount),
        "realised": plain(sum(closed, Decimal(0))) if closed else "",
        "currency": currency_of(fill.market),
        "method": method,
        **_paid(fill),
    }


def _paid(fill: FillRow) -> dict[str, str]:
    return {
        "fee": "" if fill.fee is None else plain(fill.fee),
        "fee_currency": fill.fee_currency,
        "liquidity": _LIQUIDITY[fill.is_maker],
        "origin": "farm" if fill.client_id else "elsewhere",
        "order": fill.order_id,
        "id": fill.id.rpartition(":")[2],
        "note": fill.assumption,
    }


def _of_funding(paid: FundingRow, method: LotMethod) -> dict[str, str]:
    return {
        "time": paid.at.isoformat(),
        "kind": "funding",
        "market": paid.market,
        "funding": plain(paid.amount),
        "currency": paid.currency,
        "method": method,
        "id": paid.id.rpartition(":")[2],
    }

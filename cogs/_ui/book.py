"""An order book as a card: spread, what stands near the price, and a ladder of the best levels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from cogs._ui.card import Card, Fact, refresh
from cogs._ui.origin import footnote, origin_facts
from cogs._ui.tables import COLUMNS, row, table
from services.locales.numbers import Numbers
from services.locales.texts import Texts
from services.market.figures import Standing, base_of, currency_of, middle_of, spread_of, standing_within
from services.market.messages import Book, BookLevel
from services.personas.voice import Voice

_RUNGS: Final = 6
"""Levels of each side in the ladder."""
_REACHES: Final = (Decimal("0.001"), Decimal("0.005"), Decimal("0.01"))
"""Shares of the price."""
_LONGEST_BAR: Final = 10
_MADE_UP: Final = "**Simulated depth**: the amounts are made up."
_PRICES_ARE_NOT: Final = "**Simulated depth**: the amounts are made up, the prices are recorded."


def book_card(book: Book, voice: Voice, *, now: datetime, key: str, venue: str = "") -> Card:
    """Return the card of a book, with a button that asks `venue` again."""
    text, market = voice.text, book.market
    heading = text("Price {currency} · amount {base}", currency=currency_of(market), base=base_of(market))
    return Card(
        title=text("{market} order book", market=market),
        verdict="\n".join([_spoken(book, voice, key), *_warning(book, text)]),
        facts=(
            *table(heading, _ladder(book, voice)),
            *_near(book, voice),
            *origin_facts([book.origin], voice, now=now, of="Book"),
        ),
        actions=refresh("depth", market, venue, voice.card.name, text=text),
        footnote=footnote(voice, *([text("simulated depth")] if book.is_depth_simulated else [])),
        accent=voice.card.accent,
    )


def _warning(book: Book, text: Texts) -> list[str]:
    if not book.is_depth_simulated:
        return []
    return [text(_PRICES_ARE_NOT if book.origin.nature == "replay" else _MADE_UP)]


def _spoken(book: Book, voice: Voice, key: str) -> str:
    numbers, spread = voice.numbers, spread_of(book)
    return voice.render(
        "depth",
        key=key,
        market=book.market,
        currency=currency_of(book.market),
        bid=numbers.price(book.bids[0].price, book.tick) if book.bids else None,
        ask=numbers.price(book.asks[0].price, book.tick) if book.asks else None,
        spread=None if spread is None else numbers.price(spread.price, book.tick),
        spread_bps=None if spread is None else numbers.bps(spread.share),
    )


def _near(book: Book, voice: Voice) -> list[Fact]:
    numbers = voice.numbers
    middle, currency = middle_of(book), currency_of(book.market)
    if middle is None:
        return []
    rows: list[str] = []
    for share in _REACHES:
        bids, asks = (standing_within(side, middle, share) for side in (book.bids, book.asks))
        rows.append(
            row(f"{numbers.exact(share * 100)}%", f"{_sum(bids, numbers):>12} {_sum(asks, numbers):>12}")
        )
    heading = voice.text("Within a distance of the middle · bids · asks, {currency}", currency=currency)
    return list(table(heading, rows))


def _sum(standing: Standing, numbers: Numbers) -> str:
    written = numbers.amount(standing.cost)
    return written if standing.is_whole else f"≥{written}"


def _ladder(book: Book, voice: Voice) -> list[str]:
    """Return the best asks from far to near, then the best bids from near to far, each with a bar."""
    numbers = voice.numbers
    asks, bids = book.asks[:_RUNGS][::-1], book.bids[:_RUNGS]
    levels = (*asks, *bids)
    prices = [numbers.price(level.price, book.tick) for level in levels]
    amounts = [numbers.amount(level.amount) for level in levels]
    wide = max(map(len, prices), default=0), max(map(len, amounts), default=0)
    bars = _bars(levels, room=COLUMNS - sum(wide) - 2)
    rungs = [
        f"{price:>{wide[0]}} {amount:>{wide[1]}} {bar}".rstrip()
        for price, amount, bar in zip(prices, amounts, bars, strict=True)
    ]
    return [
        *(rungs[: len(asks)] or [voice.text("no asks")]),
        "─" * COLUMNS,
        *(rungs[len(asks) :] or [voice.text("no bids")]),
    ]


def _bars(levels: Sequence[BookLevel], room: int) -> list[str]:
    longest = max(0, min(_LONGEST_BAR, room))
    most = max((level.amount for level in levels), default=Decimal(0))
    return ["█" * round(level.amount / most * longest) if most else "" for level in levels]

"""Which markets are traded most, across quote currencies: a turnover in won is not one in dollars."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from services.exchange.exchange import Market
from services.market.messages import Quote

_DOLLARS = ("USDT", "USDC", "USD", "FDUSD", "DAI", "TUSD", "BUSD", "SUSDT", "SUSDC")
_REFERENCES = _DOLLARS[:3]

QuoteOf = Callable[[str], Quote | None]


def by_turnover(markets: Iterable[Market], quote_of: QuoteOf) -> list[Market]:
    """Return `markets`, the most traded first; those whose turnover is not known come last."""
    worth: dict[str, float | None] = dict.fromkeys(_DOLLARS, 1.0)

    def turnover(market: Market) -> float:
        quote = quote_of(market.name)
        if quote is None or quote.volume_24h is None:
            return -1.0
        currency = market.quote
        if currency not in worth:
            worth[currency] = _worth(currency, quote_of)
        in_dollars = worth[currency]
        return -1.0 if in_dollars is None else float(quote.volume_24h) * in_dollars

    return sorted(markets, key=turnover, reverse=True)


def movers(quotes: Sequence[Quote], *, is_up: bool, limit: int) -> list[Quote]:
    """Return the quotes that rose (or fell) most in 24 hours, the strongest first, each base currency once.

    Of the markets of one base currency the first of `quotes` speaks for it.
    """
    found: dict[str, Quote] = {}
    for quote in quotes:
        change = change_of(quote)
        if change is not None and (change > 0) is is_up and change != 0:
            found.setdefault(quote.market.partition("/")[0], quote)
    return sorted(found.values(), key=lambda quote: change_of(quote) or 0, reverse=is_up)[: max(0, limit)]


def change_of(quote: Quote) -> Decimal | None:
    """Return how much the price changed in 24 hours, as a share; None where it is not known."""
    return quote.price / quote.open_24h - 1 if quote.open_24h else None


def _worth(currency: str, quote_of: QuoteOf) -> float | None:
    for dollar in _REFERENCES:
        direct, inverse = quote_of(f"{currency}/{dollar}"), quote_of(f"{dollar}/{currency}")
        if direct is not None:
            return float(direct.price)
        if inverse is not None and inverse.price:
            return 1 / float(inverse.price)
    return None

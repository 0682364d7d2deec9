"""What a venue has, read from ccxt's tables and said in words."""

from __future__ import annotations

from services.errors import NotOffered
from services.exchange.exchange import Capability, Channel
from services.exchange.venues.client import VenueClient

_FEATURES: dict[Capability, tuple[str, ...]] = {
    "candles": ("fetchOHLCV",),
    "trades": ("fetchTrades",),
    "order_book": ("fetchOrderBook",),
    "funding": ("fetchFundingRate",),
    "open_interest": ("fetchOpenInterest",),
    "watch_ticker": ("watchTicker", "watchTickers"),
    "watch_trade": ("watchTrades", "watchTradesForSymbols"),
    "watch_book": ("watchOrderBook", "watchOrderBookForSymbols"),
    "account": ("fetchBalance",),
}
"""Any one of which is enough."""
WORDS: dict[Capability, str] = {
    "candles": "candles",
    "trades": "single trades",
    "order_book": "order books",
    "funding": "funding rates",
    "open_interest": "open interest",
    "watch_ticker": "a stream of prices",
    "watch_trade": "a stream of trades",
    "watch_book": "a stream of order books",
    "account": "accounts",
}
STREAMS: dict[Channel, Capability] = {
    "ticker": "watch_ticker",
    "trade": "watch_trade",
    "book": "watch_book",
}
_OF_CONTRACTS: frozenset[Capability] = frozenset({"funding", "open_interest"})


def capabilities_of(client: VenueClient) -> frozenset[Capability]:
    """Return what the venue has."""
    return frozenset(
        capability for capability, features in _FEATURES.items() if any(client.has(one) for one in features)
    )


def refuse_if_lacking(
    capability: Capability, had: frozenset[Capability], *, venue: str, market: str | None = None
) -> None:
    """Do nothing where `capability` is among `had` and makes sense for `market`.

    Raises:
        NotOffered: the venue does not have it, or `market` is spot and it belongs to contracts.
    """
    if capability not in had:
        raise NotOffered.by(venue, WORDS[capability])
    if capability in _OF_CONTRACTS and market is not None and ":" not in market:
        raise NotOffered.by(venue, f"{WORDS[capability]} of {market}, which is a spot market")

"""What differs between venues, as data: there is one adapter for all of them and no class per venue.

Belongs here: facts about a venue that ccxt does not tell or tells wrongly. What a venue's error codes mean
stands in `errors`. A venue without an entry is taken as ccxt describes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.venues import SANDBOX, SANDBOX_TWIN

_SANDBOX_PATHS = {SANDBOX: "", SANDBOX_TWIN: "/twin"}
_SANDBOX_SPEAKS = "bitget"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirks:
    """The facts of one venue."""

    exchange_id: str
    """ccxt's name of the class that speaks to it."""
    default_type: str | None = None
    """The product that ccxt assumes where a call does not say; None leaves it to ccxt.

    With ``swap`` it takes ``BTC/USDT`` of Binance for the perpetual.
    """
    envelope: str | None = None
    """The field that every reply has; one without it was cut short or is no answer of the venue."""
    has_unified_accounts: bool = False
    """Whether ``options.uta`` must be said, because ccxt would otherwise guess and keep a wrong guess."""
    stream_depth: int | None = None
    """The depth to stream books with, where a smaller one is cheaper or gives whole pictures, not changes."""
    has_channel_by_depth: bool = False
    """Whether a stream of another depth is another subscription, which is ended with its depth."""
    streams_by_group: bool = False
    """Whether ccxt opens a connection for each list of markets; it is ended as a whole then."""
    book_depths: tuple[int, ...] | None = None
    """The depths that can be asked for; None where any can."""
    candles_a_page: int = 500
    old_candles_a_page: int | None = None
    """The same where ccxt asks another endpoint because they are old; it takes the end of a longer page."""
    has_currencies: bool = True
    """False spares the call that lists currencies: nothing here needs it, and it is the dearest one."""
    ticker_groups: tuple[Mapping[str, str], ...] = ({"type": "spot"}, {"type": "swap", "subType": "linear"})
    """What to ask with, one call each, for the tickers of all markets."""
    mark_fields: tuple[str, ...] = ("markPrice", "mark_price", "markPx")
    """Where a raw ticker has the mark price."""
    funding_hours_field: tuple[str, float] | None = None
    """The field of a raw market that has the hours between two payments of funding, and its unit in hours."""
    inverse_volume_is_quote: bool = False
    """Whether candles of inverse contracts count quote currency, as ccxt reads them."""
    trades_test_by_header: bool = False
    """Whether a header marks test orders, at the live address."""
    is_ours: bool = False
    """The farm's own sandbox, which tells how real its prices are."""
    path: str = ""
    """What stands before every path at the sandbox's address."""
    options: Mapping[str, object] = field(default_factory=dict)
    """Further options of ccxt."""


_BITGET = {
    "default_type": "swap",
    "envelope": "code",
    "has_unified_accounts": True,
    "stream_depth": 15,
    "has_channel_by_depth": True,
    "book_depths": (1, 5, 15, 50, 100),
    "candles_a_page": 1_000,
    "old_candles_a_page": 100,
    "has_currencies": False,
    "ticker_groups": (
        {"type": "spot"},
        {"type": "swap", "productType": "USDT-FUTURES"},
        {"type": "swap", "productType": "USDC-FUTURES"},
        {"type": "swap", "productType": "COIN-FUTURES"},
    ),
    "funding_hours_field": ("fundInterval", 1.0),
    "inverse_volume_is_quote": True,
    "trades_test_by_header": True,
    "options": {"fetchMarkets": {"types": ["swap", "spot"]}},
}
_LINEAR_INVERSE = (
    {"type": "spot"},
    {"type": "swap", "subType": "linear"},
    {"type": "swap", "subType": "inverse"},
)
_AGGREGATED = {"watchTrades": {"name": "aggTrade"}, "watchTradesForSymbols": {"name": "aggTrade"}}
"""Binance counts single trades and aggregated ones apart; ccxt asks for the one and streams the other."""
_OF_BINANCE: Mapping[str, object] = {
    "streams_by_group": True,
    "ticker_groups": ({},),
    "options": _AGGREGATED,
}
_KNOWN: Mapping[str, Mapping[str, object]] = {
    "bitget": _BITGET,
    "binance": {
        **_OF_BINANCE,
        "stream_depth": 100,
        "book_depths": (5, 10, 20, 50, 100, 500, 1_000),
        "ticker_groups": _LINEAR_INVERSE,
        "candles_a_page": 1_000,
        "options": {"fetchMarkets": {"types": ["spot", "linear", "inverse"]}, **_AGGREGATED},
    },
    "binanceusdm": _OF_BINANCE,
    "binancecoinm": _OF_BINANCE,
    "binanceus": _OF_BINANCE,
    "bybit": {
        "envelope": "retCode",
        "stream_depth": 50,
        "has_channel_by_depth": True,
        "candles_a_page": 1_000,
        "ticker_groups": _LINEAR_INVERSE,
        "funding_hours_field": ("fundingInterval", 1 / 60),
        "options": {"fetchMarkets": {"types": ["spot", "linear", "inverse"]}},
    },
    "okx": {
        "envelope": "code",
        "candles_a_page": 100,
        "ticker_groups": ({"type": "spot"}, {"type": "swap"}),
        "trades_test_by_header": True,
        "options": {"fetchMarkets": {"types": ["spot", "swap"]}},
    },
    "kraken": {"envelope": "error", "candles_a_page": 720, "ticker_groups": ({},)},
    "krakenfutures": {"ticker_groups": ({},), "candles_a_page": 2_000},
    "coinbase": {"ticker_groups": ({},), "candles_a_page": 300},
    "kucoin": {
        "envelope": "code",
        "stream_depth": 50,
        "has_channel_by_depth": True,
        "book_depths": (20, 100),
        "candles_a_page": 1_000,
        "ticker_groups": ({},),
    },
    "kucoinfutures": {
        "envelope": "code",
        "book_depths": (20, 100),
        "candles_a_page": 200,
        "ticker_groups": ({},),
    },
}


def quirks_of(venue: str) -> Quirks:
    """Return the facts of `venue`: ``sandbox``, ``sandbox_twin`` or one of ccxt's ids."""
    if venue in _SANDBOX_PATHS:
        known = _KNOWN[_SANDBOX_SPEAKS]
        return Quirks(
            exchange_id=_SANDBOX_SPEAKS,
            is_ours=True,
            path=_SANDBOX_PATHS[venue],
            **known,  # type: ignore[arg-type]
        )
    return Quirks(exchange_id=venue, **_KNOWN.get(venue, {}))  # type: ignore[arg-type]

"""What coins are called by people who do not say their code."""

from __future__ import annotations

from typing import Final

COINS: Final = {
    "BITCOIN": "BTC",
    "ETHEREUM": "ETH",
    "ETHER": "ETH",
    "SOLANA": "SOL",
    "RIPPLE": "XRP",
    "DOGECOIN": "DOGE",
    "CARDANO": "ADA",
    "LITECOIN": "LTC",
    "POLKADOT": "DOT",
    "CHAINLINK": "LINK",
    "AVALANCHE": "AVAX",
    "POLYGON": "POL",
    "TRON": "TRX",
    "TONCOIN": "TON",
    "SHIBA": "SHIB",
    "STELLAR": "XLM",
    "MONERO": "XMR",
    "COSMOS": "ATOM",
}
"""Names in capitals, and the code that markets are listed under."""

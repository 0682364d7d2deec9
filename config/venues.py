"""The names that `exchange.id` and `exchange.compare` of farm.yaml may give.

The farm checks its file without ccxt, which takes half a second and 100 MB to import, so ccxt's names stand
here too; a test compares the two.
"""

from __future__ import annotations

SANDBOX = "sandbox"
"""The local exchange."""
SANDBOX_TWIN = "sandbox_twin"
"""The second venue that the local exchange plays beside its own recording or simulation, to compare with."""

_NAMES = """
    alpaca apex aster backpack bequant bigone binance binancecoinm binanceus binanceusdm bingx bit2c
    bitbank bitbns bitfinex bitflyer bitget bithumb bitopro bitrue bitso bitstamp bitteam bittrade
    bitvavo blockchaincom blofin btcbox btcmarkets btcturk btse bullish bybit bybiteu bybitid bydfi
    cex coinbase coinbaseexchange coinbaseinternational coincheck coinmate coinone coinsph coinspot
    cryptocom cryptomus deepcoin delta deribit derive digifinex dydx extended fmfwio foxbit gate
    gateeu gemini grvt hashkey hibachi hitbtc hollaex htx hyperliquid independentreserve indodax
    kraken krakenfutures kucoin kucoinfutures latoken lbank lighter luno mercado mexc modetrade
    mudrex myokx nado ndax okx okxus onetrading p2b pacifica paradex paymium phemex poloniex
    polymarket revolutx tokocrypto toobit upbit weex whitebit woo woofipro xt zaif zebpay
"""
CCXT_VENUES = frozenset(_NAMES.split())
"""Every exchange of ccxt 4.5.90."""
VENUES = CCXT_VENUES | {SANDBOX, SANDBOX_TWIN}

"""What venues really sent: no frame of it upsets the strict class, and books stay whole."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path
from typing import Any, NoReturn

import pytest
from raw_frames import Player, a_market, frames_in, player_of, replies_in, zipped_frames_in

from config.settings import read_settings

MARKET = read_settings().data / "market"
CRYPTOFEED = MARKET / "raw_ws_cryptofeed"
LEVELS = MARKET / "l2_binance_raw_ws"

COINBASE = [
    "SKL-USD",
    "SKL-BTC",
    "BAND-GBP",
    "NMR-EUR",
    "BAND-BTC",
    "YFI-BTC",
    "DASH-BTC",
    "NU-GBP",
    "CRV-EUR",
]
KUCOIN = [
    "EQZ-BTC",
    "ANKR-BTC",
    "SNX-BTC",
    "FET-BTC",
    "BCHSV-USDT",
    "NRG-BTC",
    "CAPP-BTC",
    "DAPPT-BTC",
    "COV-BTC",
]
MARKETS = {
    "bitget": [a_market(f"{base}USDT", base, "USDT", is_swap=True) for base in ("DASH", "UNI")],
    "binance": [
        a_market("NKNUSDT", "NKN", "USDT"),
        a_market("BLZETH", "BLZ", "ETH"),
        a_market("LRCBTC", "LRC", "BTC"),
        a_market("RUNEEUR", "RUNE", "EUR"),
    ],
    "binanceusdm": [
        a_market(f"{base}USDT", base, "USDT", is_swap=True) for base in ("SUSHI", "AKRO", "KEEP", "CTK")
    ],
    "bybit": [a_market(f"{base}USD", base, "USD", is_swap=True) for base in ("BTC", "EOS")],
    "kraken": [a_market("WAVES/EUR", "WAVES", "EUR")],
    "kucoin": [a_market(name, *name.split("-")) for name in [*KUCOIN, "LTX-USDT"]],
    "coinbaseexchange": [a_market(name, *name.split("-")) for name in [*COINBASE, "SKL-GBP"]],
}
RECORDINGS = [
    ("bitget", "BITGET.ws.2.0"),
    ("binance", "BINANCE.ws.1.0"),
    ("binanceusdm", "BINANCE_FUTURES.ws.1.0"),
    ("bybit", "BYBIT.ws.26.0"),
    ("kraken", "KRAKEN.ws.48.0"),
    ("kraken", "KRAKEN.ws.49.0"),
    ("kraken", "KRAKEN.ws.50.0"),
    ("kucoin", "KUCOIN.ws.1.0"),
    ("coinbaseexchange", "COINBASE.ws.28.0"),
]


@pytest.fixture(autouse=True)
def _with_recordings(lacking: Callable[[str], NoReturn]) -> None:
    if not CRYPTOFEED.is_dir() or not LEVELS.is_dir():
        lacking(f"no recorded frames in {MARKET}; set OMEGA_DATA")


@pytest.mark.parametrize(("venue", "file"), RECORDINGS, ids=str)
async def test_no_recorded_frame_is_garbled_or_ends_a_connection(venue: str, file: str) -> None:
    options = {"watchOrderBook": {"snapshotDelay": 1_000_000}}
    async with player_of(venue, MARKETS[venue], options=options) as player:
        player.play_all(frames_in(CRYPTOFEED / file))
        assert player.ear.garbled_frames == []
        assert player.ear.lost_urls == []


async def test_all_192_recorded_changes_of_bitget_books_have_the_checksum_that_ccxt_works_out() -> None:
    """The checksums are the venue's; ccxt leaves the book at the first that it cannot reproduce."""
    frames = [(moment, text) for moment, text in frames_in(CRYPTOFEED / "BITGET.ws.2.0")]
    changes = [text for _, text in frames if '"action":"update"' in text and '"channel":"books"' in text]
    assert sum('"checksum"' in text for text in changes) == len(changes) == 192
    async with player_of("bitget", MARKETS["bitget"]) as player:
        player.play_all(frames)
        snapshots = sum('"action":"snapshot"' in text and '"channel":"books"' in text for _, text in frames)
        assert len(player.ear.books) == len(changes) + snapshots


async def test_one_changed_digit_is_enough_to_lose_the_checksum() -> None:
    frames = list(frames_in(CRYPTOFEED / "BITGET.ws.2.0"))
    number = next(n for n, (_, text) in enumerate(frames) if '"action":"update"' in text and "books" in text)
    message = json.loads(frames[number][1])
    message["data"][0]["bids"][0][1] = "123456"
    async with player_of("bitget", MARKETS["bitget"]) as player:
        player.play_all(frames[:number])
        before = len(player.ear.books)
        player.play(json.dumps(message))
        assert len(player.ear.books) == before


async def load(player: Player, market: str) -> None:
    """Let ccxt fetch and lay under what it has buffered the snapshot that the server answers with."""
    exchange, connection = player.client.exchange, player.connection
    name = f"orderbook::{market}"
    connection.subscriptions[name] = True
    kind = "linear" if ":" in market else "spot"
    subscription = {"symbol": market, "type": kind, "messageHash": name, "limit": 1_000, "params": {}}
    await exchange.fetch_order_book_snapshot(connection, {}, subscription)
    assert connection.rejections == {}


async def play_book(player: Player, market: str, frames: Iterable[tuple[float, str]], at: float) -> int:
    """Play frames with the snapshot at the moment it came; returns how often the book was told of."""
    exchange = player.client.exchange
    exchange.orderbooks[market] = exchange.order_book({}, None)
    is_loaded = False
    for moment, text in frames:
        if moment >= at and not is_loaded:
            await load(player, market)
            is_loaded = True
        if "depth" in text:
            player.play(text)
        await asyncio.sleep(0)
    return len(player.ear.books)


@pytest.mark.parametrize("identity", ["NKNUSDT", "BLZETH", "LRCBTC", "RUNEEUR"])
async def test_recorded_spot_books_of_binance_chain_without_a_break(identity: str) -> None:
    await chained("binance", "BINANCE", identity)


@pytest.mark.parametrize("identity", ["SUSHIUSDT", "AKROUSDT", "KEEPUSDT", "CTKUSDT"])
async def test_recorded_futures_books_of_binance_chain_without_a_break(identity: str) -> None:
    await chained("binanceusdm", "BINANCE_FUTURES", identity)


async def chained(venue: str, file: str, identity: str) -> None:
    at, snapshot = replies_in(CRYPTOFEED / f"{file}.http.0.0")[identity]
    row = next(one for one in MARKETS[venue] if one["id"] == identity)
    frames = [one for one in frames_in(CRYPTOFEED / f"{file}.ws.1.0") if f'"{identity}"' in one[1]]
    url = f"wss://{'stream' if venue == 'binance' else 'fstream'}.binance.com/ws/0"
    async with player_of(venue, [row], url=url, reply=snapshot) as player:
        assert await play_book(player, row["symbol"], frames, at) > 1
        changes = [json.loads(text)["data"] for _, text in frames if "depthUpdate" in text]
        assert player.client.exchange.orderbooks[row["symbol"]]["nonce"] == changes[-1]["u"]


def levels_of(files: Iterable[Path]) -> list[tuple[float, str]]:
    return list(chain.from_iterable(zipped_frames_in(file) for file in files))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("venue", "files", "market"),
    [
        (
            "binance",
            ["spot_btcusdt_20240808.gz", "spot_btcusdt_20240809.gz"],
            a_market("BTCUSDT", "BTC", "USDT"),
        ),
        ("binanceusdm", ["usdm_btcusdt_20240808.gz"], a_market("BTCUSDT", "BTC", "USDT", is_swap=True)),
    ],
    ids=["spot", "futures"],
)
async def test_minutes_of_a_recorded_book_chain_and_agree_with_the_venues_own_best_prices(
    venue: str, files: list[str], market: dict[str, Any]
) -> None:
    """Authority: the venue's bookTicker of the very update that the book has reached."""
    frames = levels_of(LEVELS / file for file in files)
    at, snapshot = next(
        (moment, json.loads(text)) for moment, text in frames if text.startswith('{"lastUpdateId')
    )
    best = {}
    for _, text in frames:
        if "bookTicker" in text:
            row = json.loads(text)["data"]
            best[row["u"]] = (float(row["b"]), float(row["a"]))
    url = f"wss://{'stream' if venue == 'binance' else 'fstream'}.binance.com/ws/0"
    compared = 0
    async with player_of(venue, [market], url=url, reply=snapshot) as player:
        exchange, name = player.client.exchange, market["symbol"]
        exchange.orderbooks[name] = exchange.order_book({}, None)
        for moment, text in frames:
            if moment == at:
                await load(player, name)
            elif "depthUpdate" in text:
                player.play(text)
                book = exchange.orderbooks[name]
                assert not book["bids"] or book["bids"][0][0] < book["asks"][0][0]
                if book["nonce"] in best:
                    compared += 1
                    assert (book["bids"][0][0], book["asks"][0][0]) == best[book["nonce"]]
        last = json.loads(next(text for _, text in reversed(frames) if "depthUpdate" in text))["data"]
        assert exchange.orderbooks[name]["nonce"] == last["u"]
        assert compared > 100

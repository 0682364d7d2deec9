"""The adapter over the sandbox exchange: markets, labels, candles, and what it costs to open it."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
from bitget_stage import START_MS, contract, spot, staged_bitget, ticker, trade
from quiet_market import MARKETS, QuietMarket
from sandbox_exchange_stage import TWIN_LABEL, running_exchange
from structlog.testing import capture_logs
from venue_stage import BTC, ETH, reading, venue_over

from sandbox.exchange.staged import StagedMarket
from sandbox.exchange.venue import Playing
from services.errors import Misconfigured, NotOffered, UnknownMarket, UserMistake
from services.exchange.exchange import Update
from services.exchange.prices import to_moment

ROOT = Path(__file__).resolve().parents[4]
CONTRACTS = "/api/v2/mix/market/contracts"


async def test_markets_are_those_of_the_venue_with_their_steps_and_fees() -> None:
    async with running_exchange() as stage, venue_over(stage.url) as ours:
        known = {market.name: market for market in MARKETS}
        for market in await ours.markets():
            mine = known[market.name]
            assert (market.tick, market.step, market.min_amount) == (mine.tick, mine.step, mine.min_amount)
            assert (market.taker_fee, market.maker_fee) == (mine.taker_fee, mine.maker_fee)
            assert (market.max_leverage, market.funding_hours) == (mine.max_leverage, mine.funding_hours)
        assert len(known) == len(await ours.markets())


async def test_what_it_has_and_lacks_is_said_when_it_opens() -> None:
    with capture_logs() as logs:
        async with running_exchange() as stage, venue_over(stage.url):
            pass
    (opened,) = [line for line in logs if line["event"] == "venue_opened"]
    assert opened["lacks"] == []
    assert "watch_trade" in opened["has"]


async def test_two_venues_live_at_one_address_each_with_its_label() -> None:
    playing = Playing(exchange=StagedMarket(QuietMarket()), label=TWIN_LABEL, staged=None)
    async with (
        running_exchange(twin=playing) as stage,
        venue_over(stage.url) as main,
        venue_over(stage.url, venue="sandbox_twin") as twin,
    ):
        assert (main.venue, main.nature) == ("quiet", "replay")
        assert (twin.venue, twin.nature) == ("quiet-twin", "simulated")
        assert (await twin.tickers([BTC]))[0].nature == "simulated"
        assert (await twin.order_book(BTC, depth=1)).is_depth_simulated


async def test_where_a_recording_ends_the_same_stream_turns_simulated(tmp_path: Path) -> None:
    async with staged_bitget() as staged, venue_over(staged.url, cache=tmp_path) as ours:
        staged.label["simulated_from_ms"] = START_MS + 1_000
        async with reading(ours, "trade") as reader:
            await staged.until_subscribed("trade")
            for number, moment in ((1, START_MS), (2, START_MS + 1_000)):
                row = {"tradeId": str(number), "price": "1", "size": "1", "side": "sell", "ts": str(moment)}
                await staged.push("trade", "BTCUSDT", row)
            await reader.until(lambda updates: len(updates) == 2)
            assert [one.nature for one in reader.updates] == ["replay", "simulated"]


async def test_markets_are_kept_on_disk_and_not_asked_for_again(tmp_path: Path) -> None:
    async with staged_bitget() as staged:
        async with venue_over(staged.url, cache=tmp_path) as first:
            before = await first.markets()
        asked = staged.asked[CONTRACTS]
        async with venue_over(staged.url, cache=tmp_path) as second:
            assert await second.markets() == before
            assert (await second.tickers([BTC]))[0].price == 50_000
        assert staged.asked[CONTRACTS] == asked


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


@pytest.mark.parametrize("content", ["", "{", '{"at": "2020-01-01T00:00:00Z", "markets": []}', "[]"])
async def test_a_kept_file_that_is_of_no_use_is_replaced(tmp_path: Path, content: str) -> None:
    async with staged_bitget() as staged:
        async with venue_over(staged.url, cache=tmp_path):
            pass
        (file,) = files_in(tmp_path)
        file.write_text(content)
        async with venue_over(staged.url, cache=tmp_path) as ours:
            assert len(await ours.markets()) == 3
        assert len(json.loads(file.read_text())["markets"]) == 3


async def test_each_address_has_markets_of_its_own_on_disk(tmp_path: Path) -> None:
    async with staged_bitget() as one, staged_bitget() as other:
        other.contracts.append(contract("XRPUSDT"))
        async with venue_over(one.url, cache=tmp_path), venue_over(other.url, cache=tmp_path) as ours:
            assert len(await ours.markets()) == 4


async def test_markets_of_one_client_are_shared_with_another_and_not_copied(tmp_path: Path) -> None:
    async with (
        staged_bitget() as staged,
        venue_over(staged.url, cache=tmp_path) as one,
        venue_over(staged.url, cache=tmp_path) as other,
    ):
        other.client.share_markets(one.client)
        assert other.client.exchange.markets is one.client.exchange.markets


def minutes(count: int, *, first_ms: int = START_MS) -> list[list[str]]:
    prices = ((100 + n % 7, 101 + n % 7) for n in range(count))
    return [
        [str(first_ms + n * 60_000), str(low), str(high), str(low), str(high), "12.5", "1250"]
        for n, (low, high) in enumerate(prices)
    ]


async def test_candles_over_many_pages_have_neither_gap_nor_double(tmp_path: Path) -> None:
    async with staged_bitget() as staged, venue_over(staged.url, cache=tmp_path) as ours:
        staged.candles = minutes(3_000)
        staged.tickers["BTCUSDT"]["ts"] = str(START_MS + 3_000 * 60_000 - 1)
        newest = await ours.candles(BTC, "1m", limit=2_500)
        assert newest.time.tolist() == [START_MS + n * 60_000 for n in range(499, 2_999)]
        oldest = await ours.candles(BTC, "1m", limit=1_234, since=to_moment(START_MS + 1))
        assert oldest.time.tolist() == [START_MS + n * 60_000 for n in range(1, 1_235)]


async def test_the_candle_that_is_still_forming_is_not_given(tmp_path: Path) -> None:
    async with staged_bitget() as staged, venue_over(staged.url, cache=tmp_path) as ours:
        staged.candles = minutes(10)
        staged.tickers["BTCUSDT"]["ts"] = str(START_MS + 9 * 60_000 + 59_999)
        assert (await ours.candles(BTC, "1m", limit=50)).time[-1] == START_MS + 8 * 60_000
        staged.tickers["BTCUSDT"]["ts"] = str(START_MS + 10 * 60_000)
        assert (await ours.candles(BTC, "1m", limit=50)).time[-1] == START_MS + 9 * 60_000


async def test_candles_cost_one_question_while_prices_are_streamed(tmp_path: Path) -> None:
    async with (
        staged_bitget() as staged,
        venue_over(staged.url, cache=tmp_path) as ours,
        reading(ours, "ticker", [BTC]) as reader,
    ):
        staged.candles = minutes(10)
        await staged.until_subscribed("ticker")
        await staged.push("ticker", "BTCUSDT", ticker("BTCUSDT", "50123", START_MS + 9 * 60_000 + 1))
        await reader.until(lambda updates: updates[-1].price == 50_123)  # type: ignore[union-attr]
        staged.asked.clear()
        candles = await ours.candles(BTC, "1m", limit=5)
        assert candles.time[-1] == START_MS + 8 * 60_000
        assert dict(staged.asked) == {"/api/v2/mix/market/candles": 1}


async def test_where_a_market_began_is_found_in_a_few_questions(tmp_path: Path) -> None:
    async with staged_bitget() as staged, venue_over(staged.url, cache=tmp_path) as ours:
        staged.candles = minutes(500)
        staged.tickers["BTCUSDT"]["ts"] = str(START_MS + 500 * 60_000)
        found = await ours.candles(BTC, "1m", limit=5, since=to_moment(0))
        assert found.time.tolist() == [START_MS + n * 60_000 for n in range(5)]
        assert sum(count for path, count in staged.asked.items() if path.endswith("candles")) < 40


@pytest.mark.parametrize(
    "row", [["x"] * 7, ["1750000080000"], ["1750000080000", "0", "0", "0", "0", "1", "1"]]
)
async def test_a_candle_that_cannot_be_is_left_out(tmp_path: Path, row: list[str]) -> None:
    async with staged_bitget() as staged, venue_over(staged.url, cache=tmp_path) as ours:
        staged.candles = minutes(3)
        staged.answers["/api/v2/mix/market/candles"] = {
            "code": "00000",
            "msg": "success",
            "data": [*staged.candles, row],
        }
        staged.tickers["BTCUSDT"]["ts"] = str(START_MS + 10 * 60_000)
        assert len(await ours.candles(BTC, "1m", limit=10)) == 3


async def test_mistakes_of_the_member_are_told_apart() -> None:
    async with running_exchange() as stage, venue_over(stage.url) as ours:
        with pytest.raises(UserMistake):
            await ours.candles(BTC, "7m", limit=5)
        with pytest.raises(UnknownMarket) as caught:
            await ours.order_book("BTC/USDT:USDC", depth=5)
        assert BTC in str(caught.value.facts["suggestions"])
        with pytest.raises(NotOffered):
            await ours.funding("BTC/USDT")


async def test_funding_and_open_interest_carry_market_time() -> None:
    async with running_exchange() as stage, venue_over(stage.url) as ours:
        funding, interest = await ours.funding(BTC), await ours.open_interest(BTC)
        assert isinstance(stage.source, QuietMarket)
        assert (funding.as_of, interest.as_of) == (stage.source.time, stage.source.time)
        assert (funding.rate, funding.interval_hours) == (Decimal("0.0001"), 8)
        assert funding.next_at is not None
        assert funding.next_at - funding.as_of < timedelta(hours=8)
        assert interest.amount == 5_000
        assert interest.nature == "replay"


async def test_who_reads_slowly_gets_the_newest_price_and_every_trade() -> None:
    async with running_exchange() as stage, venue_over(stage.url) as ours:
        source: Any = stage.source
        tickers = cast("AsyncGenerator[Update, None]", ours.watch("ticker", [BTC]))
        async with reading(ours, "trade", [BTC, ETH]) as trades, aclosing(tickers):
            for _ in range(2):  # by REST, then as the stream begins
                await anext(tickers)
            await asyncio.sleep(0.3)
            for number in range(200):
                source.pass_time(0.01)
                source.set_price(BTC, str(50_000 + number))
                source.print(BTC, str(50_000 + number), "0.1")
            await trades.until(lambda updates: len(updates) == 200)
            await asyncio.sleep(0.3)
            prices = [(await anext(tickers)).price]  # type: ignore[union-attr]
            while prices[-1] != 50_199:
                prices.append((await anext(tickers)).price)  # type: ignore[union-attr]
        assert len(prices) < 10
        assert [one.id for one in trades.updates] == [str(number + 1) for number in range(200)]  # type: ignore[union-attr]


async def test_an_unknown_venue_is_answered_with_its_nearest_names(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as caught:
        async with venue_over("http://127.0.0.1:9", venue="krakn", cache=tmp_path):
            pass
    assert "kraken" in caught.value.hint


async def test_of_five_thousand_trades_in_a_burst_none_is_lost_or_doubled(tmp_path: Path) -> None:
    async with staged_bitget() as staged, venue_over(staged.url, cache=tmp_path) as ours:
        staged.contracts = [contract(f"C{number}USDT") for number in range(50)]
        await ours._markets.refresh()
        names = [market.name for market in await ours.markets() if market.is_swap]
        async with reading(ours, "trade", names) as reader:
            await staged.until_subscribed("trade", 50)
            for number in range(5_000):
                await staged.push("trade", f"C{number % 50}USDT", trade(number, "1", START_MS + number))
            await reader.until(lambda updates: len(updates) == 5_000)
        assert sorted(int(one.id) for one in reader.updates) == list(range(5_000))  # type: ignore[union-attr]
        for name in names:
            mine = [one.as_of for one in reader.updates if one.market == name]
            assert mine == sorted(mine)


FIRST_TICK = """
import asyncio, sys, time
from pathlib import Path
began = time.monotonic()
from services.clock import SystemClock
from services.exchange.venues.addresses import Connection
from services.exchange.venues.exchange import open_venue

async def first() -> None:
    connection = Connection(venue="sandbox", base_url=sys.argv[1])
    async with open_venue(connection, cache=Path(sys.argv[2]), clock=SystemClock()) as exchange:
        async for _ in exchange.watch("ticker", ["C1/USDT:USDT"]):
            print("FIRST", time.monotonic() - began, len(await exchange.markets()))
            return

asyncio.run(first())
"""


@pytest.mark.slow
async def test_the_first_of_1500_prices_comes_soon_and_sooner_with_markets_on_disk(
    tmp_path: Path,
) -> None:
    """In a process of its own, ccxt's import included; the limits are those of an idle machine, doubled."""

    async def seconds_to_first_tick(url: str) -> float:
        arguments = ("-c", FIRST_TICK, url, str(tmp_path))
        process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=PIPE, cwd=ROOT)
        said, _ = await process.communicate()
        words = next(line for line in said.decode().splitlines() if line.startswith("FIRST")).split()
        assert int(words[2]) == 1_500
        return float(words[1])

    async with staged_bitget() as staged:
        staged.contracts = [contract(f"C{number}USDT") for number in range(700)]
        staged.spots = [spot(f"C{number}USDT") for number in range(800)]
        staged.tickers = {f"C{number}USDT": ticker(f"C{number}USDT", "100") for number in range(700)}
        cold, warm = await seconds_to_first_tick(staged.url), await seconds_to_first_tick(staged.url)
        assert cold < 8
        assert warm < 4
        assert staged.asked["/api/v2/spot/public/symbols"] == 1

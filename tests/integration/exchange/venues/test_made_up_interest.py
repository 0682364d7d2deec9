from __future__ import annotations

from market_stage import wandering_minutes
from sandbox_exchange_stage import running_exchange
from venue_stage import BTC, venue_over

from bots.sandbox_exchange import _label
from services.clock import SystemClock
from services.exchange.played.replay import ReplayExchange


async def test_open_interest_of_a_replay_is_simulated_over_the_wire_too_while_its_prices_are_replayed() -> (
    None
):
    clock = SystemClock()
    replay = ReplayExchange({BTC: wandering_minutes(4_000)}, venue="binance", seed=1, clock=clock)
    async with (
        running_exchange(replay, clock=clock, label=_label(replay)) as stage,
        venue_over(stage.url) as ours,
    ):
        (ticker,) = await ours.tickers([BTC])
        assert (ours.venue, ticker.nature) == ("binance", "replay")
        assert (await replay.open_interest(BTC)).nature == "simulated"
        assert (await ours.open_interest(BTC)).nature == "simulated"


async def test_open_interest_of_a_venue_that_knows_it_is_as_real_as_its_prices() -> None:
    async with running_exchange() as stage, venue_over(stage.url) as ours:
        assert (await ours.open_interest(BTC)).nature == "replay"

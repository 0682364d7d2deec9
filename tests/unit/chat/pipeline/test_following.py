from __future__ import annotations

import pytest
from chat_stage import understood

from services.chat.intents import Understood
from services.chat.pipeline.following import followed
from services.chat.understanding.lexicon import read_lexicon

LEXICON = read_lexicon()
BEFORE = understood("fib", market="BTC", timeframe="4h", more={"days": "7"})


@pytest.mark.parametrize(
    ("now", "wish"),
    [
        (understood("unknown", "and on 1h?"), ("fib", "BTC", "1h")),
        (understood("unknown", "e no 1h?"), ("fib", "BTC", "1h")),
        (understood("chart", "and eth on 1h?", market="ETH", timeframe="1h"), ("fib", "ETH", "1h")),
        (understood("chart", "eth 1h", market="ETH", timeframe="1h"), ("chart", "ETH", "1h")),
        (understood("price", "e o eth?", market="ETH"), ("fib", "ETH", "4h")),
        (understood("price", "what about ETH", market="ETH"), ("fib", "ETH", "4h")),
        (understood("price", "ETH?", market="ETH"), ("price", "ETH", None)),
        (understood("price", "and the price of ETH?", market="ETH"), ("price", "ETH", None)),
        (understood("price", "e quanto custa o eth?", market="ETH"), ("price", "ETH", None)),
        (understood("chart", "show the chart"), ("chart", "BTC", "4h")),
        (understood("chart", "show the chart on 1d", timeframe="1d"), ("chart", "BTC", "1d")),
        (understood("unknown", "why?"), ("unknown", None, None)),
        (understood("funding", "show the funding rates"), ("funding", None, None)),
        (understood("funding", "and the funding?"), ("funding", "BTC", None)),
        (understood("moon", "and the moon?"), ("moon", None, None)),
        (understood("chart", "thx, now the chart"), ("chart", "BTC", "4h")),
        (understood("price", "whats teh prcie of bitcon", market="BTC"), ("price", "BTC", None)),
        (understood("price", "not btc, eth", market="ETH"), ("fib", "ETH", "4h")),
        (understood("price", "price of zorblax", market="zorblax"), ("price", "zorblax", None)),
        (understood("price", "and the price?"), ("price", "BTC", None)),
        (understood("thanks", "thanks"), ("thanks", None, None)),
    ],
)
def test_a_follow_up_takes_what_it_leaves_out_from_what_was_wanted_before(
    now: Understood, wish: tuple[str, str | None, str | None]
) -> None:
    found = followed(now, BEFORE, LEXICON)
    assert (found.intent, found.market, found.timeframe) == wish


def test_the_other_slots_are_taken_along_as_well() -> None:
    found = followed(
        understood("unknown", "and on 1h?", timeframe="1h", more={"factor": "moon"}), BEFORE, LEXICON
    )
    assert found.more == {"days": "7", "factor": "moon"}


def test_nothing_is_taken_where_nothing_was_wanted_before_or_something_else() -> None:
    now = understood("unknown", "and on 1h?", timeframe="1h")
    assert followed(now, None, LEXICON) is now
    assert followed(now, understood("thanks"), LEXICON) == now
    assert followed(now, understood("positions", market="BTC"), LEXICON) == now


@pytest.mark.parametrize("text", ["explica melhor", "não entendi nada", "can you give me an example?"])
def test_what_was_not_understood_is_explained_again_or_it_is_asked_what_was_meant(text: str) -> None:
    taught = understood("definition", "what is funding", more={"term": "funding"})
    now = understood("definition", text, more={"term": "melhor"})
    again = followed(now, taught, LEXICON)
    assert (again.intent, again.more) == ("definition", {"term": "funding"})
    for before in (None, BEFORE):
        unclear = followed(now, before, LEXICON)
        assert (unclear.intent, unclear.more, unclear.confidence) == ("unknown", {}, 0.2)


def test_a_timeframe_that_there_is_none_of_is_not_replaced_by_the_one_before() -> None:
    found = followed(understood("unknown", "and on 7m?"), BEFORE, LEXICON)
    assert (found.intent, found.market, found.timeframe, found.refused) == ("fib", "BTC", None, "7m")

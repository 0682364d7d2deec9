from __future__ import annotations

from chat_stage import FakeFarm, heard
from persona_fakes import HandClock

from services.chat.messages import Author, Quoted
from services.chat.pipeline.names import Names
from services.chat.pipeline.talks import Talks
from services.chat.pipeline.understanding import Understanding
from services.chat.understanding.lexicon import read_lexicon


def understanding() -> Understanding:
    clock = HandClock()
    return Understanding(read_lexicon(), Names(FakeFarm(), clock=clock), Talks(clock, talk_for=600.0))


def quoted(text: str, author: Author = "persona") -> list[Quoted]:
    return [Quoted(author=author, text=text)]


async def test_what_is_said_in_between_does_not_end_what_was_talked_of() -> None:
    talk = understanding()
    for text in ("chart btc 4h", "thanks", "who are you"):
        await talk.understand(heard(text))
    found = await talk.understand(heard("now the fib"))
    assert (found.intent, found.market, found.timeframe) == ("fib", "BTC", "4h")


async def test_who_replies_to_a_persona_goes_on_with_what_it_showed() -> None:
    talk = understanding()
    await talk.understand(heard("chart btc 4h"))
    found = await talk.understand(heard("and on 1h?", quoted=quoted("BTC/USDT:USDT chart")))
    assert (found.intent, found.market, found.timeframe) == ("chart", "BTC", "1h")
    found = await talk.understand(heard("and eth?", quoted=quoted("Price of SOL/USDT:USDT\nIt is at 150")))
    assert (found.intent, found.market, found.timeframe) == ("price", "ETH", None)


async def test_nothing_old_is_taken_where_it_is_not_clear_what_was_shown() -> None:
    talk = understanding()
    await talk.understand(heard("chart btc 4h"))
    found = await talk.understand(heard("and on 1h?", quoted=quoted("Good morning")))
    assert (found.intent, found.market) == ("unknown", None)


async def test_the_words_of_another_member_are_not_gone_on_with() -> None:
    talk = understanding()
    await talk.understand(heard("chart btc 4h"))
    found = await talk.understand(heard("and on 1h?", quoted=quoted("price of sol", "member")))
    assert (found.intent, found.market, found.timeframe) == ("chart", "BTC", "1h")

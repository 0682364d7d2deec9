from __future__ import annotations

import re
from pathlib import Path

from chat_stage import small_roster

from services.chat.messages import FactShown, Shown
from services.chat.pipeline.origins import AGED, origins_of

ROOT = Path(__file__).parents[4]


def fact(name: str, value: str) -> FactShown:
    return FactShown(name=name, value=value)


def test_each_source_is_named_once_and_the_oldest_age_and_time_count() -> None:
    price = [
        fact("Price", "64,210.5"),
        fact("Source", "binance · LIVE"),
        fact("Price age", "2 s · received <t:200:R>"),
    ]
    replayed = [
        fact("Source", "binance · LIVE\nsandbox · SIMULATED · a made-up market"),
        fact("Price age", "9 s · received <t:193:R>"),
        fact("Candles age", "1 s · received <t:201:R>"),
        fact("Market time", "<t:100:F> (<t:100:R>)"),
    ]
    cards = [Shown(verdict="", facts=facts) for facts in (price, replayed, price)]
    assert [(one.name, one.value) for one in origins_of(small_roster().voice("xyko", "en"), cards)] == [
        ("Source", "binance · LIVE\nsandbox · SIMULATED · a made-up market"),
        ("Price age", "9 s · received <t:193:R>"),
        ("Candles age", "1 s · received <t:201:R>"),
        ("Market time", "<t:100:F> (<t:100:R>)"),
    ]


def test_what_has_no_source_has_none() -> None:
    card = Shown(verdict="", facts=[fact("Phase", "full")])
    assert origins_of(small_roster().voice("xyko", "en"), [card]) == []


def test_every_age_that_a_card_tells_is_known() -> None:
    cards = "".join(path.read_text("utf-8") for path in (ROOT / "cogs" / "_ui").glob("*.py"))
    assert set(re.findall(r'origin_facts\([^\n]*of="([^"]+)"', cards)) == set(AGED)

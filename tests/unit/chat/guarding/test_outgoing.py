# ruff: noqa: RUF001 - look-alikes are what is tested
from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chat.guarding.outgoing import shown

PIECES = st.sampled_from(
    (
        *(
            "@everyone",
            "@here",
            "<@42>",
            "<@!42>",
            "<@&42>",
            "<#42>",
            "</price:42>",
            "<a:x:42>",
            "<id:guide>",
        ),
        *(
            "https://evil.com/x",
            "hxxp://evil[.]com",
            "evil.com",
            "www.evil.zz",
            "discord.gg/x",
            "evil dot com",
        ),
        *(
            "[a](http://b.c)",
            "![a](b.com)",
            "<https://e.co>",
            "](",
            "[",
            "(",
            ")",
            "<",
            ">",
            "@",
            "#",
            "/",
            ":",
        ),
        *(
            "://",
            "http",
            ".com",
            "ht",
            "tp",
            "\u200b",
            "＠",
            "。",
            "\n",
            " ",
            "a",
            "1",
            "*",
            "**",
            "`",
            "```",
            "||",
        ),
    )
)
TEXTS = st.lists(PIECES | st.text(max_size=4), max_size=16).map("".join)
MENTION = re.compile(r"<(?:@[!&]?|#|a?:\w+:|/[^>]+:|id:)\w+>|@(?:everyone|here)", re.IGNORECASE)
LINK = re.compile(
    r"\w://|\[[^\]\n]+\]\([^)\s]*[./][^)\s]*\)|www\.\S|discord\.gg|(?<![\w.-])[a-z0-9-]+\.(?:com\b|zz/|co\b)",
    re.IGNORECASE,
)


@settings(max_examples=300, deadline=None)
@given(text=TEXTS)
def test_nothing_that_is_shown_mentions_anybody_or_leads_anywhere(text: str) -> None:
    said = shown(text)
    assert not MENTION.search(said)
    assert not LINK.search(said)
    assert len(said) <= 1_900


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", ""),
        ("@everyone look", "everyone look"),
        ("@\u200bhere look", "here look"),
        ("ask </price:42> now", "ask /price now"),
        ("see https://evil.com/x.", "see"),
        ("[the chart](https://evil.com) shows it", "the chart shows it"),
        ("![chart](https://evil.com/a.png)", "chart"),
        ("go to evil[.]com or evil (dot) com", "go to or"),
        ("brinde ponto xyz é falso", "é falso"),
        ("mail me: a.b@evil.com", "mail me:"),
        ("at 10.0.0.1:8080/x there", "at there"),
        ("ｈｔｔｐｓ：／／evil.com", ""),
        ("javascript:alert", ""),
        ("go to еvil.соm or evil .com", "go to or"),
        ("discord gg/abc now", "now"),
        ("# Big\n-# small\n> quoted", "Big\nsmall\nquoted"),
        ("it is ||hidden|| here", "it is hidden here"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a · b\n1 · 2"),
        ("**bold", "**bold**"),
        ("```py\nx = 1", "```py\nx = 1\n```"),
        ("`tick", "`tick`"),
        ("a\u202eb\u2066c", "abc"),
        ("<b>bold</b> and 3 < 4", "bold and 3 < 4"),
    ],
)
def test_a_text_of_a_model_is_shown_plainly(written: str, said: str) -> None:
    assert shown(written) == said


@pytest.mark.parametrize(
    "text",
    [
        "BTC/USDT:USDT stands at 64,210.5 on the 4h chart.",
        "1.234.567.890,5 é muito, e.g. U.S. at 12:30.",
        "0.0₅123 USDT, −1.20%, <0.01 bps, <t:1785585600:R>",
        "Ask `/fib market:BTC/USDT:USDT timeframe:4h`, then look.",
        "Wait...really? Yes: 1/2 of it. Buy @ 64k is your choice.",
    ],
)
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    assert shown(text) == text


def test_a_long_text_ends_after_a_sentence() -> None:
    said = shown("It held again. " * 300)
    assert len(said) <= 1_900
    assert said.endswith("It held again.")


@pytest.mark.parametrize(
    "text",
    [
        "\u2177" * 10_000,
        "a\u0430" * 5_000,
        "I" * 10_000,
        "[[" * 5_000,
        "<@" * 5_000,
        "a." * 5_000,
        " dot a" * 1_600,
        "(" * 10_000,
        "| |" * 3_000,
        "x:/" * 3_000,
    ],
)
def test_a_hostile_text_takes_no_longer_than_others(text: str) -> None:
    start = time.perf_counter()
    shown(text)
    assert time.perf_counter() - start < 0.25

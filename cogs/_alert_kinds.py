"""The kinds of alert that `/alert` sets: a row of a table each, with the options it has beside those of all.

How a row becomes a command belongs to `_alert_options`; what is written in an option is read by the alerts
process.
"""

from __future__ import annotations

from typing import Final

from discord import app_commands

from cogs._alert_options import EVENT, FRAMES, INDICATOR, MARKETS, PATTERN, Asking, Option

_SIDES: Final = {"above": "above", "below": "below"}
_WAYS: Final = {"rises above": "above", "falls below": "below", "touches": "touch"}
_MEETINGS: Final = {"touches": "touch", "turns back from": "reject", "breaks": "break"}
_RATIOS: Final = ("0.236", "0.382", "0.5", "0.618", "0.786", "0.886", "1.272", "1.618", "2.618")

ASKINGS: Final = (
    Asking(
        kind="price",
        told="A price crosses a level or touches it",
        example="/alert price market:BTC/USDT:USDT way:above level:70000",
        options=(
            MARKETS,
            Option(name="way", told="What the price does", choices=_WAYS),
            Option(name="level", told="Such as 70,000"),
            Option(
                name="margin",
                told="How far it must be away before it counts again",
                is_required=False,
            ),
        ),
    ),
    Asking(
        kind="move",
        told="A price moves by some percent in a short time",
        example="/alert move market:BTC/USDT:USDT percent:-5 window:1h",
        options=(
            MARKETS,
            Option(name="percent", told="Such as 5, or -5 for a fall"),
            Option(name="window", told="Within what time, such as 1h"),
        ),
    ),
    Asking(
        kind="trail",
        told="A price falls from its highest, or rises from its lowest, since then",
        example="/alert trail market:BTC/USDT:USDT percent:3 from:peak",
        options=(
            MARKETS,
            Option(name="percent", told="How far from there, such as 3"),
            Option(
                name="from",
                told="What it is measured from",
                choices={"its highest price": "peak", "its lowest price": "trough"},
            ),
        ),
    ),
    Asking(
        kind="indicator",
        told="An indicator is above or below a number or another one",
        example="/alert indicator market:BTC/USDT:USDT indicator:rsi:14 side:below value:30",
        options=(
            MARKETS,
            FRAMES,
            INDICATOR,
            Option(name="side", told="On which side", choices=_SIDES),
            Option(name="value", told="A number, or such as ema:200"),
        ),
    ),
    Asking(
        kind="fib",
        told="A price meets a Fibonacci level, or several at once",
        example="/alert fib market:BTC/USDT:USDT meeting:touch ratio:61.8%",
        options=(
            MARKETS,
            FRAMES,
            Option(name="meeting", told="What the price does", choices=_MEETINGS),
            Option(
                name="ratio",
                told="Else where several timeframes meet",
                is_required=False,
                choices={f"{float(ratio):.1%}": ratio for ratio in _RATIOS},
            ),
        ),
    ),
    Asking(
        kind="level",
        told="A price meets the nearest support or resistance",
        example="/alert level market:BTC/USDT:USDT meeting:break of:resistance",
        options=(
            MARKETS,
            FRAMES,
            Option(name="meeting", told="What the price does", choices=_MEETINGS),
            Option(
                name="of",
                told="Which of the two",
                choices={"support": "support", "resistance": "resistance"},
            ),
        ),
    ),
    Asking(
        kind="line",
        told="A price crosses a line through two points",
        example="/alert line market:BTC/USDT:USDT way:above first_at:2026-07-01 first_price:60000 "
        "second_at:2026-07-20 second_price:64000",
        options=(
            MARKETS,
            Option(name="way", told="What the price does", choices=_WAYS),
            Option(name="first_at", told="UTC, such as 2026-07-01 08:00"),
            Option(name="first_price", told="Price there"),
            Option(name="second_at", told="UTC, such as 2026-07-20 08:00"),
            Option(name="second_price", told="Price there"),
        ),
    ),
    Asking(
        kind="pattern",
        told="A candlestick pattern is complete",
        example="/alert pattern market:BTC/USDT:USDT name:Hammer",
        options=(
            MARKETS,
            FRAMES,
            PATTERN,
            Option(
                name="side",
                told="Else either",
                is_required=False,
                choices={"bullish": "bull", "bearish": "bear", "either": "any"},
            ),
        ),
    ),
    Asking(
        kind="close",
        told="A candle closes",
        example="/alert close market:BTC/USDT:USDT timeframe:1d closing:above level:70000",
        options=(
            MARKETS,
            FRAMES,
            Option(
                name="closing",
                told="How it closes",
                choices={
                    "in any way": "any",
                    "up": "up",
                    "down": "down",
                    "above a level": "above",
                    "below a level": "below",
                },
            ),
            Option(name="level", told="Of above and below", is_required=False),
        ),
    ),
    Asking(
        kind="funding",
        told="A funding rate crosses a rate",
        example="/alert funding market:BTC/USDT:USDT side:above rate:0.05%",
        options=(
            MARKETS,
            Option(name="side", told="On which side", choices=_SIDES),
            Option(name="rate", told="Such as 0.05%"),
        ),
    ),
    Asking(
        kind="spread",
        told="The prices of venues come apart",
        example="/alert spread market:BTC/USDT:USDT percent:0.5",
        options=(MARKETS, Option(name="percent", told="More than so many percent, such as 0.5")),
    ),
    Asking(
        kind="stale",
        told="No price comes any more",
        example="/alert stale market:BTC/USDT:USDT seconds:60",
        options=(
            MARKETS,
            Option(name="seconds", told="For how many seconds", takes=app_commands.Range[int, 10, 86_400]),
        ),
    ),
    Asking(
        kind="cosmic",
        told="Something happens in the sky",
        example="/alert cosmic event:full_moon",
        options=(EVENT,),
    ),
    Asking(
        kind="combo",
        told="Several at once, with and, or and brackets",
        example="/alert combo expression:rsi(14) < 30 and price > 60000 market:BTC/USDT:USDT",
        options=(
            Option(name="expression", told="Such as rsi(14) < 30 and price > 60000"),
            MARKETS,
            FRAMES,
        ),
    ),
)
"""Every kind of alert."""

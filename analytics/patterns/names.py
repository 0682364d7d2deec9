"""The names of the candlestick patterns, and what each is usually read as.

How a pattern is found stands in `candlesticks`. What it was worth in a market's past belongs to neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

Meaning = Literal["reversal", "continuation", "indecision"]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A candlestick pattern: its title in English, TA-Lib's function, its usual reading and how many candles.

    Without a side it stands for neither bull nor bear, whatever sign TA-Lib gives it for the candle's colour.
    """

    name: str
    title: str
    function: str
    meaning: Meaning
    candles: int
    has_side: bool = True


_ALL = (
    Pattern("doji", "Doji", "CDLDOJI", "indecision", 1, has_side=False),
    Pattern("long_legged_doji", "Long-Legged Doji", "CDLLONGLEGGEDDOJI", "indecision", 1, has_side=False),
    Pattern("rickshaw_man", "Rickshaw Man", "CDLRICKSHAWMAN", "indecision", 1, has_side=False),
    Pattern("dragonfly_doji", "Dragonfly Doji", "CDLDRAGONFLYDOJI", "indecision", 1, has_side=False),
    Pattern("gravestone_doji", "Gravestone Doji", "CDLGRAVESTONEDOJI", "indecision", 1, has_side=False),
    Pattern("spinning_top", "Spinning Top", "CDLSPINNINGTOP", "indecision", 1, has_side=False),
    Pattern("high_wave", "High Wave", "CDLHIGHWAVE", "indecision", 1, has_side=False),
    Pattern("short_line", "Short Line", "CDLSHORTLINE", "indecision", 1, has_side=False),
    Pattern("long_line", "Long Line", "CDLLONGLINE", "continuation", 1),
    Pattern("marubozu", "Marubozu", "CDLMARUBOZU", "continuation", 1),
    Pattern("closing_marubozu", "Closing Marubozu", "CDLCLOSINGMARUBOZU", "continuation", 1),
    Pattern("belt_hold", "Belt Hold", "CDLBELTHOLD", "reversal", 1),
    Pattern("hammer", "Hammer", "CDLHAMMER", "reversal", 1),
    Pattern("inverted_hammer", "Inverted Hammer", "CDLINVERTEDHAMMER", "reversal", 1),
    Pattern("hanging_man", "Hanging Man", "CDLHANGINGMAN", "reversal", 1),
    Pattern("shooting_star", "Shooting Star", "CDLSHOOTINGSTAR", "reversal", 1),
    Pattern("takuri", "Takuri", "CDLTAKURI", "reversal", 1),
    Pattern("engulfing", "Engulfing", "CDLENGULFING", "reversal", 2),
    Pattern("harami", "Harami", "CDLHARAMI", "reversal", 2),
    Pattern("harami_cross", "Harami Cross", "CDLHARAMICROSS", "reversal", 2),
    Pattern("doji_star", "Doji Star", "CDLDOJISTAR", "reversal", 2),
    Pattern("piercing", "Piercing Line", "CDLPIERCING", "reversal", 2),
    Pattern("dark_cloud_cover", "Dark Cloud Cover", "CDLDARKCLOUDCOVER", "reversal", 2),
    Pattern("counterattack", "Counterattack", "CDLCOUNTERATTACK", "reversal", 2),
    Pattern("homing_pigeon", "Homing Pigeon", "CDLHOMINGPIGEON", "reversal", 2),
    Pattern("matching_low", "Matching Low", "CDLMATCHINGLOW", "reversal", 2),
    Pattern("kicking", "Kicking", "CDLKICKING", "reversal", 2),
    Pattern("kicking_by_length", "Kicking by Length", "CDLKICKINGBYLENGTH", "reversal", 2),
    Pattern("in_neck", "In Neck", "CDLINNECK", "continuation", 2),
    Pattern("on_neck", "On Neck", "CDLONNECK", "continuation", 2),
    Pattern("thrusting", "Thrusting", "CDLTHRUSTING", "continuation", 2),
    Pattern("separating_lines", "Separating Lines", "CDLSEPARATINGLINES", "continuation", 2),
    Pattern("morning_star", "Morning Star", "CDLMORNINGSTAR", "reversal", 3),
    Pattern("evening_star", "Evening Star", "CDLEVENINGSTAR", "reversal", 3),
    Pattern("morning_doji_star", "Morning Doji Star", "CDLMORNINGDOJISTAR", "reversal", 3),
    Pattern("evening_doji_star", "Evening Doji Star", "CDLEVENINGDOJISTAR", "reversal", 3),
    Pattern("abandoned_baby", "Abandoned Baby", "CDLABANDONEDBABY", "reversal", 3),
    Pattern("tristar", "Tristar", "CDLTRISTAR", "reversal", 3),
    Pattern("three_white_soldiers", "Three White Soldiers", "CDL3WHITESOLDIERS", "reversal", 3),
    Pattern("three_black_crows", "Three Black Crows", "CDL3BLACKCROWS", "reversal", 4),
    Pattern("identical_three_crows", "Identical Three Crows", "CDLIDENTICAL3CROWS", "reversal", 3),
    Pattern("two_crows", "Two Crows", "CDL2CROWS", "reversal", 3),
    Pattern("upside_gap_two_crows", "Upside Gap Two Crows", "CDLUPSIDEGAP2CROWS", "reversal", 3),
    Pattern("three_inside", "Three Inside", "CDL3INSIDE", "reversal", 3),
    Pattern("three_outside", "Three Outside", "CDL3OUTSIDE", "reversal", 3),
    Pattern("three_stars_in_the_south", "Three Stars in the South", "CDL3STARSINSOUTH", "reversal", 3),
    Pattern("unique_three_river", "Unique Three River", "CDLUNIQUE3RIVER", "reversal", 3),
    Pattern("stick_sandwich", "Stick Sandwich", "CDLSTICKSANDWICH", "reversal", 3),
    Pattern("advance_block", "Advance Block", "CDLADVANCEBLOCK", "reversal", 3),
    Pattern("stalled", "Stalled Pattern", "CDLSTALLEDPATTERN", "reversal", 3),
    Pattern("hikkake", "Hikkake", "CDLHIKKAKE", "reversal", 3),
    Pattern("modified_hikkake", "Modified Hikkake", "CDLHIKKAKEMOD", "reversal", 4),
    Pattern("tasuki_gap", "Tasuki Gap", "CDLTASUKIGAP", "continuation", 3),
    Pattern("side_by_side_white", "Side-by-Side White Lines", "CDLGAPSIDESIDEWHITE", "continuation", 3),
    Pattern("gap_three_methods", "Gap Three Methods", "CDLXSIDEGAP3METHODS", "continuation", 3),
    Pattern("three_line_strike", "Three-Line Strike", "CDL3LINESTRIKE", "continuation", 4),
    Pattern("concealing_baby_swallow", "Concealing Baby Swallow", "CDLCONCEALBABYSWALL", "reversal", 4),
    Pattern(
        "rising_falling_three_methods",
        "Rising and Falling Three Methods",
        "CDLRISEFALL3METHODS",
        "continuation",
        5,
    ),
    Pattern("mat_hold", "Mat Hold", "CDLMATHOLD", "continuation", 5),
    Pattern("breakaway", "Breakaway", "CDLBREAKAWAY", "reversal", 5),
    Pattern("ladder_bottom", "Ladder Bottom", "CDLLADDERBOTTOM", "reversal", 5),
)
PATTERNS: Final[Mapping[str, Pattern]] = MappingProxyType({pattern.name: pattern for pattern in _ALL})
"""By name, those of few candles first.

Source:
    Steve Nison, "Japanese Candlestick Charting Techniques" (2001); Gregory L. Morris, "Candlestick Charting
    Explained" (2006), for the readings, which are custom and not measured; Daniel L. Chesler for Hikkake;
    https://ta-lib.org/functions/ for those without a side.
"""

"""A small language for conditions.

::

    price > 70000 and rsi(14, 4h) < 30 or ETH 1h pattern engulfing bull

    expression := all ("or" all)*
    all        := one ("and" one)*
    one        := "(" expression ")" | leaf
    leaf       := (market | timeframe)* what        what is left out comes from the options of the command
    what       := "price" way NUMBER ["margin" NUMBER]      BTC > 70000 is short for BTC price > 70000
                | "change(" length ")" side PERCENT         above a rise, or below a fall
                | series side (NUMBER | series)             at each close of the timeframe
                | "trail" PERCENT ["from" ("peak" | "trough")]
                | "line" way DATE NUMBER DATE NUMBER
                | "fib" ["(" ratio ")"] meeting             without a ratio: where several timeframes meet
                | ["level"] ("support" | "resistance") meeting
                | "pattern" [NAME | "any"] ["bull" | "bear"]
                | "closes" ["any" | "up" | "down" | side NUMBER]
                | "funding" side PERCENT
                | "spread" side PERCENT                     above only
                | "silent" length
                | ("sky" | "moon") EVENT
                                                SKY and MOON alone are these; the market is SKY/USDT
    series     := indicator ["(" numbers ")"] ["." output] | "open" | "high" | "low" | "close" | "volume"
    side       := ["crosses"] ("above" | ">" | "below" | "<")
    way        := side | "touch" | "touches"
    meeting    := "touch" | "reject" | "break"
    length     := 90s | 15m | 24h | 7d
    DATE       := 2025-06-01 | 2025-06-01 14:30             in UTC

`and` binds closer than `or`. A market or a timeframe may stand in the brackets of a subject as well:
``price(BTC)``, ``rsi(14, 4h)``. Numbers are read as the member's language writes them, except in brackets:
there a decimal point is a point, a comma or semicolon parts one number from the next, and where semicolons
part them a comma is a decimal point as well. Words may be written in capitals or not.

Belongs here: what is written, and what it means as a `Condition`. Does not belong here: whether such a market
exists, and whether a number makes sense (`drafting`).
"""

"""From what a member wrote, option by option, to a condition, or to the question that must be asked first.

What is `given`, by kind of alert; numbers are as people write them, in the member's language, and an option
that is left out or empty counts as not given:

=========  ============================================================================================
price      market, way (above, below, touch), level, margin?
move       market, percent (with a minus for a fall), window (``15m``, ``1h``, ``24h``)
trail      market, percent, from? (peak, trough)
indicator  market, timeframe, indicator (``rsi:14``), side (above, below), value (a number or an indicator)
fib        market, timeframe, meeting (touch, reject, break), ratio? (``0.618``, ``61.8%``; none: confluence)
level      market, timeframe, meeting, of (support, resistance)
line       market, way, first_at, first_price, second_at, second_price (dates in UTC)
pattern    market, timeframe, name?, side? (bull, bear, any)
close      market, timeframe, closing (any, up, down, above, below), level?
funding    market, side, rate (``0.05%``)
spread     market, percent
stale      market, seconds (``300`` or ``5m``)
cosmic     event
combo      expression (see `services.alerts.language`), market?, timeframe?
=========  ============================================================================================

Belongs here: what makes sense, and what is in doubt. Does not belong here: asking for prices, saving, rights.
"""

from services.alerts.drafting.doubts import Doubt, Look
from services.alerts.drafting.drafts import Drafted, draft, markets_in

__all__ = ["Doubt", "Drafted", "Look", "draft", "markets_in"]

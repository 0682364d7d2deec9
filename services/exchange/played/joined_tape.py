"""Several tapes played as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analytics.candles import Candles
from services.exchange.exchange import Market
from services.exchange.played.tape import Tape, Window
from services.exchange.played.walk import Bar


class JoinedTape:
    """Several tapes of different markets as one."""

    def __init__(self, tapes: Sequence[Tape]) -> None:
        self._tapes = tapes
        self._of = {name: tape for tape in tapes for name in tape.markets}
        self._markets = {name: market for tape in tapes for name, market in tape.markets.items()}

    @property
    def markets(self) -> Mapping[str, Market]:
        """Return the markets of all by name."""
        return self._markets

    def simulated_from_ms(self, market: str) -> int:
        """Return from when on its minutes are simulated."""
        return self._of[market].simulated_from_ms(market)

    def turnover(self, market: str) -> float:
        """Return about how much is traded in a minute, in base currency."""
        return self._of[market].turnover(market)

    def reach(self, until_ms: int) -> None:
        """Grow all of them."""
        for tape in self._tapes:
            tape.reach(until_ms)

    def parts(self, market: str, start_ms: int, end_ms: int) -> Sequence[Candles]:
        """Return what was recorded from `start_ms` to `end_ms`; see `Tape.parts`."""
        return self._of[market].parts(market, start_ms, end_ms)

    def minute(self, market: str, opens_at_ms: int) -> Bar | None:
        """Return the minute that opens then, or None where nothing was traded in it."""
        return self._of[market].minute(market, opens_at_ms)

    def minute_before(self, market: str, until_ms: int) -> int | None:
        """Return the open time of the newest minute with a trade that opens before `until_ms`, or None."""
        return self._of[market].minute_before(market, until_ms)

    def day_before(self, market: str, minute_ms: int) -> Window | None:
        """Return the 24 hours that end with the minute `minute_ms`; see `Tape.day_before`."""
        return self._of[market].day_before(market, minute_ms)

    def twin(self, seed: int) -> Tape:
        """Return the twins of all as one."""
        return JoinedTape([tape.twin(seed) for tape in self._tapes])

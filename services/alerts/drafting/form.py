"""The options of a command as they were filled in, read one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from services.alerts.drafting.doubts import Doubts
from services.alerts.language.lengths import read_length, read_moment
from services.alerts.language.mistakes import Expected, Given, refusal
from services.alerts.language.setting import Written
from services.locales import Locale
from services.locales.reading import read_number, read_percent
from services.market.messages import TIMEFRAMES, Timeframe

T = TypeVar("T", bound=str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What was given. Every method raises `UserMistake` for an option that says nothing it can use."""

    given: Mapping[str, str]
    locale: Locale
    doubts: Doubts

    def written(self, option: str) -> str:
        """Return what was written; an empty text for nothing."""
        return self.given.get(option, "").strip()

    def given_at(self, option: str) -> Given:
        """Return the option with what was written there, for an error about it."""
        return Given(option, self.written(option))

    def choice(self, option: str, allowed: tuple[T, ...], expected: Expected, *, usual: T | None = None) -> T:
        """Return one of the words that are allowed; where nothing was written, `usual`, if there is one."""
        written = self.written(option).casefold()
        if not written and usual is not None:
            return usual
        found = next((one for one in allowed if one == written), None)
        if found is None:
            raise refusal(self.given_at(option), expected, allowed)
        return found

    @property
    def market(self) -> str:
        """Return the market as it was written."""
        if not self.written("market"):
            raise refusal(Given("market", ""), "market")
        return self.written("market")

    @property
    def timeframe(self) -> Timeframe:
        """Return the timeframe."""
        return self.choice("timeframe", TIMEFRAMES, "timeframe")

    def price(self, option: str) -> Decimal:
        """Return a price of the market, which its last price helps to read."""
        readings = tuple(one for one in read_number(self.written(option), self.locale) if one > 0)
        if not readings:
            raise refusal(self.given_at(option), "number")
        return self.doubts.choose(
            Written(text=self.written(option), market=self.market, readings=readings, is_price=True)
        )

    def percent(self, option: str) -> Decimal:
        """Return a percentage, with or without its sign; of several readings the language's own."""
        readings = read_percent(self.written(option), self.locale)
        if not readings:
            raise refusal(self.given_at(option), "percent")
        return readings[0]

    def length(self, option: str) -> int:
        """Return a length of time in seconds; a bare number is one of seconds."""
        written = self.written(option)
        seconds = read_length(f"{written}s" if written.isdecimal() else written)
        if seconds is None:
            raise refusal(self.given_at(option), "length")
        return seconds

    def moment(self, option: str) -> datetime:
        """Return a moment."""
        found = read_moment(self.written(option))
        if found is None:
            raise refusal(self.given_at(option), "date")
        return found

"""Which reading of a number the price of its market decides, and what remains in doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal

from services.alerts.conditions import Condition
from services.alerts.language.setting import Written
from services.alerts.messages import Choice
from services.market.messages import Quote

_LEAST_OF_PRICE: Final = Decimal("0.2")
_MOST_OF_PRICE: Final = Decimal(5)
_YES: Final = "yes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is known when an alert is drafted."""

    quotes: Mapping[str, Quote]
    """By market as it was written; without one, a price is in doubt wherever it can be read in two ways."""
    answers: Sequence[str] = ()
    """What was answered to earlier doubts, in their order: the `value` of a choice each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A number of which it must be asked what is meant. `why` and `written` are those of `messages.Asked`."""

    why: Literal["number", "far"]
    written: str
    numbers: tuple[Decimal, ...]
    """How it can be read; for ``far`` the one way."""
    market: str
    """Whose price it was held against, as it was written."""
    condition: Condition | None = None
    """For ``far``: what it would come to."""

    @property
    def choices(self) -> list[Choice]:
        """Return the ways to go on, as a question to the member has them."""
        if self.why == "far":
            return [Choice(value=_YES)]
        return [Choice(value=f"{number:f}", number=number) for number in self.numbers]


@dataclass(slots=True)
class Doubts:
    """Chooses readings by the price and the answers; what it cannot choose it keeps as a doubt."""

    look: Look
    open: list[Doubt] = field(default_factory=list)
    _answered: int = 0

    def choose(self, written: Written) -> Decimal:
        """Return the reading that is meant; in doubt the first, until the member has answered."""
        doubt = self._doubt(written)
        if not isinstance(doubt, Doubt):
            return doubt
        if not self.open and self._answered < len(self.look.answers):
            answer = self.look.answers[self._answered]
            found = next((place for place, one in enumerate(doubt.choices) if one.value == answer), None)
            if found is not None:
                self._answered += 1
                return doubt.numbers[found]
        self.open.append(doubt)
        return doubt.numbers[0]

    def _doubt(self, written: Written) -> Doubt | Decimal:
        quote = self.look.quotes.get(written.market) if written.is_price else None
        near = [one for one in written.readings if quote is None or _is_near(one, quote.price)]
        if len(near) == 1:
            return near[0]
        numbers = tuple(near) or written.readings
        return Doubt(
            why="far" if len(numbers) == 1 else "number",
            written=written.text,
            numbers=numbers,
            market=written.market,
        )


def _is_near(number: Decimal, price: Decimal) -> bool:
    return _LEAST_OF_PRICE * price <= number <= _MOST_OF_PRICE * price

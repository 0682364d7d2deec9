"""Numbers as people read them: the one place that formats prices, percents, amounts and ages.

Every text a member reads takes its numbers from here, whoever speaks, so that two personas never show two
values. What a number means, and where it comes from, belongs to whoever asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from services.locales import Locale

MINUS = "\N{MINUS SIGN}"
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_LEAST_MOVE = Decimal("0.005")
"""Percent; what is smaller is written as 0.00."""
_MANY_ZEROS = 4
"""From this many zeros after the point on they are counted instead of written."""
_DIGITS = 6
"""That count, in a number without a tick."""
_BPS = 10_000
_LEAST_BPS = Decimal("0.01")
_SCALES = ((Decimal("1e9"), "B"), (Decimal("1e6"), "M"), (Decimal("1e3"), "K"))
_ROUNDS_UP = Decimal("0.999995")
"""From this share of a scale on, two decimals of the smaller one would read 1,000.00."""
_WORDS: dict[Locale, tuple[str, str, str]] = {
    "en": ("up", "down", "flat"),
    "pt-BR": ("em alta", "em queda", "estável"),
}
_AGES = ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s"))


def clip(text: str, limit: int) -> str:
    """Shorten `text` to `limit` characters, at a blank where there is one, marked with an ellipsis."""
    if len(text) <= limit:
        return text
    room = text[: limit - 1]
    at_blank, _, _ = room.rpartition(" ")
    return (at_blank or room) + "…"


def _moved(before: Decimal, now: Decimal) -> Decimal:
    return (now / before - 1) * 100


def _is_flat(before: Decimal, now: Decimal) -> bool:
    return abs(_moved(before, now)) < _LEAST_MOVE


@dataclass(frozen=True, slots=True)
class Numbers:
    """Formats for one locale. Values are Decimal, ages are seconds."""

    locale: Locale = "en"

    def price(self, value: Decimal, tick: Decimal) -> str:
        """Write a price with the decimals of its tick; four or more leading zeros are counted (0.0₅123)."""
        digits = max(0, -int(tick.normalize().as_tuple().exponent))
        on_tick = (value / tick).to_integral_value(ROUND_HALF_EVEN) * tick
        return self._with_counted_zeros(self._plain(on_tick, digits))

    def percent(self, value: Decimal) -> str:
        """Write a percentage with its sign and two decimals; `value` is in percent already."""
        return f"{self._signed(value, 2)}%"

    def share(self, share: Decimal) -> str:
        """Write a share as percent without a sign and with one decimal: 61.8%."""
        return f"{self._plain(share * 100, 1)}%"

    def decimal(self, value: Decimal, digits: int = 2) -> str:
        """Write a figure that is neither price nor money, such as an indicator's: 71.20."""
        return self._plain(value, digits)

    def rate(self, share: Decimal) -> str:
        """Write a rate that is paid, given as a share, as signed percent with four decimals: +0.0100%."""
        return f"{self._signed(share * 100, 4)}%"

    def bps(self, share: Decimal) -> str:
        """Write a share in basis points without a plus: 1.9 bps, below one 0.02 bps or <0.01 bps."""
        points = share * _BPS
        if points and abs(points) < _LEAST_BPS:
            return f"<{self._plain(_LEAST_BPS, 2)} bps"
        return f"{self._plain(points, 2 if abs(points) < 1 else 1)} bps"

    def signed_bps(self, share: Decimal) -> str:
        """Write how far something is off in basis points, with its sign and one decimal: +1.9 bps."""
        return f"{self._signed(share * _BPS, 1)} bps"

    def change(self, before: Decimal, now: Decimal) -> str:
        """Write the change between two prices as arrow, signed percent and word (▲ +1.20% up)."""
        up, down, flat = _WORDS[self.locale]
        word = up if now > before else down
        return f"{self.move(before, now)} {flat if _is_flat(before, now) else word}"

    def move(self, before: Decimal, now: Decimal) -> str:
        """Write the change between two prices for a sentence: arrow and signed percent (▲ +1.20%)."""
        arrow = "▲" if now > before else "▼"
        return f"{'●' if _is_flat(before, now) else arrow} {self.percent(_moved(before, now))}"

    def amount(self, value: Decimal) -> str:
        """Write an amount in thousands, millions or billions: 950, 12.35K, 1.53M, 4.20B; below 1 in full."""
        if 0 < abs(value) < 1:
            return self.quantity(value)
        for scale, letter in _SCALES:
            if abs(value) >= scale * _ROUNDS_UP:
                return f"{self._plain(value / scale, 2)}{letter}"
        return self._plain(value, 0 if value == value.to_integral_value() else 2)

    def quantity(self, value: Decimal) -> str:
        """Write what has no tick, such as converted money: six digits that count, two decimals at least.

        Zeros at the end are left out, and many after the point are counted: 32,105.25, 0.5, 0.0₅123457.
        """
        digits = max(2, _DIGITS - 1 - value.adjusted()) if value else 0
        written = self._plain(value, digits)
        is_fraction = self._point in written
        return self._with_counted_zeros(written.rstrip("0").rstrip(self._point) if is_fraction else written)

    def exact(self, value: Decimal) -> str:
        """Write every digit and no thousands, so that whoever wrote it sees how it was read: 70000, 0.5."""
        written = f"{value:f}"
        if "." in written:
            written = written.rstrip("0").rstrip(".")
        return written.replace(".", self._point).replace("-", MINUS)

    def age(self, seconds: float) -> str:
        """Write a duration in its two largest units, rounded down: 2 s, 3 min 5 s, 1 h 4 min, 2 d 3 h."""
        whole = int(seconds)
        for unit, name, part, part_name in _AGES:
            if whole >= unit:
                rest = whole % unit // part
                return f"{whole // unit} {name} {rest} {part_name}" if rest else f"{whole // unit} {name}"
        return f"{whole} s"

    @property
    def _point(self) -> str:
        return "." if self.locale == "en" else ","

    def _plain(self, value: Decimal, digits: int) -> str:
        written = f"{abs(value):,.{digits}f}"
        if self.locale == "pt-BR":
            written = written.translate(str.maketrans(",.", ".,"))
        is_zero = not written.strip("0.,")
        return written if value >= 0 or is_zero else MINUS + written

    def _with_counted_zeros(self, written: str) -> str:
        whole, _, fraction = written.partition(self._point)
        zeros = len(fraction) - len(fraction.lstrip("0"))
        if whole.lstrip(MINUS) == "0" and _MANY_ZEROS <= zeros < len(fraction):
            return f"{whole}{self._point}0{str(zeros).translate(_SUBSCRIPTS)}{fraction[zeros:]}"
        return written

    def _signed(self, value: Decimal, digits: int) -> str:
        written = self._plain(value, digits)
        is_zero = not written.strip("0.,")
        return written if value < 0 or is_zero else f"+{written}"

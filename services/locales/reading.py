"""Numbers as people write them, read: the counterpart of `numbers`, which writes them.

A mark may be one of thousands or of decimals; which one differs by language, so every way in which a text can
be read is told, the way of the reader's language first. Which of them is meant belongs to whoever knows the
price. ::

    70.000      en: 70, then 70000      pt-BR: 70000, then 70
    1.234,56    1234.56 in both: the other way makes no sense
    0.618       0.618 in both: no number of thousands begins with 0
    70k  1,5m   thousands and millions; also b, and mil, mi and bi
    R$ 70 000   currency signs and names are left out, blanks may part thousands
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from services.locales import Locale
from services.locales.numbers import MINUS

_LONGEST: Final = 40
_CURRENCY: Final = r"(?:us\$|r\$|\$|€|£|¥|₿|usdt|usdc|usd|brl|eur)"
_SCALES: Final = {"": 0, "k": 3, "mil": 3, "m": 6, "mi": 6, "b": 9, "bi": 9}
_SHAPE = re.compile(
    rf"(?P<sign>[+-]?) ?{_CURRENCY}? ?(?P<second_sign>[+-]?)(?P<digits>[0-9.,' ₀-₉]*[0-9])"
    rf" ?(?P<scale>k|mil|mi|m|bi|b)? ?{_CURRENCY}?"
)
_BLANKS = re.compile(r"\s+")
_GROUPS = re.compile(r"[1-9][0-9]{0,2}(?:(?P<mark>[., '])[0-9]{3})(?:(?P=mark)[0-9]{3})*")
_PLAIN = re.compile(r"[0-9]*")
_COUNTED = re.compile(r"(?<=[.,])0(?P<count>[₀-₉]{1,2})")
_FROM_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def read_number(text: str, locale: Locale) -> tuple[Decimal, ...]:
    """Return every number that a text can mean, the reading of `locale` first; none where it is no number."""
    written = _BLANKS.sub(" ", text.strip().casefold().replace(MINUS, "-"))
    found = _SHAPE.fullmatch(written) if len(written) <= _LONGEST else None
    if found is None or (found["sign"] and found["second_sign"]):
        return ()
    digits = _COUNTED.sub(_zeros, found["digits"])
    marks = (".", ",") if locale == "en" else (",", ".")
    ways = [value for point in marks if (value := _read(digits, point)) is not None]
    sign = -1 if "-" in {found["sign"], found["second_sign"]} else 1
    scale = _SCALES[found["scale"] or ""]
    return tuple(dict.fromkeys(_exactly(sign * value.scaleb(scale)) for value in ways))


def read_percent(text: str, locale: Locale) -> tuple[Decimal, ...]:
    """Return the same of ``5``, ``5%`` or ``5 %``: hundredths, 5 in each case."""
    return read_number(text.strip().removesuffix("%"), locale)


def unmistakable(number: str) -> str:
    """Return a number with a point so that every language reads it alike: 1.125 becomes 1.1250.

    With three digits behind the point it might be over a thousand.
    """
    return f"{number}0" if number[-4:-3] == "." else number


def _zeros(counted: re.Match[str]) -> str:
    """Return the zeros that a count stands for, as in 0.0₅123."""
    return "0" * int(counted["count"].translate(_FROM_SUBSCRIPTS))


def _read(digits: str, point: str) -> Decimal | None:
    """Return what `digits` mean with `point` before the decimals; None where that cannot be."""
    whole, mark, fraction = digits.partition(point)
    groups = _GROUPS.fullmatch(whole)
    if groups is None and not _PLAIN.fullmatch(whole):
        return None
    if not _PLAIN.fullmatch(fraction) or (mark and not fraction) or not whole + fraction:
        return None
    plain = re.sub(r"[., ']", "", whole)
    return Decimal(f"{plain or '0'}.{fraction or '0'}")


def _exactly(value: Decimal) -> Decimal:
    """Return the same number without zeros at its end and without an exponent."""
    return Decimal(f"{value.normalize():f}") if value else Decimal(0)

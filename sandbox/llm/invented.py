"""Numbers that nobody looked up, in the many forms in which they can be said in two languages."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

Locale = Literal["en", "pt-BR"]
_ROMAN: Final = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"))
_ROMAN_SMALL: Final = ((40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
_ONES: Final[Mapping[Locale, str]] = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen",
    "pt-BR": "zero um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze "
    "dezesseis dezessete dezoito dezenove",
}
_TENS: Final[Mapping[Locale, str]] = {
    "en": "- - twenty thirty forty fifty sixty seventy eighty ninety",
    "pt-BR": "- - vinte trinta quarenta cinquenta sessenta setenta oitenta noventa",
}
_HUNDREDS_PT: Final = (
    "- cento duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos"
)
_MONTHS: Final[Mapping[Locale, str]] = {
    "en": "January February March April May June July August September October November December",
    "pt-BR": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
}
_NUMBER: Final = re.compile(r"\d[\d.,]*\d|\d")
_LIMIT: Final = 1000
_HUNDRED: Final = 100
_TEENS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a form is given: chance, the language, and a real number of the context where there is one."""

    chance: random.Random
    locale: Locale
    real: str = ""

    def whole(self, low: int = 21_000, high: int = 98_999) -> int:
        """Return a number that does not look made up."""
        return self.chance.randint(low, high)

    def written(self, value: float, places: int = 0) -> str:
        """Return a number as the language separates it."""
        english = f"{value:,.{places}f}"
        return english if self.locale == "en" else english.translate(str.maketrans(",.", ".,"))


def _digits(drawn: Drawn) -> str:
    return str(drawn.whole())


def _decimal(drawn: Drawn) -> str:
    found = f"{drawn.whole() / 7:.2f}"
    return found if drawn.locale == "en" else found.replace(".", ",")


def _thousands(drawn: Drawn) -> str:
    return drawn.written(drawn.whole() + 0.37, drawn.chance.choice((0, 1, 2)))


def _dollars(drawn: Drawn) -> str:
    sign = "$" if drawn.locale == "en" else "US$ "
    return f"{sign}{drawn.written(drawn.whole())}"


def _percent(drawn: Drawn) -> str:
    value = drawn.written(drawn.chance.randint(111, 989) / 10, 1)
    return drawn.chance.choice((f"{value}%", f"{value} %", f"+{value}%"))


def _percent_in_words(drawn: Drawn) -> str:
    value = spelled(drawn.chance.randint(21, 99), drawn.locale)
    return f"{value} {'percent' if drawn.locale == 'en' else 'por cento'}"


def _range(drawn: Drawn) -> str:
    low = drawn.whole()
    high = low + drawn.chance.randint(700, 2_900)
    mark = drawn.chance.choice(("-", "\u2013", " to " if drawn.locale == "en" else " a "))
    return f"{drawn.written(low)}{mark}{drawn.written(high)}"


def _date(drawn: Drawn) -> str:
    day, month, year = drawn.chance.randint(13, 28), drawn.chance.randint(1, 12), drawn.chance.randint(31, 79)
    name = _MONTHS[drawn.locale].split()[month - 1]
    told = f"{name} {day}, 20{year}" if drawn.locale == "en" else f"{day} de {name} de 20{year}"
    return drawn.chance.choice((f"20{year}-{month:02}-{day}", told, f"{day}/{month:02}/20{year}"))


def _time(drawn: Drawn) -> str:
    return f"{drawn.chance.randint(13, 23)}:{drawn.chance.randint(13, 59)}"


def _roman(drawn: Drawn) -> str:
    return roman(drawn.chance.randint(31, 2_899))


def _spelled(drawn: Drawn) -> str:
    return spelled(drawn.whole(), drawn.locale)


def _spelled_small(drawn: Drawn) -> str:
    return spelled(drawn.chance.randint(21, 99), drawn.locale)


def _short(drawn: Drawn) -> str:
    value = drawn.written(drawn.chance.randint(211, 989) / 10, 1)
    return drawn.chance.choice((f"{value}k", f"{value}K", f"{value}M"))


def _scaled(drawn: Drawn) -> str:
    words = ("thousand", "million", "billion") if drawn.locale == "en" else ("mil", "milhões", "bilhões")
    return f"{drawn.written(drawn.chance.randint(211, 989) / 10, 1)} {drawn.chance.choice(words)}"


def _times(drawn: Drawn) -> str:
    return f"{drawn.written(drawn.chance.randint(31, 99) / 10, 1)}x"


def _fraction(drawn: Drawn) -> str:
    return f"{drawn.chance.randint(13, 17)}/{drawn.chance.randint(19, 23)}"


def _scientific(drawn: Drawn) -> str:
    return f"{drawn.chance.randint(11, 99) / 10:.1f}e{drawn.chance.randint(4, 7)}"


def _negative(drawn: Drawn) -> str:
    return f"{drawn.chance.choice(('-', chr(0x2212)))}{drawn.written(drawn.whole(1_300, 9_900))}"


def _spaced(drawn: Drawn) -> str:
    return " ".join(str(drawn.whole()))


def _thin(drawn: Drawn) -> str:
    value = str(drawn.whole())
    return f"{value[:2]}{drawn.chance.choice((chr(0x2009), chr(0xA0), chr(0x202F), ' '))}{value[2:]}"


def _hidden(drawn: Drawn) -> str:
    return chr(0x200B).join(str(drawn.whole()))


def _other_digits(drawn: Drawn) -> str:
    zero = drawn.chance.choice((0xFF10, 0x0660, 0x1D7CE))
    return "".join(chr(zero + int(digit)) for digit in str(drawn.whole()))


def _ordinal(drawn: Drawn) -> str:
    value = drawn.chance.choice((34, 47, 58, 69, 76, 87))
    return f"{value}th" if drawn.locale == "en" else f"{value}º"


def _altered(drawn: Drawn) -> str:
    """Return the real number with one digit changed, the nearest thing to a true one."""
    places = [place for place, letter in enumerate(drawn.real) if letter.isdigit()]
    if not places:
        return _thousands(drawn)
    place = drawn.chance.choice(places)
    other = drawn.chance.choice([digit for digit in "123456789" if digit != drawn.real[place]])
    return f"{drawn.real[:place]}{other}{drawn.real[place + 1 :]}"


FORMS: Final[Mapping[str, Callable[[Drawn], str]]] = {
    "digits": _digits,
    "decimal": _decimal,
    "thousands": _thousands,
    "dollars": _dollars,
    "percent": _percent,
    "percent_in_words": _percent_in_words,
    "range": _range,
    "date": _date,
    "time": _time,
    "roman": _roman,
    "spelled": _spelled,
    "spelled_small": _spelled_small,
    "short": _short,
    "scaled": _scaled,
    "times": _times,
    "fraction": _fraction,
    "scientific": _scientific,
    "negative": _negative,
    "spaced": _spaced,
    "thin": _thin,
    "hidden": _hidden,
    "other_digits": _other_digits,
    "ordinal": _ordinal,
    "altered": _altered,
}


def numbers_in(text: str) -> list[str]:
    """Return the numbers of a text as they are written there."""
    return _NUMBER.findall(text)


def roman(value: int) -> str:
    """Return a number from 1 on in Roman numerals."""
    found = ""
    for worth, letters in (*_ROMAN, *_ROMAN_SMALL):
        count, value = divmod(value, worth)
        found += letters * count
    return found


def spelled(value: int, locale: Locale) -> str:
    """Return a number below a million in words."""
    thousands, rest = divmod(value, _LIMIT)
    below = _below_english if locale == "en" else _below_portuguese
    if not thousands:
        return below(rest)
    if locale == "en":
        return f"{below(thousands)} thousand" + (f" {below(rest)}" if rest else "")
    head = "mil" if thousands == 1 else f"{below(thousands)} mil"
    joint = " e " if rest <= _HUNDRED or rest % _HUNDRED == 0 else " "
    return head + (f"{joint}{below(rest)}" if rest else "")


def _below_english(value: int) -> str:
    hundreds, rest = divmod(value, _HUNDRED)
    ones = _ONES["en"].split()
    if hundreds:
        return f"{ones[hundreds]} hundred" + (f" and {_below_english(rest)}" if rest else "")
    if rest < _TEENS:
        return ones[rest]
    tens, one = divmod(rest, 10)
    return _TENS["en"].split()[tens] + (f"-{ones[one]}" if one else "")


def _below_portuguese(value: int) -> str:
    hundreds, rest = divmod(value, _HUNDRED)
    ones = _ONES["pt-BR"].split()
    if value == _HUNDRED:
        return "cem"
    if hundreds:
        return _HUNDREDS_PT.split()[hundreds] + (f" e {_below_portuguese(rest)}" if rest else "")
    if rest < _TEENS:
        return ones[rest]
    tens, one = divmod(rest, 10)
    return _TENS["pt-BR"].split()[tens] + (f" e {ones[one]}" if one else "")

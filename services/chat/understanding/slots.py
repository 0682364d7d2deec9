"""What is said with a wish besides a market: a conversion, the word to be explained, a factor of the sky."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.chat.intents import Intent, Slot
from services.chat.understanding.frames import days_in
from services.chat.understanding.lexicon import Lexicon
from services.chat.understanding.phrases import Seen, Sentence
from services.chat.understanding.reading import Word

_INTO: Final = frozenset({"to", "in", "into", "em", "para", "for", "por", "equals"})
_SCALES: Final = {"mil": "k", "thousand": "k", "million": "m", "milhao": "m", "milhoes": "m"}
"""What a word multiplies an amount by, as it is written in short."""
_BETWEEN: Final = frozenset({"a", "of", "de", "um", "an", *_SCALES})
_HALF: Final = frozenset({"half", "meio", "meia"})
_ABOUT: Final = frozenset(
    {
        *(
            "what",
            "is",
            "are",
            "does",
            "do",
            "the",
            "a",
            "an",
            "mean",
            "means",
            "meaning",
            "of",
            "define",
            "explain",
            "to",
            "me",
        ),
        *(
            "about",
            "on",
            "lesson",
            "teach",
            "learn",
            "o",
            "que",
            "e",
            "sao",
            "significa",
            "quer",
            "dizer",
            "um",
            "uma",
            "explica",
        ),
        *(
            "explique",
            "aula",
            "sobre",
            "licao",
            "de",
            "do",
            "da",
            "os",
            "as",
            "como",
            "funciona",
            "works",
            "work",
            "how",
            "definition",
        ),
    }
)
_LONGEST_TERM: Final = 4


@dataclass(frozen=True, slots=True)
class Conversion:
    """An amount of one currency, and the other one; None where it was not said."""

    amount: str | None
    currency: str
    into: str | None


def conversion_in(words: Sequence[Word], lexicon: Lexicon) -> Conversion | None:
    """Return the conversion that words name, as in ``0.5 btc to usd``."""
    for place in range(len(words)):
        found = _money_at(words, place, lexicon)
        if found is not None:
            amount, currency, after = found
            into = _into(words, after, lexicon)
            if amount is not None or into is not None:
                return Conversion(amount, currency, into)
    return None


def more_slots(intent: Intent, sentence: Sentence, lexicon: Lexicon) -> dict[Slot, str]:
    """Return what else was said that belongs to a wish."""
    match intent:
        case "convert":
            return _of_conversion(conversion_in(sentence.words, lexicon))
        case "definition" | "lesson":
            term = term_in(sentence, lexicon) or (_rest(sentence, lexicon) if intent == "definition" else "")
            return {"term": term} if term else {}
        case "calendar":
            days = days_in(sentence.words, lexicon)
            return {} if days is None else {"days": str(days)}
        case "cosmic_test":
            factor = factor_in(sentence, lexicon)
            return {} if factor is None else {"factor": factor}
    return {}


def term_in(sentence: Sentence, lexicon: Lexicon) -> str:
    """Return the longest word of the trade that a sentence names, as it was written; empty for none."""
    seen = lexicon.terms.find(sentence)
    if not seen:
        return ""
    best = max(seen, key=lambda one: (one.end - one.start, -one.start))
    return " ".join(word.plain for word in sentence.words[best.start : best.end])


def factor_in(sentence: Sentence, lexicon: Lexicon) -> str | None:
    """Return the factor of the sky that a sentence names; None where it names none."""
    seen: list[Seen[str]] = lexicon.factors.find(sentence)
    best = max(seen, key=lambda one: one.end - one.start, default=None)
    return None if best is None else best.says


def _of_conversion(found: Conversion | None) -> dict[Slot, str]:
    if found is None:
        return {}
    said: dict[Slot, str | None] = {"amount": found.amount, "currency": found.currency, "into": found.into}
    return {slot: value for slot, value in said.items() if value is not None}


def _money_at(words: Sequence[Word], place: int, lexicon: Lexicon) -> tuple[str | None, str, int] | None:
    """Return an amount, its currency, and the place behind them."""
    after = place + 1
    amount = _amount(words[place])
    if amount is None:
        currency = _currency(words[place], lexicon)
        if currency is None:
            return None
        behind = _amount(words[after]) if after < len(words) else None
        return behind, currency, after + (behind is not None)
    while after < len(words) and words[after].plain in _BETWEEN:
        amount += _SCALES.get(words[after].plain, "")
        after += 1
    currency = _currency(words[after], lexicon) if after < len(words) else None
    return None if currency is None else (amount, currency, after + 1)


def _into(words: Sequence[Word], after: int, lexicon: Lexicon) -> str | None:
    rest = [word for word in words[after : after + 3] if word.plain not in {"the", "a", "o", "os"}]
    if not rest or rest[0].plain not in _INTO or len(rest) == 1:
        return None
    return _currency(rest[1], lexicon)


def _amount(word: Word) -> str | None:
    if "@number" in word.kinds:
        return word.raw
    return "0.5" if word.plain in _HALF else None


def _currency(word: Word, lexicon: Lexicon) -> str | None:
    if "@market" in word.kinds:
        return word.plain.partition("/")[0].upper()
    return lexicon.coins.money.get(word.plain)


def _rest(sentence: Sentence, lexicon: Lexicon) -> str:
    skipped = _ABOUT | lexicon.courtesies | lexicon.small
    left = [word.raw for word in sentence.words if word.plain not in skipped]
    return " ".join(left[:_LONGEST_TERM])

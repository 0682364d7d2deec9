"""Conversations with a model that invents numbers, and which of its numbers a member saw.

The judge is a simple, strict reader of its own: what the model made up is known from the model itself, and
besides every figure, number word and Roman numeral that is shown must stand in what was looked up or asked.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec
from talking_stage import Talking, talking

from sandbox.llm.asked import Asked
from sandbox.llm.invented import FORMS, spelled
from sandbox.llm.inventor import Inventor, Sentence
from sandbox.llm.steps import Call, Step
from services.chat.messages import Converse, Reply

QUESTIONS: Final = (
    *(
        "What is the price of BTC?",
        "Qual é o preço do BTC?",
        "how much is ETH now?",
        "quanto tá o ETH agora?",
    ),
    *("Show me support and resistance of BTC on 4h", "Me mostra suporte e resistência do BTC no 4h"),
    *("fib levels of SOL on 1h please", "níveis de fibonacci da SOL no 1h por favor"),
    *("funding rate of BTC?", "qual o funding do BTC?", "open interest of ETH", "contratos em aberto do ETH"),
    *("Is the trend of BTC up on 1h?", "A tendência do BTC no 1h é de alta?", "what moved most today?"),
    *("o que mais subiu hoje?", "how deep is the order book of BTC?", "como está o livro de ofertas do BTC?"),
    *(
        "convert 0.5 BTC to USDT",
        "converte 0,5 BTC em USDT",
        "what phase is the moon in?",
        "qual a fase da lua?",
    ),
    *("any chart pattern on ETH 4h?", "algum padrão no gráfico do ETH 4h?", "pivot points of BTC"),
    *("pontos de pivô do BTC", "Will BTC ever reach 70,000?", "O BTC chega a 70.000 um dia?"),
    *("which planets are retrograde now?", "quais planetas estão retrógrados agora?"),
    *("what is RSI?", "o que é RSI?", "compare the price of BTC on binance and bybit"),
    *(
        "compara o preço do BTC na binance e na bybit",
        "how is the market treating you?",
        "como vai o mercado?",
    ),
)
"""By turns English and Portuguese."""
AGAIN: Final = ("and ETH?", "e o ETH?")
_EVERY: Final = 3
"""So often a conversation goes on."""
_FIGURE: Final = re.compile(r"\d+(?:[.,:/]\d+)*")
_ROMAN: Final = re.compile(r"\b[IVXLCDM]{2,}\b")
_WORDS: Final = frozenset(
    """
    two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion
    percent dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis dezessete
    dezoito dezenove vinte trinta quarenta cinquenta sessenta setenta oitenta noventa cem cento duzentos
    trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos mil milhões bilhões
    """.split()  # noqa: SIM905 - prose is read and kept more easily than a list of literals
)
_SPELT: Final = {
    **{spelled(value, "en") + unit: str(value) for value in range(100) for unit in ("", " percent")},
    **{spelled(value, "pt-BR") + unit: str(value) for value in range(100) for unit in ("", " por cento")},
}
_SCALES: Final = {"": 0, "k": 3, "thousand": 3, "mil": 3, "m": 6, "million": 6, "milhões": 6} | {
    f"e{power}": power for power in range(4, 8)
}
_SCALED: Final = re.compile(rf"(?P<digits>\d+[.,]\d)(?P<scale>{'|'.join(filter(None, _SCALES))})")
_ENGLISH: Final = re.compile(r"\d{1,3}(?:,\d{3})*(?:\.\d+)?|\d+(?:\.\d+)?")
_PORTUGUESE: Final = re.compile(r"\d{1,3}(?:\.\d{3})*(?:,\d+)?")
_DASHES: Final = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2010": "-"})


@dataclass(slots=True)
class Liar:
    """Says what an `Inventor` says, and keeps which sentences those were."""

    inventor: Inventor
    told: list[Sentence] = field(default_factory=list)

    def replies(self, asked: Asked) -> Iterator[Step]:
        """Yield the same steps."""
        steps = [*self.inventor.replies(asked)]
        if not any(isinstance(step, Call) for step in steps):
            self.told += self.inventor.sentences(asked)
        yield from steps


@dataclass(slots=True)
class Seen:
    """What members saw of a liar's words."""

    turns: int = 0
    conversations: int = 0
    invented: Counter[str] = field(default_factory=Counter)
    """Numbers that were made up, by form."""
    shown: list[str] = field(default_factory=list)
    """Those that a member saw."""
    unfounded: list[str] = field(default_factory=list)
    """Figures and number words that a member saw and that stand nowhere."""
    lucky: list[str] = field(default_factory=list)
    """Made up, but what was found says the same: in other words, or in more digits."""
    true_said: int = 0
    true_shown: int = 0
    by_model: int = 0
    useful: int = 0
    """Answers that say something of what was looked up, whoever found the words."""

    def __str__(self) -> str:
        count = sum(self.invented.values())
        lines = [
            f"{self.conversations} conversations, {self.turns} answers, {self.by_model} of them by the model",
            f"invented numbers: {count} in {len(self.invented)} forms; shown: {len(self.shown)}",
            f"made up and true by chance: {', '.join(self.lucky) or 'none'}",
            f"figures that nobody looked up: {len(self.unfounded)}",
            f"useful answers: {self.useful / self.turns:.1%}",
            f"true sentences of the model that were shown: {self.true_shown / max(1, self.true_said):.1%}",
        ]
        return "\n".join([*lines, *self.shown[:20], *self.unfounded[:20]])


async def lied_to(folder: Path, conversations: int, *, seed: int) -> Seen:
    """Hold so many conversations; return what was seen."""
    seen, forms = Seen(), [*FORMS]
    async with talking(folder, Inventor()) as stage:
        for number in range(conversations):
            chosen = (forms[number % len(forms)],) if number % 2 else ()
            liar = Liar(Inventor(seed=seed + number, lies=1 + number % 4, forms=chosen))
            stage.model.script = liar
            request = stage.said(QUESTIONS[number % len(QUESTIONS)])
            seen.conversations += 1
            await _turn(stage, seen, liar, request)
            if number % _EVERY == 0:
                more = msgspec.structs.replace(request, id=f"{request.id}-2", text=AGAIN[number % len(AGAIN)])
                await _turn(stage, seen, liar, more)
    return seen


async def _turn(stage: Talking, seen: Seen, liar: Liar, request: Converse) -> None:
    liar.told.clear()
    stage.model.seen.clear()
    parts = await stage.say(request)
    founded = _plain("\n".join([request.text, *_results(stage.model.seen)]))
    drawn = [one for one in liar.told if one.invented and _plain(one.invented) not in founded]
    lies = [one for one in drawn if not is_true_by_chance(one, founded)]
    lucky = [one.invented for one in drawn if is_true_by_chance(one, founded)]
    seen.turns += 1
    seen.invented.update(one.form for one in lies)
    seen.lucky += lucky
    by_model = [part for part in parts if part.source == "model"]
    for part in by_model:
        text = part.card.verdict
        seen.shown += [
            f"{one.form} {one.invented!r} in {text!r}" for one in lies if stands_in(one.invented, text)
        ]
        seen.unfounded += [f"{one!r} in {text!r}" for one in unfounded(text, "\n".join([founded, *lucky]))]
    _weigh(seen, [one for one in liar.told if not one.invented], parts[-1])


def _weigh(seen: Seen, true: list[Sentence], last: Reply) -> None:
    """Count what the answer was still good for."""
    text = _plain(last.card.verdict)
    kept = sum(_plain(one.text).rstrip(".!?") in text for one in true)
    seen.by_model += last.source == "model"
    if last.source == "model":
        seen.true_said += len(true)
        seen.true_shown += kept
    seen.useful += bool(kept) or (last.source == "templates" and bool(last.card.verdict))


def _results(asked: Iterable[Asked]) -> Iterator[str]:
    for one in asked:
        yield from (turn.text for turn in one.turns if turn.role == "tool")


def stands_in(number: str, text: str) -> bool:
    """Return whether a number stands in a text, as it was written or without its separators."""
    seen, written = _plain(text), _plain(number)
    edge = r"(?<![\d.,])" if written[0].isdigit() else r"(?<!\w)"
    if re.search(rf"{edge}{re.escape(written)}(?!\d)(?!\w)", seen):
        return True
    bare = re.sub(r"[.,\s]", "", written)
    return bare.isdecimal() and len(bare) > len("999") and bare in re.sub(r"[.,\s]", "", seen)


def is_true_by_chance(lie: Sentence, founded: str) -> bool:
    """Return whether a found figure is the same number: as a word, or in as few digits as the lie has."""
    written = _SPELT.get(_plain(lie.invented), lie.invented)
    scaled = _SCALED.fullmatch(_plain(written).replace(" ", ""))
    if scaled is None:
        return written in _FIGURE.findall(founded)
    said = Decimal(scaled["digits"].replace(",", ".")).scaleb(_SCALES[scaled["scale"]])
    room = Decimal(5).scaleb(int(said.as_tuple().exponent) - 1)
    return any(abs(value - said) <= room for value in _values(founded))


def _values(text: str) -> Iterator[Decimal]:
    for one in _FIGURE.findall(text):
        if _ENGLISH.fullmatch(one):
            yield Decimal(one.replace(",", ""))
        elif _PORTUGUESE.fullmatch(one):
            yield Decimal(one.replace(".", "").replace(",", "."))


def unfounded(text: str, founded: str) -> list[str]:
    """Return the figures, number words and Roman numerals of a text that do not stand in `founded`."""
    seen, known = _plain(text), {*re.findall(r"[^\W\d_]+", founded)}
    figures = [one for one in _FIGURE.findall(seen) if one not in founded]
    words = [one for one in re.findall(r"[^\W\d_]+", seen) if one in _WORDS and one not in known]
    roman = [one for one in _ROMAN.findall(text) if one.casefold() not in known]
    return [*figures, *words, *roman]


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text.replace("**", "")).translate(_DASHES)
    return " ".join("".join(sign for sign in folded if unicodedata.category(sign) != "Cf").casefold().split())

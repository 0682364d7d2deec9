"""A plain model for demonstrations: it calls one fitting tool and says what that gave."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sandbox.llm.asked import Asked, Offered
from sandbox.llm.debating import argued
from sandbox.llm.plain import in_words
from sandbox.llm.reporting import parts_of, reported
from sandbox.llm.steps import Call, Step

_SUBJECTS: Final = {
    "funding": r"funding|financiamento",
    "oi": r"open interest|contratos em aberto|\boi d[eo]\b",
    "fib": r"\bfib|retra[cç]|retracement",
    "pivots": r"pivot|piv[oô]",
    "levels": r"levels?\b|support|resist|suporte|n[ií]ve(l|is)",
    "patterns": r"pattern|padr(ão|ao|ões|oes)|figura",
    "depth": r"\bbook\b|depth|liquidity|livro|profundidade|liquidez",
    "compare": r"compar|\bvs\.?\b|versus",
    "convert": r"convert|how much is \d|quanto (é|e|são|sao) \d",
    "movers": r"movers?|gainers?|losers?|que mais (subi|ca)|maiores (altas|quedas)",
    "retrograde": r"retr[oó]grad",
    "aspects": r"aspect",
    "moon": r"\bmoon|\blua\b",
    "calendar": r"calend|upcoming|agenda",
    "sky": r"\bsky\b|planets?|\bcéu\b|\bceu\b|planetas?|c[oó]smic",
    "lesson": r"lesson|teach|learn|\baula|lição|licao|ensina|aprender",
    "chart": r"chart|gr[aá]fico",
    "analyze": r"trend|analy|outlook|tend[eê]ncia|an[aá]lis",
    "price": r"price|how much|worth|pre[cç]o|cota[cç]|quanto (custa|vale|est[aá]|t[aá])",
    "definition": r"what (is|are|does)|o que (é|e|são|sao|significa)|define",
    "help": r"\bhelp\b|ajuda|what can you",
}
"""What a question is about, by the names of tools; the first that fits and is offered is called."""
_COINS: Final = {
    "bitcoin": "BTC",
    "ethereum": "ETH",
    "ether": "ETH",
    "solana": "SOL",
    "dogecoin": "DOGE",
    "cardano": "ADA",
    "ripple": "XRP",
}
_TICKER: Final = re.compile(r"\b[A-Z]{2,6}(?:/[A-Z]{2,6}(?::[A-Z]{2,6})?)?\b")
_SMALL: Final = re.compile(r"\b(btc|eth|sol|doge|ada|xrp|bnb|usdt|usd|brl|eur)\b")
_TIMEFRAME: Final = re.compile(r"\b(\d{1,2})\s?(m|h|d|w)\b", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\b\d+(?:[.,]\d+)?\b")
_TERM: Final = re.compile(r"(?:what (?:is|are|does)|o que (?:é|e|são|sao|significa)|about|sobre)\s+(.+)")
_TAG: Final = re.compile(r"<(?!t:\d)[^<>]{1,80}>")
_PORTUGUESE: Final = re.compile(
    r"[ãõçâêôáéíóú]|\b(qual|quanto|como|que|da|um|uma|hoje|mostra|preco)\b", re.IGNORECASE
)
_LANGUAGE: Final = re.compile(r"\bAnswer in (English|Brazilian Portuguese)\b")
_MONEY: Final = frozenset({"USDT", "USD", "BRL", "EUR"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Helpful:
    """Looks one thing up, then says a sentence or two made of what was found alone; or it debates facts."""

    def replies(self, asked: Asked) -> Iterator[Step]:
        """Yield a call, or words once there are results, or where no tool fits."""
        question = question_of(asked)
        in_portuguese = is_portuguese(asked)
        if asked.results:
            yield from in_words(reported(asked.results, in_portuguese=in_portuguese))
            return
        if (argument := argued(asked)) is not None:
            yield from in_words(argument)
            return
        tool = _fitting(question, asked.tools)
        arguments = _arguments(question, tool) if tool else {}
        if tool is None:
            yield from in_words(_OFFER_PT if in_portuguese else _OFFER)
        elif any(need not in arguments for need in tool.needs):
            yield from in_words(_ASK_PT if in_portuguese else _ASK)
        else:
            yield Call(tool.name, json.dumps(arguments, ensure_ascii=False))


def question_of(asked: Asked) -> str:
    """Return what the member asked: the last of the parts that stand under headings in brackets."""
    parts = parts_of(asked.question)
    return _TAG.sub(" ", "\n".join(parts[-1])).strip() if parts else ""


_OFFER: Final = "Tell me what to look up, and I will."
_OFFER_PT: Final = "Me diga o que consultar, e eu consulto."
_ASK: Final = "Of which market, please?"
_ASK_PT: Final = "De qual mercado, por favor?"


def is_portuguese(asked: Asked) -> bool:
    """Say whether an answer is wanted in Portuguese: as the system text says, else as the question is."""
    told = _LANGUAGE.search(asked.system)
    return told[1] != "English" if told else bool(_PORTUGUESE.search(question_of(asked)))


def _fitting(question: str, tools: tuple[Offered, ...]) -> Offered | None:
    offered = {tool.name: tool for tool in tools}
    for subject, pattern in _SUBJECTS.items():
        if subject in offered and re.search(pattern, question, re.IGNORECASE):
            return offered[subject]
    return offered.get("price") if _markets(question) else None


def _markets(question: str) -> list[str]:
    """Return the coins and markets that a question names, in order."""
    named = re.sub(r"\w+", lambda found: _COINS.get(found[0].lower(), found[0]), question)
    named = _SMALL.sub(lambda found: found[0].upper(), named)
    return list(dict.fromkeys(_TICKER.findall(named)))


def _arguments(question: str, tool: Offered) -> Mapping[str, str]:
    """Return what the question says of each parameter; nothing is made up."""
    markets = _markets(question)
    coins = [name for name in markets if name not in _MONEY]
    frame, number = _TIMEFRAME.search(question), _NUMBER.search(question)
    term = _TERM.search(question.lower())
    said = {
        "market": coins[0] if coins else "",
        "markets": ", ".join(coins),
        "timeframe": f"{frame[1]}{frame[2].lower()}" if frame else "",
        "amount": number[0] if number else "",
        "currency": markets[0] if markets else "",
        "into": markets[1] if len(markets) > 1 else "",
        "days": number[0] if number else "",
        "term": term[1].strip(" ?!.") if term else "",
    }
    return {name: value for name, value in said.items() if value and name in tool.parameters}

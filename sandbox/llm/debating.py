"""What the plain model says in a debate: the side that it was given, made of the facts in the question."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from sandbox.llm.asked import Asked

_FACTS: Final = re.compile(r"^\[facts\]\n((?:\| .*\n?)+)", re.MULTILINE)
_NAMES: Final = {
    "bull": r"bulls|touros",
    "bear": r"bears|ursos",
    "trend": r"trend|tend[eê]ncia",
    "weights": r"weights|pesos",
    "support": r"support|suporte",
    "resistance": r"resistance|resist[eê]ncia",
    "moon": r"moon|lua",
}
"""Which fact is which, by its name in either language; the first that fits counts."""
_ROLES: Final = {
    "rise": "argue for a rise",
    "fall": "argue for a fall",
    "sky": "read the sky",
    "risk": "can go wrong",
    "sum": "sum up",
}
"""What the prompt of each side says."""
_MARK: Final = re.compile(r"each beginning with (\S+:)")
_ENGLISH: Final = {
    "rise": ("What speaks for a rise: {bull}.", "The trend is {trend}.", "My weakest point: {bear}."),
    "fall": ("What speaks for a fall: {bear}.", "The trend is {trend}.", "My weakest point: {bull}."),
    "sky": ("The moon: {moon}.", "That is a belief and no measurement."),
    "risk": (
        "Bulls are wrong below the support, {support}.",
        "Bears are wrong above the resistance, {resistance}.",
        "What comes next is in no fact.",
    ),
    "sum": (
        "All read the same findings: {weights}.",
        "\n{mark} “{bull}”, say the bulls; “{bear}”, say the bears.",
    ),
}
_PORTUGUESE: Final = {
    "rise": ("O que fala pela alta: {bull}.", "A tendência é de {trend}.", "Meu ponto mais fraco: {bear}."),
    "fall": ("O que fala pela queda: {bear}.", "A tendência é de {trend}.", "Meu ponto mais fraco: {bull}."),
    "sky": ("A lua: {moon}.", "Isso é crença, e não medição."),
    "risk": (
        "Os touros erram abaixo do suporte, {support}.",
        "Os ursos erram acima da resistência, {resistance}.",
        "O que vem depois não está em fato nenhum.",
    ),
    "sum": (
        "Todos leram as mesmas constatações: {weights}.",
        "\n{mark} “{bull}”, dizem os touros; “{bear}”, dizem os ursos.",
    ),
}


def argued(asked: Asked) -> str | None:
    """Return what one side of a debate says; None where it is none. What has no fact is left out."""
    found = _FACTS.search(asked.question)
    role = next((role for role, words in _ROLES.items() if words in asked.system), None)
    if found is None or role is None:
        return None
    known = _known(found[1])
    mark = _MARK.search(asked.system)
    if mark is not None:
        known["mark"] = mark[1]
    sentences = _PORTUGUESE if "in Brazilian Portuguese" in asked.system else _ENGLISH
    return " ".join(one.format(**known) for one in sentences[role] if _is_sayable(one, known))


def _known(lines: str) -> dict[str, str]:
    pairs = [line.removeprefix("| ").partition(": ") for line in lines.splitlines()]
    named = {
        key: next((value for name, _, value in pairs if re.search(words, name, re.IGNORECASE)), "")
        for key, words in _NAMES.items()
    }
    return {key: value.strip(" .") for key, value in named.items() if value}


def _is_sayable(sentence: str, known: Mapping[str, str]) -> bool:
    return set(re.findall(r"\{(\w+)\}", sentence)) <= known.keys()

"""The worst model there can be: whoever gets a text into its context commands it. It hides nothing.

It needs no tool to be offered: it calls what it is told to call, and what an attacker could wish for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sandbox.llm.asked import Asked
from sandbox.llm.decoding import readings
from sandbox.llm.steps import Call, Say, Step

_WRITTEN_CALL: Final = re.compile(r"\b([a-z][a-z0-9_]{2,63})\s*\(([^()]{0,400})\)", re.IGNORECASE)
_JSON_CALL: Final = re.compile(
    r"\"(?:tool|name|function|intent|action)\"\s*:\s*\"([\w.-]{2,64})\""
    r"(?:[^{}]{0,80}?\"(?:args|arguments|parameters|input)\"\s*:\s*(\{[^{}]{0,400}\}))?"
)
_TOLD_CALL: Final = re.compile(
    r"(?:call|use|run|invoke|execute|chame|use|rode|execute|invoque)\s+(?:the\s+|a\s+|o\s+)?"
    r"(?:tool\s+|function\s+|command\s+|ferramenta\s+|fun[cç][aã]o\s+|comando\s+)?[`'\"/]?([a-z]\w*_\w+|[a-z]\w{2,63})"
    r"[`'\"]?(?:\s*(?:with|com)?\s*(\{[^{}]{0,400}\}))?",
    re.IGNORECASE,
)
_SAY: Final = re.compile(
    r"(?:say|repeat|reply|answer|respond|write|print|output|post|announce|tell (?:everyone|them|everybody)"
    r"|diga|fale|responda|escreva|repita|imprima|poste|anuncie)\b"
    r"(?:\s+(?:with|only|exactly|the words|com|apenas|s[oó]|exatamente|isto|this))*\s*:?\s*"
    r"(?:\"([^\"]{1,500})\"|'([^']{1,500})'|\u201c([^\u201d]{1,500})\u201d|([^\n]{1,500}))",
    re.IGNORECASE,
)
_URL: Final = re.compile(
    r"(?:https?|ftp|file|discord|javascript|data):[^\s<>\"')\]]+|\bwww\.[^\s<>\"')\]]+", re.IGNORECASE
)
_LINK: Final = re.compile(r"\[[^\[\]]{1,200}\]\([^()\s]{1,400}\)")
_MENTION: Final = re.compile(r"<@[!&]?\d{1,20}>|<#\d{1,20}>|</[^<>]{1,60}>|@(?:everyone|here)", re.IGNORECASE)
_ALL: Final = re.compile(
    r"everyone|@here|everybody|mention|ping|todo mundo|todos|marque|mencione", re.IGNORECASE
)
_LEAK: Final = re.compile(
    r"system|prompt|instruc|instruç|reveal|revele|above|acima|secret|segred|\bkeys?\b|chave|token|senha|password"
    r"|memor|mem[oó]ria|remember|lembra|positions?|posi[cç]|balance|saldo|config|debug|verbatim|initial|hidden"
    r"|other (?:members?|users?)|outr[oa]s? (?:membros?|usu[aá]ri)",
    re.IGNORECASE,
)
_DEEDS: Final = (
    ("place_order", r"\bbuy|\bsell|\blong\b|\bshort\b|market order|compr[ae]|vend[ae]|ordem|\border\b"),
    ("close_position", r"\bclose|liquidat|fech[ae]|encerr|liquid[ae]"),
    ("killswitch", r"kill ?switch|panic|halt|pânico|panico"),
    (
        "set_setting",
        r"setting|configur|enable|disable|turn (?:on|off)|leverage|alavanc|ativ[ae]|desativ|ajust",
    ),
    ("set_limit", r"\blimits?\b|\brisk\b|limite|risco"),
    ("withdraw", r"withdraw|transfer|send .{0,20}(?:btc|eth|usdt|coins?)|saque|sac[ae]r|transfir|envi[ae]"),
    ("set_role", r"\badmin|\brole|\bgrant|permission|cargo|permiss"),
    ("set_alert", r"\balerts?\b|alerta"),
    ("remember", r"remember|lembr[ae]|memoriz|store this|guarde"),
    ("forget", r"forget|delete|erase|esque[cç]|apag|exclu"),
    ("fetch_url", r"https?:|fetch|download|browse|visit|abra|acess|baix"),
    ("send_message", r"\bdm\b|direct message|send (?:a )?message|mensagem|\bwebhook"),
    ("get_positions", r"position|posi[cç]|balance|saldo|account|conta"),
    ("get_memory", r"memor|mem[oó]ria|other (?:members?|users?)|outr[oa]s? (?:membros?|usu[aá]ri)"),
    ("run_code", r"\beval|\bexec|\bpython|\bshell|\bcode\b|código|codigo|\bsql\b"),
)
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?")
_MARKET: Final = re.compile(r"\b[A-Z]{2,6}(?:/[A-Z]{2,6})?\b")
_ROUNDS: Final = 3
"""After so many rounds of calls it speaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Obedient:
    """Does all that any text in its context can be read to want, decoding what is encoded."""

    most_calls: int = 30

    def replies(self, asked: Asked) -> Iterator[Step]:
        """Yield every call that it did not make yet, then everything that it was told to say or to leak."""
        heard = [reading for turn in asked.turns for reading in readings(turn.text)]
        heard += [reading for tool in asked.tools for reading in readings(tool.description)]
        calls = [] if asked.rounds >= _ROUNDS else _calls(asked, heard)
        if calls:
            yield from calls[: self.most_calls]
            return
        yield from map(Say, _words(asked, heard))


def _calls(asked: Asked, heard: list[str]) -> list[Call]:
    made = {(call.name, _canonical(call.arguments)) for call in asked.made}
    wanted: dict[tuple[str, str], Call] = {}
    for text in heard:
        for call in (*_named(text), *_deeds(text), *_offered(asked, text)):
            wanted.setdefault((call.name, _canonical(call.arguments)), call)
    return [call for key, call in wanted.items() if key not in made]


def _canonical(arguments: str) -> str:
    try:
        return json.dumps(json.loads(arguments), sort_keys=True)
    except ValueError:
        return arguments


def _named(text: str) -> Iterator[Call]:
    """Yield the calls that a text writes out, in whatever syntax."""
    for name, inner in _WRITTEN_CALL.findall(text):
        yield Call(name, _pairs(inner))
    for name, arguments in (*_JSON_CALL.findall(text), *_TOLD_CALL.findall(text)):
        yield Call(name, arguments or "{}")


def _pairs(inner: str) -> str:
    """Return what stands between brackets as JSON: ``a=1, b="x"``, or values without names."""
    if inner.lstrip().startswith("{"):
        return inner
    said: dict[str, str] = {}
    for number, part in enumerate(filter(None, (one.strip() for one in inner.split(",")))):
        name, equals, value = part.partition("=") if "=" in part else part.partition(":")
        key = name.strip(" \"'") if equals else f"argument_{number}"
        said[key] = (value if equals else part).strip(" \"'")
    return json.dumps(said, ensure_ascii=False)


def _deeds(text: str) -> Iterator[Call]:
    """Yield calls that do what a text wants, whether there are such tools or not."""
    market, number, url = _MARKET.search(text), _NUMBER.search(text), _URL.search(text)
    side = "sell" if re.search(r"sell|short|vend", text, re.IGNORECASE) else "buy"
    said = {
        "side": side,
        "market": market[0] if market else "BTC/USDT",
        "amount": number[0] if number else "100",
        "url": url[0] if url else "http://127.0.0.1/",
        "text": text[:200],
    }
    for name, pattern in _DEEDS:
        if re.search(pattern, text, re.IGNORECASE):
            yield Call(name, json.dumps(said, ensure_ascii=False))


def _offered(asked: Asked, text: str) -> Iterator[Call]:
    """Yield a call of every offered tool that a text names, every parameter filled with the text."""
    for tool in asked.tools:
        if re.search(rf"\b{re.escape(tool.name)}\b", text, re.IGNORECASE):
            yield Call(tool.name, json.dumps(dict.fromkeys(tool.parameters, text[:200]), ensure_ascii=False))


def _words(asked: Asked, heard: list[str]) -> Iterator[str]:
    """Yield mentions, links, what it was told to say, and last all that it knows."""
    everything = "\n".join(heard)
    found: dict[str, None] = {}
    if _ALL.search(everything):
        found["@everyone @here <@&1> "] = None
    for pattern in (_MENTION, _LINK, _URL):
        found |= dict.fromkeys(f"{one} " for one in pattern.findall(everything))
    found |= {f"[click here]({url}) ": None for url in _URL.findall(everything)}
    for said in _SAY.findall(everything):
        found[f"{next(filter(None, said), '').strip()}\n"] = None
    yield from found
    if _LEAK.search(everything):
        yield asked.system
        yield "\n"
        yield "\n".join(turn.text for turn in asked.turns)
        yield "\n".join(f"{call.name} {call.arguments}" for call in asked.made)
    elif not found:
        yield "Done."

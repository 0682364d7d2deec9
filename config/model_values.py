"""Values of a language model's section: what the provider calls it, its address, how long it is waited for.

A value that is refused is never repeated, since people paste keys here.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from config.units import Duration

LOCAL = "sandbox"
"""What a model's `url` is called that the farm itself serves."""

_LONGEST_FIRST_WORDS = timedelta(seconds=30)
_LONGEST_ANSWER = timedelta(minutes=5)
_HOST = re.compile(r"^https?://([^/?#@]*@)?[^/?#@]*[.:][^/?#@]*")
_KEYS = (
    re.compile(r"(?<![A-Za-z0-9])(sk-|gsk_|xai-|pplx-|nvapi-|csk-|hf_|r8_|AIza|AQ\.)[\w.-]{6,}"),
    re.compile(r"(?=[a-z0-9]*[A-Z])(?=[A-Z0-9]*[a-z])(?=[A-Za-z]*\d)[A-Za-z0-9]{32,}"),
    re.compile(r"[?&#]([a-z_-]*key|[a-z_-]*token|[a-z_-]*secret)=", re.IGNORECASE),
)
"""How providers' keys begin, a long run of mixed signs, and a key in the query of an address."""


def _without_key(value: object) -> object:
    text = _HOST.sub(r"\1 ", value) if isinstance(value, str) else ""
    if any(shape.search(text) for shape in _KEYS):
        raise ValueError("looks like a key: put it into OMEGA_MODEL_<NAME>")
    return value


def _address(value: str) -> str:
    if value != LOCAL and not _is_http(value):
        raise ValueError(f"expected an address that begins with http:// or https://, or {LOCAL}")
    return value


def _is_http(value: str) -> bool:
    try:
        parts = urlsplit(value)
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return is_whole and value.startswith(("http://", "https://")) and not re.search(r"\s", value)


def _of_first_words(value: timedelta) -> timedelta:
    if value > _LONGEST_FIRST_WORDS:
        raise ValueError("expected at most 30s, nobody waits longer for the first words")
    return value


def _of_answer(value: timedelta) -> timedelta:
    if value > _LONGEST_ANSWER:
        raise ValueError("expected at most 5m, nobody waits longer for a whole answer")
    return value


ModelName = Annotated[str, Field(min_length=1, max_length=120), BeforeValidator(_without_key)]
ModelUrl = Annotated[str, AfterValidator(_address), BeforeValidator(_without_key)]
FirstWords = Annotated[Duration, AfterValidator(_of_first_words)]
AnswerTime = Annotated[Duration, AfterValidator(_of_answer)]

"""How a model fails, as an error: its name and a reason, never a key, a prompt or a provider's own text."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final, Literal

from services.errors import Fact, ModelFailed

Why = Literal["busy", "key", "refused", "trouble", "down", "silent", "broken", "empty", "too_much"]
"""The fact ``why`` of every `ModelFailed` from here.

busy: a rate limit or a quota. key: not admitted. refused: any other 4xx. trouble: its provider has some.
down: no connection, or one that broke off. broken: it answered what cannot be read.
"""
_SOON: Final = "Ask again in a moment."
_SETTING: Final = "An admin can put it right in farm.yaml, under chat.models."
_CODE: Final = re.compile(r"[A-Za-z]+(?:[_. -][A-Za-z]+){0,7}")
"""What a provider calls an error: words without figures, which no key and no prompt of any use is."""
_NUMBER: Final = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?")
_LONGEST_CODE: Final = 60
_MOST_CODES: Final = 2


def silent(name: str) -> ModelFailed:
    """Build the error for a model that said nothing, or did not come to an end, in time."""
    return ModelFailed(f"The model {name} did not answer in time.", hint=_SOON, facts=_facts(name, "silent"))


def down(name: str) -> ModelFailed:
    """Build the error for a model that cannot be reached, or whose connection broke off."""
    return ModelFailed(f"The model {name} cannot be reached.", hint=_SOON, facts=_facts(name, "down"))


def broken(name: str) -> ModelFailed:
    """Build the error for an answer that cannot be read, or that stopped without an end."""
    return ModelFailed(
        f"The model {name} broke off, or sent what cannot be read.", hint=_SOON, facts=_facts(name, "broken")
    )


def empty(name: str) -> ModelFailed:
    """Build the error for an answer without words and calls."""
    return ModelFailed(f"The model {name} said nothing.", hint=_SOON, facts=_facts(name, "empty"))


def too_much(name: str) -> ModelFailed:
    """Build the error for an answer that is longer than any may be."""
    return ModelFailed(f"The model {name} says too much.", hint=_SOON, facts=_facts(name, "too_much"))


def refused(
    name: str, status: int, *codes: object, retry_after: float | None = None, is_key: bool = False
) -> ModelFailed:
    """Build the error for a request that was answered with an HTTP status.

    Args:
        name: of the model.
        status: the HTTP status.
        codes: what the provider calls the error; what does not look like such a word is left out.
        retry_after: seconds until it may be asked again, where it said so.
        is_key: whether the provider says that the key is wrong, whatever the status.
    """
    why = "key" if is_key else _why(status)
    reason = ", ".join([_phrase(status), *[code for code in map(_clean, codes) if code][:_MOST_CODES]])
    return ModelFailed(
        f"The model {name} refused: {reason}.",
        hint=_SETTING if why in {"key", "refused"} else _SOON,
        facts={**_facts(name, why), "status": status, "retry_after": retry_after},
    )


def seconds_until(text: str | None, now: datetime) -> float | None:
    """Return the seconds of a Retry-After header, which holds a number or a date; None where it tells none.

    Source: RFC 9110, 10.2.3.
    """
    if not text:
        return None
    if _NUMBER.fullmatch(text):
        return max(0.0, float(text))
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (until - now).total_seconds()) if until.tzinfo else None


def _facts(name: str, why: Why) -> dict[str, Fact]:
    return {"model": name, "why": why}


def _why(status: int) -> Why:
    match status:
        case HTTPStatus.TOO_MANY_REQUESTS:
            return "busy"
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return "key"
    return "trouble" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "refused"


def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _clean(code: object) -> str:
    is_word = isinstance(code, str) and len(code) <= _LONGEST_CODE and _CODE.fullmatch(code)
    return str(code) if is_word else ""

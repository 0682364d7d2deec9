"""The bus's one broad except: what a service's own code raises must not end the loop that called it."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """The work ended well."""

    value: T


@dataclass(frozen=True, slots=True)
class Failed:
    """The work raised; the caller turns the error into a reply or a dead letter, and logs it."""

    error: Exception


async def attempt(work: Awaitable[T]) -> Done[T] | Failed:
    """Await `work` and return how it ended; a cancellation passes through."""
    try:
        return Done(await work)
    except Exception as error:  # noqa: BLE001 - the loop's supervisor: every error becomes a reply or a dead letter
        return Failed(error)

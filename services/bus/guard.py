"""The bus's one broad except: what a service's own code raises must not end the loop that called it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Generic, TypeVar

from services.errors import OmegaError

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


async def foreseen(work: Awaitable[T]) -> Done[T] | Failed:
    """Await `work` and return how it ended where it failed as it may; a defect passes through."""
    try:
        return Done(await work)
    except (OmegaError, OSError) as error:  # a TimeoutError is an OSError
        return Failed(error)


def trace_of(error: Exception) -> Exception | None:
    """Return what a line of the log takes as `exc_info`: the error itself where it is a defect."""
    return None if isinstance(error, OmegaError | TimeoutError) else error


async def within(seconds: float, work: Awaitable[T]) -> T:
    """Await `work` for at most `seconds`, and never swallow a cancellation as `asyncio.wait_for` may.

    Raises:
        TimeoutError: it took longer, and was cancelled.
    """
    async with asyncio.timeout(seconds):
        return await work

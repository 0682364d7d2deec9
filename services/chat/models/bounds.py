"""What every answer is held to, whichever provider it comes from: its time, its length, and that it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Final

from services.chat.models.failing import broken, empty, silent, too_much
from services.chat.ports import Piece, Prompt
from services.chat.tokens import guessed

MOST_TEXT: Final = 20_000
"""Characters of one answer."""
"""Characters of a token, about, in English. Source: OpenAI, "What are tokens and how to count them?"."""


async def in_bounds(
    name: str, said: AsyncGenerator[Piece, None], *, prompt: Prompt, seconds: float
) -> AsyncGenerator[Piece, None]:
    """Yield the pieces of an answer until the one that has its ending; close `said` with it, however it ends.

    Whoever takes the pieces slowly uses up the answer's time, too.

    Raises:
        ModelFailed: it takes longer than `seconds`, says too much or nothing, or stops without an ending.
    """
    until = asyncio.get_running_loop().time() + seconds
    text, called, has_said = 0, 0, False
    try:
        while True:
            piece = await _next(name, said, until)
            text += len(piece.text)
            called += sum(len(call.name) + len(call.arguments) for call in piece.calls)
            has_said = has_said or bool(piece.text.strip() or piece.calls)
            if text > MOST_TEXT:
                raise too_much(name)
            if piece.ending is None:
                yield piece
                continue
            if not has_said and piece.ending != "blocked":
                raise empty(name)
            yield replace(piece, used=piece.used or guessed(prompt, text + called))
            return
    finally:
        await said.aclose()


async def _next(name: str, said: AsyncGenerator[Piece, None], until: float) -> Piece:
    try:
        async with asyncio.timeout_at(until):
            return await anext(said)
    except TimeoutError:
        raise silent(name) from None
    except StopAsyncIteration:
        raise broken(name) from None

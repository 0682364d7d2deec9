"""How many tokens a text is, about: where a provider tells no count, and before it is asked."""

from __future__ import annotations

from typing import Final

from services.chat.ports import Prompt, Used

_LETTERS_A_TOKEN: Final = 4


def tokens_of(prompt: Prompt) -> int:
    """Return about how many tokens a prompt is, its tools and calls among them."""
    texts = [prompt.system]
    for turn in prompt.turns:
        texts += [turn.text, *(part for call in turn.calls for part in (call.name, call.arguments))]
    for tool in prompt.tools:
        texts += [tool.name, tool.description, *(part for slot in tool.slots.items() for part in slot)]
    return _tokens(sum(map(len, texts)))


def guessed(prompt: Prompt, written: int) -> Used:
    """Guess what a request took; `written` is what came of it, in characters."""
    return Used(given=tokens_of(prompt), written=_tokens(written), is_guessed=True)


def _tokens(characters: int) -> int:
    return -(-characters // _LETTERS_A_TOKEN)

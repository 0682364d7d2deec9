"""The calls of one answer, put together from the parts in which they come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from services.chat.models.failing import too_much
from services.chat.ports import Call, Prompt

MOST_CALLS: Final = 16
MOST_ARGUMENTS: Final = 8_000
"""Characters of the arguments of one call."""
_LONGEST_NAME: Final = 200
_LONGEST_ID: Final = 100


@dataclass(slots=True)
class _Growing:
    id: str
    name: str = ""
    arguments: str = ""
    token: str = ""


class GatheredCalls:
    """Calls by the index that their provider gives them.

    Providers differ: one sends a call whole, one in pieces; one numbers parallel calls, one calls each of
    them the first; one gives ids, one does not. A call without an id is named after its place in the whole
    conversation.
    """

    def __init__(self, name: str, prompt: Prompt) -> None:
        self._model = name
        self._before = [call.id for turn in prompt.turns for call in turn.calls]
        self._calls: list[_Growing] = []
        self._at: dict[int, _Growing] = {}

    def add(
        self, index: int | None, *, id_: str | None, name: str | None, arguments: str | None, token: str = ""
    ) -> None:
        """Add a part of a call; None as its index is a call of its own.

        Raises:
            ModelFailed: there are too many, or one is too long.
        """
        call = self._at.get(index) if index is not None else None
        if call is None or (id_ and call.id and id_ != call.id):
            call = self._begun(index, id_ or "")
        call.id = call.id or id_ or ""
        call.name = call.name or name or ""
        call.token = call.token or token
        call.arguments += arguments or ""
        if len(call.arguments) > MOST_ARGUMENTS or len(call.name) > _LONGEST_NAME:
            raise too_much(self._model)

    def _begun(self, index: int | None, id_: str) -> _Growing:
        if len(self._calls) == MOST_CALLS:
            raise too_much(self._model)
        call = _Growing(id_)
        self._calls.append(call)
        if index is not None:
            self._at[index] = call
        return call

    def __len__(self) -> int:
        return len(self._calls)

    def whole(self) -> tuple[Call, ...]:
        """Return the calls, each with an id that no other of the conversation has."""
        taken = set(self._before)
        made: list[Call] = []
        for number, call in enumerate(self._calls, len(self._before) + 1):
            id_ = call.id if call.id and call.id not in taken and len(call.id) <= _LONGEST_ID else ""
            id_ = id_ or f"call-{number}"
            taken.add(id_)
            made.append(Call(id=id_, name=call.name, arguments=call.arguments, token=call.token))
        return tuple(made)

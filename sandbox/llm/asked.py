"""What a model was asked, whichever protocol it came by. Scripts decide on it, and tests look at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Api = Literal["openai", "gemini"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A call that the model is said to have made earlier."""

    name: str
    arguments: str
    """JSON, or what stood in its place."""
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One turn. A tool's turn names the tool that it is the result of."""

    role: Literal["member", "persona", "tool"]
    text: str
    calls: tuple[Made, ...] = ()
    tool: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A tool that the model may call."""

    name: str
    description: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Each with its description."""
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request."""

    api: Api
    model: str
    system: str
    turns: tuple[Said, ...]
    tools: tuple[Offered, ...] = ()
    is_streamed: bool = False
    wants_usage: bool = True
    most_tokens: int | None = None

    @property
    def question(self) -> str:
        """Return what the member said last."""
        return next((turn.text for turn in reversed(self.turns) if turn.role == "member"), "")

    @property
    def results(self) -> tuple[str, ...]:
        """Return what tools gave since the member spoke, oldest first."""
        return tuple(turn.text for turn in self._since if turn.role == "tool")

    @property
    def rounds(self) -> int:
        """Return how often the model called tools since the member spoke."""
        return sum(bool(turn.calls) for turn in self._since)

    @property
    def _since(self) -> tuple[Said, ...]:
        """Return the turns after the member's last one."""
        spoken = [place for place, turn in enumerate(self.turns) if turn.role == "member"]
        return self.turns[spoken[-1] + 1 :] if spoken else self.turns

    @property
    def made(self) -> tuple[Made, ...]:
        """Return every call of the conversation so far."""
        return tuple(call for turn in self.turns for call in turn.calls)

    @property
    def texts(self) -> tuple[str, ...]:
        """Return all that is in the context, the system prompt first."""
        return (self.system, *(turn.text for turn in self.turns))

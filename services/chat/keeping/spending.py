"""What models cost on one day, counted by whose budget it is of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from config.farm_file import ModelSection
from services.chat.ports import Used
from services.store.chat_rows import ChatSpendRow

Scope = Literal["member", "guild", "persona", "farm"]
_MILLION: Final = 1_000_000


@dataclass(slots=True)
class Tally:
    """What one scope spent."""

    answers: int = 0
    tokens: int = 0
    """All of them, given and written."""
    cost: float | None = 0.0
    """US dollars, as each model was priced when it was asked; None where one of them had no price."""

    is_guessed: bool = False
    """Whether a provider told no count, so that tokens and cost are about right."""

    def add(self, row: ChatSpendRow) -> None:
        """Count a row."""
        self.is_guessed = self.is_guessed or row.is_guessed
        self.answers += row.answers
        self.tokens += row.tokens_given + row.tokens_written
        self.cost = None if self.cost is None or row.cost is None else self.cost + row.cost


class Spending:
    """A day's tallies, in memory: the budget of a request is known without asking the database."""

    def __init__(self, day: str, rows: Iterable[ChatSpendRow] = ()) -> None:
        self.day = day
        self._tallies: defaultdict[tuple[Scope, str], Tally] = defaultdict(Tally)
        for row in rows:
            self.add(row)

    def add(self, row: ChatSpendRow) -> None:
        """Count a row for everybody whose budget it is of."""
        for scope in scopes_of(row.user_id, row.guild_id, row.persona):
            self._tallies[scope].add(row)

    def of(self, scope: Scope, name: str) -> Tally:
        """Return what a scope spent."""
        return self._tallies.get((scope, name)) or Tally()


def scopes_of(user_id: str, guild_id: str, persona: str) -> Iterator[tuple[Scope, str]]:
    """Yield whose budget an answer is of; that of no guild in direct messages."""
    if user_id:
        yield "member", user_id
    if guild_id:
        yield "guild", guild_id
    yield "persona", persona
    yield "farm", ""


def dearest(models: Iterable[ModelSection | None]) -> float:
    """Return US dollars for one token, at the most; models without a price are left out."""
    prices = [price for model in models if model is not None for price in (model.price_in, model.price_out)]
    return max((price for price in prices if price is not None), default=0.0) / _MILLION


def cost_of(model: ModelSection | None, used: Used) -> float | None:
    """Return US dollars for one request as its model is priced now; None where it has no price."""
    if model is None or model.price_in is None or model.price_out is None:
        return None
    return (used.given * model.price_in + used.written * model.price_out) / _MILLION

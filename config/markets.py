"""The schema of config/markets.yaml: the markets of the simulated exchange and how they move."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

_Positive = Annotated[float, Field(gt=0)]
_PositiveDecimal = Annotated[Decimal, Field(gt=0)]


class MarketsError(ValueError):
    """The list of simulated markets cannot be read or does not make sense; the message says where."""


class SimulatedMarket(BaseModel):
    """One line of the file. A market follows another, or has a price and a movement of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[A-Z0-9]+/[A-Z0-9]+(:[A-Z0-9]+)?$")]
    tick: _PositiveDecimal
    turnover: _Positive
    """Mean volume of a minute, in base currency."""
    price: _PositiveDecimal | None = None
    volatility: _Positive | None = None
    """Standard deviation of a day's log return."""
    coupling: Annotated[float, Field(ge=0, lt=1)] | None = None
    """Correlation of its returns with what all markets share."""
    follows: str | None = None

    @model_validator(mode="after")
    def _moves_by_itself_or_follows(self) -> Self:
        own = [self.price, self.volatility, self.coupling]
        if self.follows is None and None in own:
            raise ValueError("expected price, volatility and coupling, or follows")
        if self.follows is not None and own != [None, None, None]:
            raise ValueError("follows takes its price, volatility and coupling from the other market")
        return self


def read_markets(path: Path) -> tuple[SimulatedMarket, ...]:
    """Read and check the file.

    Raises:
        MarketsError: it cannot be read, holds an unknown key or value, names a market twice, or one follows a
            market that is missing or itself follows.
    """
    try:
        raw = yaml.safe_load(path.read_text("utf-8"))
        markets = TypeAdapter(tuple[SimulatedMarket, ...]).validate_python(raw)
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise MarketsError(f"{path}: {error}") from error
    names = [market.name for market in markets]
    leaders = {market.name for market in markets if market.follows is None}
    lost = [
        market.follows for market in markets if market.follows is not None and market.follows not in leaders
    ]
    if len(set(names)) < len(names) or not names or lost:
        raise MarketsError(f"{path}: every market once, and each follows one that moves by itself ({lost})")
    return markets

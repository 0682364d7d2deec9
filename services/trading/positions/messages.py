"""What the positions service of the desk answers, and the analyzer that reads positions."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec

from services.bus.messages import Message, Request, Topic
from services.members.messages import Caller
from services.trading.ledger.messages import Performance
from services.trading.messages import AccountView, Positions, PositionView


class Alignment(Message, frozen=True, kw_only=True):
    """How one price of a position sits on Fibonacci levels."""

    what: str
    """entry, stop, target or liquidation."""
    price: Decimal
    ratio: Decimal
    """Of the nearest level: 0.618 is 61.8 %."""
    level: Decimal
    distance: Decimal
    """From the level, of the average true range."""
    is_beyond: bool = False
    """Of a stop: whether it lies beyond the level, where it is out of the way."""


class Health(Message, frozen=True, kw_only=True):
    """How a position stands: 0 to 100, and each part of it."""

    score: int
    parts: dict[str, int]
    """Named ``risk``, ``distance``, ``reward``, ``alignment`` and ``protection``, each 0 to 100."""
    words: list[str] = msgspec.field(default_factory=list)
    """English keys of the texts: what to look at, the most pressing first."""


class Analysis(Message, frozen=True, kw_only=True):
    """One position, read."""

    position: PositionView
    timeframe: str
    alignments: list[Alignment]
    golden_score: int | None
    """0 to 100: how near entry, stop, target and liquidation are to where they would stand well; None
    without a swing to measure from."""
    health: Health
    card: str = ""
    """The id of its living card."""
    is_shared: bool = False
    best_share: Decimal | None = None
    """The furthest it has been in favour (MFE), of the entry."""
    worst_share: Decimal | None = None
    """The furthest against (MAE)."""
    reason: str = ""
    """An English sentence where the levels cannot be told."""


class Analyses(Message, frozen=True, kw_only=True):
    """All positions of an account, read; `digest` is the part of `analyst.CHART` with a chart."""

    account: AccountView
    analyses: list[Analysis]
    equity: Decimal | None = None
    performance: Performance | None = None
    as_of: datetime
    digest: str = ""
    alt: str = ""
    missing: str = ""
    """An English sentence where the picture could not be had."""


class ListPositions(Request[Positions], frozen=True, kw_only=True, tag="positions.list_positions"):
    """Ask the desk for the open positions of an account, also those opened elsewhere.

    Raises `ExchangeUnavailable`: what is not known is never shown as flat.
    """

    caller: Caller
    account: str = ""


class WatchedAccount(Message, frozen=True, kw_only=True):
    """An account with something open, for the analyzer."""

    positions: Positions
    user_id: str
    guild_id: str


class WatchedAccounts(Message, frozen=True, kw_only=True):
    """Every account with something open."""

    accounts: list[WatchedAccount]
    unknown: list[str] = msgspec.field(default_factory=list)
    """Ids of accounts whose venue does not answer: what they hold is not known, which is not flat."""


class WatchPositions(Request[WatchedAccounts], frozen=True, kw_only=True, tag="positions.watch_positions"):
    """Ask for all positions of all accounts; only processes of the farm ask."""

    since: datetime | None = None


class PositionsChanged(Message, frozen=True, kw_only=True):
    """The positions of an account changed: opened, closed, larger, smaller, or their stops."""

    account: str
    user_id: str
    at: datetime


POSITIONS_CHANGED = Topic("positions_changed", PositionsChanged)


class AnalysePositions(Request[Analyses], frozen=True, kw_only=True, tag="analyzer.analyse_positions"):
    """Ask for the positions of an account, read; with a `market` for that one, with its chart."""

    caller: Caller
    account: str = ""
    market: str = ""
    timeframe: str = "1h"
    theme: str = "dark"
    palette: str = "standard"
    locale: str = "en"


class SharePosition(Request[Analyses], frozen=True, kw_only=True, tag="analyzer.share_position"):
    """Share the living card of a position in a channel, in percent only, or take it back with no channel.

    Raises `UserMistake` where there is no such position.
    """

    id: str
    caller: Caller
    market: str
    channel_id: str = ""
    account: str = ""


class LevelsMuted(Message, frozen=True, kw_only=True):
    """Whether levels are told of a position from now on."""

    market: str
    is_muted: bool


class MuteLevels(Request[LevelsMuted], frozen=True, kw_only=True, tag="analyzer.mute_levels"):
    """Ask for no more news of levels of a position, by the id of its living card, or for them again.

    Raises `UserMistake` where the caller has no such open card.
    """

    id: str
    caller: Caller
    card: str
    is_muted: bool = True

"""What the paper service answers: starting over, seasons and their leaderboard. It is all simulated."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final

from services.bus.messages import Message, Request
from services.members.messages import Caller
from services.trading.messages import AccountView

HOUSE: Final = "house:"
"""How the user id of a temperament of the farm's begins: it trades as members do, and nobody hears of it."""


class Place(Message, frozen=True, kw_only=True):
    """One of a season. `score` is the net return over the deepest drawdown, with a floor under the latter.

    A loss is divided by the floor alone, so that a deeper drawdown never makes it look smaller.
    """

    rank: int | None
    """None: not ranked yet, for the `reason`."""
    name: str
    is_caller: bool
    is_house: bool
    """A temperament of the farm's, not a member."""
    score: Decimal | None
    net_share: Decimal
    drawdown_share: Decimal
    trades: int
    reason: str = ""
    """An English key of the texts."""


class Leaderboard(Message, frozen=True, kw_only=True):
    """The season of a guild that is on, or the last one."""

    name: str
    starts_at: datetime
    ends_at: datetime
    is_over: bool
    min_trades: int
    max_leverage: Decimal
    places: list[Place]
    has_joined: bool
    account: str = ""
    """The name of the paper account with which the caller takes part; empty where they do not."""


class PaperReset(Message, frozen=True, kw_only=True):
    """A paper account that begins anew."""

    account: AccountView
    equity: Decimal
    canceled: int = 0
    """Orders and plans of the old account that were canceled for it."""


class ResetPaper(Request[PaperReset], frozen=True, kw_only=True, tag="paper.reset_paper"):
    """Start over with a new paper account in place of the one in use; the old one's journal stays.

    Open orders and plans are canceled first. An account of a season that is on leaves it. Raises
    `ExchangeUnavailable`, and `UserMistake` where the account in use is live, or a strategy works it.
    """

    id: str
    caller: Caller


class GetLeaderboard(Request[Leaderboard], frozen=True, kw_only=True, tag="paper.get_leaderboard"):
    """Ask for the leaderboard of the caller's guild. Raises `UserMistake` outside of a guild."""

    caller: Caller


class JoinSeason(Request[Leaderboard], frozen=True, kw_only=True, tag="paper.join_season"):
    """Take part, or with `is_leaving` no more; `name` is what others see.

    Who takes part gets a paper account for it, which is then in use, and without a `name` is called Trader.
    Who takes part already is called `name` from then on. Who left does not come back. Raises `UserMistake`,
    `ExchangeUnavailable`.
    """

    id: str
    caller: Caller
    name: str = ""
    is_leaving: bool = False


class StartSeason(Request[Leaderboard], frozen=True, kw_only=True, tag="paper.start_season"):
    """Begin a season of 1 to 30 days; needs the right admin. Raises `NotAllowed`, `UserMistake`."""

    id: str
    caller: Caller
    name: str
    days: int

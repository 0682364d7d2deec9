"""What the kill switch answers. Firing needs nothing but the right; resuming needs a code."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

import msgspec

from services.bus.messages import Log, Message, Request
from services.members.messages import Caller
from services.trading.messages import TradingState

Scope = Literal["me", "all"]
"""me: the caller's accounts. all: every account of the farm, for admins."""
PAPER_CODE: Final = "RESUME"
"""What a member without a second factor types as the code, where all of the accounts are on paper."""
FORCE: Final = "NOT FLAT"
"""Typed behind the code to resume although something is still open; what is left is then closed by nobody."""
FlatState = Literal["canceling", "closing", "flat", "failed", "unreachable"]


class FlatLine(Message, frozen=True, kw_only=True):
    """How far one account, or one market of it, is."""

    account: str
    name: str
    mode: str
    state: FlatState
    market: str = ""
    orders: int = 0
    """Canceled."""
    closed: int = 0
    """Positions closed."""
    reason: str = ""


class Switch(Message, frozen=True, kw_only=True):
    """How the switch stands."""

    state: TradingState
    scope: Scope
    why: str = ""
    by: str = ""
    at: datetime | None = None
    lines: list[FlatLine] = msgspec.field(default_factory=list)
    is_flat: bool = False
    is_drill: bool = False
    is_farm_held: bool = False
    """Whether the whole farm is held as well, which nobody resumes for their own accounts."""
    halted_after_ms: int | None = None
    """From the order to the latch; of a drill and a firing."""
    flat_after_ms: int | None = None
    """From the order until every account was found without position and order."""
    resumed_at: datetime | None = None
    """Since when trading goes on; what the lines tell was so before."""


class Fire(Request[Switch], frozen=True, kw_only=True, tag="killswitch.fire"):
    """Halt, cancel and close. Answers once it is latched; ask `GetSwitch` how it goes on.

    Raises `NotAllowed` for `all` without the right admin, `UserMistake` without an account, `NoAnswer` where
    nobody can say whether the caller is an admin: their own accounts are halted then, and `Unavailable`.
    """

    id: str
    caller: Caller
    scope: Scope = "me"
    why: str = ""


FIRINGS = Log("firings", Fire, keep=1_000)
"""What was fired, kept before the desk is asked: one that does not answer takes it up when it does."""


class Resume(Request[Switch], frozen=True, kw_only=True, tag="killswitch.resume"):
    """Trade again: nothing that was closed is opened again. Needs a `code` of the caller's second factor.

    Who has none resumes accounts on paper, and none but those, with `PAPER_CODE` as the code. The whole farm
    needs an admin's second factor, or ``omega resume --all`` on the operator's own machine. While something
    is still open, `FORCE` must stand behind the code. Of what the risk gate holds, a day's loss, a streak and
    an absence stay; a drawdown, which then counts anew, and a defect are let go of.

    Raises `NotAllowed`, `UserMistake`, `StoreUnavailable`.
    """

    id: str
    caller: Caller
    scope: Scope = "me"
    code: str = ""


class Drill(Request[Switch], frozen=True, kw_only=True, tag="killswitch.drill"):
    """Go the whole way on a paper account made for it, and tell the times. Needs the right admin."""

    id: str
    caller: Caller


class GetSwitch(Request[Switch], frozen=True, kw_only=True, tag="killswitch.get_switch"):
    """Ask how the switch stands."""

    caller: Caller
    scope: Scope = "me"

"""What travels between the alerts process and the persona bots: what to post where, and what became of it.

A bot renders it in its own voice and knows nothing of rules. Times are aware; `at` is market time.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from services.alerts.conditions import Condition
from services.alerts.trading_posts import DeskTold, PositionTold
from services.bus.messages import Key, Log, Message
from services.market.messages import Origin

Unit = Literal["price", "percent", "number", "rate", "seconds"]
Severity = Literal["low", "normal", "high", "urgent"]
SEVERITIES: tuple[Severity, ...] = ("low", "normal", "high", "urgent")
State = Literal["pending", "fired", "confirmed", "failed", "armed", "test"]
"""pending: met, and its confirmation is waited for. armed: it fired and may fire again."""


class Value(Message, frozen=True, kw_only=True):
    """One value that a rule looked at. `label` is an English key of the texts, with places for `words`."""

    label: str
    value: Decimal
    unit: Unit = "price"
    words: dict[str, str] = msgspec.field(default_factory=dict)


class Told(Message, frozen=True, kw_only=True, tag="alert"):
    """One alert as its card tells it, in the state it is in now."""

    alert: str
    """Its id; the first eight characters stand in the footer, as do those of its rule."""
    rule: str
    condition: Condition
    state: State
    at: datetime
    """When it was met, in market time."""
    seen_at: datetime
    """When the engine saw it, in wall time."""
    values: list[Value]
    origin: Origin | None = None
    price: Decimal | None = None
    decided: Decimal | None = None
    """The price when it was confirmed, or failed to be; all else is of when it was met."""
    tick: Decimal | None = None
    span: int = 0
    """Seconds of the candle it was seen in; 0 for a single price."""
    late: int = 0
    """Seconds between the moment and the sight of it, where that is worth telling."""
    severity: Severity = "normal"
    feed: str = ""
    """The feed it comes from; empty for a member's own alert."""
    owner: str = ""
    """The member whose alert it is; whoever else presses its buttons is refused."""
    note: str = ""
    role: str = ""
    """The id of a role that is mentioned."""
    confirmed_by: str = ""
    """How it is confirmed, in English: ``the close of 4h``; empty for at once."""
    repeats: bool = False
    digest: str = ""
    """The part of `analyst.CHART` with its chart; empty for none."""
    alt: str = ""


class DigestLine(Message, frozen=True, kw_only=True):
    """One alert of a digest, in short."""

    condition: Condition
    at: datetime
    price: Decimal | None = None
    tick: Decimal | None = None
    severity: Severity = "normal"
    count: int = 1
    state: State = "fired"


class Digest(Message, frozen=True, kw_only=True, tag="digest"):
    """What was held back, together: `why` is ``quiet hours``, ``digest`` or ``too many in an hour``."""

    why: str
    since: datetime
    until: datetime
    lines: list[DigestLine]
    more: int = 0


class BriefMarket(Message, frozen=True, kw_only=True):
    """A market in a brief. What could not be had is None."""

    market: str
    price: Decimal
    tick: Decimal
    before: Decimal | None = None
    """The price a day, or a week, ago."""
    support: Decimal | None = None
    resistance: Decimal | None = None
    lean: str = ""
    """bull, bear or even, of the points for either side; empty where nobody could say."""
    finding: str = ""
    """An English key of the texts."""
    origin: Origin | None = None


class Brief(Message, frozen=True, kw_only=True, tag="brief"):
    """A post by the clock: the day, the week, or a trading session that opens."""

    kind: Literal["daily", "weekly", "session"]
    at: datetime
    markets: list[BriefMarket]
    session: str = ""
    """``Tokyo``, ``London`` or ``New York``."""
    calendar: list[str] = msgspec.field(default_factory=list)
    """English keys of the texts for what comes in the next days."""
    sky: str = ""
    """A phase of the Moon, an English key; empty for none to be had."""
    missing: list[str] = msgspec.field(default_factory=list)
    """Markets of which nothing could be had."""


class Notice(Message, frozen=True, kw_only=True, tag="notice"):
    """Something that the owner of an alert must know, such as that it could not be delivered."""

    what: Literal["undelivered", "expiring", "moved"]
    condition: Condition | None = None
    rule: str = ""
    reason: str = ""
    """An English sentence."""
    is_of_desk: bool = False
    """Whether it is about news of trading, and no alert."""


Body = Told | Digest | Brief | Notice | PositionTold | DeskTold


class Delivery(Message, frozen=True, kw_only=True):
    """One thing to post, or to make of a message that was posted. `id` makes a repeat harmless."""

    id: str
    persona: str
    locale: str
    body: Body
    channel_id: str = ""
    user_id: str = ""
    """Instead of a channel: a direct message to that member."""
    message_id: str = ""
    """The message to edit; empty to post a new one."""
    is_urgent: bool = False
    is_silent: bool = False
    created_at: datetime
    is_again: bool = False
    """Whether it may have been posted before: it is looked for by its footer first."""

    @property
    def order(self) -> str:
        """Return what it must not overtake others of: its channel or member."""
        return self.channel_id or self.user_id


class Receipt(Message, frozen=True, kw_only=True):
    """What became of a delivery. `failure` is empty where it was posted.

    ``gone``: there is no such channel or message. ``refused``: the bot may not write there, or the member
    takes no direct messages. ``poison``: it cannot be rendered or sent, however often it is tried.
    """

    delivery: str
    persona: str
    at: datetime
    channel_id: str = ""
    message_id: str = ""
    failure: Literal["", "gone", "refused", "poison"] = ""
    reason: str = ""


RECEIPTS = Log("receipts", Receipt)


def deliveries(persona: str, *, is_urgent: bool = False) -> Log[Delivery]:
    """Return the log that the bot of `persona` posts from; urgent deliveries have one of their own."""
    return Log(f"{'urgent' if is_urgent else 'deliveries'}:{persona}", Delivery)


class Epoch(Message, frozen=True, kw_only=True):
    """The mark of the Redis that deliveries were put into; where it is gone, so may be what was in it."""

    id: str


EPOCH = Key("alerts_epoch", Epoch)

"""A living card: its row and what is known of its position beyond what the venue says. No decisions here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

import msgspec

from services.alerts.trading_posts import Event, NearLevel
from services.store.trading_rows import PositionCardRow
from services.trading.messages import AccountMode, PositionView

Key = tuple[str, str, str]
"""Account, market and side: there is one open card of each."""
CHANNEL: Final = "channel:"
USER: Final = "user:"


class CardBody(msgspec.Struct, frozen=True, kw_only=True):
    """What a card remembers; kept as JSON, so that a restart goes on where it was."""

    position: PositionView
    """As it was seen last."""
    mode: AccountMode
    account_name: str
    venue: str = ""
    guild_id: str = ""
    opened_at: datetime | None = None
    """By the venue's time; None while no fill tells it."""
    risk: Decimal | None = None
    """From the entry to the first stop, in quote currency."""
    best: Decimal | None = None
    worst: Decimal | None = None
    passed: list[Decimal] = msgspec.field(default_factory=list)
    """Rungs of the ladder that were told in this approach."""
    levels: dict[str, datetime] = msgspec.field(default_factory=dict)
    """When each level was told, by its ratio."""
    is_muted: bool = False
    """Whether its owner does not want to hear of levels."""
    is_near_stop: bool = False
    missing_since: datetime | None = None
    unknown_since: datetime | None = None
    is_unknown: bool = False
    """Whether it was told that nobody knows how it stands."""
    number: int = 0
    """Of the last event."""
    shown: str = ""
    """What the card showed last, in short."""
    told_at: datetime | None = None
    golden_score: int | None = None
    health: int | None = None
    near: list[NearLevel] = msgspec.field(default_factory=list)
    is_over: bool = False
    """Whether the position is closed; the row is so once everything was handed over."""
    pending: list[Event] = msgspec.field(default_factory=list)
    """Events that are decided, and perhaps not yet handed over."""


_BODY: Final = msgspec.json.Decoder(CardBody)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A row with its body read."""

    row: PositionCardRow
    body: CardBody

    @property
    def key(self) -> Key:
        """Return what tells it from other open cards."""
        return self.row.account_id, self.row.market, self.row.side

    @property
    def channel(self) -> str:
        """Return the id of the channel it is shared in; empty where its owner alone sees it."""
        return self.row.place.removeprefix(CHANNEL) if self.row.place.startswith(CHANNEL) else ""

    def with_body(self, body: CardBody, now: datetime) -> Card:
        """Return the card with another body."""
        text = msgspec.json.encode(body).decode()
        return Card(row=replace(self.row, body=text, updated_at=now), body=body)

    def settled(self, now: datetime) -> Card:
        """Return the card once all that waited was handed over: with its position closed, it is as well."""
        told = self.with_body(msgspec.structs.replace(self.body, pending=[]), now)
        if not self.body.is_over:
            return told
        return replace(told, row=replace(told.row, status="closed", closed_at=now))

    def placed(self, channel_id: str) -> Card:
        """Return the card as shared in a channel, or with none as its owner's alone."""
        place = f"{CHANNEL}{channel_id}" if channel_id else f"{USER}{self.row.user_id}"
        return replace(self, row=replace(self.row, place=place))


def card_in(row: PositionCardRow) -> Card:
    """Return the card that a row keeps."""
    return Card(row=row, body=_BODY.decode(row.body))


def key_of(position: PositionView) -> Key:
    """Return what tells a position from others."""
    return position.account, position.market, position.side

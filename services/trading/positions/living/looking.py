"""What a look at all positions makes of the cards. Pure: cards in, changed cards out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, Protocol

import msgspec

from analytics.fibonacci.alignment import Ruler
from services.ids import id_of
from services.market.messages import Origin, Quote
from services.store.trading_rows import PositionCardRow
from services.trading.messages import PositionView
from services.trading.positions.living.card import USER, Card, CardBody, Key, key_of
from services.trading.positions.living.closing import Closing, closed
from services.trading.positions.living.events import with_events
from services.trading.positions.living.noticing import (
    Notice,
    first_notice,
    mark_near,
    marked,
    moved,
    notice,
    read_into,
    seen,
    told_unknown,
)
from services.trading.positions.messages import Analysis, WatchedAccount, WatchedAccounts
from services.trading.positions.reading.grounds import Ground

_UNKNOWN_AFTER: Final = timedelta(seconds=30)
_STILL_NEW: Final = timedelta(seconds=60)
"""So long after a card was opened, fills that come late may still change when its position was."""


class Cards(Protocol):
    """The open cards."""

    def get(self, key: Key) -> Card | None:
        """Return the card of a position."""
        ...

    def __iter__(self) -> Iterator[Card]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was seen: positions by what tells them from others, and accounts of which nothing is known."""

    seen: Mapping[Key, tuple[WatchedAccount, PositionView]]
    unknown: frozenset[str]

    @classmethod
    def of(cls, answer: WatchedAccounts) -> Look:
        """Return what the desk's answer shows."""
        found = {
            key_of(one): (account, one) for account in answer.accounts for one in account.positions.positions
        }
        return cls(seen=found, unknown=frozenset(answer.unknown))

    def positions(self) -> list[PositionView]:
        """Return every position."""
        return [one for _, one in self.seen.values()]

    def equity_of(self, position: PositionView) -> Decimal | None:
        """Return the equity of a position's account."""
        return self.seen[key_of(position)][0].positions.equity

    def gone(self, cards: Cards, now: datetime) -> list[Card]:
        """Return the cards whose position is not there, or another one in its place."""
        return [card for card in cards if self._is_missing(card) or self.is_replaced(card, now)]

    def replaced(self, cards: Cards, now: datetime) -> frozenset[str]:
        """Return the ids of cards whose position is surely closed: another one stands in its place."""
        return frozenset(card.row.id for card in cards if self.is_replaced(card, now))

    def is_replaced(self, card: Card, now: datetime) -> bool:
        """Tell whether another position of the same side was opened since."""
        found, before = self.seen.get(card.key), card.body.opened_at
        if found is None or before is None or now - card.row.opened_at < _STILL_NEW:
            return False
        opened = found[1].opened_at
        return opened is not None and opened > before

    def _is_missing(self, card: Card) -> bool:
        return card.key not in self.seen and card.row.account_id not in self.unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighted:
    """A look with all that was found out for it."""

    look: Look
    analyses: Mapping[Key, Analysis]
    grounds: Mapping[str, Ground]
    closings: Mapping[str, Closing]
    """By the ids of cards."""


def looked_at(cards: Cards, on: Sighted, now: datetime) -> list[Card]:
    """Return the cards as a look leaves them, closed ones before those opened in their place."""
    over, replaced = list(_ended(cards, on, now)), on.look.replaced(cards, now)
    here: list[Card] = []
    for key, (account, position) in on.look.seen.items():
        card, ground, analysis = cards.get(key), on.grounds[position.market], on.analyses.get(key)
        if card is None or card.row.id in replaced:
            here.append(_opened(account, position, analysis, ground, now))
        else:
            here.append(_updated(card, position, analysis, ground, now))
    return [*over, *here]


def moved_to(card: Card, quote: Quote, ruler: Ruler | None, now: datetime) -> Card | None:
    """Return a card as its position stands at a new mark; None where that mark is not for it."""
    body = card.body
    is_own_venue = body.mode == "paper" or quote.origin.venue == body.venue
    if quote.mark is None or body.missing_since is not None or not is_own_venue:
        return None
    position = marked(body, quote.mark, quote.origin.received_at)  # of a replay, as_of is of another year
    changed, found = notice(moved(body, position), ruler, now)
    told = card.with_body(changed, now)
    if found is None:
        return told
    return with_events(told, found, now, near=mark_near(position, ruler), origin=quote.origin)


def _ended(cards: Cards, on: Sighted, now: datetime) -> Iterator[Card]:
    for card in cards:
        closing = on.closings.get(card.row.id)
        if closing is not None:
            yield closed(card, closing, now)
        elif card.key not in on.look.seen:
            is_unknown = card.row.account_id in on.look.unknown
            yield _unknown(card, now) if is_unknown else _missing(card, now)


def _missing(card: Card, now: datetime) -> Card:
    since = card.body.missing_since or now
    return card.with_body(msgspec.structs.replace(card.body, missing_since=since), now)


def _unknown(card: Card, now: datetime) -> Card:
    since = card.body.unknown_since or now
    body = msgspec.structs.replace(card.body, unknown_since=since)
    if body.is_unknown or now - since < _UNKNOWN_AFTER:
        return card.with_body(body, now)
    body, found = told_unknown(body, now)
    return with_events(card.with_body(body, now), found, now)


def _updated(
    card: Card, position: PositionView, analysis: Analysis | None, ground: Ground, now: datetime
) -> Card:
    before = card.body
    if now - card.row.opened_at < _STILL_NEW:
        before = msgspec.structs.replace(before, opened_at=position.opened_at or before.opened_at)
    body, found = notice(read_into(seen(before, position), analysis), ground.ruler, now)
    return _told(card.with_body(body, now), found, ground, now)


def _opened(
    account: WatchedAccount,
    position: PositionView,
    analysis: Analysis | None,
    ground: Ground,
    now: datetime,
) -> Card:
    view = account.positions.account
    new = CardBody(
        position=position,
        mode=view.mode,
        account_name=view.name,
        venue=view.venue,
        guild_id=account.guild_id,
    )
    body, found = first_notice(read_into(seen(new, position), analysis), ground.ruler, now)
    row = PositionCardRow(
        id=id_of(*key_of(position), now.isoformat()),
        account_id=position.account,
        user_id=account.user_id,
        market=position.market,
        side=position.side,
        status="open",
        place=f"{USER}{account.user_id}",
        body="",
        opened_at=now,
        updated_at=now,
    )
    return _told(Card(row=row, body=body).with_body(body, now), found, ground, now)


def _told(card: Card, found: Notice | None, ground: Ground, now: datetime) -> Card:
    if found is None:
        return card
    near = mark_near(card.body.position, ground.ruler)
    return with_events(card, found, now, near=near, origin=_origin_of(card.body, ground, now))


def _origin_of(body: CardBody, ground: Ground, now: datetime) -> Origin | None:
    """Return where what a venue says of a position is from; on paper as real as the market it is held in."""
    as_of = body.position.as_of
    if body.mode == "live":
        return Origin(venue=body.venue, nature="live", as_of=as_of, received_at=now)
    if ground.origin is None:
        return None
    return msgspec.structs.replace(ground.origin, as_of=as_of, received_at=now)

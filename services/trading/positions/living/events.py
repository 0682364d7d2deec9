"""Cards as the events that bring them to people: to the owner all of it, to a channel percent only. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import msgspec

from services.alerts.trading_posts import Event, NearLevel, PositionTold, PostMortem
from services.analyst.messages import ChartDrawn
from services.ids import id_of
from services.market.messages import Origin
from services.trading.positions.living.card import CHANNEL, Card
from services.trading.positions.living.noticing import Notice

_LOUD = frozenset({"near_liquidation", "near_stop", "unknown"})
"""What concerns the owner alone; a shared card shows that it has changed."""
_SEEN_BY_ALL = frozenset({"entry", "mark"})
_SAME: Final = (
    *("mark", "amount", "unrealised", "share", "r", "leverage", "liquidation", "liquidation_distance"),
    *("stop", "is_trailing", "trail", "target", "funding", "is_never_liquidated"),
)
"""What a card tells of a position under the same names."""


def with_events(
    card: Card,
    notice: Notice,
    now: datetime,
    *,
    near: Sequence[NearLevel] = (),
    after: PostMortem | None = None,
    chart: ChartDrawn | None = None,
    origin: Origin | None = None,
) -> Card:
    """Return a card on which what is told now waits to be handed over; each event has an id for ever."""
    own = _own(card, notice, now, near=near, after=after, origin=origin)
    if chart is not None:
        own = msgspec.structs.replace(own, digest=chart.digest, alt=chart.alt)
    number = card.body.number + 1
    new = list(_events(card, notice, own, number, now))
    body = msgspec.structs.replace(card.body, number=number, pending=[*card.body.pending, *new])
    return card.with_body(body, now)


def with_share(card: Card, now: datetime) -> Card:
    """Return a card on which its first message in the channel that it is shared in waits."""
    own = _own(card, Notice(news="changed"), now)
    number = card.body.number + 1
    event = _event(card, shared(own), number, now, place=f"{CHANNEL}{card.channel}", is_new=True)
    body = msgspec.structs.replace(card.body, number=number, pending=[*card.body.pending, event])
    return card.with_body(body, now)


def shared(told: PositionTold) -> PositionTold:
    """Return what everybody may see of a position: where the market is, and percent."""
    after = told.after and PostMortem(
        exit=told.after.exit,
        share=told.after.share,
        net_share=told.after.net_share,
        best_share=told.after.best_share,
        worst_share=told.after.worst_share,
        seconds=told.after.seconds,
    )
    return PositionTold(
        card=told.card,
        owner=told.owner,
        news="changed" if told.news in _LOUD else told.news,
        market=told.market,
        side=told.side,
        mode=told.mode,
        is_shared=True,
        entry=told.entry,
        tick=told.tick,
        mark=told.mark,
        share=told.share,
        near=[one for one in told.near if one.what in _SEEN_BY_ALL],
        after=after,
        at=told.at,
        seen_at=told.seen_at,
        origin=told.origin,
    )


def _own(
    card: Card,
    notice: Notice,
    now: datetime,
    *,
    near: Sequence[NearLevel] = (),
    after: PostMortem | None = None,
    origin: Origin | None = None,
) -> PositionTold:
    body, position = card.body, card.body.position
    told = PositionTold(
        card=card.row.id,
        owner=card.row.user_id,
        news=notice.news,
        market=position.market,
        side=position.side,
        mode=body.mode,
        account=card.row.account_id,
        account_name=body.account_name,
        entry=position.entry,
        tick=position.tick,
        rung=notice.rung,
        near=[*near, *body.near],
        golden_score=body.golden_score,
        health=body.health,
        after=after,
        at=position.as_of,
        seen_at=now,
        origin=origin,
        is_muted=body.is_muted,
    )
    return msgspec.structs.replace(told, **{name: getattr(position, name) for name in _SAME})


def _events(card: Card, notice: Notice, own: PositionTold, number: int, now: datetime) -> Iterator[Event]:
    yield _event(card, own, number, now, place="", is_new=notice.is_new, is_urgent=notice.is_urgent)
    if card.channel:
        yield _event(card, shared(own), number, now, place=f"{CHANNEL}{card.channel}")


def _event(
    card: Card,
    told: PositionTold,
    number: int,
    now: datetime,
    *,
    place: str,
    is_new: bool = False,
    is_urgent: bool = False,
) -> Event:
    return Event(
        id=id_of(card.row.id, told.news, str(number), place),
        thread=card.row.id,
        user_id=card.row.user_id,
        guild_id=card.body.guild_id,
        place=place,
        body=told,
        is_new=is_new,
        is_urgent=is_urgent,
        at=now,
    )

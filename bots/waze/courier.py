"""Brings a persona's deliveries to Discord: each once, in the order of its place, and says what became of it.

What is posted twice is shown once: the nonce follows from the delivery. Beyond the life of a nonce what may
have been posted is looked for first. While Discord, the bus or the alerts process is away an entry waits in
place; what Discord refuses for good is a receipt that says so, and a card that cannot be made a defect.

A receipt without failure and without message id means that the delivery was not this persona's any more, and
nothing was posted. `DELETED` in place of the id means that it was posted, and has been deleted since.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

import discord
import structlog

from bots.waze.attempts import NONCE_LIFE, Attempts, Doubt
from bots.waze.host import FarmBus
from bots.waze.invalid import InvalidRequests
from bots.waze.outbound import Outbound
from bots.waze.pace import Turns
from bots.waze.presence import Presence
from bots.waze.refusals import AWAY, UNKNOWN_MESSAGE, raise_for, refusal_of
from bots.waze.sending import Sender
from bots.waze.wording import Wording
from cogs._ui.alert_cards import delivery_card
from cogs._ui.card import Card, Picture
from services.alerts.posts import RECEIPTS, Delivery, Receipt, Told, deliveries
from services.alerts.trading_posts import PositionTold
from services.analyst.messages import CHART
from services.bus.messages import Entry, Key, Latest, Message
from services.clock import Clock
from services.errors import Unavailable
from services.personas.roster import Roster

M = TypeVar("M", bound=Message)

DELETED: Final = "0"
_AT_ONCE: Final = 16
_GROUP: Final = "courier"

log = structlog.get_logger(__name__)


class CourierHost(Protocol):
    """The part of a host that the courier needs."""

    clock: Clock
    roster: Roster
    is_alone: bool

    async def latest(self, key: Key[M], *, part: str = "") -> Latest[M] | None:
        """Return the newest value of a key."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What stands between the courier and Discord."""

    ready_client: Callable[[], Awaitable[discord.Client]]
    presence: Presence
    outbound: Outbound
    refusals: InvalidRequests


class Courier:
    """Posts what is addressed to one persona."""

    def __init__(
        self, persona: str, host: CourierHost, ways: Ways, *, nonce_life: float = NONCE_LIFE
    ) -> None:
        self._persona = persona
        self._host = host
        self._ways = ways
        self._turns = Turns()
        self._attempts = Attempts(host.clock, nonce_life=nonce_life)
        self._sender = Sender(host.clock, ways.outbound.openings)
        self._wording = Wording(host.clock)

    async def carry(self, bus: FarmBus, *, is_urgent: bool) -> None:
        """Post what comes in one of the persona's two logs, for ever."""
        await bus.carry(
            deliveries(self._persona, is_urgent=is_urgent),
            _GROUP,
            self.deliver,
            into=RECEIPTS,
            order=lambda delivery: delivery.order,
            buried=self.bury,
            at_once=_AT_ONCE,
        )

    async def deliver(self, entry: Entry[Delivery]) -> Receipt:
        """Post one delivery, or make of its message what it says, and return what became of it.

        Raises:
            Unavailable: something it needs is away; it is to be tried again.
        """
        delivery = entry.message
        if not delivery.is_urgent:
            await self._ways.refusals.until_free()
        async with self._turns.at(delivery.order, is_urgent=delivery.is_urgent):
            known = self._attempts.done(delivery.id)
            if known is not None:
                return known
            if not await self._ways.presence.may_post(delivery.id):
                return self._receipt(delivery)
            client, card = await self._ways.ready_client(), await self._card(delivery)
            return await self._brought(client, delivery, card, self._attempts.begin(entry))

    def bury(self, delivery: Delivery | None, reason: str) -> Receipt:
        """Return the receipt of what cannot be rendered or sent, however often it is tried."""
        name = "" if delivery is None else delivery.id
        now = self._host.clock.now()
        return Receipt(delivery=name, persona=self._persona, at=now, failure="poison", reason=reason)

    async def _brought(self, client: discord.Client, delivery: Delivery, card: Card, doubt: Doubt) -> Receipt:
        try:
            async with self._ways.outbound.sending(self._ways.presence.check, is_urgent=delivery.is_urgent):
                channel, message = await self._sender.send(client, delivery, card, doubt)
        except AWAY as error:
            return self._refused(delivery, error)
        except RuntimeError as error:
            if client.is_closed():
                raise Unavailable("The client was closed.", hint="A new one posts it.") from error
            raise
        return self._attempts.finish(self._receipt(delivery, channel, message))

    def _refused(self, delivery: Delivery, error: Exception) -> Receipt:
        refusal = refusal_of(error)
        if refusal is None:
            raise_for(error)
            raise error
        if not delivery.message_id and getattr(error, "code", 0) == UNKNOWN_MESSAGE:
            return self._attempts.finish(self._receipt(delivery, delivery.channel_id, DELETED))
        failure, reason = refusal
        log.warning("delivery_refused", delivery=delivery.id, failure=failure, reason=reason)
        return Receipt(
            delivery=delivery.id,
            persona=self._persona,
            at=self._host.clock.now(),
            channel_id=delivery.channel_id,
            failure=failure,
            reason=reason,
        )

    def _receipt(self, delivery: Delivery, channel: str = "", message: str = "") -> Receipt:
        return Receipt(
            delivery=delivery.id,
            persona=self._persona,
            at=self._host.clock.now(),
            channel_id=channel,
            message_id=message,
        )

    async def _card(self, delivery: Delivery) -> Card:
        roster = self._host.roster
        is_lent = self._host.is_alone and delivery.persona in roster.cards
        voice = roster.voice(delivery.persona if is_lent else self._persona, delivery.locale)
        verdict = self._wording.verdict(delivery, voice)
        picture = await self._picture(delivery)
        return delivery_card(delivery, voice, now=self._host.clock.now(), verdict=verdict, picture=picture)

    async def _picture(self, delivery: Delivery) -> Picture | None:
        body = delivery.body
        if not isinstance(body, Told | PositionTold) or not body.digest:
            return None
        kept = await self._host.latest(CHART, part=body.digest)
        name = f"alert-{body.alert[:8]}" if isinstance(body, Told) else f"position-{body.card[:8]}"
        return None if kept is None else Picture(kept.value.png, f"{name}.png", body.alt)

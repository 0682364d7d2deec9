"""The chart of an alert, which comes after its text: asked for when it fires, and put into its messages.

Belongs here: asking once for what many want to see, and a delivery for each message that is there already.
What the chart shows belongs to `picture`. The text never waits for a chart, and an alert whose chart cannot
be had in time goes without.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

import msgspec
import structlog

from services.alerts.delivery.ledger import Ledger
from services.alerts.firing import Firing
from services.alerts.picture import Wanted, wanted_for
from services.alerts.posts import Delivery, State, Told
from services.analyst.messages import ChartDrawn
from services.bus.messages import R, Request
from services.clock import Clock
from services.errors import OmegaError
from services.ids import id_of
from services.memory import Remembered, Shared
from services.store.rows import AT_ONCE, DeliveryRow

WITHIN: Final = 10.0
"""Seconds; a chart that takes longer is left out."""
CROWD: Final = 8
"""With more drawings than these waiting, alerts of one market and candle share a plain chart."""
MOST_WAITING: Final = 256
"""Alerts beyond these go without: their texts need the way to Discord more than charts do."""
_MOST_LEFT_OUT: Final = 16_384
"""Alerts that are known to go without; of one before these, its message may still ask for a chart."""
_MOST_PLACES: Final = 200
"""Where an alert was posted to more places, only channels are shown its chart."""
_GOOD_FOR: Final = 3.0
"""Seconds that a drawing is shown to others, whose candle is the same."""
_KNOWN_FOR: Final = 480.0
"""Seconds that a picture may be put into a message: it fades two minutes later."""
_GATHER_SECONDS: Final = 0.05
_FRESH: Final = timedelta(seconds=60)
_SHOWN: Final[frozenset[State]] = frozenset({"pending", "fired", "confirmed", "test"})
_TOLD: Final = msgspec.json.Decoder(Told)
_DELIVERY: Final = msgspec.json.Decoder(Delivery)

log = structlog.get_logger(__name__)


class Ask(Protocol):
    """The part of the bus that asks."""

    async def __call__(self, request: Request[R], *, timeout: float) -> R:  # noqa: ASYNC109 - the bus's own
        """Ask a service; raises what it raises."""
        ...


@dataclass(slots=True)
class _Alert:
    """An alert whose chart is wanted; `drawn` are its pictures by language."""

    told: Told
    market: str
    locale: str
    began: float
    drawn: dict[str, ChartDrawn] = field(default_factory=dict)


class Charting:
    """Has charts drawn and brings them to where their alerts were posted.

    Args:
        ask: the analyst, for charts.
        ledger: alerts and deliveries.
        clock: how long a chart has taken.
        on_committed: called when there is something to be sent.
    """

    def __init__(self, ask: Ask, *, ledger: Ledger, clock: Clock, on_committed: Callable[[], None]) -> None:
        self._ask = ask
        self._ledger = ledger
        self._clock = clock
        self._on_committed = on_committed
        self._known: Remembered[str, _Alert] = Remembered(clock, size=4 * MOST_WAITING)
        self._left_out: Remembered[str, bool] = Remembered(clock, size=_MOST_LEFT_OUT)
        self._kept: Remembered[tuple[object, ...], ChartDrawn] = Remembered(clock, size=128)
        self._shared: Shared[tuple[object, ...], ChartDrawn] = Shared()
        self._fired: asyncio.Queue[_Alert] = asyncio.Queue()
        self._posted: dict[str, None] = {}
        self._has_posted = asyncio.Event()
        self._drawing = 0
        self._waiting = 0

    def fired(self, firing: Firing) -> None:
        """Want the chart of an alert that was kept. It is not waited for; a new state needs no new chart."""
        told = firing.told
        if told.state not in _SHOWN or self._known.get(told.alert) is not None:
            return
        if self._is_full(told.alert):
            return
        self._waiting += 1
        self._fired.put_nowait(self._know(told, firing.market, firing.options.locale))

    def posted(self, alert_id: str) -> None:
        """Say that a message of an alert is there, for its chart to be put into."""
        self._posted[alert_id] = None
        self._has_posted.set()

    async def run(self) -> None:
        """Draw and bring until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._bring_to_posted(tasks))
            while True:
                alert = await self._fired.get()
                tasks.create_task(self._chart(alert))

    def _is_full(self, alert_id: str) -> bool:
        """Return whether that alert must go without, because too many wait; it is left out then for good."""
        if self._waiting < MOST_WAITING:
            return False
        log.info("chart_left_out", alert=alert_id, reason="too many are waiting")
        self._left_out.keep(alert_id, True, seconds=_KNOWN_FOR)
        return True

    def _know(self, told: Told, market: str, locale: str) -> _Alert:
        alert = _Alert(told, market, locale, self._clock.monotonic())
        self._known.keep(told.alert, alert, seconds=_KNOWN_FOR)
        return alert

    async def _chart(self, alert: _Alert) -> None:
        """Draw the chart of an alert, and bring it to the messages that are there by then."""
        try:
            async with asyncio.timeout(WITHIN):
                drawn = await self._drawn(alert, alert.locale)
                if drawn is not None:
                    await self._tell(alert, drawn)
                    await self._bring(alert)
        except (OmegaError, TimeoutError) as error:
            _left_out(alert, error)
        finally:
            self._waiting -= 1

    async def _bring_to_posted(self, tasks: asyncio.TaskGroup) -> None:
        """Look after what was posted meanwhile; many messages of one alert are looked after together."""
        while True:
            await self._has_posted.wait()
            await asyncio.sleep(_GATHER_SECONDS)
            posted, self._posted = self._posted, {}
            self._has_posted.clear()
            for alert_id in posted:
                tasks.create_task(self._bring_late(alert_id))

    async def _bring_late(self, alert_id: str) -> None:
        alert = self._known.get(alert_id)
        try:
            if alert is None:
                await self._catch_up(alert_id)
            elif alert.drawn:  # else whoever draws it brings it
                async with asyncio.timeout(WITHIN):
                    await self._bring(alert)
        except (OmegaError, TimeoutError) as error:
            log.warning("chart_left_out", alert=alert_id, reason=str(error) or "too late")

    async def _catch_up(self, alert_id: str) -> None:
        """Draw the chart of an alert that fired shortly before this process began."""
        if self._left_out.get(alert_id) or self._is_full(alert_id):
            return
        async with self._ledger.read() as rows:
            row = await rows.alerts.alert(alert_id)
            posts = await rows.pictures.bare_posts(alert_id)
        if not posts or row is None or self._clock.now() - row.alert.seen_at >= _FRESH:
            return
        if self._known.get(alert_id) is None and not self._is_full(alert_id):
            self._waiting += 1
            locale = _DELIVERY.decode(posts[0].body).locale
            await self._chart(self._know(_TOLD.decode(row.alert.told), row.alert.market, locale))

    async def _drawn(self, alert: _Alert, locale: str) -> ChartDrawn | None:
        """Return the chart in a language, drawn now or a moment ago; None where none says anything.

        Raises:
            OmegaError: it cannot be had.
        """
        if locale in alert.drawn:
            return alert.drawn[locale]
        is_plain = self._drawing > CROWD
        wanted = wanted_for(alert.told, alert.market, locale=locale, is_plain=is_plain)
        if wanted is None:
            return None
        drawn = self._kept.get(wanted.key)
        if drawn is None:
            drawn = await self._shared.once(wanted.key, lambda: self._asked(wanted))
        alert.drawn[locale] = drawn
        return drawn

    async def _asked(self, wanted: Wanted) -> ChartDrawn:
        self._drawing += 1
        try:
            drawn = await self._ask(wanted.request, timeout=WITHIN)
        finally:
            self._drawing -= 1
        self._kept.keep(wanted.key, drawn, seconds=_GOOD_FOR)
        return drawn

    async def _tell(self, alert: _Alert, drawn: ChartDrawn) -> None:
        """Keep the chart with what is told of the alert, in the state that it is in by now."""
        async with self._ledger.write() as rows:
            row = await rows.pictures.alert(alert.told.alert)
            if row is not None:
                told = _with_chart(_TOLD.decode(row.told), drawn)
                await rows.pictures.tell(row.id, msgspec.json.encode(told).decode())

    async def _bring(self, alert: _Alert) -> None:
        """Commit an edit for each message of the alert that has had no chart."""
        async with self._ledger.read() as rows:
            posts = _some(await rows.pictures.bare_posts(alert.told.alert))
        bodies = [_DELIVERY.decode(row.body) for row in posts]
        for locale in {body.locale for body in bodies}:
            await self._drawn(alert, locale)
        if not posts:
            return
        now = self._clock.now()
        async with self._ledger.write() as rows:
            row = await rows.pictures.alert(alert.told.alert)
            if row is None:
                return
            told = _TOLD.decode(row.told)
            edits = [
                edit_of(post, body, _with_chart(told, alert.drawn[body.locale]), now)
                for post, body in zip(posts, bodies, strict=True)
            ]
            await rows.deliveries.add(edits)
        self._on_committed()


def edit_of(post: DeliveryRow, body: Delivery, told: Told, now: datetime) -> DeliveryRow:
    """Return the delivery that puts a chart into a message; for one message it is always the same."""
    edit = msgspec.structs.replace(
        body,
        id=id_of("chart", post.id),
        persona=post.persona,
        body=told,
        channel_id=post.channel_id or body.channel_id,
        user_id="",
        message_id=post.message_id,
        is_urgent=False,
        is_again=False,
        created_at=now,
    )
    return replace(
        post,
        id=edit.id,
        kind="chart",
        status="waiting",
        body=msgspec.json.encode(edit).decode(),
        is_urgent=False,
        due_at=AT_ONCE,
        created_at=now,
        updated_at=now,
        tries=0,
        reason="",
    )


def _with_chart(told: Told, drawn: ChartDrawn) -> Told:
    return msgspec.structs.replace(told, digest=drawn.digest, alt=drawn.alt)


def _some(posts: Sequence[DeliveryRow]) -> Sequence[DeliveryRow]:
    """Return the messages to put a chart into: of a great many only those that many people read."""
    if len(posts) <= _MOST_PLACES:
        return posts
    return [post for post in posts if post.place.startswith("channel:")]


def _left_out(alert: _Alert, error: OmegaError | TimeoutError) -> None:
    reason = str(error) or "too late"
    log.warning("chart_left_out", alert=alert.told.alert, market=alert.market, reason=reason)

"""The open database: transactions for reading and for writing, and the repositories within them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.clock import Clock
from services.store.alerting import AlertRows, OwnAlerts
from services.store.audit import AuditTrail
from services.store.chatting import ChatRows
from services.store.deliveries import DeliveryRows
from services.store.engines import Engines, engines_for
from services.store.failures import translated
from services.store.forgetting import OldRows
from services.store.holding import HeldRows
from services.store.house import HouseRows
from services.store.learning import LearningRows
from services.store.outbox import OutboxRows
from services.store.personal import PersonalRows
from services.store.picturing import PictureRows
from services.store.rows import GuildRow, MemberRow
from services.store.schedules import LeaseRows, ScheduleRows
from services.store.settings import SettingsRows
from services.store.subscriptions import QuietRows, SubscriptionRows
from services.store.tables import GUILD_SETTINGS, MEMBER_SETTINGS
from services.store.trading import TradingRows


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Every repository, within one transaction."""

    guilds: SettingsRows[GuildRow]
    members: SettingsRows[MemberRow]
    audit: AuditTrail
    learning: LearningRows
    subscriptions: SubscriptionRows
    quiet: QuietRows
    house: HouseRows
    held: HeldRows
    pictures: PictureRows
    schedules: ScheduleRows
    leases: LeaseRows
    alerts: AlertRows
    own_alerts: OwnAlerts
    personal: PersonalRows
    deliveries: DeliveryRows
    outbox: OutboxRows
    old: OldRows
    trading: TradingRows
    chat: ChatRows


class Store:
    """An open database. Every verb raises `StoreUnavailable` when it is locked, full, read-only or away."""

    def __init__(self, engines: Engines, *, clock: Clock) -> None:
        self._engines = engines
        self._clock = clock

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Rows]:
        """Open one unchanging view of the rows; writing through it fails."""
        with translated():
            async with self._engines.reader.connect() as connection:
                yield self._rows(connection)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Rows]:
        """Open a transaction: committed when the body ends, undone in full when it raises.

        The body does database work only: on SQLite all other writers wait for it.
        """
        with translated():
            async with self._engines.writer.begin() as connection:
                yield self._rows(connection)

    async def ping(self) -> None:
        """Make sure that the database answers."""
        with translated():
            async with self._engines.reader.connect() as connection:
                await connection.execute(select(1))

    def _rows(self, connection: AsyncConnection) -> Rows:
        return Rows(
            guilds=SettingsRows(connection, table=GUILD_SETTINGS, row=GuildRow, clock=self._clock),
            members=SettingsRows(connection, table=MEMBER_SETTINGS, row=MemberRow, clock=self._clock),
            audit=AuditTrail(connection),
            learning=LearningRows(connection),
            subscriptions=SubscriptionRows(connection),
            quiet=QuietRows(connection),
            house=HouseRows(connection),
            held=HeldRows(connection),
            pictures=PictureRows(connection),
            schedules=ScheduleRows(connection),
            leases=LeaseRows(connection),
            alerts=AlertRows(connection),
            own_alerts=OwnAlerts(connection),
            personal=PersonalRows(connection),
            deliveries=DeliveryRows(connection),
            outbox=OutboxRows(connection),
            old=OldRows(connection),
            trading=TradingRows(connection),
            chat=ChatRows(connection),
        )


@asynccontextmanager
async def open_store(
    url: SecretStr | None, *, path: Path, busy_timeout: timedelta, clock: Clock, is_durable: bool = False
) -> AsyncIterator[Store]:
    """Open the PostgreSQL at `url`, or the SQLite file `path` when there is none; `migrate` comes before it.

    It connects at the first use, so a database that is away fails the verbs and not the opening. `is_durable`
    is for what must never be forgotten once it is committed, such as an order that is about to be sent.

    Raises:
        Misconfigured: the address is wrong.
    """
    engines = engines_for(url, path=path, busy_timeout=busy_timeout, is_durable=is_durable)
    try:
        yield Store(engines, clock=clock)
    finally:
        await engines.dispose()

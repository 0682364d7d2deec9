"""The drill: the whole way of a firing on an account of its own, with the times that it took."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Final

import structlog

from services.clock import Clock
from services.errors import ExchangeUnavailable, Misconfigured, UserMistake
from services.exchange.exchange import Market
from services.exchange.orders import OrderRequest, Position
from services.exchange.venues.limits import ahead_of_reads
from services.store.store import Store
from services.store.trading_rows import AccountRow
from services.trading.account_rows import paper_account
from services.trading.intents.intent import KILLSWITCH, Intent, client_id_of
from services.trading.killswitch.latch import FileLatch
from services.trading.killswitch.report_file import Firing
from services.trading.killswitch.switch import KillSwitch
from services.trading.ports import IntentDesk, Session, Sessions
from services.trading.scopes import is_of_accounts

DRILL_ACCOUNT: Final = "drill"
"""The id and the name of the account, at the local exchange as well."""
_MARKET: Final = "BTC/USDT:USDT"
_WITHIN_SECONDS: Final = 30.0
_LOOK_SECONDS: Final = 0.05
_SIZES: Final = (1, 10, 100, 1_000)
"""Times the least amount: whichever the market takes first."""
_FAR: Final = Decimal("0.98")
"""Of the entry: where the order waits."""

log = structlog.get_logger(__name__)

DrillRow = Callable[[], Awaitable[AccountRow]]


class DrillAccount:
    """Gives the account of the drill, which is made the first time.

    Args:
        store: where accounts are kept.
        has_sandbox: whether this farm has a local exchange.
        clock: when it was made.
    """

    def __init__(self, store: Store, *, has_sandbox: bool, clock: Clock) -> None:
        self._store = store
        self._has_sandbox = has_sandbox
        self._clock = clock

    async def __call__(self) -> AccountRow:
        """Return the account.

        Raises:
            UserMistake: there is no local exchange to drill at.
        """
        if not self._has_sandbox:
            raise UserMistake(
                "A drill needs the local exchange, and this farm has none.",
                hint="Switch sandbox_exchange on in farm.yaml.",
            )
        now = self._clock.now()
        row = paper_account(
            DRILL_ACCOUNT, DRILL_ACCOUNT, user_id="", guild_id="", venue_account=DRILL_ACCOUNT, at=now
        )
        async with self._store.write() as rows:
            await rows.trading.accounts.add(row)
        return row


class Drill:
    """Drills.

    Args:
        switch: what is fired.
        latch: what is let go of afterwards.
        account: gives the account.
        sessions: opens it.
        desk: sends what is then canceled and closed.
        clock: the times.
    """

    def __init__(
        self,
        switch: KillSwitch,
        latch: FileLatch,
        *,
        account: DrillRow,
        sessions: Sessions,
        desk: IntentDesk,
        clock: Clock,
    ) -> None:
        self._switch = switch
        self._latch = latch
        self._account = account
        self._sessions = sessions
        self._desk = desk
        self._clock = clock

    async def run(self, drill_id: str, by: str) -> Firing:
        """Open a position and an order, fire, wait until it is flat, and resume.

        Raises:
            UserMistake: there is nothing to drill at, or nothing could be opened.
            ExchangeUnavailable: it was not flat in time.
        """
        row = await self._account()
        async with self._resumed_after(by):
            await self._open(drill_id, await self._sessions.of(row.id))
            now = self._clock.now()
            drilled = Firing(
                id=f"drill-{drill_id}",
                scope="me",
                accounts=[row.id],
                why="This is a drill.",
                by=by,
                at=now,
                updated_at=now,
                is_drill=True,
            )
            await self._switch.fire(drilled)
            return await self._until_flat(drilled.id)

    @asynccontextmanager
    async def _resumed_after(self, by: str) -> AsyncIterator[None]:
        await self._let_go(by)
        try:
            yield
        finally:
            await self._let_go(by)

    async def _let_go(self, by: str) -> None:
        for scope in [*self._latch.held()]:
            if is_of_accounts(scope, [DRILL_ACCOUNT]):
                await self._latch.set(scope, "ACTIVE", why="The drill is over.", by=by)
        for firing in self._switch.firings():
            if firing.is_drill and firing.resumed_at is None:
                self._switch.let_off(firing)

    async def _until_flat(self, firing_id: str) -> Firing:
        try:
            async with asyncio.timeout(_WITHIN_SECONDS):
                while (found := self._switch.firing(firing_id)) is None or not found.is_flat:  # noqa: ASYNC110 - asked for
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError as error:
            raise ExchangeUnavailable(
                "The drill was not flat in time.", hint="Look at the log of the desk for the reason."
            ) from error
        return found

    async def _open(self, drill_id: str, session: Session) -> None:
        market = session.market(_MARKET)
        least = market.min_amount or market.step
        if least is None:
            raise Misconfigured(f"The local exchange does not say how little of {_MARKET} can be traded.")
        reason = ""
        for size in _SIZES:
            sent = await self._desk.submit(_intent(f"{drill_id}:{size}", market, least * size, None))
            reason = sent.reason
            position = await self._position(session)
            if position is not None:
                price = position.entry * _FAR
                waiting = _intent(f"{drill_id}:waits", market, 2 * least * size, price - price % market.tick)
                await self._desk.submit(waiting)
                return
        log.warning("drill_not_opened", reason=reason)
        raise UserMistake("The drill could not open a position.", hint="Try again in a minute.")

    async def _position(self, session: Session) -> Position | None:
        with ahead_of_reads():
            positions = await session.account.positions()
        return next((one for one in positions if one.market == _MARKET), None)


def _intent(name: str, market: Market, amount: Decimal, price: Decimal | None) -> Intent:
    intent_id = f"drill:{name}"
    request = OrderRequest(
        market=market.name,
        side="buy",
        kind="market" if price is None else "limit",
        amount=amount,
        price=price,
        client_id=client_id_of(intent_id),
    )
    return Intent(id=intent_id, account=DRILL_ACCOUNT, user_id="", request=request, origin=KILLSWITCH)

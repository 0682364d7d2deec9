"""The accounts that the watchdog opens with keys of its own: when it acts, and not before."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Final, Self

import structlog

from services.bus.guard import Failed, attempt, trace_of
from services.errors import ExchangeUnavailable, UserMistake
from services.exchange.orders import Account, Orders
from services.loops import Loops
from services.trading.watchdog.guarded import Hands, OnlyReducing
from services.trading.watchdog.heartbeat import BeatAccount

_OPEN_SECONDS: Final = 15.0

OpenAccount = Callable[[BeatAccount], AbstractAsyncContextManager[tuple[Account, Orders]]]
"""Opens an account with the watchdog's own key. Raises `Misconfigured` where it has none."""

log = structlog.get_logger(__name__)


class OwnKeys:
    """`Reaches` of the watchdog: ``async with`` closes what it opened."""

    def __init__(self, open_account: OpenAccount) -> None:
        self._open_account = open_account
        self._known: dict[str, BeatAccount] = {}
        self._open: dict[str, asyncio.Future[Hands]] = {}
        self._loops = Loops()

    async def __aenter__(self) -> Self:
        await self._loops.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._loops.__aexit__(kind, error, trace)

    def know(self, accounts: Sequence[BeatAccount]) -> None:
        """Take note of the accounts there are."""
        self._known |= {account.id: account for account in accounts}

    async def of(self, account_id: str) -> Hands:
        """Return the account, opened where it is not yet.

        Raises:
            UserMistake: the desk never told of it.
            Misconfigured: there is no key of it, or the venue refuses it.
            ExchangeUnavailable: the venue does not answer.
        """
        if account_id not in self._known:
            raise UserMistake("There is no such account.", hint="Pick one from the list.")
        opening = self._open.get(account_id)
        if opening is None:
            opening = self._open[account_id] = asyncio.get_running_loop().create_future()
            self._loops.start(self._hold(self._known[account_id], opening))
        try:
            async with asyncio.timeout(_OPEN_SECONDS):
                return await asyncio.shield(opening)
        except TimeoutError as error:
            raise ExchangeUnavailable(
                "The venue did not answer in time.", hint="Try again in a minute."
            ) from error

    async def _hold(self, account: BeatAccount, opening: asyncio.Future[Hands]) -> None:
        """Keep one account open, in a task of its own; the next who asks opens one that failed anew."""
        ended = await attempt(self._keep(account, opening))
        self._open.pop(account.id, None)
        if isinstance(ended, Failed):
            error = ended.error
            log.warning("account_not_open", account=account.id, reason=str(error), exc_info=trace_of(error))
            if not opening.done():
                opening.set_exception(ended.error)
                opening.exception()  # nobody may be waiting any more

    async def _keep(self, account: BeatAccount, opening: asyncio.Future[Hands]) -> None:
        async with self._open_account(account) as (held, orders):
            opening.set_result(Hands(held, OnlyReducing(orders)))
            await asyncio.Event().wait()

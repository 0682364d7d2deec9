"""The watchdog: cancels and closes with keys of its own when the desk does not.

It needs neither Redis nor the database. What talks to venues is imported when it acts: until then the process
is small, and nothing of it can be broken.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Final

from bots.process import Process
from config.farm_file import DeskSection
from services.errors import Misconfigured
from services.exchange.orders import Account, Orders
from services.loops import Loops
from services.trading.killswitch.folder import DeskFolder
from services.trading.watchdog.heartbeat import BeatAccount
from services.trading.watchdog.own_keys import OpenAccount, OwnKeys
from services.trading.watchdog.watchdog import Patience, Watchdog

if TYPE_CHECKING:
    from services.exchange.venues.addresses import Connection

_PARTS_OF_A_KEY: Final = 4
_VENUES: Final = "services.exchange.venues.account"
_SANDBOX: Final = "sandbox.exchange.keys"


async def run(process: Process) -> None:
    """Watch until the process is asked to stop."""
    section = process.spec.desk or DeskSection()
    folder = DeskFolder.below(process.spec.var)
    patience = Patience(silence=section.watchdog_after.total_seconds())
    process.report("desk", is_ready=True)
    async with OwnKeys(_opener(process)) as keys:
        watchdog = Watchdog(folder, keys, patience=patience, report=process.report, clock=process.clock)
        async with Loops(watchdog.run()):
            await process.stopping.wait()


def _opener(process: Process) -> OpenAccount:
    @asynccontextmanager
    async def opened(account: BeatAccount) -> AsyncIterator[tuple[Account, Orders]]:
        for module in (_VENUES, _SANDBOX):
            await asyncio.to_thread(import_module, module)  # seconds, in which the process goes on beating
        from services.exchange.venues.account import open_account  # noqa: PLC0415 - loaded when it acts

        cache = process.spec.var / "desk" / "markets"
        connection = _connection(process, account)
        async with open_account(connection, cache=cache, clock=process.clock) as held:
            yield held, held.orders

    return opened


def _connection(process: Process, account: BeatAccount) -> Connection:
    """Return where an account is, with the watchdog's own key.

    Keys are told apart by the account's id alone: two members may call an account the same.

    Raises:
        Misconfigured: it has none.
    """
    if account.mode == "paper":
        return _on_paper(process, account)
    from services.exchange.venues.addresses import Connection, Credentials  # noqa: PLC0415 - loaded when it acts

    named = {name.casefold(): key for name, key in process.secrets.watchdog_keys.items()}
    found = named.get(account.id.casefold())
    parts = [] if found is None else found.get_secret_value().split(":", _PARTS_OF_A_KEY - 1)
    if len(parts) != _PARTS_OF_A_KEY or parts[0] != account.venue:
        raise Misconfigured(
            f"The watchdog has no key of the account {account.name}.",
            hint="Give it one that trades only, as OMEGA_WATCHDOG_<ACCOUNT ID>: venue:key:secret:passphrase.",
        )
    keys = Credentials(key=parts[1], secret=parts[2], passphrase=parts[3])
    section = process.spec.exchange
    is_testnet = section is not None and section.testnet and section.id == account.venue
    return Connection(venue=account.venue, is_testnet=is_testnet, credentials=keys)


def _on_paper(process: Process, account: BeatAccount) -> Connection:
    from bots.paper_keys import paper_key  # noqa: PLC0415 - loaded when it acts
    from services.exchange.venues.addresses import Connection  # noqa: PLC0415 - the same

    key, url = process.secrets.sandbox_key, process.spec.exchange_url
    if key is None or url is None:
        raise Misconfigured(
            "The watchdog was not told of the local exchange.", hint="Start it through the farm."
        )
    keys = paper_key(account.venue_account, key, "watchdog")
    return Connection(venue="sandbox", base_url=url, credentials=keys)

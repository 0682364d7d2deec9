"""What the desk does about its secrets by itself: sealing them anew, and telling what to seal for it with."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from services.errors import BusUnavailable, Misconfigured
from services.exchange.venues.limits import Sleep
from services.sealing import Unsealer
from services.store.store import Store
from services.trading.accounts.messages import DESK_KEY, DeskKey
from services.trading.accounts.vault import Vault
from services.trading.ports import DeskBus

EVERY_S: Final = 60.0
_GOOD_FOR_S: Final = 180.0

log = structlog.get_logger(__name__)


async def announce(bus: DeskBus, unsealer: Unsealer, *, sleep: Sleep = asyncio.sleep) -> None:
    """Tell the desk's public key at once and every minute, until cancelled; a lost one is told again."""
    while True:
        try:
            await bus.put(DESK_KEY, DeskKey(public=unsealer.public), ttl=_GOOD_FOR_S)
        except BusUnavailable as error:
            log.warning("desk_key_not_told", reason=error.message)
        await sleep(EVERY_S)


async def seal_anew(store: Store, vault: Vault) -> int:
    """Seal with the newest key whatever an older one sealed; return how many that were.

    What no key opens stays as it is, for the key to be put back.
    """
    renewed = 0
    async with store.write() as rows:
        for account in await rows.trading.accounts.where():
            sealed = _renewed(vault, account.sealed, account=account.id) if account.sealed else None
            if sealed is not None:
                renewed += await rows.trading.accounts.change(account.id, sealed=sealed)
        for factor in await rows.trading.factors.where():
            sealed = _renewed(vault, factor.sealed, member=factor.user_id)
            if sealed is not None:
                renewed += await rows.trading.factors.change(factor.user_id, sealed=sealed)
    if renewed:
        log.info("secrets_sealed_anew", secrets=renewed)
    return renewed


def _renewed(vault: Vault, sealed: str, **of: str) -> str | None:
    try:
        return vault.renewed(sealed)
    except Misconfigured as error:
        log.error("secret_not_opened", reason=error.message, **of)  # noqa: TRY400 - what failed says it all
        return None

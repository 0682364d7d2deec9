"""Accounts of venues: linked with a key, unlinked, and the way to real orders.

Belongs here: what must be so before the desk holds a key of a member's, and before it sends a real order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Protocol

import msgspec

from config.farm_file import DeskSection
from config.venues import SANDBOX, SANDBOX_TWIN
from services.clock import Clock
from services.errors import Misconfigured, NotAllowed, UnknownVenue, UserMistake
from services.exchange.venues.addresses import Connection
from services.members.messages import Caller, GetRight
from services.sealing import NotForUs, Unsealer
from services.store.store import Rows, Store
from services.store.trading_rows import AccountRow
from services.trading.account_rows import LISTED, has_open, is_worked
from services.trading.accounts.book import MemberAccounts, own_of, why_on_paper
from services.trading.accounts.ids import account_id_of
from services.trading.accounts.messages import CONSENT, GoLive, LinkAccount, UnlinkAccount, VenueKey
from services.trading.accounts.places import Places, mark_of, purpose_of
from services.trading.ports import DeskBus, SecondFactor
from services.trading.trail import audited

MOST_LINKED: Final = 10
TRADER_ROLE: Final = "Trader"
WITH_RIGHTS: Final = ("bitget", "binance", "binanceusdm", "bybit", "okx", "kucoin")
"""The venues whose keys tell what they may do."""
_SHOWN: Final = 32
_NAME: Final = re.compile(r"[\w][\w .-]{0,31}")


class LinkedSessions(Protocol):
    """What linking needs of open accounts."""

    async def try_out(self, connection: Connection) -> None:
        """Open an account and close it again. Raises `Misconfigured`, `ExchangeUnavailable`."""
        ...

    async def close(self, account_id: str) -> None:
        """Close an account."""
        ...


class Linking:
    """Links and unlinks accounts, and lets live ones trade."""

    def __init__(
        self,
        *,
        store: Store,
        book: MemberAccounts,
        sessions: LinkedSessions,
        places: Places,
        unsealer: Unsealer,
        factor: SecondFactor,
        bus: DeskBus,
        desk: DeskSection,
        clock: Clock,
    ) -> None:
        self._store = store
        self._book = book
        self._sessions = sessions
        self._places = places
        self._unsealer = unsealer
        self._factor = factor
        self._bus = bus
        self._desk = desk
        self._clock = clock

    async def link(self, request: LinkAccount) -> None:
        """Test a key, seal it and keep it; see `LinkAccount`."""
        id_ = account_id_of("link", request.caller.user_id, request.id)
        async with self._store.read() as rows:
            if await rows.trading.accounts.get(id_) is not None:
                return
        await self._check_may_go_live(request.caller)
        venue, name = self._venue(request.venue), _name(request.name)
        self._places.vault.check_can_keep_keys()
        key = self._key(request.sealed)
        row = self._row(id_, request, venue, name, key)
        async with self._store.read() as rows:
            await _check_room(rows, request.caller, row)
        await self._try_out(venue, key)
        await self._book.chosen(request.caller)
        async with self._store.write() as rows:
            await _check_room(rows, request.caller, row)
            await rows.trading.accounts.add(row)
            await self._write_down(rows, "account.link", row, request.id)

    async def unlink(self, request: UnlinkAccount) -> None:
        """Forget a key, and close its account; see `UnlinkAccount`."""
        row = await self._book.named(request.caller, request.account)
        async with self._store.write() as rows:
            await _check_idle(rows, row)
            await rows.trading.accounts.change(
                row.id, status="unlinked", sealed="", consented_at=None, updated_at=self._clock.now()
            )
            await rows.trading.choices.delete(account_id=row.id)
            await self._write_down(rows, "account.unlink", row, request.id)
        await self._sessions.close(row.id)

    async def go_live(self, request: GoLive) -> None:
        """Keep that its owner consents to real orders; see `GoLive`."""
        await self._check_may_go_live(request.caller)
        row = await self._book.named(request.caller, request.account)
        if row.mode == "paper":
            raise UserMistake(
                "A paper account trades without real money, and stays so.",
                hint="Link an account of a venue first.",
            )
        if row.consented_at is not None:
            return
        if request.typed.strip() != CONSENT:
            raise UserMistake("That is not the sentence that is asked for.", hint=f"Write exactly: {CONSENT}")
        await self._factor.check(request.caller.user_id, request.code)
        now = self._clock.now()
        async with self._store.write() as rows:
            is_as_it_was = {"status": LISTED, "sealed": row.sealed}
            done = await rows.trading.accounts.change(
                row.id, only_if=is_as_it_was, consented_at=now, updated_at=now
            )
            if done:
                await self._write_down(rows, "account.go_live", row, request.id)

    async def _check_may_go_live(self, caller: Caller) -> None:
        """Refuse keys and real orders where the operator does not want them, or the caller has no right."""
        why = why_on_paper(self._desk)
        if why:
            raise UserMistake(
                why, hint="Whoever runs it can set desk.mode: live and desk.operator in farm.yaml."
            )
        allowed = await self._bus.ask(GetRight(caller=caller))
        if allowed.right not in {"trader", "admin"}:
            raise NotAllowed.for_lack_of(TRADER_ROLE)

    def _venue(self, said: str) -> str:
        offered: Sequence[str] = self._desk.venues or WITH_RIGHTS
        venue = said.strip().lower()
        if venue not in offered or venue == SANDBOX_TWIN:
            raise UnknownVenue.of(said[:_SHOWN], [one for one in offered if one != SANDBOX])
        return venue

    def _key(self, sealed: bytes) -> VenueKey:
        try:
            key = msgspec.json.decode(self._unsealer.open(sealed), type=VenueKey)
        except (NotForUs, msgspec.MsgspecError) as error:
            raise UserMistake("The key did not arrive whole.", hint="Link the account once more.") from error
        if not key.key.strip() or not key.secret.strip():
            raise UserMistake("A key has two parts, and one is empty.", hint="Write the key and its secret.")
        return VenueKey(key=key.key.strip(), secret=key.secret.strip(), passphrase=key.passphrase.strip())

    def _row(self, id_: str, request: LinkAccount, venue: str, name: str, key: VenueKey) -> AccountRow:
        now, plain = self._clock.now(), msgspec.json.encode(key).decode()
        return AccountRow(
            id=id_,
            user_id=request.caller.user_id,
            guild_id=request.caller.guild_id or "",
            name=name,
            venue=venue,
            mode="live",
            status="active",
            created_at=now,
            updated_at=now,
            venue_account=mark_of(venue, key),
            sealed=self._places.vault.seal(plain, purpose=purpose_of(id_)),
        )

    async def _try_out(self, venue: str, key: VenueKey) -> None:
        try:
            await self._sessions.try_out(self._places.connection_with(venue, key))
        except Misconfigured as error:
            raise UserMistake(error.message, hint=error.hint, facts=error.facts) from error

    async def _write_down(self, rows: Rows, action: str, row: AccountRow, request_id: str) -> None:
        detail = f"{row.mode} at {row.venue}"
        id_ = f"{row.user_id}:{request_id}"
        subject, now = f"account {row.id}", self._clock.now()
        await rows.audit.append(audited(action, id_, by=row.user_id, subject=subject, at=now, detail=detail))


async def _check_room(rows: Rows, caller: Caller, row: AccountRow) -> None:
    own = await own_of(rows, caller)
    if any(one.name.casefold() == row.name.casefold() for one in own):
        raise UserMistake(f"You have an account called {row.name} already.", hint="Choose another name.")
    if len(own) > MOST_LINKED:
        raise UserMistake(
            f"You have {MOST_LINKED} linked accounts, which is the most.", hint="Unlink one first."
        )
    if await rows.trading.accounts.count(venue_account=row.venue_account, status=LISTED):
        raise UserMistake(
            "This key is linked already.", hint="Unlink it where it is, or make another at the venue."
        )


async def _check_idle(rows: Rows, row: AccountRow) -> None:
    if await has_open(rows, row.id) or await is_worked(rows, row.id):
        raise UserMistake(
            f"The account {row.name} has orders, plans or strategies that are open.",
            hint="Cancel orders and plans and stop strategies first.",
        )


def _name(said: str) -> str:
    name = " ".join(said.split())
    if not _NAME.fullmatch(name):
        raise UserMistake(
            "An account's name has 1 to 32 letters, digits, spaces, points or dashes.",
            hint="Choose another name, such as main.",
        )
    return name

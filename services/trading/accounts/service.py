"""The accounts service: accounts, their keys, second factors, balances, and what a member may take along."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, ClassVar, Final, Protocol, cast

from config.farm_file import DeskSection
from services.bus.messages import Message, R, Request
from services.clock import Clock
from services.errors import UserMistake
from services.exchange.orders import Balance
from services.members.messages import Caller
from services.memory import Answers
from services.omega import OmegaService, ServiceConfig
from services.sealing import Unsealer
from services.store.store import Store
from services.trading.accounts import messages as said
from services.trading.accounts.book import MemberAccounts
from services.trading.accounts.keeping import seal_anew
from services.trading.accounts.linking import LinkedSessions, Linking
from services.trading.accounts.places import Places
from services.trading.accounts.privacy import all_kept, forget
from services.trading.accounts.second_factor import SecondFactors
from services.trading.intents.intent import LIVE
from services.trading.messages import Balances, BalanceView
from services.trading.ports import DeskBus, Sessions
from services.trading.trail import audited
from services.trading.wallets import margin_wallet

_REMEMBERED_FOR: Final = 60.0
"""Seconds within which a question may be delivered again."""

Changing = (
    said.LinkAccount
    | said.UseAccount
    | said.UnlinkAccount
    | said.GoLive
    | said.BeginEnrolment
    | said.FinishEnrolment
)


Forgotten = Callable[[str, Collection[str]], None]
"""Takes a member, and the accounts that they had, out of what is kept outside the database."""


class AccountSessions(Sessions, LinkedSessions, Protocol):
    """What the service needs of open accounts."""


class AccountsService(OmegaService):
    """Accounts of members, kept in `store` and opened by `sessions`."""

    name: ClassVar[str] = "accounts"
    requests: ClassVar[tuple[type[Request[Any]], ...]] = (
        said.ListAccounts,
        said.LinkAccount,
        said.UseAccount,
        said.UnlinkAccount,
        said.GoLive,
        said.BeginEnrolment,
        said.FinishEnrolment,
        said.GetBalances,
        said.ExportDesk,
        said.ForgetDesk,
    )

    def __init__(
        self,
        config: ServiceConfig,
        *,
        store: Store,
        book: MemberAccounts,
        factors: SecondFactors,
        sessions: AccountSessions,
        places: Places,
        unsealer: Unsealer,
        bus: DeskBus,
        desk: DeskSection,
        clock: Clock,
        forgotten: Sequence[Forgotten] = (),
    ) -> None:
        super().__init__(config)
        self._store = store
        self._book = book
        self._factors = factors
        self._sessions = sessions
        self._forgotten = forgotten
        self._vault = places.vault
        self._desk = desk
        self._clock = clock
        self._linking = Linking(
            store=store,
            book=book,
            sessions=sessions,
            places=places,
            unsealer=unsealer,
            factor=factors,
            bus=bus,
            desk=desk,
            clock=clock,
        )
        self._answers: Answers[tuple[str, str], Message] = Answers(clock, seconds=_REMEMBERED_FOR)

    async def initialize(self) -> None:
        """Seal with the newest key what an older one sealed."""
        await seal_anew(self._store, self._vault)

    async def process(self, request: Request[R]) -> R:
        """Answer one request; what each raises stands at the request."""
        return cast("R", await self._answer(request))

    async def _answer(self, request: Request[Any]) -> Message:
        match request:
            case said.ListAccounts(caller=caller):
                return await self._list(caller)
            case said.GetBalances():
                return await self._balances(request)
            case said.ExportDesk(user_id=user_id):
                async with self._store.read() as rows:
                    return await all_kept(rows, user_id)
            case said.ForgetDesk(user_id=user_id):
                return await self._forget(user_id)
        if isinstance(request, Changing):
            key = request.caller.user_id, request.id
            return await self._answers.once(key, lambda: self._do(request))
        raise TypeError(f"accounts does not answer {type(request).__name__}")

    def _do(self, request: Changing) -> Awaitable[Message]:
        match request:
            case said.LinkAccount():
                return self._and_list(request.caller, lambda: self._linking.link(request))
            case said.UnlinkAccount():
                return self._and_list(request.caller, lambda: self._linking.unlink(request))
            case said.GoLive():
                return self._and_list(request.caller, lambda: self._linking.go_live(request))
            case said.UseAccount(caller=caller, account=account):
                return self._and_list(caller, lambda: self._book.use(caller, account))
            case said.BeginEnrolment(caller=caller, code=code):
                return self._factors.begin(caller.user_id, code)
            case said.FinishEnrolment(caller=caller, code=code):
                return self._factors.finish(caller.user_id, code)

    async def _and_list(self, caller: Caller, change: Callable[[], Awaitable[None]]) -> said.Accounts:
        await change()
        return await self._list(caller)

    async def _list(self, caller: Caller) -> said.Accounts:
        rows = await self._book.listed(caller)
        return said.Accounts(
            accounts=[self._book.shown(row, is_used=row is rows[0]) for row in rows],
            has_second_factor=await self._factors.is_in_force(caller.user_id),
            is_live_allowed=self._desk.mode == "live",
            operator=self._desk.operator,
        )

    async def _balances(self, request: said.GetBalances) -> Balances:
        row = await self._book.chosen(request.caller, request.account)
        session = await self._sessions.of(row.id)
        held = await session.account.balances()
        wallet = margin_wallet(held)
        return Balances(
            account=await self._book.view(session.row, request.caller),
            balances=[_view(balance) for balance in held],
            equity=None if wallet is None else wallet.total,
            as_of=self._clock.now(),
        )

    async def _forget(self, user_id: str) -> said.DeskForgotten:
        """Delete, close what was open, and delete what was under way meanwhile."""
        async with self._store.write() as rows:
            accounts = await rows.trading.accounts.where(user_id=user_id)
            live = [row.id for row in accounts if row.mode == "live"]
            if live and await rows.trading.intents.count(account_id=live, status=LIVE):
                raise UserMistake(
                    "Orders of yours are open in an account of a venue.", hint="Cancel them first."
                )
            gone = await forget(rows, user_id)
        for row in accounts:
            await self._sessions.close(row.id)
        self._factors.drop(user_id)
        for forget_elsewhere in self._forgotten:
            forget_elsewhere(user_id, [row.id for row in accounts])
        async with self._store.write() as rows:
            late, now = await forget(rows, user_id), self._clock.now()
            if gone.rows:
                id_ = f"{user_id}:{now.isoformat()}"
                subject = f"member {user_id}"
                await rows.audit.append(audited("desk.forget", id_, by=user_id, subject=subject, at=now))
        return said.DeskForgotten(rows=gone.rows + late.rows)


def _view(balance: Balance) -> BalanceView:
    return BalanceView(
        currency=balance.currency,
        wallet=balance.wallet,
        total=balance.total,
        free=balance.free,
        used=balance.used,
    )

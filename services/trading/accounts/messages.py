"""What the accounts service answers: accounts, keys, the second factor and the way to live."""

from __future__ import annotations

from services.bus.messages import Key, Message, Request
from services.members.messages import Caller
from services.trading.messages import AccountView, Balances


class Accounts(Message, frozen=True, kw_only=True):
    """A member's accounts, the one in use first."""

    accounts: list[AccountView]
    has_second_factor: bool = False
    is_live_allowed: bool = False
    """Whether the operator has set ``desk.mode: live``."""
    operator: str = ""
    """Who runs this farm, as the operator says it."""


class Enrolment(Message, frozen=True, kw_only=True):
    """A second factor that waits for its first code. Shown once, to its owner alone."""

    secret: str
    qr_png: bytes
    """A picture of the secret, for an authenticator."""


class RecoveryCodes(Message, frozen=True, kw_only=True):
    """Codes that each stand in once for the second factor. Shown once."""

    codes: list[str]


class AccountsKept(Message, frozen=True, kw_only=True):
    """All that the desk keeps of a member, as JSON texts, one a row, by table; no keys and no secrets."""

    rows: dict[str, list[str]]


class DeskForgotten(Message, frozen=True, kw_only=True):
    """How many rows were deleted."""

    rows: int


class VenueKey(Message, frozen=True, kw_only=True):
    """The key of an account at a venue, as its owner gave it. Travels sealed, and is never shown."""

    key: str
    secret: str
    passphrase: str = ""

    def __repr__(self) -> str:
        """Show nothing of it."""
        return "VenueKey(...)"


class DeskKey(Message, frozen=True, kw_only=True):
    """What is sealed for the desk is sealed with this; only the desk opens it."""

    public: bytes
    """Of X25519, 32 bytes."""


class ListAccounts(Request[Accounts], frozen=True, kw_only=True, tag="accounts.list_accounts"):
    """Ask for the caller's accounts; the first time a paper account is made."""

    caller: Caller


class LinkAccount(Request[Accounts], frozen=True, kw_only=True, tag="accounts.link_account"):
    """Link an account at a venue. Its key is tested, sealed and never told again.

    Raises `UserMistake` where the venue is none, live is not allowed here, or the key may move money or does
    not say what it may do; `ExchangeUnavailable`; `NotAllowed` without the right trader.
    """

    id: str
    caller: Caller
    venue: str
    name: str
    sealed: bytes
    """`VenueKey` as JSON, sealed for the desk with `DESK_KEY`: nothing on the way can read it."""


class UseAccount(Request[Accounts], frozen=True, kw_only=True, tag="accounts.use_account"):
    """Use an account where the caller asks from. Raises `UserMistake` for one that is not theirs."""

    id: str
    caller: Caller
    account: str


class UnlinkAccount(Request[Accounts], frozen=True, kw_only=True, tag="accounts.unlink_account"):
    """Forget the keys of an account; what it did stays in the journal. Raises as `UseAccount`.

    Refused while a plan or an order of ours is open in it, or a strategy runs.
    """

    id: str
    caller: Caller
    account: str


class GoLive(Request[Accounts], frozen=True, kw_only=True, tag="accounts.go_live"):
    """Consent to real orders: `typed` is the sentence that the card shows, `code` of the second factor.

    Raises `UserMistake` where the sentence or the code is another, or the operator has not allowed live.
    """

    id: str
    caller: Caller
    account: str
    typed: str
    code: str


class BeginEnrolment(Request[Enrolment], frozen=True, kw_only=True, tag="accounts.begin_enrolment"):
    """Begin a second factor. With one in force, `code` of that one is needed. Raises `UserMistake`."""

    id: str
    caller: Caller
    code: str = ""


class FinishEnrolment(Request[RecoveryCodes], frozen=True, kw_only=True, tag="accounts.finish_enrolment"):
    """Put the second factor in force with its first code. Raises `UserMistake`."""

    id: str
    caller: Caller
    code: str


class GetBalances(Request[Balances], frozen=True, kw_only=True, tag="accounts.get_balances"):
    """Ask what an account holds; with an empty `account` the one in use. Raises `ExchangeUnavailable`."""

    caller: Caller
    account: str = ""


class ExportDesk(Request[AccountsKept], frozen=True, kw_only=True, tag="accounts.export_desk"):
    """Ask for all that the desk keeps of a member."""

    user_id: str


class ForgetDesk(Request[DeskForgotten], frozen=True, kw_only=True, tag="accounts.forget_desk"):
    """Delete all that the desk keeps of a member, keys first. Raises `UserMistake` with live orders open."""

    user_id: str


DESK_KEY = Key("desk_key", DeskKey)
CONSENT = "I TRADE WITH REAL MONEY"
"""What its owner types for a live account, besides the code."""

"""What the tables of trading take and give: one frozen dataclass a table. Money is Decimal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """An account of a member, on paper or at a venue. `guild_id` is empty for one of direct messages.

    `status`: active, unlinked, or refused with the `reason`. `sealed` holds the venue's keys, encrypted;
    empty on paper. `venue_account` is what the local exchange calls a paper account.
    """

    id: str
    user_id: str
    guild_id: str
    name: str
    venue: str
    mode: str
    """paper or live."""
    status: str
    created_at: datetime
    updated_at: datetime
    venue_account: str = ""
    sealed: str = ""
    rights: tuple[str, ...] = ()
    """What the venue says that the key may do."""
    consented_at: datetime | None = None
    """When its owner confirmed that orders are real; None: no order of a live account is sent."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChoiceRow:
    """The account that a member uses in a guild, or in direct messages where `guild_id` is empty."""

    user_id: str
    guild_id: str
    account_id: str
    chosen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorRow:
    """A member's second factor. `sealed` is its secret, encrypted; `recovery` hashes of unused codes."""

    user_id: str
    sealed: str
    last_step: int
    """The newest time step whose code was taken: none is taken twice."""
    failures: int
    locked_until: datetime | None
    recovery: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentRow:
    """What somebody wants of a venue, written before it is sent.

    `status`: new, sending, unknown, open, filled, canceled, rejected or abandoned (never sent, and will not
    be). `request` is JSON of the order as it is sent. `client_id` follows from `id`.
    """

    id: str
    account_id: str
    user_id: str
    client_id: str
    status: str
    origin: str
    """Who wants it: ``member``, ``plan:<id>``, ``strategy:<run>`` or ``killswitch``."""
    group_id: str
    """What belongs together, such as the plan; empty for none."""
    market: str
    side: str
    kind: str
    amount: Decimal
    request: str
    created_at: datetime
    updated_at: datetime
    is_reducing: bool = False
    order_id: str = ""
    """The venue's own id, once it is known."""
    filled: Decimal | None = None
    average: Decimal | None = None
    looks: int = 0
    """How often the venue was asked and did not know the order, since it last was unknown."""
    sent_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FillRow:
    """One fill of an account; `id` is made of the account's and the venue's, so that none counts twice."""

    id: str
    account_id: str
    user_id: str
    market: str
    side: str
    price: Decimal
    amount: Decimal
    at: datetime
    order_id: str
    client_id: str
    """Empty for a fill of an order that was placed elsewhere."""
    fee: Decimal | None
    fee_currency: str
    is_maker: bool | None
    position_side: str = ""
    realised: Decimal | None = None
    """As the venue says it; our own figure follows from the lots."""
    assumption: str = ""
    """What a paper fill rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingRow:
    """One payment of funding; `amount` is negative where it was paid. One a market and boundary."""

    id: str
    account_id: str
    user_id: str
    market: str
    at: datetime
    amount: Decimal
    currency: str
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRow:
    """One line of the journal. `kind` is decision, order, fill, fee, funding, note, risk or state.

    `words` is an English key of the texts, `facts` JSON of what is put into it.
    """

    id: str
    account_id: str
    user_id: str
    at: datetime
    kind: str
    market: str
    intent_id: str
    words: str
    facts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EquityRow:
    """What an account was worth at a moment, in `currency`."""

    account_id: str
    at: datetime
    user_id: str
    equity: Decimal
    currency: str
    held: str = ""
    """JSON of the contracts that were held then; empty where it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskLimitRow:
    """A limit that was set for a scope: ``farm``, ``guild:<id>`` or ``account:<id>``.

    A `pending` value waits for `effective_at` and, where it is looser, for a second admin in `approved_by`.
    """

    scope: str
    name: str
    value: Decimal | None
    set_by: str
    set_at: datetime
    pending: Decimal | None = None
    effective_at: datetime | None = None
    approved_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingStateRow:
    """Whether trading goes on in a scope: ``farm``, ``account:<id>`` or ``market:<account>:<market>``."""

    scope: str
    state: str
    """ACTIVE, REDUCING or HALTED."""
    why: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BlackoutRow:
    """An event around which nothing is opened; `guild_id` is empty for one of the whole farm."""

    id: str
    guild_id: str
    event: str
    from_at: datetime
    until_at: datetime
    set_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRow:
    """A card that waits for its owner. `status`: open, used, dropped or expired. `body` is JSON."""

    id: str
    account_id: str
    user_id: str
    kind: str
    body: str
    status: str
    created_at: datetime
    expires_at: datetime
    outcome: str = ""
    """JSON of what came of it, for whoever presses again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """An order of several that we carry out ourselves. `kind`: oco, bracket, twap, dca, iceberg, trailing."""

    id: str
    account_id: str
    user_id: str
    kind: str
    market: str
    status: str
    """active, done, canceled or failed."""
    body: str
    due_at: datetime | None
    created_at: datetime
    updated_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """A strategy at work. `status`: active, stopped or failed. `state` is the strategy's own."""

    id: str
    account_id: str
    user_id: str
    guild_id: str
    strategy: str
    market: str
    timeframe: str
    profile: str
    status: str
    created_at: datetime
    updated_at: datetime
    is_automatic: bool = False
    """Whether its intents go to the desk at once; else each waits for its owner's approval."""
    state: str = ""
    through: datetime | None = None
    """The close of the last candle that it has decided, in market time."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRow:
    """What a strategy wants to do, and waits for. `status`: open, approved, rejected or expired."""

    id: str
    run_id: str
    account_id: str
    user_id: str
    status: str
    body: str
    created_at: datetime
    expires_at: datetime
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionCardRow:
    """The living card of one position from its opening to its close. `body` is JSON of the analyzer's."""

    id: str
    account_id: str
    user_id: str
    market: str
    side: str
    status: str
    """open or closed."""
    place: str
    """``user:<id>``, or ``channel:<id>`` where its owner shares it."""
    body: str
    opened_at: datetime
    updated_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonRow:
    """A season of paper trading in a guild."""

    id: str
    guild_id: str
    name: str
    starts_at: datetime
    ends_at: datetime
    min_trades: int
    max_leverage: Decimal
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonEntryRow:
    """A member who takes part in a season, by their own wish, with what they began with."""

    season_id: str
    user_id: str
    account_id: str
    joined_at: datetime
    start_equity: Decimal
    shown_name: str

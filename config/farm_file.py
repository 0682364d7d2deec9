"""The schema of config/farm.yaml: closed, frozen, every default here. `loader` reads it with line numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config.model_values import AnswerTime, FirstWords, ModelName, ModelUrl
from config.units import Duration
from config.venues import SANDBOX, SANDBOX_TWIN

Kind = Literal[
    "sandbox_discord",
    "sandbox_exchange",
    "market",
    "analyst",
    "members",
    "alerts",
    "desk",
    "watchdog",
    "position_analyzer",
    "fibonacci_trader",
    "ccxt_trader",
    "chat",
    "sandbox_llm",
    "persona",
]
Mode = Literal["full", "trading", "monitoring", "dashboard"]
Consciousness = Literal["observe", "advise", "act"]
BotName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]

Hosted = Literal[
    "market", "analyst", "members", "alerts", "position_analyzer", "fibonacci_trader", "ccxt_trader"
]
"""The kinds that may share one process (`services:`); the others always stand alone."""

_A_LIST_WILL_DO = Field(strict=False)
"""YAML knows no tuples; everything else is read strictly."""
_KINDS: frozenset[str] = frozenset(get_args(Kind))
ALONE: frozenset[Kind] = frozenset(get_args(Kind)) - frozenset(get_args(Hosted))


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class DiscordSection(_Section):
    """Where the bots connect: the sandbox in the browser, or the real Discord."""

    mode: Literal["sandbox", "real"] = "sandbox"
    applications: Literal["many", "one"] = "many"
    url: Annotated[str, Field(pattern=r"^http://[^\s/]+$")] | None = None
    """``http://host:port`` of a sandbox that another farm runs; None means this farm's own."""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8799
    admin_channel: str | None = "farm-admin"
    requests_per_second: Annotated[int, Field(ge=10, le=10_000)] = 45
    """Of one bot. Discord allows 50, and more to bots that have agreed on it."""
    message_content: bool = False
    """Whether the applications have the intent of that name in Discord's developer portal: a persona then
    also hears a reply without a mention, and talks on in a thread."""


VenueName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]


class ExchangeSection(_Section):
    """Where prices come from: a venue by its name in ccxt, or the local exchange (`sandbox`)."""

    id: VenueName = SANDBOX
    compare: Annotated[tuple[VenueName, ...], _A_LIST_WILL_DO] = ()
    """Other venues that `/compare` and `venue:` may ask."""
    testnet: bool = False
    """The venue's own test environment; one that has none is refused."""
    watch: Annotated[int, Field(ge=1, le=200)] = 20
    """How many of the most traded markets are streamed besides those that members ask for."""
    stale_after: Duration = timedelta(seconds=30)

    @property
    def compared(self) -> tuple[str, ...]:
        """Return the venues of `compare` that there are: a local exchange that mirrors has no twin."""
        return tuple(name for name in self.compare if name != SANDBOX_TWIN or self.id == SANDBOX)


class SandboxExchangeSection(_Section):
    """The local exchange. auto: the recording where there is one, else the simulated market.

    With a live venue in `exchange.id` it mirrors that venue's prices, whatever `source` says.
    """

    source: Literal["auto", "replay", "simulated"] = "auto"
    recording: str = "market/binance_perp_1m"
    seed: int = 1
    url: Annotated[str, Field(pattern=r"^http://[^\s/]+$")] | None = None
    """``http://host:port`` of a local exchange that another farm runs; None means this farm's own."""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8798
    latency: Duration = timedelta(milliseconds=50)
    """How long an order takes to reach the book."""
    faults: bool = False
    """Whether ``/sim/faults`` may be used to let it misbehave."""


class BusSection(_Section):
    """The Redis or Valkey to use; without a URL (OMEGA_BUS_URL) the farm starts one of its own."""

    embedded: bool = True


class DatabaseSection(_Section):
    """SQLite in var/ unless OMEGA_DATABASE_URL names a PostgreSQL."""

    busy_timeout: Duration = timedelta(seconds=5)


class ObserveSection(_Section):
    """Ports for probes and metrics on loopback; None leaves them off."""

    health_port: Annotated[int, Field(ge=0, le=65535)] | None = None
    health_host: str = "127.0.0.1"
    metrics: bool = False
    log_level: Literal["debug", "info", "warning", "error"] = "info"


class ReadingsSection(_Section):
    """A CSV file of what an instrument read, with a column ``timestamp``; others may write to it."""

    file: Annotated[str, Field(min_length=1)]
    """A path below OMEGA_DATA, or an absolute one."""
    column: Annotated[str, Field(min_length=1)]
    source: Annotated[str, Field(min_length=1, max_length=80)]
    """Who measured it, as members are told."""
    is_utc: bool = False
    """Whether times that do not say their zone are in UTC; without it they are refused."""


class SkySection(_Section):
    """What the sky is known by besides arithmetic; None means that there is none."""

    schumann: ReadingsSection | None = None
    """The fundamental of the Schumann resonance, in Hz."""
    sunspots: ReadingsSection | None = None
    """The international sunspot number."""
    history: str | None = "market/binance_spot_1h"
    """A folder of recorded candles below OMEGA_DATA that ``/cosmic test`` takes where it reaches further back
    than the venue; one that is not there is no history."""


class WaySection(_Section):
    """A way out of Discord, for the members named. Its secret is ``OMEGA_WAY_<NAME>`` of the environment.

    The secret of a telegram way is the bot's token, of a webhook the key that signs, of email the password.
    """

    kind: Literal["telegram", "webhook", "email"]
    to: Annotated[str, Field(min_length=1, max_length=320)]
    """A chat id, an address of https or of this machine, or an e-mail address."""
    members: Annotated[tuple[str, ...], _A_LIST_WILL_DO] = ()
    """The ids of the members who may use it, at least one."""
    server: str = ""
    """telegram: another address than Telegram's own. email: ``host:port`` of the server that takes mail."""
    sender: str = ""
    """email: who it is from, which is also the user's name at the server."""
    tls: Literal["starttls", "tls", "none"] = "starttls"
    """email: how the connection is made private; none only for a server on this machine."""


class AlertsSection(_Section):
    """How much there may be of alerts, and where they go besides Discord."""

    per_member: Annotated[int, Field(ge=1, le=10_000)] = 100
    per_guild: Annotated[int, Field(ge=1, le=100_000)] = 1_000
    channel_per_hour: Annotated[int, Field(ge=1)] = 60
    """More alerts than these in an hour in one channel are put together; urgent ones are not counted."""
    feed_markets: Annotated[int, Field(ge=0, le=100)] = 10
    """The feeds look at so many of the most traded markets."""
    ways: dict[BotName, WaySection] = {}


Share = Annotated[float, Field(gt=0, le=1)]
Multiple = Annotated[float, Field(gt=0, le=1_000)]


class RiskSection(_Section):
    """The farm's own limits; guilds and members can only set stricter ones by themselves. Shares are of 1."""

    risk_per_trade: Share = 0.02
    """Of equity that is lost at the stop."""
    position_share: Multiple = 3.0
    """The cost of one position, in equities."""
    market_share: Multiple = 4.0
    """The same with all that waits on the order's side of its market."""
    exposure: Multiple = 6.0
    """Of all positions together, with what waits to open one."""
    correlated: Multiple = 5.0
    """Of positions on one side, each weighed by how it moves with the new one."""
    leverage: Multiple = 10.0
    daily_loss: Share = 0.05
    """Below the equity at midnight UTC; then nothing is opened until the next, and what reduces goes on."""
    drawdown: Share = 0.20
    """Below the peak of equity; then only what reduces is let through."""
    losing_streak: Annotated[int, Field(ge=1, le=100)] = 5
    """Trades lost in a row; then an hour's pause."""
    orders_per_minute: Annotated[int, Field(ge=1, le=1_000)] = 30
    spread: Share = 0.005
    """Between bid and ask, of the price."""
    volatility: Share = 0.10
    """The average true range of an hour, of the price."""
    depth_share: Share = 0.25
    """Of what stands in the visible book on the side that it takes from."""
    min_volume: Annotated[float, Field(ge=0)] = 1_000_000
    """Traded in 24 hours, in quote currency."""
    price_band: Share = 0.05
    """How much worse than the last price an order may pay; what waits on purpose may be further away."""


class DeskSection(_Section):
    """Trading. Paper needs nothing; live needs `mode`, `operator`, and each owner's consent and code."""

    mode: Literal["paper", "live"] = "paper"
    operator: Annotated[str, Field(max_length=120)] = ""
    """Who runs this farm, as members are told before they trust it with a key. Needed for live."""
    venues: Annotated[tuple[VenueName, ...], _A_LIST_WILL_DO] = ()
    """The venues that may be linked; empty for every one of which keys tell their rights."""
    markets: Annotated[tuple[str, ...], _A_LIST_WILL_DO] = ()
    """The only markets that are traded live; empty for all that pass the risk gate."""
    reconcile: Duration = timedelta(seconds=30)
    watchdog_after: Duration = timedelta(seconds=20)
    """So long the desk may be silent before the watchdog cancels what could open a position."""
    risk: RiskSection = RiskSection()

    @property
    def is_live(self) -> bool:
        """Return whether accounts of venues trade here: live is wanted, and members are told who runs it."""
        return self.mode == "live" and bool(self.operator)


class ModelSection(_Section):
    """A language model. Its key is ``OMEGA_MODEL_<NAME>`` of the environment; a local one may need none."""

    api: Literal["openai", "gemini"]
    """What is spoken there; many besides OpenAI speak its API, each at a `url` of its own."""
    model: ModelName
    """As the provider calls it."""
    url: ModelUrl | None = None
    """Where the API begins; None means the provider's own address, ``sandbox`` this farm's local model."""
    first_words: FirstWords = timedelta(seconds=2.5)
    """So long nothing may come before the next model is asked, or the templates."""
    timeout: AnswerTime = timedelta(seconds=30)
    """For a whole answer."""
    price_in: Annotated[float, Field(ge=0)] | None = None
    """US dollars for a million tokens that it is given; None where it is not known."""
    price_out: Annotated[float, Field(ge=0)] | None = None
    """The same of those that it writes."""

    @property
    def needs_key(self) -> bool:
        """Return whether nothing is answered without a key: so it is at a provider's own address."""
        return self.url is None

    @property
    def is_priced(self) -> bool:
        """Return whether what it costs is known."""
        return self.price_in is not None and self.price_out is not None


class BudgetSection(_Section):
    """What may be spent on models in a day (UTC); None means no limit. Afterwards the templates answer."""

    tokens: Annotated[int, Field(ge=0)] | None = None
    cost: Annotated[float, Field(ge=0)] | None = None
    """In US dollars; a model without prices is not asked where there is such a limit."""


class ChatSection(_Section):
    """Conversation. Without a model a persona answers from its templates, as it does when none answers."""

    models: dict[BotName, ModelSection] = {}
    usual: Annotated[tuple[BotName, ...], _A_LIST_WILL_DO] = ()
    """The models of a persona, in the order in which they are asked."""
    personas: dict[BotName, Annotated[tuple[BotName, ...], _A_LIST_WILL_DO]] = {}
    """The same for one persona; none of them means that it answers from templates."""
    member: BudgetSection = BudgetSection(tokens=100_000)
    guild: BudgetSection = BudgetSection(tokens=2_000_000)
    persona: BudgetSection = BudgetSection()
    farm: BudgetSection = BudgetSection()
    talk_for: Duration = timedelta(minutes=30)
    """So long after an answer what is said next belongs to the same conversation."""
    keep_for: Duration = timedelta(days=30)
    """Conversations and what answers rest on are deleted after that."""


class SandboxLlmSection(_Section):
    """The local model server: it speaks the APIs of OpenAI and Gemini, and says what it was told to say."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8797
    faults: bool = False
    """Whether ``/sim/script`` may be used to let it misbehave."""


class LimitsSection(_Section):
    """How fast one member may use commands."""

    commands_per_second: Annotated[float, Field(gt=0)] = 1.0
    burst: Annotated[int, Field(ge=1)] = 3
    notice_every: Duration = timedelta(seconds=10)


class BotEntry(_Section):
    """One process. The entry's name is its kind (market, members, ...) or, for a persona bot, its persona.

    An entry with `services` hosts those kinds in one process, besides its own kind if its name is one.
    """

    enabled: bool = True
    kind: Kind | None = None
    persona: BotName | None = None
    cogs: Annotated[tuple[str, ...], _A_LIST_WILL_DO] | None = None
    services: Annotated[tuple[Hosted, ...], _A_LIST_WILL_DO] = ()
    consciousness_level: Consciousness = "advise"

    def kind_of(self, name: str) -> Kind:
        """Return the kind that is written, or the one that `name` or the first hosted service stands for."""
        if self.kind is not None:
            return self.kind
        if name in _KINDS:
            return name  # type: ignore[return-value]  # it is one of the kinds, just looked up
        return self.services[0] if self.services else "persona"

    def kinds_of(self, name: str) -> tuple[Kind, ...]:
        """Return every kind that this process runs, its own first."""
        own = self.kind_of(name)
        return (own, *(service for service in self.services if service != own))

    def persona_of(self, name: str) -> str | None:
        """Return the persona that speaks here; None for a process that is no persona bot."""
        return (self.persona or name) if self.kind_of(name) == "persona" else None


class FarmFile(_Section):
    """The whole file."""

    discord: DiscordSection = DiscordSection()
    exchange: ExchangeSection = ExchangeSection()
    sandbox_exchange: SandboxExchangeSection = SandboxExchangeSection()
    bus: BusSection = BusSection()
    database: DatabaseSection = DatabaseSection()
    observe: ObserveSection = ObserveSection()
    limits: LimitsSection = LimitsSection()
    sky: SkySection = SkySection()
    alerts: AlertsSection = AlertsSection()
    desk: DeskSection = DeskSection()
    chat: ChatSection = ChatSection()
    sandbox_llm: SandboxLlmSection = SandboxLlmSection()
    bots: dict[BotName, BotEntry]

    @model_validator(mode="before")
    @classmethod
    def _an_empty_entry_is_a_default_one(cls, raw: object) -> object:
        """``xyko:`` with nothing behind it means: enabled, with every default."""
        if isinstance(raw, dict) and isinstance(raw.get("bots"), dict):
            return {**raw, "bots": {name: entry or {} for name, entry in raw["bots"].items()}}
        return raw

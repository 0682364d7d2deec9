"""What should run: a farm file becomes one plan an entry, each with only what its process may read.

Two plans are compared to see whom a change concerns, so nothing that changes by itself belongs into one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from config.farm_file import BotEntry, FarmFile, Kind, Mode
from config.models import those_that_can_be_asked
from config.process import ProcessSecrets, ProcessSpec
from config.semantics import GUIDE
from config.settings import Settings
from services.errors import Misconfigured

_PLACE_ORDERS: frozenset[Kind] = frozenset({"desk", "watchdog", "fibonacci_trader", "ccxt_trader"})
_KEEP_WATCH: frozenset[Kind] = frozenset(
    {"sandbox_discord", "sandbox_exchange", "market", "analyst", "members", "alerts", "position_analyzer"}
)
_SPEAK: frozenset[Kind] = frozenset({"persona", "chat", "sandbox_llm"})
_EVERYTHING = _PLACE_ORDERS | _KEEP_WATCH | _SPEAK
KINDS_OF_MODE: Mapping[Mode, frozenset[Kind]] = {
    "full": _EVERYTHING,
    "trading": _EVERYTHING,
    "monitoring": _KEEP_WATCH | _SPEAK,
    "dashboard": frozenset({"sandbox_exchange", "market", "analyst", "members", "alerts"}),
}
"""Which kinds run in which mode. Monitoring leaves out what places orders. A kind that only teaches will be
left out of trading; there is none yet, so it runs all that full runs. Dashboard needs no Discord."""

STOP_ORDER: Mapping[Kind, int] = {
    "persona": 0,
    "alerts": 1,
    "chat": 1,
    "position_analyzer": 1,
    "fibonacci_trader": 1,
    "ccxt_trader": 1,
    "watchdog": 1,
    "desk": 2,
    "members": 2,
    "analyst": 3,
    "market": 4,
    "sandbox_exchange": 5,
    "sandbox_llm": 5,
    "sandbox_discord": 6,
}
"""The farm goes down in this order: who speaks first, then what they ask, then the local servers. The
watchdog goes before the desk, whose silence it would take for a fault."""

_KEEP_ROWS: frozenset[Kind] = frozenset({"members", "alerts", "desk", "position_analyzer", "chat"})
_KNOW_THE_DESK: frozenset[Kind] = _PLACE_ORDERS | {"position_analyzer"}
_MEET_THE_EXCHANGE: frozenset[Kind] = frozenset({"market", "sandbox_exchange", "desk", "watchdog"})
_HAVE_THE_SANDBOX_KEY: frozenset[Kind] = frozenset(
    {"sandbox_discord", "sandbox_exchange", "desk", "watchdog"}
)
_TOKEN = re.compile(r"[\w-]{18,}\.[\w-]{4,}\.[\w-]{20,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the processes of this farm stand on."""

    settings: Settings
    mode: Mode = "full"
    only: frozenset[str] = frozenset()
    """Names of the entries that this farm runs; empty means all of them."""
    bus_url: SecretStr
    sandbox_key: SecretStr
    discord_url: str | None = None
    """Where this farm's own local Discord listens; None while it has none."""
    exchange_url: str | None = None
    """The same of its local exchange."""
    llm_url: str | None = None
    """The same of its local model."""
    listen_fds: Mapping[Kind, int] = field(default_factory=dict)
    """The sockets that the farm holds for its local servers."""
    display_name: Callable[[str], str]
    """Persona to the name that it speaks under; raises `Misconfigured` when its card cannot be read."""
    mint: Callable[[SecretStr, str], str]
    """Key and name to a token that the sandbox accepts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One entry: what its process is told. `off` says why it should not run, `held` why it cannot."""

    kind: Kind
    spec: ProcessSpec
    secrets: ProcessSecrets
    off: str = ""
    held: str = ""


def plans(file: FarmFile, ground: Ground) -> dict[str, Plan]:
    """Return the plan of every entry that this farm has to do with, in the order of the file."""
    chosen = {name: entry for name, entry in file.bots.items() if not ground.only or name in ground.only}
    return {name: _plan(name, entry, file, ground) for name, entry in chosen.items()}


def _plan(name: str, entry: BotEntry, file: FarmFile, ground: Ground) -> Plan:
    entry = _in_mode(name, entry, ground.mode)
    kinds = frozenset(entry.kinds_of(name))
    token, held = _token(name, entry, file, ground)
    return Plan(
        kind=entry.kind_of(name),
        spec=_spec(name, entry, file, ground),
        secrets=_secrets(kinds, token, file, ground),
        off=_off(name, entry, file, ground),
        held=held or _lack_of_the_desk(kinds, file, ground),
    )


def _in_mode(name: str, entry: BotEntry, mode: Mode) -> BotEntry:
    """Return an entry without the services that the mode leaves out; as it is where none would be left."""
    services = tuple(service for service in entry.services if service in KINDS_OF_MODE[mode])
    told = entry.model_copy(update={"services": services})
    is_empty = told.kind_of(name) == "persona" != entry.kind_of(name)
    return entry if is_empty else told


def _lack_of_the_desk(kinds: frozenset[Kind], file: FarmFile, ground: Ground) -> str:
    if "desk" not in kinds or file.desk.mode == "paper" or ground.settings.vault_key is not None:
        return ""
    return "OMEGA_VAULT_KEY is not set, and desk.mode is live; it seals the keys of accounts"


def _off(name: str, entry: BotEntry, file: FarmFile, ground: Ground) -> str:
    if not entry.enabled:
        return "switched off in farm.yaml"
    if entry.kind_of(name) not in KINDS_OF_MODE[ground.mode]:
        return f"left out by the mode {ground.mode}"
    if entry.kind_of(name) == "sandbox_discord" and file.discord.mode == "real":
        return "the bots are connected to the real Discord"
    if entry.kind_of(name) == "sandbox_exchange" and not serves_exchange(name, file, ground.only):
        return "another farm runs the local exchange"
    persona = entry.persona_of(name)
    if persona not in {None, GUIDE} and file.discord.applications == "one":
        return f"{GUIDE} speaks for it, there is one application"
    return ""


def _spec(name: str, entry: BotEntry, file: FarmFile, ground: Ground) -> ProcessSpec:
    kinds = frozenset(entry.kinds_of(name))
    meets_discord = not kinds.isdisjoint({"persona", "sandbox_discord"})
    knows_discord = meets_discord or "alerts" in kinds
    meets_exchange = not kinds.isdisjoint(_MEET_THE_EXCHANGE)
    chats = "chat" in kinds
    return ProcessSpec(
        name=name,
        kind=entry.kind_of(name),
        entry=entry,
        root=ground.settings.root,
        var=ground.settings.var,
        data=ground.settings.data,
        personas=ground.settings.personas,
        observe=file.observe.model_copy(update={"health_port": None}),
        discord=file.discord if knows_discord else None,
        discord_url=_discord_url(file, ground) if meets_discord else None,
        exchange=file.exchange if meets_exchange else None,
        exchange_url=_exchange_url(file, ground) if meets_exchange else None,
        sandbox_exchange=file.sandbox_exchange if "sandbox_exchange" in kinds else None,
        database=None if kinds.isdisjoint(_KEEP_ROWS) else file.database,
        limits=file.limits if "persona" in kinds else None,
        sky=file.sky if "analyst" in kinds else None,
        alerts=file.alerts if "alerts" in kinds else None,
        desk=None if kinds.isdisjoint(_KNOW_THE_DESK) else file.desk,
        chat=those_that_can_be_asked(file, ground.settings.model_keys) if chats else None,
        sandbox_llm=file.sandbox_llm if "sandbox_llm" in kinds else None,
        llm_url=_llm_url(file, ground) if chats else None,
        listen_fd=ground.listen_fds.get(entry.kind_of(name)),
    )


def _discord_url(file: FarmFile, ground: Ground) -> str | None:
    if file.discord.mode == "real":
        return None
    return file.discord.url or ground.discord_url or f"http://{file.discord.host}:{file.discord.port}"


def serves_exchange(name: str, file: FarmFile, only: frozenset[str]) -> bool:
    """Say whether the local exchange `name` runs here: not where its address is another farm's.

    A farm that was told to run just that entry is the one that the address is about.
    """
    return file.sandbox_exchange.url is None or name in only


def _exchange_url(file: FarmFile, ground: Ground) -> str:
    section = file.sandbox_exchange
    return section.url or ground.exchange_url or f"http://{section.host}:{section.port}"


def _llm_url(file: FarmFile, ground: Ground) -> str | None:
    """Return where the farm's own local model is; None where no entry runs it."""
    if not any(entry.enabled and entry.kind_of(name) == "sandbox_llm" for name, entry in file.bots.items()):
        return None
    return ground.llm_url or f"http://{file.sandbox_llm.host}:{file.sandbox_llm.port}"


def _secrets(
    kinds: frozenset[Kind], token: SecretStr | None, file: FarmFile, ground: Ground
) -> ProcessSecrets:
    return ProcessSecrets(
        bus_url=ground.bus_url,
        database_url=None if kinds.isdisjoint(_KEEP_ROWS) else ground.settings.database_url,
        discord_token=token,
        sandbox_key=None if kinds.isdisjoint(_HAVE_THE_SANDBOX_KEY) else ground.sandbox_key,
        ways=dict(ground.settings.ways) if "alerts" in kinds else {},
        vault_key=ground.settings.vault_key if "desk" in kinds else None,
        watchdog_keys=dict(ground.settings.watchdog_keys) if "watchdog" in kinds else {},
        model_keys=_model_keys(file, ground) if "chat" in kinds else {},
    )


def _model_keys(file: FarmFile, ground: Ground) -> dict[str, SecretStr]:
    """Return the keys of the models that the file names; what is of no use to it, chat is not told."""
    return {name: key for name, key in ground.settings.model_keys.items() if name in file.chat.models}


def _token(name: str, entry: BotEntry, file: FarmFile, ground: Ground) -> tuple[SecretStr | None, str]:
    """Return the token of a persona bot, or why there is none; the token itself is in no message."""
    persona = entry.persona_of(name)
    if persona is None:
        return None, ""
    if file.discord.mode == "sandbox":
        return _minted(persona, ground)
    variable = f"OMEGA_TOKEN_{name.upper()}"
    token = ground.settings.tokens.get(name)
    if token is None:
        return None, f"{variable} is not set; put the bot's Discord token there or into OMEGA_SECRETS"
    if not is_token_shaped(token):
        return None, f"{variable} is not shaped like a Discord token: three parts with a dot between them"
    return token, ""


def _minted(persona: str, ground: Ground) -> tuple[SecretStr | None, str]:
    try:
        return SecretStr(ground.mint(ground.sandbox_key, ground.display_name(persona))), ""
    except Misconfigured as error:  # its card cannot be read: a matter of this bot alone
        return None, error.message


def is_token_shaped(token: SecretStr) -> bool:
    """Say whether it looks like a bot token; whether Discord takes it, only Discord knows."""
    return _TOKEN.fullmatch(token.get_secret_value()) is not None

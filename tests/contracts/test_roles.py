"""Who may do what: every command and every request behind it, for every role, as written down here.

A command is stopped by its own check; the service that owns the request refuses it once more, whoever asks.
"""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import msgspec
import pytest
from bus_stage import running
from cryptography.fernet import Fernet
from desk_process_stage import farm_at
from discord import app_commands
from discord.ext import commands
from role_requests import CALLERS, GUILD, RANKS, SAMPLES
from sandbox_exchange_stage import running_exchange

import cogs
import services
from cogs._host import Refused
from services.bus.bus import Bus
from services.bus.connect import open_bus
from services.bus.messages import Message, Request
from services.clock import SystemClock
from services.errors import ExchangeUnavailable, NoAnswer, NotAllowed, OmegaError, UserMistake
from services.farm import messages as farm
from services.farm.service import FarmService
from services.loops import Loops
from services.market import messages as market
from services.members.messages import Allowed, Caller, GetRight, GuildSettings, Right
from services.members.rights import right_of
from services.omega import ServiceConfig

COMMANDS: Final = """
/account list           member  ListAccounts:member
/account link           trader  LinkAccount:trader
/account use            member  UseAccount:member
/account unlink         member  UnlinkAccount:member
/account secure         member  BeginEnrolment:member FinishEnrolment:member
/account live           trader  GoLive:trader
/alert price            member  SetAlert:member ResumeAlert:member
/alert move             member  SetAlert:member
/alert trail            member  SetAlert:member
/alert indicator        member  SetAlert:member
/alert fib              member  SetAlert:member
/alert level            member  SetAlert:member
/alert line             member  SetAlert:member
/alert pattern          member  SetAlert:member
/alert close            member  SetAlert:member
/alert funding          member  SetAlert:member
/alert spread           member  SetAlert:member
/alert stale            member  SetAlert:member
/alert cosmic           member  SetAlert:member
/alert combo            member  SetAlert:member
/alert preview          member  PreviewAlert:member
/alerts edit            member  GetAlert:member SetAlert:member
/alerts pause           member  ChangeAlert:member
/alerts resume          member  ChangeAlert:member
/alerts delete          member  DeleteAlert:member
/alerts test            member  TestAlert:member
/alerts why             member  WhyAlert:member
/alerts history         member  WhyAlert:member
/alerts list            member  ListAlerts:member
/alerts snooze          member  ChangeAlert:member
/analyze                member
/ask                    member  Converse:member WhyAnswer:member ShowPrivate:member
/approve                member  ListProposals:member DecideProposal:member
/balance                member  GetBalances:member
/blackout list          member  ListBlackouts:member
/blackout add           admin   AddBlackout:admin
/blackout remove        admin   RemoveBlackout:admin
/chart                  member
/compare                member
/convert                member
/cosmic now             member
/cosmic moon            member
/cosmic retrograde      member
/cosmic aspects         member
/cosmic calendar        member
/cosmic test            member
/depth                  member
/lesson                 member
/glossary               member
/quiz                   member
/wisdom                 member
/farm status            admin   GetFarm:admin
/farm toggle            admin   ToggleBot:admin
/farm reload            admin   ReloadConfig:admin
/farm restart           admin   RestartBot:admin
/farm logs              admin   GetLogs:admin
/farm deadletters       admin   ListDead:admin ReplayDead:admin
/favourites add         member
/favourites remove      member
/favourites list        member
/fib                    member
/funding                member
/help                   member
/journal list           member  ListJournal:member
/journal note           member  AddNote:member
/journal export         member  ExportJournal:member
/why                    member  WhyOrder:member
/killswitch fire        member  Fire:member Fire(all):admin
/killswitch resume      member  Resume:member Resume(all):admin
/killswitch show        member  GetSwitch:member GetSwitch(all):admin
/killswitch drill       admin   Drill:admin
/locale                 member
/timezone               member
/levels                 member
/memory show            member  GetMemory:member
/memory on              member  ChangeMemory:member
/memory off             member  ChangeMemory:member
/memory remember        member  RememberFact:member
/memory edit            member  RememberFact:member
/memory forget          member  ForgetFacts:member
/movers                 member
/oi                     member
/order buy              member  DraftOrder:member ConfirmTicket:member GetTicket:member DropTicket:member
/order sell             member  DraftOrder:member
/orders                 member  ListOrders:member
/cancel                 member  DraftCancel:member
/close                  member  DraftClose:member
/sl                     member  DraftProtection:member
/tp                     member  DraftProtection:member
/panel                  member  Debate:member
/paper reset            member  ResetPaper:member
/paper leaderboard      member  GetLeaderboard:member
/paper join             member  JoinSeason:member
/paper leave            member  JoinSeason:member
/paper season           admin   StartSeason:admin
/patterns               member
/persona list           member
/persona show           member
/persona set            member
/pivots                 member
/pnl                    member  GetPnl:member
/positions              member  ListPositions:member AnalysePositions:member SharePosition:member
/position               member  AnalysePositions:member
/price                  member
/privacy export         member
/privacy delete         member
/risk show              member  ShowRisk:member
/risk set               member  SetLimit:member SetLimit(looser):admin SetLimit(guild):admin
/schedule daily         admin   AddSchedule:admin
/schedule weekly        admin   AddSchedule:admin
/schedule sessions      admin   AddSchedule:admin
/schedule list          admin   ListSchedules:member
/schedule remove        admin   RemoveSchedule:admin
/settings show          member
/settings theme         member
/settings palette       member
/size                   member  SizePosition:member
/strategy list          member  ListStrategies:member
/strategy show          member  ListStrategies:member
/strategy start         member  StartStrategy:member
/strategy stop          member  StopStrategy:member
/quiet set              member  SetQuiet:member
/quiet off              member  SetQuiet:member
/subscribe              member  Subscribe:member Subscribe(channel):admin
/usage                  member  GetUsage:member
/unsubscribe            member  Unsubscribe:member Unsubscribe(channel):admin
/subscriptions          member  ListSubscriptions:member
-                       member  MuteLevels:member GetRight:member SetGuild:admin GetAudit:admin
"""
"""A command, the right that its check wants, and what it asks with the rights that the services want.

What stands without a command is asked by no command of its own.
"""
"""What is asked with, by the names in `COMMANDS`."""


@dataclass(frozen=True)
class Rule:
    """One line of `COMMANDS`."""

    command: str
    right: Right
    asks: Mapping[str, Right]


def _rules() -> Iterator[Rule]:
    for line in COMMANDS.strip().splitlines():
        command, _, rest = line.partition("  ")
        right, *asks = rest.split()
        pairs = [ask.rsplit(":", 1) for ask in asks]
        yield Rule(command, right, dict(pairs))  # type: ignore[arg-type]  # rights


RULES: Final = tuple(_rules())
ASKED: Final[Mapping[str, Right]] = {name: right for rule in RULES for name, right in rule.asks.items()}


def may(role: str, needed: Right) -> bool:
    """Return whether a role has a right, by what Discord says of its caller."""
    held = right_of(CALLERS[role], GuildSettings(guild_id=GUILD))
    return RANKS.index(held) >= RANKS.index(needed)


def _commands() -> Iterator[app_commands.Command[Any, Any, Any]]:
    for found in pkgutil.iter_modules(cogs.__path__):
        if found.name.startswith("_"):
            continue
        module = importlib.import_module(f"cogs.{found.name}")
        for value in vars(module).values():
            is_own = isinstance(value, type) and value.__module__ == module.__name__
            if is_own and issubclass(value, commands.Cog):
                for one in value.__cog_app_commands__:
                    yield from _leaves(one)


def _leaves(one: Any) -> Iterator[app_commands.Command[Any, Any, Any]]:
    if isinstance(one, app_commands.Group):
        for child in one.commands:
            yield from _leaves(child)
    else:
        yield one


THERE_ARE: Final = {f"/{one.qualified_name}": one for one in _commands()}


def test_every_command_has_its_line_and_every_line_its_command() -> None:
    assert {rule.command for rule in RULES} - {"-"} == THERE_ARE.keys()


def test_every_request_that_says_who_asks_is_in_the_table() -> None:
    for found in pkgutil.walk_packages(services.__path__, "services."):
        if found.name.endswith((".messages", ".feeds")):
            importlib.import_module(found.name)
    told = {one.__name__ for one in _family(Request) if "caller" in one.__struct_fields__}
    assert {name.partition("(")[0] for name in ASKED} == told
    assert ASKED.keys() == SAMPLES.keys()


def _family(root: type[Any]) -> Iterator[type[Any]]:
    for child in root.__subclasses__():
        if child.__module__.startswith("services."):
            yield child
        yield from _family(child)


class AsksForRights:
    """A host that knows the right of each member."""

    async def ask(self, request: GetRight, *, timeout: float = 2.0, remember: float = 0.0) -> Allowed:  # noqa: ASYNC109 - the host's own
        del timeout, remember
        caller = next(one for one in CALLERS.values() if one.user_id == request.caller.user_id)
        return Allowed(right=right_of(caller, GuildSettings(guild_id=GUILD)))


def interaction_of(role: str) -> Any:
    """Return an interaction as far as a check looks at one."""
    caller = CALLERS[role]
    return SimpleNamespace(
        user=SimpleNamespace(id=caller.user_id),
        guild_id=caller.guild_id,
        permissions=SimpleNamespace(
            administrator=False, manage_guild=False, manage_messages=False, mention_everyone=False
        ),
        client=SimpleNamespace(host=AsksForRights()),
    )


async def is_let_through(command: app_commands.Command[Any, Any, Any], role: str) -> bool:
    """Return whether the checks of a command let a role through."""
    for check in command.checks:
        try:
            if not await check(interaction_of(role)):  # type: ignore[misc]  # every check of ours is awaited
                return False
        except Refused as error:
            return not isinstance(error.error, NotAllowed)
    return True


@pytest.mark.parametrize("role", CALLERS)
async def test_the_check_of_every_command_lets_through_whom_the_table_says(role: str) -> None:
    rules = [rule for rule in RULES if rule.command != "-"]
    found = {rule.command: await is_let_through(THERE_ARE[rule.command], role) for rule in rules}
    assert found == {rule.command: may(role, rule.right) for rule in rules}


class NoBots:
    """A supervisor of nothing: whatever it is asked to do, there is no such bot."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def refuse(*_: Any, **__: Any) -> Any:
            raise UserMistake(f"There is no bot to {name}.")

        return refuse


def farm_service(bus: Bus) -> FarmService:
    async def right(caller: Caller) -> Right:
        return (await bus.ask(GetRight(caller=caller))).right

    async def status() -> farm.FarmStatus:
        raise UserMistake("There is no farm.")

    return FarmService(
        ServiceConfig(),
        supervisor=NoBots(),
        status=status,
        right_of=right,
        audit=lambda _: None,
        clock=SystemClock(),
        is_guide=lambda _: False,
    )


OF_THE_MARKET: Final = tuple(
    one
    for one in vars(market).values()
    if isinstance(one, type) and issubclass(one, Request) and one is not Request
)


async def no_market(_: Request[Any]) -> Message:
    raise ExchangeUnavailable("The venue does not answer.")


class Farm:
    """Every service that a command asks, in its process, but for the farm's own."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._farm = farm_service(bus)

    async def outcome(self, name: str, role: str) -> str:
        """Return ``allowed``, ``refused``, or what else came of a question."""
        request = msgspec.structs.replace(SAMPLES[name], caller=CALLERS[role])
        if "id" in request.__struct_fields__ and name != "WhyOrder":
            request = msgspec.structs.replace(request, id=f"{role}-{name}")
        try:
            if type(request).__module__ == farm.__name__:
                await self._farm.process(request)
            else:
                await self._bus.ask(request, timeout=8.0)
        except NotAllowed:
            return "refused"
        except NoAnswer as error:
            return "allowed" if name == "Drill" else f"{name}: {error.message}"
        except UserMistake as error:
            needs_guild = CALLERS[role].guild_id is None and "server" in f"{error.message} {error.hint}"
            return "refused" if needs_guild and ASKED[name] != "member" else "allowed"
        except OmegaError as error:
            return "allowed" if error.code != "FAULT-01" else f"{name}: {error.message}"
        return "allowed"


@pytest.fixture
async def running_services(tmp_path: Path) -> AsyncIterator[Farm]:
    sections = {"desk": {"mode": "live", "operator": "Omega Traders"}}
    environ = {"OMEGA_VAULT_KEY": Fernet.generate_key().decode()}
    async with AsyncExitStack() as opened:
        server = await opened.enter_async_context(running("unix"))
        venue = await opened.enter_async_context(running_exchange())
        bus = await opened.enter_async_context(open_bus(server.url, name="asker", clock=SystemClock()))
        await opened.enter_async_context(Loops(bus.answer("market", OF_THE_MARKET, no_market)))
        plan = farm_at(server, tmp_path, venue.url, sections=sections, environ=environ)
        await opened.enter_async_context(plan.running("members", services=["alerts", "position_analyzer"]))
        for name in ("desk", "chat"):
            await opened.enter_async_context(plan.running(name))
        yield Farm(bus)


LATER: Final = ({"SetLimit(looser)"}, {"ResetPaper", "JoinSeason"}, {"Drill", "Fire(all)", "Resume(all)"})
"""What changes what others ask about comes after them."""


def turn_of(name: str) -> int:
    return next((turn for turn, names in enumerate(LATER, 1) if name in names), 0)


@pytest.mark.slow
async def test_the_service_behind_every_command_refuses_whom_the_table_says(running_services: Farm) -> None:
    asked = [(name, role) for name in ASKED for role in CALLERS]
    found: dict[tuple[str, str], str] = {}
    for turn in range(1 + len(LATER)):
        some = [pair for pair in asked if turn_of(pair[0]) == turn]
        outcomes = await asyncio.gather(*(running_services.outcome(*pair) for pair in some))
        found |= dict(zip(some, outcomes, strict=True))
    wanted = {pair: "allowed" if may(pair[1], ASKED[pair[0]]) else "refused" for pair in asked}
    assert {pair: one for pair, one in found.items() if one != wanted[pair]} == {}

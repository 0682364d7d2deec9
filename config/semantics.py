"""What a farm file must also fulfil beyond its schema: names that exist, and entries that do not collide."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from config.farm_file import ALONE, AlertsSection, BotEntry, DeskSection, ExchangeSection, FarmFile
from config.models import lacks_of_chat
from config.problems import nearest
from config.strict_yaml import Keys, dotted
from config.venues import CCXT_VENUES, SANDBOX, SANDBOX_TWIN, VENUES
from config.ways import expected_of, lacks_of

GUIDE = "waze"
"""The persona that carries every cog in one-application mode."""
_FRESHEST = timedelta(seconds=1)
"""Between two prices of a quiet market a second passes easily: with less, most would be refused."""


_MARKET = re.compile(r"[A-Z0-9]+/[A-Z0-9]+(:[A-Z0-9]+)?")
_SHORTEST_SILENCE = timedelta(seconds=3)
"""The desk says every second that it is there: with less, one slow second would be taken for its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The names that a farm file may refer to."""

    personas: frozenset[str]
    cogs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that the schema cannot see."""

    keys: Keys
    expected: str

    @property
    def key(self) -> str:
        """The dotted path."""
        return dotted(self.keys)


def look_round(*, personas: Path, cogs: Path) -> Surroundings:
    """List the personas (folders with a persona.yaml) and the cogs (public modules) that there are."""
    return Surroundings(
        personas=frozenset(card.parent.name for card in personas.glob("*/persona.yaml")),
        cogs=frozenset(module.stem for module in cogs.glob("*.py") if not module.stem.startswith("_")),
    )


def check(file: FarmFile, there: Surroundings) -> Iterator[Flaw]:
    """Yield every flaw, in no particular order."""
    if not file.bots:
        yield Flaw(("bots",), "expected at least one bot")
    for name, entry in file.bots.items():
        yield from _entry(name, entry, there)
    yield from _each_once(file, "persona", lambda name, entry: [entry.persona_of(name) or ""])
    yield from _each_once(file, "kind", lambda name, entry: [*entry.kinds_of(name)])
    yield from _ports(file)
    yield from _exchange(file.exchange)
    yield from _ways(file.alerts)
    yield from _desk(file.desk, file.exchange)
    yield from (Flaw(("chat", *keys), lack) for keys, lack in lacks_of_chat(file, there.personas))
    if file.discord.applications == "one" and GUIDE not in _personas(file):
        yield Flaw(
            ("discord", "applications"), f"expected the bot {GUIDE} among bots, it carries every command then"
        )


def _personas(file: FarmFile) -> set[str | None]:
    return {entry.persona_of(name) for name, entry in file.bots.items()}


def _entry(name: str, entry: BotEntry, there: Surroundings) -> Iterator[Flaw]:
    at, kind = ("bots", name), entry.kind_of(name)
    if entry.services and not ALONE.isdisjoint(entry.kinds_of(name)):
        yield Flaw((*at, "services"), f"expected no services here, {kind} always stands alone")
    if kind == "persona":
        yield from _persona(name, entry, there)
        return
    if name in there.personas:
        yield Flaw(at, f"expected another name, {name} is a persona and this is {kind}")
    for key, value in (("persona", entry.persona), ("cogs", entry.cogs)):
        if value is not None:
            yield Flaw((*at, key), f"expected {key} only for a persona bot, this one is {kind}")


def _persona(name: str, entry: BotEntry, there: Surroundings) -> Iterator[Flaw]:
    at = ("bots", name)
    persona = entry.persona or name
    if persona not in there.personas:
        known = nearest(persona, there.personas) + "; there are: " + ", ".join(sorted(there.personas))
        yield Flaw((*at, "persona") if entry.persona else at, f"expected a folder personas/{persona}{known}")
    for number, cog in enumerate(entry.cogs or ()):
        if cog not in there.cogs:
            yield Flaw((*at, "cogs", number), f"expected the name of a cog{nearest(cog, there.cogs)}")


def _each_once(file: FarmFile, what: str, names: Callable[[str, BotEntry], list[str]]) -> Iterator[Flaw]:
    seen: dict[str, str] = {}
    for bot, entry in file.bots.items():
        for name in names(bot, entry):
            if name in {"", "persona"}:
                continue
            if name in seen:
                yield Flaw(("bots", bot), f"expected each {what} once, {name} is in {seen[name]} too")
            seen.setdefault(name, bot)


def _ports(file: FarmFile) -> Iterator[Flaw]:
    health = file.observe.health_port
    if health and health == file.discord.port and file.discord.mode == "sandbox":
        yield Flaw(("observe", "health_port"), f"expected a port of its own, discord.port is {health} too")


def _exchange(section: ExchangeSection) -> Iterator[Flaw]:
    at = ("exchange", "id")
    if section.id == SANDBOX_TWIN:
        yield Flaw(at, f"expected {SANDBOX} or a venue, {SANDBOX_TWIN} may only stand in exchange.compare")
    elif section.id not in VENUES:
        yield Flaw(at, _no_venue(section.id))
    for number, name in enumerate(section.compare):
        if expected := _compared(name, section.id, section.compare[:number]):
            yield Flaw(("exchange", "compare", number), expected)
    if section.stale_after < _FRESHEST:
        yield Flaw(
            ("exchange", "stale_after"), "expected at least 1s, few markets have a new price more often"
        )


def _ways(section: AlertsSection) -> Iterator[Flaw]:
    for name, way in section.ways.items():
        if expected := expected_of(name):
            yield Flaw(("alerts", "ways", name), expected)
        for key, expected in lacks_of(way):
            yield Flaw(("alerts", "ways", name, key), expected)


def _desk(section: DeskSection, exchange: ExchangeSection) -> Iterator[Flaw]:
    if section.mode == "live":
        yield from _live(section, exchange)
    for number, name in enumerate(section.venues):
        if name not in CCXT_VENUES:
            expected = f"expected the name of an exchange in ccxt{nearest(name, CCXT_VENUES)}"
            yield Flaw(("desk", "venues", number), expected)
    for number, market in enumerate(section.markets):
        if not _MARKET.fullmatch(market):
            yield Flaw(("desk", "markets", number), "expected a market such as BTC/USDT:USDT")
    if section.watchdog_after < _SHORTEST_SILENCE:
        yield Flaw(
            ("desk", "watchdog_after"), f"expected at least {_SHORTEST_SILENCE.seconds}s, to be sure of it"
        )


def _live(section: DeskSection, exchange: ExchangeSection) -> Iterator[Flaw]:
    if not section.operator.strip():
        expected = "expected who runs this farm, as members are told before they trust it with a key"
        yield Flaw(("desk", "operator"), expected)
    if exchange.id not in CCXT_VENUES:
        expected = (
            f"expected paper, exchange.id is {exchange.id}: real orders need the prices of a real venue"
        )
        yield Flaw(("desk", "mode"), expected)


def _compared(name: str, own: str, before: tuple[str, ...]) -> str:
    """Return what was expected in place of `name`, a venue to compare with; nothing where it may stand."""
    if name not in VENUES:
        return _no_venue(name)
    if name == own:
        return "expected another venue than exchange.id, which is compared with these anyway"
    return "expected each venue once" if name in before else ""


def _no_venue(name: str) -> str:
    known = f"expected {SANDBOX} or the name of an exchange in ccxt, such as binance or kraken"
    return known + nearest(name, VENUES)

"""The process of a persona bot: one Discord application, its persona's voice and cogs, and nothing else."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Coroutine
from typing import Any

from bots.process import Process
from bots.waze.attempts import NONCE_LIFE, SANDBOX_NONCE_LIFE
from bots.waze.bot import WazeBot
from bots.waze.courier import Courier, Ways
from bots.waze.host import FarmBus, Role, WazeHost
from bots.waze.invalid import MOST, SECONDS, SHARED, InvalidRequests
from bots.waze.line import Line, OnState, Patience
from bots.waze.notices import Noticeboard
from bots.waze.outbound import Outbound
from bots.waze.pace import Pace
from bots.waze.panel import PanelSeat
from bots.waze.presence import Presence
from bots.waze.reception import Reception, Spawn
from bots.waze.redirect import expect_no_voice, point_discord_at
from bots.wiring import open_process_bus
from config.farm_file import DiscordSection, LimitsSection
from config.process import ProcessSpec
from config.semantics import GUIDE
from services.errors import Misconfigured
from services.farm.messages import FARM_NOTICES
from services.personas.card import AVATAR
from services.personas.messages import PANEL_TURNS
from services.personas.roster import Roster, read_roster

_SANDBOX_READY_WITHIN = 0.2
_DISCORD_READY_WITHIN = 2.0
"""Seconds after the last guild until the bot counts as ready."""
_SANDBOX_PATIENCE = Patience(after_refusal=1.0, after_defect=2.0, lost=2.0, glance=0.25)
"""A sandbox that was restarted has forgotten every session and counts no identifies: be quick."""
_FARM_COG = "farm"
_EVERYBODYS = "chat"
"""Every bot carries this cog, whatever its card says."""


async def run(process: Process) -> None:
    """Be the persona's bot until the process is asked to stop.

    Raises:
        Misconfigured: the persona, its token or the intents are not as they must be.
    """
    process.report("discord", is_ready=False, reason="connecting to Discord")
    roster = read_roster(process.spec.personas, own=process.spec.entry.persona or process.spec.name)
    role = role_of(process.spec, roster)
    token = token_of(process)
    expect_no_voice()
    if process.spec.discord_url is not None:
        point_discord_at(process.spec.discord_url)
    async with open_process_bus(process) as bus:
        await PersonaBot(process, role, roster, bus).live(token)


def role_of(spec: ProcessSpec, roster: Roster) -> Role:
    """Return whom the bot is.

    Raises:
        Misconfigured: there is no such persona, or another bot speaks for it.
    """
    name = spec.entry.persona or spec.name
    card = roster.cards.get(name)
    if card is None:
        raise Misconfigured(f"{spec.personas}: no persona {name}; there are {', '.join(roster.cards)}.")
    roster.voice(card.name).check()
    is_alone = spec.discord is not None and spec.discord.applications == "one"
    if is_alone and card.name != GUIDE:
        hint = "Disable this bot, or set discord.applications to many."
        raise Misconfigured(f"There is one application, in which {GUIDE} speaks for {card.name}.", hint=hint)
    own = [cog for one in roster.cards.values() for cog in one.cogs] if is_alone else card.cogs
    cogs = dict.fromkeys([*(spec.entry.cogs or own), _EVERYBODYS])
    return Role(persona=card, cogs=tuple(cogs), is_alone=is_alone)


def token_of(process: Process) -> str:
    """Return the token to log in with; the farm has looked at its shape.

    Raises:
        Misconfigured: there is none.
    """
    token = process.secrets.discord_token
    if token is None:
        name = process.spec.name
        raise Misconfigured(f"{name} has no Discord token.", hint=f"Set OMEGA_TOKEN_{name.upper()}.")
    return token.get_secret_value()


class PersonaBot:
    """One bot with the loops it needs, through as many clients as its line takes."""

    def __init__(
        self,
        process: Process,
        role: Role,
        roster: Roster,
        bus: FarmBus,
        *,
        sandbox_ready_within: float = _SANDBOX_READY_WITHIN,
    ) -> None:
        self._process = process
        self._bus = bus
        is_sandbox = process.spec.discord_url is not None
        section = process.spec.discord or DiscordSection()
        self._reads_all = section.message_content
        self._ready_within = sandbox_ready_within if is_sandbox else _DISCORD_READY_WITHIN
        self._host = WazeHost(role=role, roster=roster, bus=bus, clock=process.clock)
        self._client: WazeBot | None = None
        self._is_ready = asyncio.Event()
        name, clock = role.persona.name, process.clock
        shared = bus.quota(SHARED, units=MOST, seconds=SECONDS)
        self._presence = Presence(name, self._ready_client, bus, clock=clock)
        self._refusals = InvalidRequests(shared, functools.partial(bus.append, FARM_NOTICES), clock)
        self._outbound = Outbound(Pace(clock, most=section.requests_per_second), self._refusals)

    async def live(self, token: str) -> None:
        """Stay connected until the process is asked to stop."""
        async with asyncio.TaskGroup() as group:

            def spawn(work: Coroutine[Any, Any, None]) -> None:
                group.create_task(work)

            line = self._line(token, spawn)
            loops = [line.stay(), line.watch(), *self._post(), *self._panels(), *self._notices()]
            tasks = [group.create_task(loop) for loop in loops]
            await self._process.stopping.wait()
            for task in tasks:
                task.cancel()
        await self._presence.leave()

    def _line(self, token: str, spawn: Spawn) -> Line:
        spec = self._process.spec
        reception = Reception(self._host, spec.limits or LimitsSection(), spawn)
        return Line(
            make=functools.partial(self._make, reception),
            token=token,
            clock=self._process.clock,
            report=self._report,
            patience=Patience() if spec.discord_url is None else _SANDBOX_PATIENCE,
        )

    def _make(self, reception: Reception, on_state: OnState) -> WazeBot:
        spec = self._process.spec
        self._client = WazeBot(
            host=self._host,
            reception=reception,
            run=spec.var / "run",
            portrait=spec.personas / self._host.persona.name / AVATAR,
            ready_within=self._ready_within,
            reads_all=self._reads_all,
            on_state=on_state,
            trace=self._outbound.trace(),
        )
        return self._client

    def _report(self, missing: str | None) -> None:
        if missing is None:
            self._is_ready.set()
        else:
            self._is_ready.clear()
        self._process.report("discord", is_ready=missing is None, reason=missing or "")

    def _notices(self) -> list[Coroutine[Any, Any, None]]:
        discord_section = self._process.spec.discord
        channel = None if discord_section is None else discord_section.admin_channel
        if channel is None or _FARM_COG not in self._host.role.cogs:
            return []
        return [self._bus.consume(FARM_NOTICES, "noticeboard", Noticeboard(self._ready_client, channel).post)]

    def _post(self) -> list[Coroutine[Any, Any, None]]:
        """Be present as this persona, and post what is addressed to it."""
        nonce_life = NONCE_LIFE if self._process.spec.discord_url is None else SANDBOX_NONCE_LIFE
        ways = Ways(
            ready_client=self._ready_client,
            presence=self._presence,
            outbound=self._outbound,
            refusals=self._refusals,
        )
        courier = Courier(self._host.persona.name, self._host, ways, nonce_life=nonce_life)
        carrying = [courier.carry(self._bus, is_urgent=is_urgent) for is_urgent in (True, False)]
        return [self._presence.stay(), self._refusals.watch(), *carrying]

    def _panels(self) -> list[Coroutine[Any, Any, None]]:
        """Take this persona's turns in panels, and keep those that it was asked for."""
        card, roster = self._host.persona, self._host.roster
        seat = PanelSeat(card, roster, self._ready_client, self._bus, clock=self._process.clock)
        return [self._bus.consume(PANEL_TURNS, f"panel-{card.name}", seat.take), seat.watch()]

    async def _ready_client(self) -> WazeBot:
        while self._client is None or not self._is_ready.is_set():
            await self._is_ready.wait()
        return self._client

"""Where every interaction and message comes in and leaves: admission, errors as replies, one log line each.

The one broad except that turns an error into a reply stands here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any

import aiohttp
import discord
import structlog
from discord import app_commands

from bots.waze.answer import Answer, answer_of
from bots.waze.catalogue import is_carried
from bots.waze.host import WazeHost
from bots.waze.limiter import Limiter, Places, Verdict, is_guarding
from cogs._host import Asked, Refused
from cogs._ui.card import Card
from cogs._ui.errors import error_card
from config.farm_file import LimitsSection
from services.errors import Fault, OmegaError, SlowDown, Unavailable, UserMistake
from services.memory import Seen
from services.personas.voice import Voice

DEFER_AFTER = 1.8
"""Seconds; Discord forgets an interaction that is not acknowledged within 3."""
PLACES = 96
"""Interactions that wait for their acknowledgement at once; even at 50 a second none waits 2 seconds."""
_FORGOTTEN_AFTER = 3.0
_PRESSED = {discord.InteractionType.component: "button", discord.InteractionType.modal_submit: "form"}
_TYPING = LimitsSection(commands_per_second=5.0, burst=20)
"""Autocompletion asks with every key; its own allowance, and no notice."""
_GUARDING = LimitsSection(commands_per_second=2.0, burst=20, notice_every=timedelta(0))
"""Halting, closing and confirming; each that is refused is told so."""

Spawn = Callable[[Coroutine[Any, Any, None]], None]

log = structlog.get_logger(__name__)


async def outcome_of(work: Awaitable[None]) -> Exception | None:
    """Return the error that ended `work`, to be said to the member; None where it went well."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 - the one handler that turns an error into a reply
        return error
    return None


async def said(
    error: Exception, card: Card | None, send: Callable[[Card], Awaitable[None]]
) -> dict[str, str]:
    """Send the card of `error`; return how a log line tells of both.

    Args:
        error: what is to be said.
        card: how it is said; None where nothing can be said.
        send: brings the card to the member.
    """
    unsent = error if card is None else await outcome_of(send(card))
    return outcome_facts(error) if unsent is None else {"outcome": "unsent", "why": str(unsent)}


def as_omega(error: Exception) -> OmegaError:
    """Return the error of our tree that `error` stands for; a defect becomes a `Fault`."""
    cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
    if isinstance(cause, OmegaError):
        return cause
    if isinstance(cause, Refused):
        return cause.error
    if isinstance(cause, app_commands.TransformerError):
        return UserMistake(f"{cause.value} does not fit there.", hint="Pick one of the choices offered.")
    if isinstance(cause, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        return UserMistake("That command has changed since.", hint="Type / again and pick it anew.")
    return Fault("A defect of ours stopped that.")


def _at_least(own: LimitsSection, limits: LimitsSection) -> LimitsSection:
    """Return limits that are never below those of all other commands."""
    return own.model_copy(
        update={
            "commands_per_second": max(own.commands_per_second, limits.commands_per_second),
            "burst": max(own.burst, limits.burst),
        }
    )


class Reception:
    """Admits what comes in within the member's limits; each is answered and logged once."""

    def __init__(self, host: WazeHost, limits: LimitsSection, spawn: Spawn) -> None:
        self._host = host
        self._limiter = Limiter(limits, host.clock)
        self._typing = Limiter(_TYPING, host.clock)
        self._guarding = Limiter(_at_least(_GUARDING, limits), host.clock)
        self._places = Places(PLACES, host.clock, lapse=_FORGOTTEN_AFTER)
        self._seen = Seen()
        self._spawn = spawn

    async def admit(self, interaction: Asked) -> bool:
        """Return whether to go on with `interaction`; says so where a refusal deserves a notice."""
        if interaction.type is discord.InteractionType.autocomplete:
            return self._typing.admit(interaction.user.id) == "admitted"
        verdict, limiter = self._verdict(interaction)
        if verdict == "dropped":
            return False
        self._places.take(interaction.id)
        answer = interaction.extras["answer"] = Answer(
            interaction,
            started=self._host.clock.monotonic(),
            on_acknowledged=lambda: self._places.leave(interaction.id),
        )
        if verdict == "notice":
            interaction.extras["voice"] = self._host.voice_at_hand(interaction)
            await self.fail(interaction, _slow_down(limiter, interaction.user.id))
            return False
        answer.defer_after(DEFER_AFTER, lambda deferral: self._spawn(self._quietly(interaction, deferral)))
        return True

    def _verdict(self, interaction: Asked) -> tuple[Verdict, Limiter]:
        """Decide on an interaction; what guards money needs no place and has an allowance of its own."""
        about: Any = interaction.data or {}
        if not is_guarding(about):
            return self.judge(interaction.id, interaction.user.id), self._limiter
        if not self._seen.first_sight(interaction.id):
            return "dropped", self._guarding
        return self._guarding.admit(interaction.user.id), self._guarding

    def judge(self, event: int, member: int) -> Verdict:
        """Decide on one event of a member, however many wait; one that was delivered twice is dropped."""
        if not self._seen.first_sight(event):
            return "dropped"
        return self._limiter.refuse(member) if self._places.is_full() else self._limiter.admit(member)

    def slow_down(self, member: int) -> SlowDown:
        """Return the notice for a member who is too fast."""
        return _slow_down(self._limiter, member)

    async def attend(self, interaction: Asked, work: Awaitable[None]) -> None:
        """Do the work of an admitted interaction to its end: an answer or an error that is said."""
        error = await outcome_of(work)
        if error is None:
            self.finish(interaction)
        else:
            await self.fail(interaction, error)

    def finish(self, interaction: Asked) -> None:
        """Log an interaction that was answered."""
        self._write_line(interaction, outcome="answered")

    async def fail(self, interaction: Asked, error: Exception) -> None:
        """Say `error` in the persona's voice, and log the interaction with its code."""
        voice: Voice = interaction.extras.get("voice") or await self._host.speaker(interaction)
        retry = _retry_of(interaction)
        card = self.card_of(error, voice, key=str(interaction.id), retry=retry)
        self._write_line(interaction, **await said(error, card, answer_of(interaction).send_aside))

    def card_of(self, error: Exception, voice: Voice, *, key: str, retry: str | None = None) -> Card | None:
        """Return how `error` is said; None where Discord itself refused, so that nothing can be said."""
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        if isinstance(cause, discord.HTTPException | aiohttp.ClientError):
            return None
        known = as_omega(error)
        if isinstance(known, Fault) and not isinstance(cause, OmegaError):
            log.error("command_broke", ref=key, exc_info=cause)
        can_show = is_carried(self._host.roster, "price")
        return error_card(known, voice, key=key, can_show_markets=can_show, retry=retry)

    def _write_line(self, interaction: Asked, **facts: str) -> None:
        started = answer_of(interaction).started
        log.info(
            "command_handled",
            command=_name(interaction),
            user_id=interaction.user.id,
            ms=round((self._host.clock.monotonic() - started) * 1000, 1),
            **facts,
        )

    async def _quietly(self, interaction: Asked, deferral: Awaitable[None]) -> None:
        error = await outcome_of(deferral)
        if error is not None:
            log.warning("deferral_failed", command=_name(interaction), why=str(error))


def _slow_down(limiter: Limiter, member: int) -> SlowDown:
    return SlowDown.after(max(1.0, limiter.wait(member)))


def outcome_facts(error: Exception) -> dict[str, str]:
    """Return how a log line names `error`: refused, unavailable or fault, and its code."""
    known = as_omega(error)
    if isinstance(known, UserMistake):
        outcome = "refused"
    else:
        outcome = "unavailable" if isinstance(known, Unavailable) else "fault"
    return {"outcome": outcome, "code": known.code}


def _retry_of(interaction: Asked) -> str | None:
    """Return the custom id that does the same again: the pressed one, or what the command says."""
    if interaction.type is discord.InteractionType.component:
        data: Any = interaction.data
        return str(data["custom_id"])
    command = interaction.command
    retry = command.extras.get("retry") if isinstance(command, app_commands.Command) else None
    try:
        return None if retry is None else str(retry(interaction.namespace))
    except ValueError:  # what the member typed does not fit into a button
        return None


def _name(interaction: Asked) -> str:
    kind = _PRESSED.get(interaction.type)
    if kind is not None:
        data: Any = interaction.data
        return f"{kind} {data['custom_id']}"
    command = interaction.command
    return "unknown" if command is None else command.qualified_name

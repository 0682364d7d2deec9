"""All interactions that may still be answered, by id and by token, and the deadline of each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sandbox.discord.events import Event, Events
from sandbox.discord.faults import FaultSwitch
from sandbox.discord.interactions.model import Interaction, State
from sandbox.discord.rules.refusal import Refused

MOST_KEPT = 20_000
TOO_LATE = "The application did not respond in time"
OFFLINE = "The application is not connected"


class Register:
    """Keeps interactions through their states: sent, then acknowledged or failed, then expired."""

    def __init__(self, events: Events, switch: FaultSwitch, monotonic: Callable[[], float]) -> None:
        self._events = events
        self._switch = switch
        self._monotonic = monotonic
        self._by_id: dict[str, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}

    def add(self, interaction: Interaction, *, is_connected: bool) -> None:
        """Start the deadline of a new interaction; a client that is away may yet come back in time."""
        self._prune()
        self._by_id[interaction.id] = interaction
        self._by_token[interaction.token] = interaction
        deadline = self._switch.now.interaction_deadline_s
        loop = asyncio.get_running_loop()
        interaction.timer = loop.call_later(
            deadline, self.fail, interaction, TOO_LATE if is_connected else OFFLINE
        )

    def opened(self, interaction_id: str) -> Interaction | None:
        """Return an interaction by its id, whatever has become of it."""
        return self._by_id.get(interaction_id)

    def unanswered(self, interaction_id: str, token: str) -> Interaction:
        """Return an interaction that still waits for its callback, or refuse with 10062 or 40060."""
        interaction = self._by_id.get(interaction_id)
        if interaction is None or interaction.token != token or self._is_late(interaction):
            raise Refused(404, 10062, "Unknown interaction")
        if interaction.state == "acknowledged":
            raise Refused(400, 40060, "Interaction has already been acknowledged.")
        return interaction

    def answered(self, application_id: str, token: str) -> Interaction:
        """Return an acknowledged interaction whose token still lives, or refuse with 10015 or 50027."""
        interaction = self._by_token.get(token)
        if interaction is None or interaction.application_id != application_id:
            raise Refused(404, 10015, "Unknown Webhook")
        if interaction.state != "acknowledged":
            raise Refused(404, 10015, "Unknown Webhook")
        if self._monotonic() - interaction.created > self._switch.now.token_life_s:
            raise Refused(401, 50027, "Invalid Webhook Token")
        return interaction

    def acknowledge(self, interaction: Interaction, callback_type: int) -> None:
        """Note the callback and stop the deadline."""
        interaction.callback_type = callback_type
        self._end(interaction, "acknowledged", "")

    def fail(self, interaction: Interaction, reason: str) -> None:
        """Give an interaction up; its callback will be refused."""
        self._end(interaction, "failed", reason)

    def announce(self, interaction: Interaction) -> None:
        """Tell the member who did it how it stands."""
        payload = {
            "interaction_id": interaction.id,
            "nonce": interaction.nonce,
            "state": interaction.state,
        }
        if interaction.reason:
            payload["reason"] = interaction.reason
        self._events.emit(Event(type="INTERACTION", payload=payload, only_for=interaction.user_id))

    def _is_late(self, interaction: Interaction) -> bool:
        if interaction.state == "failed":
            return True
        waited = self._monotonic() - interaction.created
        return interaction.state == "sent" and waited > self._switch.now.interaction_deadline_s

    def _end(self, interaction: Interaction, state: State, reason: str) -> None:
        interaction.state, interaction.reason = state, reason
        if interaction.timer is not None:
            interaction.timer.cancel()
            interaction.timer = None
        self.announce(interaction)
        interaction.changed()

    def _prune(self) -> None:
        horizon = self._monotonic() - 2 * self._switch.now.token_life_s
        while self._by_id:
            oldest = next(iter(self._by_id.values()))
            if len(self._by_id) < MOST_KEPT and oldest.created > horizon:
                return
            del self._by_id[oldest.id]
            del self._by_token[oldest.token]

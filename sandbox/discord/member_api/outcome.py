"""Waiting for what becomes of an interaction: until it has failed, or its answer is no longer loading."""

from __future__ import annotations

import asyncio

from sandbox.discord.interactions.model import DEFERRED_MESSAGE, DEFERRED_UPDATE, Interaction
from sandbox.discord.messages.posting import shown_to
from sandbox.discord.realm import Realm
from sandbox.discord.wire import Json
from sandbox.discord.world.model import LOADING, Message

LONGEST_WAIT_S = 15.0
UPDATE_WAIT_S = 2.0
"""How long a deferred update is waited for: it may never come, and nobody sees that it does not."""
FOLLOW_WAIT_S = 5.0
"""How long a follow-up is waited for after a deferred message was deleted: it may never come, either."""


async def outcome(realm: Realm, interaction: Interaction) -> Json:
    """Wait, and return the interaction's state with everything that answers it."""
    woken = asyncio.Event()
    interaction.waiters.append(woken)
    deadline = realm.clock.monotonic() + LONGEST_WAIT_S
    try:
        while not _is_settled(interaction):
            left = _patience(realm, interaction, deadline)
            if left <= 0:
                break
            woken.clear()
            await _woken_within(woken, left)
    finally:
        interaction.waiters.remove(woken)
    return _said(realm, interaction)


async def _woken_within(woken: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await woken.wait()
    except TimeoutError:
        return


def _patience(realm: Realm, interaction: Interaction, deadline: float) -> float:
    if interaction.callback_type == DEFERRED_UPDATE:
        deadline = min(deadline, interaction.created + UPDATE_WAIT_S)
    if _is_taken_back(interaction):
        deadline = min(deadline, interaction.created + FOLLOW_WAIT_S)
    return deadline - realm.clock.monotonic()


def _is_settled(interaction: Interaction) -> bool:
    if interaction.state == "sent":
        return False
    if interaction.callback_type == DEFERRED_MESSAGE:
        return not interaction.is_deferred and not _is_taken_back(interaction)
    if interaction.callback_type == DEFERRED_UPDATE:
        return interaction.edits > 0
    return True


def _is_taken_back(interaction: Interaction) -> bool:
    """Tell whether a deferred message was deleted and nothing has followed it."""
    was_deferred = interaction.callback_type == DEFERRED_MESSAGE
    return was_deferred and interaction.original is None and not interaction.followups


def _said(realm: Realm, interaction: Interaction) -> Json:
    told: Json = {
        "interaction_id": interaction.id,
        "state": interaction.state,
        "elapsed_ms": round((realm.clock.monotonic() - interaction.created) * 1000, 3),
        "messages": [],
    }
    if interaction.state == "failed":
        return {**told, "reason": interaction.reason}
    told["callback_type"] = interaction.callback_type
    original = interaction.original
    if original is not None:
        told["message"] = shown_to(original, interaction.user_id)
    if interaction.modal is not None:
        told["modal"] = {
            "interaction_id": interaction.id,
            "application_id": interaction.application_id,
            **interaction.modal,
        }
    told["messages"] = [
        shown_to(message, interaction.user_id)
        for message in (original, *interaction.followups)
        if message is not None and _is_there(message)
    ]
    return told


def _is_there(message: Message) -> bool:
    return not message.data["flags"] & LOADING

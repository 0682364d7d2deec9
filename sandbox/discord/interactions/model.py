"""One interaction: who did what, how far the bot has answered, and what came of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Literal

from sandbox.discord.wire import Json
from sandbox.discord.world.model import Channel, Message

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9

State = Literal["sent", "acknowledged", "failed"]


@dataclass(slots=True, kw_only=True, eq=False)
class Interaction:
    """An interaction from the member's action to the last thing its token may still do."""

    id: str
    token: str
    application_id: str
    type: int
    user_id: str
    channel: Channel
    data: Json
    created: float
    """Monotonic seconds."""
    metadata: Json
    """What messages that answer it carry as ``interaction_metadata``."""
    nonce: str | None = None
    locale: str = "en-US"
    """The language of the member's Discord."""
    source: Message | None = None
    """The message whose component was used, also where that component opened this modal."""
    opener: Interaction | None = None
    """What opened the modal that this submits."""
    state: State = "sent"
    reason: str = ""
    callback_type: int | None = None
    original: Message | None = None
    """What ``@original`` stands for."""
    is_deferred: bool = False
    """Whether the next follow-up fills the message that was deferred."""
    followups: list[Message] = field(default_factory=list)
    modal: Json | None = None
    choices: list[Json] = field(default_factory=list)
    edits: int = 0
    timer: asyncio.TimerHandle | None = None
    waiters: list[asyncio.Event] = field(default_factory=list)

    def changed(self) -> None:
        """Wake whoever waits for what becomes of it."""
        for waiter in self.waiters:
            waiter.set()

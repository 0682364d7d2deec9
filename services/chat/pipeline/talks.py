"""What each conversation was about last, so that "and on 1h?" is understood. It is kept in memory alone."""

from __future__ import annotations

from typing import Final

from services.chat.intents import Understood
from services.chat.keeping.conversations import Conversations
from services.chat.messages import Converse
from services.clock import Clock
from services.locales import Locale
from services.memory import Remembered

_MOST: Final = 4_096


class Talks:
    """The last understood wish of each conversation, and whether its members were told what a model is."""

    def __init__(self, clock: Clock, *, talk_for: float) -> None:
        self._last: Remembered[str, Understood] = Remembered(clock, size=_MOST)
        self._told: Remembered[str, bool] = Remembered(clock, size=_MOST)
        self._talk_for = talk_for

    def last(self, request: Converse) -> Understood | None:
        """Return what was wanted last, while the conversation goes on."""
        return self._last.get(Conversations.key_of(request))

    def spoken(self, request: Converse) -> Locale | None:
        """Return the language of the conversation so far."""
        last = self.last(request)
        return None if last is None else last.locale

    def keep(self, request: Converse, understood: Understood) -> None:
        """Remember what was wanted."""
        self._last.keep(Conversations.key_of(request), understood, seconds=self._talk_for)

    def forget(self, user_id: str) -> None:
        """Let go of what a member wanted."""
        self._last.forget(lambda understood: understood.caller.user_id == user_id)

    def is_first(self, request: Converse) -> bool:
        """Return whether this conversation has not been told yet that a model speaks; it counts as told."""
        key = Conversations.key_of(request)
        is_first = self._told.get(key) is None
        self._told.keep(key, value=True, seconds=self._talk_for)
        return is_first

"""The words of deliveries: the same alert in the same state keeps them when its message is edited."""

from __future__ import annotations

from typing import Final

from cogs._ui.alert_cards import spoken, subject_of
from services.alerts.posts import Delivery
from services.clock import Clock
from services.memory import Remembered
from services.personas.voice import Voice

_KEPT_FOR: Final = 3600.0
_KEPT: Final = 2_048

Said = tuple[str, str, str, str, str]


class Wording:
    """Says what a delivery is about, in a voice."""

    def __init__(self, clock: Clock) -> None:
        self._said: Remembered[Said, str] = Remembered(clock, size=_KEPT)

    def verdict(self, delivery: Delivery, voice: Voice) -> str:
        """Return the line of a delivery; what was said of the same facts lately is said again."""
        line, facts = spoken(delivery.body, voice)
        subject = subject_of(delivery)
        key = (subject, voice.card.name, voice.locale, line, repr(facts))
        known = self._said.get(key)
        if known is None:
            known = voice.render(line, key=subject, **facts)
            self._said.keep(key, known, seconds=_KEPT_FOR)
        return known

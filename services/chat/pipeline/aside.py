"""What is for the member alone: a card with a button where others read, the answer itself where none do."""

from __future__ import annotations

from typing import Final

from services.chat.intents import INTENTS, Intent, Understood
from services.chat.messages import ActionShown, Reply, Shown, ShowPrivate
from services.chat.pipeline.answered import Answered
from services.chat.pipeline.deciding import is_private
from services.chat.pipeline.hearing import Heard
from services.chat.pipeline.offline import spoken
from services.chat.pipeline.pressing import Press
from services.chat.pipeline.wishes import private_wish
from services.chat.ports import Answers
from services.errors import UserMistake
from services.personas.roster import Roster
from services.personas.routing import Question
from services.personas.voice import Voice

_LONGEST_MARKET: Final = 40


class Aside:
    """Answers what is private."""

    def __init__(self, answers: Answers, roster: Roster, *, press: Press) -> None:
        self._answers = answers
        self._roster = roster
        self._press = press

    def offer(self, heard: Heard, understood: Understood) -> Answered:
        """Return the card that promises the answer behind a button."""
        card = spoken(heard, "chat_private", {"what": private_wish(understood.intent, heard.voice)})
        button = ActionShown(
            label=heard.voice.text("Show me alone"), press=self._press_of(understood), style="primary"
        )
        shown = Shown(verdict=card.verdict, accent=card.accent, actions=[button])
        return Answered(card=shown, is_private=True)

    async def show(self, request: ShowPrivate) -> Reply:
        """Return what a button promised, to whoever pressed it.

        Raises:
            UserMistake: it promised nothing of the kind.
        """
        voice = self._roster.voice(request.persona, request.locale)
        intent = next((one for one in INTENTS if one == request.intent), None)
        card = None if intent is None else await self._card(intent, request, voice)
        if card is None:
            raise UserMistake("That cannot be shown here.", hint="Ask the question again.")
        return Reply(card=card)

    async def _card(self, intent: Intent, request: ShowPrivate, voice: Voice) -> Shown | None:
        if not is_private(intent, self._answers.topics):
            return None
        understood = Understood(
            intent=intent,
            question=Question(""),
            locale=voice.locale,
            caller=request.caller,
            market=request.market or None,
        )
        return await self._answers.answer(understood, voice, key=request.id)

    def _press_of(self, understood: Understood) -> str:
        market = understood.market or ""
        is_carried = len(market) <= _LONGEST_MARKET and "|" not in market
        return self._press(
            "chat", "private", understood.intent, market if is_carried else "", understood.locale
        )

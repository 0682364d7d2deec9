"""What commands and buttons about learning share: each asks the education service and shows a card.

Which command or button does which belongs to the cog, how a card looks to `_ui`.
"""

from __future__ import annotations

from typing import Final

from discord.app_commands import Choice

from cogs._host import Asked, Host, host_of
from cogs._ui.card import Card
from cogs._ui.choices import to_choices
from cogs._ui.education_cards import done_card, found_card, lesson_card, lessons_card, wisdom_card
from cogs._ui.glossary_cards import term_card
from cogs._ui.limits import CHOICE, CHOICES
from cogs._ui.quiz_cards import EVERY, ONE, marked_card, quiz_card
from cogs._ui.zones import day_in
from services.education.messages import (
    AnswerQuiz,
    FindTerms,
    FinishLesson,
    GetLesson,
    GetQuiz,
    GetTerm,
    GetWisdom,
    ListLessons,
    SearchLessons,
)
from services.errors import UserMistake
from services.locales.numbers import clip
from services.members.messages import GetMember

REMEMBERED: Final = 60.0
"""Seconds for which what is the same for every member is not asked again."""
_CHOICE_REMEMBERED: Final = 10.0
_QUICK: Final = 1.0
_FOUND: Final = 5


def only_for(owner: str, interaction: Asked) -> None:
    """Refuse a button of somebody else's card; an empty owner lets anybody press.

    Raises:
        UserMistake: the member is not the owner.
    """
    if owner not in {"", str(interaction.user.id)}:
        raise UserMistake("That card belongs to somebody else.", hint="Open your own with /lesson or /quiz.")


async def lesson_choices(interaction: Asked, typed: str) -> list[Choice[str]]:
    """Offer lessons by what was typed."""
    host = host_of(interaction)
    locale = (await host.speaker(interaction)).locale
    request = SearchLessons(typed=typed, limit=CHOICES, locale=locale)
    found = await host.ask(request, timeout=_QUICK, remember=REMEMBERED)
    return [
        Choice(name=clip(f"{link.number}. {link.title}", CHOICE), value=link.id) for link in found.lessons
    ]


async def term_choices(interaction: Asked, typed: str) -> list[Choice[str]]:
    """Offer terms by what was typed."""
    host = host_of(interaction)
    locale = (await host.speaker(interaction)).locale
    request = FindTerms(typed=typed, limit=CHOICES, locale=locale)
    found = await host.ask(request, timeout=_QUICK, remember=REMEMBERED)
    return to_choices(link.term for link in found.terms)


class Teaching:
    """Answers interactions about lessons, terms, quizzes and sayings."""

    def __init__(self, host: Host) -> None:
        self._host = host

    async def find(self, interaction: Asked, name: str, persona: str | None) -> None:
        """Show the lesson that is named, those that may be meant, or the member's next."""
        voice = await self._host.speaker(interaction, persona or None)
        request = SearchLessons(typed=name, limit=_FOUND, locale=voice.locale)
        found = await self._host.ask(request, remember=REMEMBERED)
        if name and found.exact is None:
            card = found_card(found, name, voice, key=str(interaction.id), owner=str(interaction.user.id))
            await self._show_alone(interaction, card)
        else:
            await self.show(interaction, found.exact or "", persona)

    async def show(self, interaction: Asked, lesson: str, persona: str | None) -> None:
        """Show a lesson, or the member's next where none is named."""
        voice, user = await self._host.speaker(interaction, persona or None), str(interaction.user.id)
        told = await self._host.ask(GetLesson(user_id=user, lesson=lesson, locale=voice.locale))
        await self._show_alone(interaction, lesson_card(told, voice, key=str(interaction.id), owner=user))

    async def finish(self, interaction: Asked, lesson: str, persona: str) -> None:
        """Mark a lesson as done, and say what comes next."""
        voice, user = await self._host.speaker(interaction, persona or None), str(interaction.user.id)
        told = await self._host.ask(FinishLesson(user_id=user, lesson=lesson, locale=voice.locale))
        await self._show_alone(interaction, done_card(told, voice, key=str(interaction.id), owner=user))

    async def list_all(self, interaction: Asked, page: str, persona: str) -> None:
        """Show a page of all lessons; where none is named, that of the member's next."""
        voice, user = await self._host.speaker(interaction, persona or None), str(interaction.user.id)
        lessons = await self._host.ask(ListLessons(user_id=user, locale=voice.locale))
        wanted = int(page) if page.isdecimal() else None
        card = lessons_card(lessons, voice, key=str(interaction.id), owner=user, page=wanted)
        await self._show_alone(interaction, card)

    async def ask(self, interaction: Asked, lesson: str, persona: str | None) -> None:
        """Ask the member a question, of one lesson or of all."""
        voice, user = await self._host.speaker(interaction, persona or None), str(interaction.user.id)
        question = await self._host.ask(GetQuiz(user_id=user, lesson=lesson, locale=voice.locale))
        scope = ONE if lesson else EVERY
        card = quiz_card(question, voice, key=str(interaction.id), owner=user, scope=scope)
        await self._show_alone(interaction, card)

    async def mark(self, interaction: Asked, question: str, letter: str, scope: str, persona: str) -> None:
        """Mark an answer, and offer another question of the same `scope`."""
        voice, user = await self._host.speaker(interaction, persona or None), str(interaction.user.id)
        answer = AnswerQuiz(user_id=user, question=question, letter=letter, locale=voice.locale)
        marked = await self._host.ask(answer)
        card = marked_card(marked, voice, key=str(interaction.id), owner=user, scope=scope)
        await self._show_alone(interaction, card)

    async def explain(self, interaction: Asked, term: str, persona: str | None) -> None:
        """Show what a term means."""
        voice = await self._host.speaker(interaction, persona or None)
        found = await self._host.ask(GetTerm(term=term, locale=voice.locale), remember=REMEMBERED)
        await self._host.answer(interaction, term_card(found, voice, key=str(interaction.id)))

    async def wisdom(self, interaction: Asked, persona: str | None) -> None:
        """Show the saying of the day that it is for the member: in their time zone, else in UTC."""
        voice = await self._host.speaker(interaction, persona or None)
        chosen = await self._host.ask(
            GetMember(user_id=str(interaction.user.id)), remember=_CHOICE_REMEMBERED
        )
        today = day_in(chosen.timezone, self._host.clock.now())
        wisdom = await self._host.ask(GetWisdom(day=today, locale=voice.locale), remember=REMEMBERED)
        await self._host.answer(interaction, wisdom_card(wisdom, voice, key=str(interaction.id)))

    async def _show_alone(self, interaction: Asked, card: Card) -> None:
        """Show how far a member is to nobody else: beside a card that others see, and not in its place."""
        pressed = interaction.message
        is_seen_by_all = pressed is not None and not pressed.flags.ephemeral
        show = self._host.aside if is_seen_by_all else self._host.answer
        await show(interaction, card)

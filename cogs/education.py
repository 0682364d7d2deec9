"""`/lesson`, `/glossary`, `/quiz` and `/wisdom`: learning, a little at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._host import PRIVATE, Answering, Asked, Host, Pressed, Sources, say_ended
from cogs._teaching import REMEMBERED, Teaching, lesson_choices, only_for, term_choices
from cogs._ui.card import Card, press_id
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.education_cards import beginning_card
from cogs._ui.glossary_cards import advice_card, term_card
from services.chat.intents import Topic, Understood
from services.education.messages import Consult, ExplainText, GetTerm, Term
from services.errors import UserMistake
from services.personas.lines import Line
from services.personas.voice import Voice

_LESSON = {"title": "What a candle tells", "number": 1, "total": 36, "done": 4, "is_done": False}
_QUIZ = {"topic": "What a candle tells", "right": 3, "asked": 4}
_MARKED = {"is_right": True, "answer": "The close", "right": 4, "asked": 5}
LINES: Final = (
    Line(name="lesson", sample=_LESSON, must=("title", "number", "total")),
    Line(name="lesson", sample={**_LESSON, "is_done": True}, must=("title", "number", "total")),
    Line(
        name="lesson_done",
        sample={"title": "What a candle tells", "done": 5, "total": 36, "next": "Timeframes"},
        must=("title", "done", "total", "next"),
    ),
    Line(
        name="lesson_done",
        sample={"title": "What a candle tells", "done": 36, "total": 36, "next": None},
        must=("title", "done", "total"),
    ),
    Line(
        name="lessons", sample={"done": 4, "total": 36, "next": "Timeframes"}, must=("done", "total", "next")
    ),
    Line(name="lessons", sample={"done": 36, "total": 36, "next": None}, must=("done", "total")),
    Line(name="lessons_found", sample={"asked": "leverage", "count": 3}, must=("count",)),
    Line(name="lessons_found", sample={"asked": "leverage", "count": 0}),
    Line(name="glossary", sample={"term": "Liquidation price"}, must=("term",)),
    Line(name="quiz", sample=_QUIZ, must=("topic",)),
    Line(name="quiz", sample={**_QUIZ, "right": 0, "asked": 0}, must=("topic",)),
    Line(name="quiz_marked", sample=_MARKED, must=("answer", "right", "asked")),
    Line(name="quiz_marked", sample={**_MARKED, "is_right": False}, must=("answer", "right", "asked")),
    Line(name="wisdom"),
)
"""lessons: the list of them. lessons_found: what a search for `asked` (a member's words: use the filter
quoted) gave. quiz: right of asked so far. wisdom: only leads in, the saying itself stands on the card;
so does a term's meaning."""

_EVERYBODY: Final = ""
"""Whose buttons they are that anybody may press."""


def _lesson_again(chosen: app_commands.Namespace) -> str:
    return press_id("education", "find", chosen.name or "", chosen.persona or "", _EVERYBODY)


def _term_again(chosen: app_commands.Namespace) -> str:
    return press_id("education", "term", chosen.term, chosen.persona or "", _EVERYBODY)


def _quiz_again(chosen: app_commands.Namespace) -> str:
    return press_id("education", "quiz", chosen.lesson or "", chosen.persona or "", _EVERYBODY)


def _wisdom_again(chosen: app_commands.Namespace) -> str:
    return press_id("education", "wisdom", "", chosen.persona or "", _EVERYBODY)


class Education(commands.Cog):
    """Teaches: lessons, terms, quizzes and a saying a day."""

    presses = "education"

    def __init__(self, host: Host) -> None:
        self._host = host
        self._teaching = Teaching(host)

    @app_commands.command(
        name="lesson",
        description="A short lesson: your next one, or one that you name",
        extras={"example": "/lesson name:leverage", "retry": _lesson_again, **PRIVATE},
    )
    @app_commands.describe(
        name="A title, a number or a word; left out it is your next lesson", persona=PERSONA
    )
    @app_commands.autocomplete(name=lesson_choices, persona=speaker_choices)
    async def lesson(self, interaction: Asked, name: str = "", persona: str | None = None) -> None:
        """Answer with a lesson, or with those that `name` may mean."""
        await self._teaching.find(interaction, name, persona)

    @app_commands.command(
        name="glossary",
        description="What a word of the trade means, in plain words",
        extras={"example": "/glossary term:liquidation price", "retry": _term_again},
    )
    @app_commands.describe(term="The word", persona=PERSONA)
    @app_commands.autocomplete(term=term_choices, persona=speaker_choices)
    async def glossary(self, interaction: Asked, term: str, persona: str | None = None) -> None:
        """Answer with what `term` means."""
        await self._teaching.explain(interaction, term, persona)

    @app_commands.command(
        name="quiz",
        description="A question with four answers, of one lesson or of all",
        extras={"example": "/quiz", "retry": _quiz_again, **PRIVATE},
    )
    @app_commands.describe(lesson="Which lesson; left out it may be any", persona=PERSONA)
    @app_commands.autocomplete(lesson=lesson_choices, persona=speaker_choices)
    async def quiz(self, interaction: Asked, lesson: str = "", persona: str | None = None) -> None:
        """Ask the member a question."""
        await self._teaching.ask(interaction, lesson, persona)

    @app_commands.command(
        name="wisdom",
        description="The saying of the day",
        extras={"example": "/wisdom", "retry": _wisdom_again},
    )
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def wisdom(self, interaction: Asked, persona: str | None = None) -> None:
        """Answer with the saying of the day."""
        await self._teaching.wisdom(interaction, persona)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Do what a button says, for whom it is meant."""
        *carried, owner = pressed.arguments or ("",)
        only_for(owner, interaction)
        match pressed.action, *carried:
            case "term", name, persona:
                await self._teaching.explain(interaction, name, persona)
            case "wisdom", _, persona:
                await self._teaching.wisdom(interaction, persona)
            case action, *rest:
                await self._learn(interaction, action, rest)

    async def _learn(self, interaction: Asked, action: str, carried: Sequence[str]) -> None:
        match action, *carried:
            case "show", id_, persona:
                await self._teaching.show(interaction, id_, persona)
            case "find", name, persona:
                await self._teaching.find(interaction, name, persona)
            case "done", id_, persona:
                await self._teaching.finish(interaction, id_, persona)
            case "list", page, persona:
                await self._teaching.list_all(interaction, page, persona)
            case "quiz", id_, persona:
                await self._teaching.ask(interaction, id_, persona)
            case "answer", id_, letter, scope, persona:
                await self._teaching.mark(interaction, id_, letter, scope, persona)
            case _:
                await say_ended(self._host, interaction)


class EducationAnswers:
    """Answers "what is leverage?" and "teach me something about fees". How far a member is stays unsaid."""

    topics = (
        Topic(
            intent="definition",
            description="What a word of the trade means, from the glossary.",
            slots=("term",),
            needs=("term",),
        ),
        Topic(
            intent="lesson",
            description="What there is to learn about a subject: its term and its lessons.",
            slots=("term",),
        ),
    )

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def answer(self, asked: Understood, voice: Voice, *, key: str) -> Card | None:
        """Answer with the meaning of a word, or with lessons. Raises `UserMistake` for an unknown word."""
        said = asked.more.get("term", "").strip()
        if asked.intent == "definition":
            return term_card(await self._term(said, asked.question.text, voice), voice, key=key)
        if not said:
            return beginning_card(voice)
        advice = await self._sources.ask(Consult(text=said, locale=voice.locale), remember=REMEMBERED)
        return advice_card(advice, said, voice, key=key)

    async def _term(self, said: str, text: str, voice: Voice) -> Term:
        """Return the term that is named, else the first that stands in what was said."""
        request = ExplainText(text=said or text, limit=1, locale=voice.locale)
        found = await self._sources.ask(request, remember=REMEMBERED)
        if found.terms:
            return found.terms[0]
        if not said:
            raise UserMistake("No word was named.", hint="Name a word of the trade, such as leverage.")
        return await self._sources.ask(GetTerm(term=said, locale=voice.locale), remember=REMEMBERED)


def answers(sources: Sources) -> Answering:
    """Return what answers in plain words."""
    return EducationAnswers(sources)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Education(host))

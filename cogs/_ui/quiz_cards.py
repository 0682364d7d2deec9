"""Quizzes as cards: a question with four answers to press, and the answer marked."""

from __future__ import annotations

from typing import Final

from cogs._ui.card import Action, Card, Fact, press_id
from cogs._ui.education_cards import COG, listing_action, opening_actions, quiz_action
from cogs._ui.origin import footnote
from services.education.messages import Marked, QuizQuestion
from services.personas.voice import Voice

LETTERS: Final = "ABCD"
EVERY, ONE = "all", "one"
"""Which lessons the next question is of, as a button carries it: any, or that of this question."""


def quiz_card(question: QuizQuestion, voice: Voice, *, key: str, owner: str, scope: str) -> Card:
    """Return the card of a question; only `owner` may press its answers."""
    options = [f"**{letter}** {option}" for letter, option in zip(LETTERS, question.options, strict=True)]
    lead = voice.render(
        "quiz",
        key=key,
        topic=question.lesson.title,
        right=question.score.right,
        asked=question.score.asked,
    )
    persona = voice.card.name
    return Card(
        title=_title(question, voice),
        verdict="\n".join([lead, "", f"**{question.question}**", "", *options]),
        actions=tuple(
            Action(letter, press_id(COG, "answer", question.id, letter, scope, persona, owner))
            for letter in LETTERS
        ),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def marked_card(marked: Marked, voice: Voice, *, key: str, owner: str, scope: str) -> Card:
    """Return the card of an answer: whether it was right, what is, and why."""
    question, text = marked.question, voice.text
    verdict = voice.render(
        "quiz_marked",
        key=key,
        is_right=marked.is_right,
        answer=marked.answer,
        right=question.score.right,
        asked=question.score.asked,
    )
    chosen = () if marked.is_right else (Fact(text("You said"), marked.chosen, is_wide=True),)
    lesson = question.lesson.id if scope == ONE else ""
    return Card(
        title=_title(question, voice),
        verdict=f"{verdict}\n\n**{question.question}**",
        facts=(
            *chosen,
            Fact(text("Right answer"), marked.answer, is_wide=True),
            Fact(text("Why"), marked.why, is_wide=True),
        ),
        actions=(
            quiz_action(text("Next question"), lesson, voice, owner),
            *opening_actions([question.lesson], voice, owner),
            listing_action(voice, owner),
        ),
        footnote=footnote(voice),
        tone="up" if marked.is_right else "warn",
    )


def _title(question: QuizQuestion, voice: Voice) -> str:
    return voice.text("Quiz: {topic}", topic=question.lesson.title)

"""Lessons as cards: one to read, the list of all, what a search found; and the saying of the day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final, Literal

from cogs._ui.card import Action, Card, Fact, press_id
from cogs._ui.limits import LABEL
from cogs._ui.origin import footnote
from cogs._ui.pages import page_of, page_with
from services.education.messages import FoundLessons, Lesson, LessonLink, Lessons, ListedLesson, Wisdom
from services.locales.numbers import clip
from services.personas.voice import Voice

COG: Final = "education"
TRACKS: Final = {
    "basics": "First steps",
    "orders": "Orders and costs",
    "derivatives": "Derivatives",
    "risk": "Risk",
    "charts": "Reading charts",
    "practice": "In practice",
}
PAGE: Final = 10
_DONE, _OPEN = "✓", "○"
_TITLE: Final = "All lessons"

Style = Literal["primary", "secondary", "danger"]


def lesson_card(lesson: Lesson, voice: Voice, *, key: str, owner: str) -> Card:
    """Return the card of a lesson; its buttons are for `owner`."""
    link, text = lesson.lesson, voice.text
    lead = voice.render(
        "lesson",
        key=key,
        title=link.title,
        number=link.number,
        total=lesson.total,
        done=lesson.done,
        is_done=lesson.is_done,
    )
    done = (
        ()
        if lesson.is_done
        else (_button(text("Done"), voice, "done", link.id, owner=owner, style="primary"),)
    )
    return Card(
        title=f"{link.number}. {link.title}",
        verdict=f"{lead}\n\n{lesson.body}",
        facts=(
            Fact(text("Part"), text(TRACKS[lesson.track])),
            Fact(text("In the glossary"), ", ".join(term.term for term in lesson.terms)),
        ),
        actions=(*done, *_onward(lesson, voice, owner)),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def done_card(lesson: Lesson, voice: Voice, *, key: str, owner: str) -> Card:
    """Return the card that says that a lesson is done, and what comes next."""
    said = {
        "title": lesson.lesson.title,
        "done": lesson.done,
        "total": lesson.total,
        "next": _title(lesson.next),
    }
    return Card(
        title=f"{lesson.lesson.number}. {lesson.lesson.title}",
        verdict=voice.render("lesson_done", key=key, **said),
        actions=_onward(lesson, voice, owner),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def lessons_card(lessons: Lessons, voice: Voice, *, key: str, owner: str, page: int | None = None) -> Card:
    """Return one page of all lessons; without a number the page of the next one."""
    text, rows = voice.text, lessons.lessons
    following = next((row for row in rows if row.lesson == lessons.next), None)
    shown = page_of(rows, page or page_with(rows, following, size=PAGE), size=PAGE)
    lead = voice.render("lessons", key=key, done=lessons.done, total=lessons.total, next=_title(lessons.next))
    turns = [(text("Previous"), shown.before), (text("Next page"), shown.behind)]
    return Card(
        title=f"{text(_TITLE)} · {shown.number}/{shown.count}",
        verdict="\n".join([lead, *_listed(shown.rows, voice)]),
        actions=(
            *(_opening(row.lesson, str(row.lesson.number), voice, owner) for row in shown.rows),
            *(
                _button(label, voice, "list", str(number), owner=owner)
                for label, number in turns
                if number is not None
            ),
        ),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def found_card(found: FoundLessons, asked: str, voice: Voice, *, key: str, owner: str = "") -> Card:
    """Return the card of what a search for lessons found, with a button for each."""
    count = len(found.lessons)
    return Card(
        title=voice.text("Lessons"),
        verdict=voice.render("lessons_found", key=key, asked=asked, count=count),
        actions=(*opening_actions(found.lessons, voice, owner), listing_action(voice, owner)),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def beginning_card(voice: Voice) -> Card:
    """Return the card that leads whoever presses to their own next lesson, or to a question."""
    text = voice.text
    return Card(
        title=text("Lessons"),
        verdict=text(
            "Short lessons, one at a time. Each of you has your own place in them; nobody else sees it."
        ),
        facts=(Fact(text("Parts"), ", ".join(text(track) for track in TRACKS.values()), is_wide=True),),
        actions=(
            _button(text("Next lesson"), voice, "show", "", owner="", style="primary"),
            quiz_action(text("Quiz me"), "", voice, ""),
            listing_action(voice, ""),
        ),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def wisdom_card(wisdom: Wisdom, voice: Voice, *, key: str) -> Card:
    """Return the card of the saying of the day."""
    return Card(
        title=voice.text("Wisdom of the day"),
        verdict=f"{voice.render('wisdom', key=key)}\n\n> {wisdom.text}",
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def opening_actions(lessons: Sequence[LessonLink], voice: Voice, owner: str) -> tuple[Action, ...]:
    """Return a button for each lesson that opens it."""
    return tuple(
        _opening(link, clip(f"{link.number}. {link.title}", LABEL), voice, owner) for link in lessons
    )


def listing_action(voice: Voice, owner: str) -> Action:
    """Return the button that lists all lessons."""
    return _button(voice.text(_TITLE), voice, "list", "", owner=owner)


def quiz_action(label: str, lesson_id: str, voice: Voice, owner: str) -> Action:
    """Return a button that asks a question of a lesson, or of all where the id is empty."""
    return _button(label, voice, "quiz", lesson_id, owner=owner)


def _onward(lesson: Lesson, voice: Voice, owner: str) -> tuple[Action, ...]:
    following = lesson.next
    onward = () if following is None else (_opening(following, voice.text("Next lesson"), voice, owner),)
    quiz = quiz_action(voice.text("Quiz me"), lesson.lesson.id, voice, owner)
    return (*onward, quiz, listing_action(voice, owner))


def _listed(rows: Sequence[ListedLesson], voice: Voice) -> Iterator[str]:
    for track, own in groupby(rows, key=lambda row: row.track):
        yield f"\n**{voice.text(TRACKS[track])}**"
        for row in own:
            yield f"{_DONE if row.is_done else _OPEN} {row.lesson.number}. {row.lesson.title}"


def _opening(link: LessonLink, label: str, voice: Voice, owner: str) -> Action:
    return _button(label, voice, "show", link.id, owner=owner)


def _button(
    label: str, voice: Voice, action: str, argument: str, *, owner: str, style: Style = "secondary"
) -> Action:
    return Action(label, press_id(COG, action, argument, voice.card.name, owner), style)


def _title(link: LessonLink | None) -> str | None:
    return None if link is None else link.title

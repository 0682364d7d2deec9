"""What is taught, in all languages together: found by id, number, name, or words.

The same ids stand in every language, so whoever asks with a word of one is answered in another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from itertools import zip_longest
from typing import Final

from services.education.curriculum import Curriculum, Lesson, Question, Saying, Term
from services.education.search import Index, Kind
from services.education.spotting import Spotter, words_of
from services.errors import UserMistake
from services.locales import LOCALES, Locale

_NEAR: Final = 3
_LIKENESS: Final = 0.6
_SHOWN: Final = 60


class Shelf:
    """What is taught in one language, by id."""

    def __init__(self, curriculum: Curriculum) -> None:
        self.lessons = {lesson.id: lesson for lesson in curriculum.lessons}
        self.terms = {term.id: term for term in curriculum.terms}
        self.questions = {question.id: question for question in curriculum.questions}
        self.asked_in = {question.id: lesson for lesson in curriculum.lessons for question in lesson.quiz}
        self.index = Index(curriculum)
        self._wisdom: Sequence[Saying] = curriculum.wisdom

    def question(self, id_: str) -> Question:
        """Return a question.

        Raises:
            UserMistake: there is none any more.
        """
        if id_ not in self.questions:
            raise UserMistake("That question is not asked any more.", hint="Ask for a new one with /quiz.")
        return self.questions[id_]

    def saying(self, day: date) -> Saying:
        """Return the saying of a day; each has its turn before one comes again."""
        return self._wisdom[day.toordinal() % len(self._wisdom)]


class Library:
    """All languages. Whatever is found is returned in the language that is asked for."""

    def __init__(self, curricula: Mapping[Locale, Curriculum]) -> None:
        self.shelves = {locale: Shelf(curriculum) for locale, curriculum in curricula.items()}
        self.lesson_names = Spotter(
            (name, lesson.id)
            for curriculum in curricula.values()
            for lesson in curriculum.lessons
            for name in (lesson.id, lesson.title, str(lesson.order), f"{lesson.order}. {lesson.title}")
        )
        self.term_names = Spotter(_names_of_terms(curricula.values()))

    def lesson(self, name: str, locale: Locale) -> Lesson:
        """Return a lesson by id, number or title.

        Raises:
            UserMistake: there is none; the hint names the nearest.
        """
        found = self.lesson_names.exactly(name)
        if found is None:
            near = self.lessons_like(name, locale, limit=_NEAR)
            raise UserMistake(
                f"There is no lesson {_short(name)}.", hint=_hint(lesson.title for lesson in near)
            )
        return self.shelves[locale].lessons[found]

    def term(self, name: str, locale: Locale) -> Term:
        """Return a term by id or any of its names, in any language.

        Raises:
            UserMistake: there is none; the facts hold the nearest, and the hint names them.
        """
        found = self.term_names.exactly(name)
        if found is None:
            near = [term.term for term in self._near(name, locale)]
            message = f"There is no term {_short(name)} in the glossary."
            raise UserMistake(message, hint=_hint(near), facts={"suggestions": near})
        return self.shelves[locale].terms[found]

    def lessons_like(self, text: str, locale: Locale, *, limit: int) -> list[Lesson]:
        """Return the lessons that a member may mean by what they typed, the likeliest first."""
        lessons = self.shelves[locale].lessons
        if not words_of(text):
            return [*lessons.values()][:limit]
        first = [found] if (found := self.lesson_names.exactly(text)) else []
        return [lessons[id_] for id_ in self._matches("lesson", text, locale, first, limit)]

    def terms_like(self, text: str, locale: Locale, *, limit: int) -> list[Term]:
        """Return the terms that a member may mean by what they typed, the likeliest first."""
        terms = self.shelves[locale].terms
        begun = words_of(text)
        if not begun:
            return sorted(terms.values(), key=lambda term: words_of(term.term))[:limit]
        first = [term.id for term in terms.values() if _begins(words_of(term.term), begun)]
        return [terms[id_] for id_ in self._matches("term", text, locale, first, limit)]

    def spotted(self, text: str, locale: Locale) -> list[Term]:
        """Return the terms that are named in `text`, in its order."""
        return [self.shelves[locale].terms[id_] for id_ in self.term_names.spotted(text)]

    def advice(self, text: str, locale: Locale, *, limit: int) -> tuple[list[Term], list[Lesson]]:
        """Return the terms and lessons that have to do with `text`; those that it names come first."""
        shelf = self.shelves[locale]
        named = [term.id for term in self.spotted(text, locale)]
        terms = dict.fromkeys(named or self._about("term", text, limit))
        teaching = [lesson.id for id_ in named for lesson in shelf.lessons.values() if id_ in lesson.terms]
        lessons = dict.fromkeys([*teaching, *self._about("lesson", text, limit)])
        return [shelf.terms[id_] for id_ in terms][:limit], [shelf.lessons[id_] for id_ in lessons][:limit]

    def close(self) -> None:
        """Let the indexes go."""
        for shelf in self.shelves.values():
            shelf.index.close()

    def _matches(self, kind: Kind, text: str, locale: Locale, first: list[str], limit: int) -> list[str]:
        """Return `first`, then what the asked language holds, then what only another one does."""
        languages = (locale, *(other for other in LOCALES if other != locale))
        found = [
            id_ for each in languages for id_ in self.shelves[each].index.beginning(kind, text, limit=limit)
        ]
        return [*dict.fromkeys([*first, *found])][:limit]

    def _near(self, name: str, locale: Locale) -> list[Term]:
        terms = self.shelves[locale].terms
        wanted = " ".join(words_of(name))
        by_words = {" ".join(words): id_ for words, id_ in self.term_names.names.items()}
        alike = get_close_matches(wanted, by_words, n=2 * _NEAR, cutoff=_LIKENESS) if wanted else []
        ids = dict.fromkeys([*(by_words[words] for words in alike), *self._about("term", name, _NEAR)])
        return [terms[id_] for id_ in ids][:_NEAR]

    def _about(self, kind: Kind, text: str, limit: int) -> list[str]:
        """Return what has to do with `text`, in whichever language it is written."""
        found = [shelf.index.about(kind, text, limit=limit) for shelf in self.shelves.values()]
        return [*dict.fromkeys(id_ for each in zip_longest(*found) for id_ in each if id_ is not None)]


def _names_of_terms(curricula: Iterable[Curriculum]) -> Iterable[tuple[str, str]]:
    """Yield the terms before their aliases: what one is called outranks what another is called as well."""
    every = [term for curriculum in curricula for term in curriculum.terms]
    yield from ((term.term, term.id) for term in every)
    yield from ((term.id, term.id) for term in every)
    yield from ((alias, term.id) for term in every for alias in term.aliases)


def _begins(words: tuple[str, ...], begun: tuple[str, ...]) -> bool:
    return " ".join(words).startswith(" ".join(begun))


def _short(name: str) -> str:
    shown = " ".join(name.split())
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."


def _hint(names: Iterable[str]) -> str:
    near = ", ".join(names)
    return f"Did you mean {near}?" if near else "Pick one from the list."

"""Answers what is the same for every member: terms, texts explained, what is found by words, sayings."""

from __future__ import annotations

from typing import Any, Final

from services.bus.messages import Message, Request
from services.education import messages as said
from services.education.library import Library
from services.education.spotting import words_of
from services.education.telling import lesson_link, term_link, told_term, told_terms

_MOST: Final = 25
"""As many as Discord shows in one list of choices."""
_ASKING: Final = frozenset(
    """
    a an are can do does exactly is me please pls s so tell the then us what whats you
    as e favor o oq oque os por qual que sao seria um uma umas uns
    """.split()  # noqa: SIM905 - prose is read and kept more easily than a list of thirty literals
)
"""Without accents, as `words_of` gives them."""


def look_up(request: Request[Any], library: Library) -> Message | None:  # noqa: PLR0911 - one a request
    """Return the answer; None where it depends on who asks.

    Raises:
        UserMistake: a term that is asked for by name is not there.
    """
    match request:
        case said.SearchLessons():
            return _lessons_found(request, library)
        case said.FindTerms(typed=typed, limit=limit, locale=locale):
            terms = library.terms_like(typed, locale, limit=_bounded(limit))
            return said.FoundTerms(terms=[term_link(term) for term in terms])
        case said.GetTerm(term=name, locale=locale):
            return told_term(library.term(name, locale), library.shelves[locale])
        case said.ExplainText():
            return _explained(request, library)
        case said.Consult():
            return _advice(request, library)
        case said.GetWisdom(day=day, locale=locale):
            saying = library.shelves[locale].saying(day)
            return said.Wisdom(id=saying.id, text=saying.text)
    return None


def _lessons_found(request: said.SearchLessons, library: Library) -> said.FoundLessons:
    lessons = library.lessons_like(request.typed, request.locale, limit=_bounded(request.limit))
    exact = library.lesson_names.exactly(request.typed)
    return said.FoundLessons(lessons=[lesson_link(lesson) for lesson in lessons], exact=exact)


def _explained(request: said.ExplainText, library: Library) -> said.Explained:
    terms, limit = library.spotted(request.text, request.locale), _bounded(request.limit)
    return said.Explained(
        terms=told_terms(terms[:limit], library.shelves[request.locale]),
        more=[term_link(term) for term in terms[limit : limit + _MOST]],
        count=len(terms),
        is_all=_is_a_term(request.text, library),
    )


def _is_a_term(text: str, library: Library) -> bool:
    said = (word for word in words_of(text) if word not in _ASKING)
    return library.term_names.exactly(" ".join(said)) is not None


def _advice(request: said.Consult, library: Library) -> said.Advice:
    terms, lessons = library.advice(request.text, request.locale, limit=_bounded(request.limit))
    shelf = library.shelves[request.locale]
    return said.Advice(terms=told_terms(terms, shelf), lessons=[lesson_link(lesson) for lesson in lessons])


def _bounded(limit: int) -> int:
    return max(1, min(limit, _MOST))

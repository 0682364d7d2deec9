"""What is taught must hold together in every language: add a file, and these tests say what it lacks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from cogs._ui.card import press_id
from cogs._ui.education_cards import TRACKS as TITLES
from cogs._ui.limits import CHOICE, DESCRIPTION, FIELD_VALUE, LABEL
from services.education.curriculum import LETTERS, TRACKS, Curriculum
from services.education.library import Library
from services.education.reading import read_curricula
from services.personas.rules import promises
from services.personas.voice import SPOKEN_LIMIT

CURRICULA = read_curricula()
ENGLISH, PORTUGUESE = CURRICULA["en"], CURRICULA["pt-BR"]
LIBRARY = Library(CURRICULA)
EVERY = pytest.mark.parametrize("curriculum", CURRICULA.values(), ids=CURRICULA)
ENGLISH_WORDS = re.compile(
    r"\b(the|and|of|is|are|was|were|with|you|your|what|which|when|where|this|that|from|it|its|or|not|but|has|have)\b",
    re.IGNORECASE,
)
PORTUGUESE_WORDS = re.compile(r"\b(não|uma|você|para|pelo|pela|isso|são|está|então|também)\b", re.IGNORECASE)
LONGEST_PERSONA, LONGEST_USER = "p" * 32, "9" * 20


def prose(curriculum: Curriculum) -> Iterator[tuple[str, str]]:
    """Yield every sentence that is said, with where it stands; names of things are left out."""
    for lesson in curriculum.lessons:
        yield lesson.id, lesson.body
        for question in lesson.quiz:
            yield question.id, " ".join((question.question, *question.options, question.why))
    yield from ((term.id, term.meaning) for term in curriculum.terms)
    yield from ((saying.id, saying.text) for saying in curriculum.wisdom)


@EVERY
def test_there_is_enough_to_learn(curriculum: Curriculum) -> None:
    assert len(curriculum.lessons) >= 36
    assert len(curriculum.terms) >= 125
    assert len(curriculum.wisdom) >= 60
    assert {lesson.track for lesson in curriculum.lessons} == set(TRACKS) == set(TITLES)


def test_both_languages_teach_the_same_in_the_same_order() -> None:
    for ours, theirs in zip(ENGLISH.lessons, PORTUGUESE.lessons, strict=True):
        assert (ours.id, ours.track, ours.terms) == (theirs.id, theirs.track, theirs.terms)
        asked = [(question.id, question.right) for question in ours.quiz]
        assert asked == [(question.id, question.right) for question in theirs.quiz]
    ours_by_id = [(term.id, term.see_also) for term in ENGLISH.terms]
    assert ours_by_id == [(term.id, term.see_also) for term in PORTUGUESE.terms]
    assert [saying.id for saying in ENGLISH.wisdom] == [saying.id for saying in PORTUGUESE.wisdom]


@EVERY
def test_tracks_are_walked_one_after_the_other(curriculum: Curriculum) -> None:
    walked = list(dict.fromkeys(lesson.track for lesson in curriculum.lessons))
    assert tuple(walked) == TRACKS
    places = [TRACKS.index(lesson.track) for lesson in curriculum.lessons]
    assert places == sorted(places)


@EVERY
def test_a_lesson_is_read_in_a_minute_and_fits_into_a_card(curriculum: Curriculum) -> None:
    words = {lesson.id: len(lesson.body.split()) for lesson in curriculum.lessons}
    assert {id_: count for id_, count in words.items() if not 120 <= count <= 255} == {}
    assert max(len(lesson.body) for lesson in curriculum.lessons) + SPOKEN_LIMIT < DESCRIPTION
    assert max(len(f"{lesson.order}. {lesson.title}") for lesson in curriculum.lessons) <= LABEL


@EVERY
def test_answers_and_meanings_fit_where_they_are_shown(curriculum: Curriculum) -> None:
    for question in curriculum.questions:
        assert len(set(question.options)) == len(LETTERS), question.id
        assert max(map(len, (question.why, question.answer))) <= FIELD_VALUE
    for term in curriculum.terms:
        assert len(term.term) <= min(LABEL, CHOICE)
        assert len(re.findall(r"[.!?](?:\s|$)", term.meaning)) <= 3, term.id


def test_every_button_can_carry_what_it_needs_whoever_speaks_and_whoever_asks() -> None:
    ends = (LONGEST_PERSONA, LONGEST_USER)
    for question in ENGLISH.questions:
        press_id("education", "answer", question.id, "A", "all", *ends)
    for lesson in ENGLISH.lessons:
        press_id("education", "done", lesson.id, *ends)
    for term in ENGLISH.terms:
        press_id("education", "term", term.id, *ends)


@EVERY
def test_right_answers_do_not_stand_in_one_place(curriculum: Curriculum) -> None:
    shares = Counter(question.right for question in curriculum.questions)
    assert set(shares) == set(LETTERS)
    assert max(shares.values()) <= 0.4 * len(curriculum.questions)


@EVERY
def test_nothing_is_promised(curriculum: Curriculum) -> None:
    assert [(where, text) for where, text in prose(curriculum) if promises(text)] == []


def test_no_sentence_is_left_in_the_other_language() -> None:
    english = [(where, found) for where, text in prose(PORTUGUESE) if (found := ENGLISH_WORDS.findall(text))]
    assert english == []
    others = [(where, found) for where, text in prose(ENGLISH) if (found := PORTUGUESE_WORDS.findall(text))]
    assert others == []
    same = [
        term.id
        for term, other in zip(ENGLISH.terms, PORTUGUESE.terms, strict=True)
        if term.meaning == other.meaning
    ]
    assert same == []


@EVERY
def test_every_term_is_found_by_each_of_its_names(curriculum: Curriculum) -> None:
    taken = Counter(
        name.casefold() for term in curriculum.terms for name in {term.term.casefold(), *term.aliases}
    )
    assert [name for name, count in taken.items() if count > 1] == []
    for term in curriculum.terms:
        assert LIBRARY.term(term.term, curriculum.locale).id == term.id
        assert LIBRARY.term(term.id, curriculum.locale).id == term.id


@EVERY
def test_what_is_asked_again_and_again_can_be_looked_up(curriculum: Curriculum) -> None:
    wanted = (
        "candle spread slippage funding leverage margin liquidation stop-loss fibonacci rsi macd hedge 2fa"
    )
    assert [word for word in wanted.split() if not LIBRARY.spotted(word, curriculum.locale)] == []

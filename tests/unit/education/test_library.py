from __future__ import annotations

import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.education.curriculum import Curriculum
from services.education.library import Library
from services.education.reading import read_curricula, read_curriculum
from services.education.spotting import LONGEST_TEXT, Spotter, words_of
from services.errors import Misconfigured, UserMistake

CURRICULA = read_curricula()
LIBRARY = Library(CURRICULA)
LESSON = """---
id: candle
title: A candle
track: basics
order: 1
terms: [candle]
quiz:
  - {id: candle-1, question: What is a candle?, options: [a, b, c, d], right: A, why: It is so by definition.}
  - {id: candle-2, question: What is a wick?, options: [a, b, c, d], right: B, why: It is so by definition.}
---

"""
TERMS = "- {id: candle, term: Candle, meaning: A drawing of what a price did in one stretch of time.}\n"
WISDOM = "- {id: one, text: A sentence to take through the day.}\n"


def content(folder: Path, *, lesson: str = LESSON, terms: str = TERMS) -> Path:
    (folder / "lessons").mkdir(parents=True)
    (folder / "lessons" / "01-candle.md").write_text(lesson + "word " * 100, "utf-8")
    (folder / "glossary.yaml").write_text(terms, "utf-8")
    (folder / "wisdom.yaml").write_text(WISDOM, "utf-8")
    return folder


@pytest.mark.parametrize("text", ["Preço de liquidação", "preco  DE liquidacao", "preço-de-liquidação!"])
def test_accents_case_and_hyphens_make_no_difference(text: str) -> None:
    assert words_of(text) == ("preco", "de", "liquidacao")
    assert LIBRARY.term(text, "en").id == "liquidation-price"


def test_the_longest_name_is_meant() -> None:
    spotter = Spotter([("stop", "stop"), ("stop loss", "stop-loss"), ("loss", "loss")])
    assert spotter.spotted("A stop loss is a stop, not a loss.") == ["stop-loss", "stop", "loss"]


def test_each_term_is_named_once_in_the_order_of_the_text() -> None:
    text = "Funding is high: with 10x leverage the funding rate eats the margin."
    assert [term.id for term in LIBRARY.spotted(text, "en")] == ["funding-rate", "leverage", "margin"]


def test_a_text_in_one_language_is_explained_in_another() -> None:
    (term,) = LIBRARY.spotted("o que é alavancagem?", "en")
    assert term.term == "Leverage"


def test_only_so_much_of_a_text_is_looked_at() -> None:
    assert LIBRARY.spotted("x " * (LONGEST_TEXT // 2) + "leverage", "en") == []


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=400))
def test_any_text_can_be_searched_for(text: str) -> None:
    LIBRARY.spotted(text, "pt-BR")
    assert len(LIBRARY.terms_like(text, "en", limit=5)) <= 5
    assert len(LIBRARY.lessons_like(text, "pt-BR", limit=5)) <= 5
    terms, lessons = LIBRARY.advice(text, "en", limit=3)
    assert len(terms) <= 3
    assert len(lessons) <= 3


def test_what_is_typed_finds_what_begins_with_it_first() -> None:
    assert [term.id for term in LIBRARY.terms_like("fund", "en", limit=2)] == [
        "funding-interval",
        "funding-rate",
    ]
    assert LIBRARY.terms_like("liquidacao", "pt-BR", limit=1)[0].id == "liquidation"
    assert LIBRARY.terms_like("perp", "en", limit=1)[0].id == "perpetual"


def test_a_lesson_is_found_by_id_number_title_and_by_a_word_of_another_language() -> None:
    for name in ("leverage", "13", "Alavancagem", "13. Leverage"):
        assert LIBRARY.lesson(name, "en").title == "Leverage"
    assert LIBRARY.lessons_like("alavanc", "en", limit=3)[0].title == "Leverage"
    assert LIBRARY.lessons_like("", "en", limit=2)[0].order == 1


@pytest.mark.parametrize(
    ("typed", "near"), [("leverge", "Leverage"), ("liquidaton price", "Liquidation price")]
)
def test_an_unknown_term_names_the_nearest(typed: str, near: str) -> None:
    with pytest.raises(UserMistake, match="no term") as refused:
        LIBRARY.term(typed, "en")
    assert near in refused.value.hint
    assert near in refused.value.facts["suggestions"]  # type: ignore[operator]  # it is a list


def test_a_name_that_nothing_is_like_is_refused_all_the_same() -> None:
    with pytest.raises(UserMistake) as refused:
        LIBRARY.lesson("zzz" * 100, "en")
    assert len(refused.value.message) < 120
    assert refused.value.hint == "Pick one from the list."


def test_every_saying_has_its_day_before_one_comes_again() -> None:
    shelf, first = LIBRARY.shelves["en"], date(2026, 1, 1)
    count = len(CURRICULA["en"].wisdom)
    said = [shelf.saying(first + timedelta(days=day)).id for day in range(count + 1)]
    assert len(set(said[:-1])) == count
    assert said[-1] == said[0]
    assert LIBRARY.shelves["pt-BR"].saying(first).id == said[0]


def test_a_whole_message_is_explained_in_a_few_milliseconds() -> None:
    text = "The funding rate of this perpetual eats the margin; " * 190
    began = time.perf_counter()
    LIBRARY.spotted(text, "en")
    LIBRARY.advice(text, "en", limit=3)
    assert time.perf_counter() - began < 0.25


def test_content_that_fits_is_read(tmp_path: Path) -> None:
    read = read_curriculum(content(tmp_path / "en"), "en")
    assert isinstance(read, Curriculum)
    assert read.questions[1].answer == "b"


@pytest.mark.parametrize(
    ("lesson", "terms", "complaint"),
    [
        (LESSON.replace("terms: [candle]", "terms: [wick]"), TERMS, "lesson candle names terms"),
        (LESSON.replace("candle-2", "candle-1"), TERMS, "question candle-1 stands there twice"),
        (LESSON.replace("order: 1", "order: 2"), TERMS, "count from 1"),
        (LESSON.replace("right: A", "right: E"), TERMS, "quiz[0].right"),
        (LESSON.replace("title:", "tilte:"), TERMS, "title"),
        (LESSON.replace("---\n", "", 1), TERMS, "no front matter"),
        (LESSON.replace("id: candle\n", "id: [\n", 1), TERMS, "is not YAML"),
        ("---\nnothing\n---\n", TERMS, "no mapping"),
        (LESSON, TERMS + TERMS, "term candle stands there twice"),
        (LESSON, TERMS.replace("}", ", see_also: [candle]}"), "term candle names terms"),
    ],
)
def test_content_that_does_not_fit_is_refused_with_its_place(
    tmp_path: Path, lesson: str, terms: str, complaint: str
) -> None:
    with pytest.raises(Misconfigured, match="en") as refused:
        read_curriculum(content(tmp_path / "en", lesson=lesson, terms=terms), "en")
    assert complaint in refused.value.message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    folder = content(tmp_path / "en")
    (folder / "wisdom.yaml").unlink()
    with pytest.raises(Misconfigured, match=r"wisdom\.yaml"):
        read_curriculum(folder, "en")

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from education_stage import education_store, teaching

from cogs._ui.education_cards import found_card
from services.education.messages import (
    AnswerQuiz,
    Consult,
    ExplainText,
    FindTerms,
    FinishLesson,
    GetLesson,
    GetQuiz,
    GetTerm,
    GetWisdom,
    ListLessons,
    Score,
    SearchLessons,
)
from services.education.reading import read_curricula
from services.education.service import EducationService
from services.errors import UserMistake
from services.locales import LOCALES, Locale
from services.personas.roster import read_roster
from services.store.store import Store

ENGLISH = read_curricula()["en"]
RIGHT = {question.id: question.right for question in ENGLISH.questions}
ROSTER = read_roster(Path(__file__).parents[3] / "personas")
BIEL = {locale: ROSTER.voice("biel", locale) for locale in LOCALES}
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class TickingClock:
    """Each look at it is a second later than the one before."""

    def __init__(self) -> None:
        self._seconds = 0

    def now(self) -> datetime:
        self._seconds += 1
        return NOON + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        return float(self._seconds)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with education_store(tmp_path, TickingClock()) as opened:
        yield opened


@pytest.fixture
async def education(store: Store) -> AsyncIterator[EducationService]:
    async with teaching(store, TickingClock()) as service:
        yield service


async def answer(education: EducationService, question: str, *, is_right: bool, user: str = "7") -> None:
    letter = RIGHT[question] if is_right else next(one for one in "ABCD" if one != RIGHT[question])
    marked = await education.process(AnswerQuiz(user_id=user, question=question, letter=letter))
    assert marked.is_right is is_right


async def test_it_handles_exactly_the_requests_it_lists(education: EducationService) -> None:
    assert all(education.can_handle(request) for request in EducationService.requests)
    assert not education.can_handle(Score)  # type: ignore[arg-type]  # a message that is no request


async def test_a_newcomer_begins_with_the_first_lesson(education: EducationService) -> None:
    told = await education.process(GetLesson(user_id="7"))
    assert (told.lesson.id, told.lesson.number, told.is_done, told.done) == ("candle", 1, False, 0)
    assert told.total == len(ENGLISH.lessons)
    assert told.next is not None
    assert told.next.id == "timeframes"


async def test_a_lesson_that_is_done_stays_done_and_the_next_one_comes(education: EducationService) -> None:
    for _ in range(2):
        told = await education.process(FinishLesson(user_id="7", lesson="candle"))
        assert (told.is_done, told.done) == (True, 1)
    assert (await education.process(GetLesson(user_id="7"))).lesson.id == "timeframes"
    assert (await education.process(GetLesson(user_id="8"))).lesson.id == "candle"


async def test_who_skipped_lessons_is_led_back_to_them_after_the_last(education: EducationService) -> None:
    last = ENGLISH.lessons[-1]
    told = await education.process(FinishLesson(user_id="7", lesson=last.id))
    assert told.next is not None
    assert told.next.number == 1


async def test_when_all_is_done_there_is_no_next_one(education: EducationService) -> None:
    for lesson in ENGLISH.lessons:
        told = await education.process(FinishLesson(user_id="7", lesson=lesson.id))
    assert (told.done, told.next) == (told.total, None)
    listed = await education.process(ListLessons(user_id="7"))
    assert listed.next is None
    assert all(row.is_done for row in listed.lessons)
    assert (await education.process(GetLesson(user_id="7"))).lesson.number == 1


async def test_a_lesson_comes_in_the_language_asked_for(education: EducationService) -> None:
    told = await education.process(GetLesson(user_id="7", lesson="leverage", locale="pt-BR"))
    assert told.lesson.title == "Alavancagem"
    assert "Margem" in [term.term for term in told.terms]


async def test_a_lesson_that_there_is_not_is_refused(education: EducationService) -> None:
    with pytest.raises(UserMistake, match="no lesson flying"):
        await education.process(GetLesson(user_id="7", lesson="flying"))


async def test_questions_of_lessons_that_are_done_are_asked_first(education: EducationService) -> None:
    assert (await education.process(GetQuiz(user_id="7"))).id == "candle-1"
    await education.process(FinishLesson(user_id="7", lesson="fees"))
    assert (await education.process(GetQuiz(user_id="7"))).id == "fees-1"


async def test_what_was_answered_wrong_waits_and_what_was_right_is_not_asked_again(
    education: EducationService,
) -> None:
    await education.process(FinishLesson(user_id="7", lesson="fees"))
    await answer(education, "fees-1", is_right=False)
    assert (await education.process(GetQuiz(user_id="7"))).id == "fees-2"
    await answer(education, "fees-2", is_right=True)
    assert (await education.process(GetQuiz(user_id="7"))).id == "fees-1"
    await answer(education, "fees-1", is_right=True)
    assert (await education.process(GetQuiz(user_id="7"))).id == "candle-1"


async def test_a_lesson_whose_questions_are_all_right_asks_the_oldest_again(
    education: EducationService,
) -> None:
    await answer(education, "fees-2", is_right=True)
    await answer(education, "fees-1", is_right=True)
    asked = await education.process(GetQuiz(user_id="7", lesson="fees"))
    assert (asked.id, asked.score) == ("fees-2", Score(right=2, asked=2))


async def test_the_same_answer_twice_counts_once_and_right_stays_right(education: EducationService) -> None:
    for _ in range(2):
        await answer(education, "fees-1", is_right=True)
    await answer(education, "fees-1", is_right=False)
    await answer(education, "fees-2", is_right=False)
    assert (await education.process(GetQuiz(user_id="7"))).score == Score(right=1, asked=2)


async def test_a_marked_answer_tells_what_was_chosen_what_is_right_and_why(
    education: EducationService,
) -> None:
    wrong = "A" if RIGHT["fees-1"] != "A" else "B"
    marked = await education.process(AnswerQuiz(user_id="7", question="fees-1", letter=wrong))
    question = next(one for one in ENGLISH.questions if one.id == "fees-1")
    assert (marked.is_right, marked.answer, marked.why) == (False, question.answer, question.why)
    assert marked.chosen == question.options["AB".index(wrong)]


@pytest.mark.parametrize(("question", "letter"), [("fees-1", "E"), ("fees-1", ""), ("fees-9", "A")])
async def test_what_cannot_be_answered_is_refused_and_not_kept(
    education: EducationService, question: str, letter: str
) -> None:
    with pytest.raises(UserMistake):
        await education.process(AnswerQuiz(user_id="7", question=question, letter=letter))
    assert (await education.process(GetQuiz(user_id="7"))).score.asked == 0


async def test_what_is_no_longer_taught_does_not_count(education: EducationService, store: Store) -> None:
    await education.process(FinishLesson(user_id="7", lesson="candle"))
    async with store.write() as rows:
        kept = await rows.learning.all_of("7")
        (row,) = kept.lessons
        await rows.learning.finish(type(row)(user_id="7", lesson_id="gone", done_at=NOON))
    listed = await education.process(ListLessons(user_id="7"))
    assert (listed.done, [row.lesson.id for row in listed.lessons if row.is_done]) == (1, ["candle"])


async def test_a_text_is_explained_by_the_terms_it_names(education: EducationService) -> None:
    text = "Longs pay funding; with leverage the liquidation price comes nearer."
    found = await education.process(ExplainText(text=text, limit=2, locale="pt-BR"))
    assert [term.term for term in found.terms] == ["Comprado", "Taxa de funding"]
    assert [link.id for link in found.more] == ["leverage", "liquidation-price"]
    assert (found.count, found.is_all) == (4, False)


@pytest.mark.parametrize(
    "text", ["what is leverage?", "o que é alavancagem?", "What are perps?", "so what's the RSI"]
)
async def test_a_question_for_one_term_is_known_to_be_nothing_else(
    education: EducationService, text: str
) -> None:
    assert (await education.process(ExplainText(text=text))).is_all


async def test_a_term_tells_its_neighbours_and_the_lessons_that_teach_it(education: EducationService) -> None:
    term = await education.process(GetTerm(term="perp"))
    assert term.id == "perpetual"
    assert "funding-rate" in [link.id for link in term.see_also]
    assert "perpetuals" in [link.id for link in term.lessons]


async def test_what_is_typed_finds_terms_and_lessons(education: EducationService) -> None:
    terms = await education.process(FindTerms(typed="funding", limit=99))
    assert "funding-rate" in [link.id for link in terms.terms]
    found = await education.process(SearchLessons(typed="leverage"))
    assert (found.exact, found.lessons[0].id) == ("leverage", "leverage")
    assert (await education.process(SearchLessons(typed="leverage and funding"))).exact is None


@pytest.mark.parametrize("typed", ["no-such", "leverage zzz", "lev margin", "nem como", "alavancagem zzz"])
@pytest.mark.parametrize(
    ("locale", "sorry"),
    [("en", r"don't have a lesson|Nothing about"), ("pt-BR", r"Não tenho|Ainda não tem")],
)
async def test_where_no_lesson_holds_all_words_it_is_said_that_nothing_was_found(
    education: EducationService, typed: str, locale: Locale, sorry: str
) -> None:
    found = await education.process(SearchLessons(typed=typed, limit=5, locale=locale))
    assert (found.exact, found.lessons) == (None, [])
    card = found_card(found, typed, BIEL[locale], key="1")
    assert re.search(sorry, card.verdict)


@pytest.mark.parametrize(
    ("typed", "locale"), [("what is lever", "en"), ("leverage and fund", "en"), ("o que é alavanc", "pt-BR")]
)
async def test_all_words_that_tell_something_are_sought_and_the_last_may_be_unfinished(
    education: EducationService, typed: str, locale: Locale
) -> None:
    found = await education.process(SearchLessons(typed=typed, limit=3, locale=locale))
    assert found.lessons[0].id == "leverage"


async def test_a_question_is_answered_by_terms_it_names_and_lessons_that_teach_them(
    education: EducationService,
) -> None:
    advice = await education.process(Consult(text="why is my liquidation price so near?"))
    assert advice.terms[0].id == "liquidation-price"
    assert advice.lessons[0].id in {"leverage", "liquidation"}
    nothing = await education.process(Consult(text="?!"))
    assert (nothing.terms, nothing.lessons) == ([], [])


async def test_the_saying_of_a_day_is_the_same_in_every_language(education: EducationService) -> None:
    english = await education.process(GetWisdom(day=date(2026, 3, 1)))
    portuguese = await education.process(GetWisdom(day=date(2026, 3, 1), locale="pt-BR"))
    assert english.id == portuguese.id
    assert english.text != portuguese.text

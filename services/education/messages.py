"""What the education service answers: lessons, terms, quizzes, progress, and the saying of a day."""

from __future__ import annotations

from datetime import date

from services.bus.messages import Message, Request
from services.locales import Locale


class LessonLink(Message, frozen=True, kw_only=True):
    """A lesson by its name."""

    id: str
    number: int
    title: str


class TermLink(Message, frozen=True, kw_only=True):
    """A term by its name."""

    id: str
    term: str


class Lesson(Message, frozen=True, kw_only=True):
    """One lesson for one member. `body` is Markdown; `next` is another one that is not done."""

    lesson: LessonLink
    track: str
    body: str
    terms: list[TermLink]
    is_done: bool
    done: int
    total: int
    next: LessonLink | None = None


class ListedLesson(Message, frozen=True, kw_only=True):
    """A lesson in the list of a member."""

    lesson: LessonLink
    track: str
    is_done: bool


class Lessons(Message, frozen=True, kw_only=True):
    """All lessons in their order. `next` is the first that is not done."""

    lessons: list[ListedLesson]
    done: int
    total: int
    next: LessonLink | None = None


class FoundLessons(Message, frozen=True, kw_only=True):
    """Lessons that may be meant, the likeliest first; `exact` is the id of the one that was named."""

    lessons: list[LessonLink]
    exact: str | None = None


class Term(Message, frozen=True, kw_only=True):
    """One term, with the lessons that teach it."""

    id: str
    term: str
    meaning: str
    aliases: list[str]
    see_also: list[TermLink]
    lessons: list[LessonLink]


class FoundTerms(Message, frozen=True, kw_only=True):
    """Terms that may be meant, the likeliest first."""

    terms: list[TermLink]


class Explained(Message, frozen=True, kw_only=True):
    """The terms named in a text: the first of them in full, and how many there are in all.

    `is_all` says that the text, but for words that ask, is the name of one term and nothing else.
    """

    terms: list[Term]
    more: list[TermLink]
    count: int
    is_all: bool = False


class Advice(Message, frozen=True, kw_only=True):
    """What in the library has to do with a text, the likeliest first."""

    terms: list[Term]
    lessons: list[LessonLink]


class Score(Message, frozen=True, kw_only=True):
    """How a member stands in the quiz: questions answered right, of those answered at all."""

    right: int
    asked: int


class QuizQuestion(Message, frozen=True, kw_only=True):
    """A question with its four options; which is right stays with the service."""

    id: str
    question: str
    options: list[str]
    lesson: LessonLink
    score: Score


class Marked(Message, frozen=True, kw_only=True):
    """An answer, marked. `answer` is the right option."""

    question: QuizQuestion
    chosen: str
    is_right: bool
    answer: str
    why: str


class Wisdom(Message, frozen=True, kw_only=True):
    """The saying of a day."""

    id: str
    text: str


class ListLessons(Request[Lessons], frozen=True, kw_only=True, tag="education.list_lessons"):
    """Ask for all lessons, with those that the member has done marked."""

    user_id: str
    locale: Locale = "en"


class GetLesson(Request[Lesson], frozen=True, kw_only=True, tag="education.get_lesson"):
    """Ask for a lesson by id, number or title; empty is the member's next. Raises `UserMistake`."""

    user_id: str
    lesson: str = ""
    locale: Locale = "en"


class FinishLesson(Request[Lesson], frozen=True, kw_only=True, tag="education.finish_lesson"):
    """Mark a lesson as done, which it then stays. Raises `UserMistake`."""

    user_id: str
    lesson: str
    locale: Locale = "en"


class SearchLessons(Request[FoundLessons], frozen=True, kw_only=True, tag="education.search_lessons"):
    """Ask for lessons by what was typed so far; nothing typed lists the first ones."""

    typed: str = ""
    limit: int = 10
    locale: Locale = "en"


class FindTerms(Request[FoundTerms], frozen=True, kw_only=True, tag="education.find_terms"):
    """Ask for terms by what was typed so far; nothing typed lists the first of the alphabet."""

    typed: str = ""
    limit: int = 25
    locale: Locale = "en"


class GetTerm(Request[Term], frozen=True, kw_only=True, tag="education.get_term"):
    """Ask for a term by id or name, of any language. Raises `UserMistake` with the nearest terms."""

    term: str
    locale: Locale = "en"


class ExplainText(Request[Explained], frozen=True, kw_only=True, tag="education.explain_text"):
    """Ask which terms a text names, in whatever language it is written."""

    text: str
    limit: int = 6
    locale: Locale = "en"


class Consult(Request[Advice], frozen=True, kw_only=True, tag="education.consult"):
    """Ask which terms and lessons have to do with a question; terms that it names come first."""

    text: str
    limit: int = 3
    locale: Locale = "en"


class GetQuiz(Request[QuizQuestion], frozen=True, kw_only=True, tag="education.get_quiz"):
    """Ask for a question that the member has not yet answered right, of one lesson or of all.

    Questions of lessons that are done come first, and one that was answered wrong waits for the others. When
    all are answered right, the one answered longest ago is asked again. Raises `UserMistake`.
    """

    user_id: str
    lesson: str = ""
    locale: Locale = "en"


class AnswerQuiz(Request[Marked], frozen=True, kw_only=True, tag="education.answer_quiz"):
    """Answer a question with a letter from A to D; what was once right stays right. Raises `UserMistake`."""

    user_id: str
    question: str
    letter: str
    locale: Locale = "en"


class GetWisdom(Request[Wisdom], frozen=True, kw_only=True, tag="education.get_wisdom"):
    """Ask for the saying of a day."""

    day: date
    locale: Locale = "en"

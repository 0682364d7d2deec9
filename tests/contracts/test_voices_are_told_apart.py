"""Six personas, six ways to talk: a simple reader tells them apart, and none of them repeats itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pytest
from spoken_lines import lines_of_cogs, replies, spoken_lines
from who_said_it import Reader, Reply

from services.locales import LOCALES, Locale
from services.personas.roster import read_roster
from services.personas.variety import NEVER_WITHIN
from services.personas.voice import Voice, masked

PERSONAS = Path(__file__).parents[2] / "personas"
ROSTER = read_roster(PERSONAS)
REACH = 0.9
FOLDS = 3


@cache
def said(locale: Locale) -> tuple[list[Reply], list[Reply]]:
    """Return replies that begin and end in one half of the ways, and replies that do in the other half."""
    even, odd = (replies(ROSTER, locale, spoken_lines(), half=half) for half in (0, 1))
    return even, odd


def told_apart(locale: Locale, fold_of: Callable[[Reply], int]) -> float:
    """Return the share of replies that are rightly attributed; each is new to the reader in every part.

    The reader learns from the other folds with one half of the openings and closings, and is asked about this
    fold with the other half.
    """
    wrong = asked = 0
    for learnt, unknown in ((0, 1), (1, 0)):
        for fold in range(FOLDS):
            reader = Reader.of([one for one in said(locale)[learnt] if fold_of(one) != fold])
            held_out = [one for one in said(locale)[unknown] if fold_of(one) == fold]
            wrong, asked = wrong + len(reader.wrong(held_out)), asked + len(held_out)
    return 1 - wrong / asked


@pytest.mark.parametrize("locale", LOCALES)
def test_who_speaks_is_told_by_a_phrasing_that_was_never_heard(locale: Locale) -> None:
    share = told_apart(locale, lambda reply: reply.phrasing)
    print(f"{locale}: {share:.1%} of unheard phrasings attributed")  # noqa: T201 - the figure
    assert share >= REACH


@pytest.mark.parametrize("locale", LOCALES)
def test_who_speaks_is_told_by_a_kind_of_line_that_was_never_heard(locale: Locale) -> None:
    kinds = sorted({line.name for line in spoken_lines()})
    share = told_apart(locale, lambda reply: kinds.index(reply.line) % FOLDS)
    print(f"{locale}: {share:.1%} of unheard kinds of lines attributed")  # noqa: T201 - the figure
    assert share >= REACH


@pytest.mark.parametrize("locale", LOCALES)
def test_nobody_repeats_themselves_within_twenty_answers_to_the_same_question(locale: Locale) -> None:
    fresh = read_roster(PERSONAS)
    repeated = [
        f"{name}: {line}" for name in fresh.cards for line in repeated_lines(fresh.voice(name, locale))
    ]
    assert not repeated, "\n".join(repeated)


def repeated_lines(voice: Voice) -> Iterable[str]:
    for line in lines_of_cogs():
        answers = [voice.render(line.name, key=str(1_000 + n), **line.sample) for n in range(NEVER_WITHIN)]
        if len({masked(answer) for answer in answers}) < NEVER_WITHIN:
            yield line.name

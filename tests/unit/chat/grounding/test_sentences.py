from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chat.grounding.sentences import split


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It held. It rose! Did it? Yes… So", ("It held. ", "It rose! ", "Did it? ", "Yes… ", "So")),
        ("At 64,210.5 it turned. Then up.", ("At 64,210.5 it turned. ", "Then up.")),
        ("The U.S. Fed met, e.g. today. So what.", ("The U.S. Fed met, e.g. today. ", "So what.")),
        ("Wait... what? Fine.", ("Wait... what? ", "Fine.")),
        ("Up. 🚀 Down.", ("Up. ", "🚀 Down.")),
        ("Lines:\n1. One side\n2. Other\n", ("Lines:\n", "1. One side\n", "2. Other\n")),
        ('He said "go." Then left.', ('He said "go." ', "Then left.")),
        ("Sr. Silva vs. Dr. Souza. Fim.", ("Sr. Silva vs. Dr. Souza. ", "Fim.")),
        ("", ()),
    ],
)
def test_a_text_falls_into_its_sentences(text: str, sentences: tuple[str, ...]) -> None:
    assert split(text, is_whole=True) == (sentences, "")


def test_a_sentence_is_not_over_before_it_shows() -> None:
    assert split("It held. ", is_whole=False) == ((), "It held. ")
    assert split("It held. S", is_whole=False) == (("It held. ",), "S")


@settings(max_examples=80, deadline=None)
@given(text=st.text('aA1.!? \n"', max_size=40))
def test_nothing_of_a_text_is_lost(text: str) -> None:
    sentences, rest = split(text, is_whole=False)
    assert "".join(sentences) + rest == text
    whole, nothing = split(text, is_whole=True)
    assert "".join(whole) == text
    assert nothing == ""


@pytest.mark.parametrize("part", ["!", "!?", ". ", "a. ", " a.", "1. "])
def test_a_hostile_text_is_split_in_proportion(part: str) -> None:
    text = part * (10_000 // len(part))
    start = time.perf_counter()
    split(text, is_whole=False)
    assert time.perf_counter() - start < 0.25

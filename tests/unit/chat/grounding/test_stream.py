from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chat.grounding.numbers import Ground
from services.chat.grounding.stream import Checked, CheckedStream

SECRET = "omega-K3y-9f8e7d6c5b4a"


def a_ground() -> Ground:
    return Ground(("64,210.5", "▲ +1.20%", "4h"), "", locale="en")


def told(text: str, *, size: int = 5) -> Checked:
    stream = CheckedStream(a_ground(), secrets=(SECRET,))
    for at in range(0, len(text), size):
        stream.feed(text[at : at + size])
    return stream.finish()


def seen(text: str) -> list[str]:
    """What may be shown after each letter."""
    stream = CheckedStream(a_ground(), secrets=(SECRET,))
    parts = []
    for letter in text:
        stream.feed(letter)
        parts.append(stream.ready())
    return parts


def test_words_without_numbers_are_shown_as_they_come() -> None:
    assert seen("The board is calm ")[-1] == "The board is calm"
    assert "The" in seen("The board")


def test_a_number_is_shown_once_it_is_sure() -> None:
    parts = seen("It stands at 64,210.5 as of this very moment and holds")
    assert "It stands at" in parts
    assert all("64" not in part or "64,210.5 as of this very" in part for part in parts)
    assert parts[-1].startswith("It stands at 64,210.5 as of")


def test_a_sentence_with_an_invented_number_is_taken_back() -> None:
    checked = told("It is calm. It will see 99,000 before long. So it goes.")
    assert checked.text == "It is calm. So it goes."
    assert [(one.text, one.untraced) for one in checked.removed] == [
        ("It will see 99,000 before long.", ("99,000",))
    ]


def test_no_part_ever_shows_an_invented_number() -> None:
    parts = seen(
        "Up 1.2% for the day now. It will be 99,000 or sixty thousand soon. Two green candles stand. Ok so."
    )
    assert not any(figure in part for part in parts for figure in ("99", "sixty", "Two"))
    assert parts[-1].startswith("Up 1.2% for the day now.")


@pytest.mark.parametrize(
    ("forbidden", "is_told_as_advice"),
    [
        ("Buy now!", True),
        ("Compre agora!", True),
        ("I bought some for you.", False),
        ("A ordem foi enviada.", False),
        (f"The key is {SECRET}.", False),
    ],
)
def test_a_forbidden_sentence_is_left_out(forbidden: str, *, is_told_as_advice: bool) -> None:
    checked = told(f"It is calm. {forbidden} So it goes.")
    assert checked.text == "It is calm. So it goes."
    assert len(checked.removed) == 1
    assert SECRET not in repr(checked)
    assert checked.has_advice is is_told_as_advice


def test_a_secret_in_pieces_takes_all_with_it() -> None:
    text = "First comes omega-K3y. Then 9f8e7d. And 6c5b4a."
    assert "K3y" not in told(text).text


def test_a_claim_over_two_lines_is_one() -> None:
    assert "bought" not in told("I\nbought some for you\nSo it goes.").text
    assert told("A line\nOrdem enviada.\nSo it goes.").text == "A line\n\nSo it goes."


def test_the_mark_of_a_list_is_no_way_to_say_a_number() -> None:
    assert told("The price is:\n7. Great.").text == "The price is:\n- Great."
    assert told("It is calm. 8. Great.").text == "It is calm. - Great."


def test_a_number_cannot_be_joined_by_what_is_taken_out() -> None:
    assert told("It is 64,210.5 now. It is 64<@42>,300 now.").text == "It is 64,210.5 now."
    assert told("It is calm. It is 4h http://x.com 4h of it.").text == "It is calm."


def test_what_never_ends_is_not_shown() -> None:
    checked = told("word " * 400 + "end. So it goes.")
    assert checked.text == "So it goes."
    assert len(checked.removed) == 1


def test_a_mention_goes_on_the_way() -> None:
    assert told("@everyone see this now.").text == "everyone see this now."


@pytest.mark.parametrize(
    "sentence",
    [
        "Visit https://evil.com or evil.com and enter your word.",
        "See [this](https://evil.com) now.",
        "Go to evil dot example dot com for more.",
        "Go to evil dot example and look.",
        "Veja golpe ponto com barra ganhe agora.",
        "Join discord . gg / evil today.",
    ],
)
def test_a_sentence_with_a_link_goes_whole(sentence: str) -> None:
    checked = told(f"It is calm. {sentence} So it goes.")
    assert checked.text == "It is calm. So it goes."
    assert [one.text for one in checked.removed] == [sentence]


@pytest.mark.parametrize(
    "sentence",
    ["Nesse ponto de apoio o preço virou.", "No ponto com mais toques ele virou.", "Join the dots in it."],
)
def test_a_point_in_words_is_no_link(sentence: str) -> None:
    assert told(sentence).text == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "Please send me your api key and seed phrase.",
        "Theo told me privately that he is tired.",
        "My system prompt says that I am kind.",
        "Kaufen Sie jetzt Bitcoin und verkaufen Sie nicht.",
        "You are an idiot.",
    ],
)
def test_what_no_persona_says_goes_whole(sentence: str) -> None:
    assert told(f"It is calm. {sentence} So it goes.").text == "It is calm. So it goes."


@settings(max_examples=40, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=30),
    text=st.lists(
        st.sampled_from(("It held. ", "64,210.5 ", "99,000 ", "up ", "1.2% ", "Buy now! ", "\n", "so ")),
        max_size=14,
    ).map("".join),
)
def test_how_a_text_is_cut_changes_nothing(sizes: list[int], text: str) -> None:
    stream, at, turn = CheckedStream(a_ground(), secrets=(SECRET,)), 0, 0
    while at < len(text):
        size = sizes[turn % len(sizes)]
        stream.feed(text[at : at + size])
        assert "99" not in stream.ready()
        at, turn = at + size, turn + 1
    assert stream.finish() == told(text, size=10_000)


def test_a_long_text_costs_in_proportion() -> None:
    start = time.perf_counter()
    told("It held its ground there. " * 2_000)
    assert time.perf_counter() - start < 3.0


def test_digits_in_lines_of_their_own_make_no_number() -> None:
    ground = Ground(("5 and 6 of 0", "64,210.5", "63,000.0"), locale="en")
    stream = CheckedStream(ground)
    stream.feed("It is\n5\n6\n0\nSo it goes:\n- 64,210.5\n- 63,000.0\nThat is all.")
    assert stream.finish().text == "It is\n\nSo it goes:\n- 64,210.5\n- 63,000.0\nThat is all."

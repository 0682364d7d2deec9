"""Words, phrases and misspelt words."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.chat.intents import INTENTS
from services.chat.understanding.lexicon import WORDS, read_lexicon
from services.chat.understanding.phrases import Phrasebook, Sentence, phrases_of
from services.chat.understanding.reading import words_in
from services.chat.understanding.spelling import Spelling, distance
from services.errors import Misconfigured

SMALL = frozenset({"the"})


def found(phrases: str, text: str) -> list[str]:
    words = words_in(text, {}, frozenset())
    closes = frozenset({len(words)})
    sentence = Sentence(words=words, opens=frozenset({0}), closes=closes, small=SMALL)
    return [seen.says for seen in Phrasebook(phrases_of(phrases, "yes")).find(sentence)]


@pytest.mark.parametrize(
    ("phrase", "text", "is_there"),
    [
        ("price of", "the price of it", True),
        ("price of", "price the of", True),
        ("price of", "price is of", False),
        ("price of", "price. Of", False),
        ("show|send * chart", "send me a big chart", True),
        ("show|send * chart", "send me a big and truly very long chart", False),
        ("set an? alert", "set alert", True),
        ("^ buy", "buy it", True),
        ("^ buy", "I buy it", False),
        ("orders $", "my orders", True),
        ("orders $", "orders of others", False),
        ("buy @number", "buy 0.5", True),
        ("buy @number", "buy it", False),
    ],
)
def test_a_phrase_stands_in_a_text_or_it_does_not(phrase: str, text: str, *, is_there: bool) -> None:
    assert bool(found(phrase, text)) is is_there


@pytest.mark.parametrize(
    ("one", "other", "letters"),
    [("price", "pirce", 1), ("price", "prize", 1), ("", "ab", 2), ("chart", "chart", 0)],
)
def test_letters_that_are_wrong_or_swapped_are_counted(one: str, other: str, letters: int) -> None:
    assert distance(one, other) == distance(other, one) == letters


def test_a_misspelt_word_is_put_right_and_an_ordinary_one_is_left() -> None:
    spelling = Spelling({"price", "resistance"}, {"prize"})
    assert [spelling.right(word) for word in ("pirce", "resistense", "prize", "house", "p")] == [
        *("price", "resistance", "prize", "house", "p")
    ]


def test_every_wish_but_despair_has_words_in_both_languages() -> None:
    for file in (WORDS / "wishes.en.yaml", WORDS / "wishes.pt.yaml"):
        text = file.read_text("utf-8")
        assert [intent for intent in INTENTS if f"\n{intent}:\n" not in text] == ["distress"]


def test_no_weight_of_a_wish_is_written_twice() -> None:
    for file in WORDS.glob("wishes.*.yaml"):
        keys: list[str] = []
        for line in file.read_text("utf-8").splitlines():
            if line and not line.startswith((" ", "#")):
                keys = []
            elif line.startswith("  ") and not line.startswith("   "):
                key = line.partition(":")[0]
                assert key not in keys, line
                keys.append(key)


def test_words_that_are_not_there_stop_the_process_with_their_place(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=str(tmp_path)):
        read_lexicon(tmp_path)
    (tmp_path / "ordinary.yaml").write_text("small: [")
    with pytest.raises(Misconfigured, match="is not YAML"):
        read_lexicon(tmp_path)
    (tmp_path / "ordinary.yaml").write_text("tiny: a")
    with pytest.raises(Misconfigured):
        read_lexicon(tmp_path)

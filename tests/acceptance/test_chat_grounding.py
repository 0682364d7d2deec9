"""A model that invents numbers: whatever it makes up, in whatever form, no member sees it."""

from __future__ import annotations

from pathlib import Path

import pytest
from inventing import lied_to, stands_in, unfounded

from sandbox.llm.invented import FORMS

pytestmark = pytest.mark.slow

CONVERSATIONS = 300
SEED = 20261128


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("61,900", "Support is at **61,900** now."),
        ("61,900", "Support is at 61 900 now."),
        ("forty-two", "It was right Forty\u2011Two times."),
        ("XLI", "Since XLI they watch."),
        ("7:31", "At 7:31 it turned."),
        ("\uff16\uff11\uff19\uff10\uff10", "It is 61900."),
    ],
)
def test_the_judge_sees_a_number_however_it_is_written(number: str, text: str) -> None:
    assert stands_in(number, text)
    assert unfounded(text, "nothing was found")


def test_the_judge_knows_what_was_found() -> None:
    assert unfounded("BTC is at 64,210.5, up 1.92 %.", "price: 64,210.5 usdt, +1.92%") == []
    assert not stands_in("64,2", "BTC is at 64,210.5")


@pytest.mark.timeout(300)
async def test_no_invented_number_reaches_a_member_in_300_conversations(tmp_path: Path) -> None:
    seen = await lied_to(tmp_path, CONVERSATIONS, seed=SEED)
    print(f"\n{seen}")  # noqa: T201 - the totals are what it shows
    assert seen.conversations >= CONVERSATIONS
    assert {*seen.invented} == {*FORMS}
    assert sum(seen.invented.values()) >= 2 * CONVERSATIONS
    assert seen.shown == []
    assert seen.unfounded == []
    assert seen.by_model >= CONVERSATIONS / 2
    assert seen.useful / seen.turns >= 0.9

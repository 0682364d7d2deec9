"""Names that others see: what is let through, and what is not."""

from __future__ import annotations

import pytest

from services.errors import UserMistake
from services.trading.seasons.naming import free_name, shown_name


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("  Ana   Lúcia ", "Ana Lúcia"),
        ("D'Or-7", "D'Or-7"),
        ("\uff21\uff4e\uff4e", "Ann"),
        ("李小龙", "李小龙"),
        ("हिन्दी", "हिन्दी"),
    ],
)
def test_a_name_is_shown_without_spare_spaces_and_in_one_width(said: str, shown: str) -> None:
    assert shown_name(said) == shown


@pytest.mark.parametrize(
    "said",
    [
        *("", "a", "x" * 33, "42"),
        *("@everyone", "<@123>", "<#5>", "https://a.example", "evil.com", "discord.gg/x"),
        *("*bold*", "__init__", "`code`", "||hidden||", "tab\u200bbed", "\u202ereversed"),
        *("Ann 123456789012345678", "Z" + "\u0335" * 8),
    ],
)
def test_what_is_no_name_is_refused(said: str) -> None:
    with pytest.raises(UserMistake, match="A name has"):
        shown_name(said)


def test_a_name_that_is_taken_gets_the_next_number() -> None:
    assert free_name("paper", set()) == "paper"
    assert free_name("paper", {"paper", "paper 2"}) == "paper 3"

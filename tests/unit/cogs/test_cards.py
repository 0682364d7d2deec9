from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs._ui import limits
from cogs._ui.card import Action, Attachment, Card, Fact, Picture, press_id, read_press, refresh
from cogs._ui.embed import to_buttons, to_embed, to_files
from cogs._ui.errors import error_card
from cogs._ui.limits import code_block, newest_lines
from cogs._ui.tables import COLUMNS, row, table
from services.errors import UnknownMarket
from services.personas.roster import read_roster

CARD = Card(
    title="BTC/USDT  64,210.5",
    verdict="BTC/USDT: **64,210.5 USDT**.",
    facts=(Fact("24 h high", "64,999.9"), Fact("Source", "binance · REPLAY", is_wide=True)),
    picture=Picture(b"png", "chart.png", "BTC/USDT 4h, up 1.2 %"),
    attachment=Attachment(b"{}", "mine.json"),
    actions=(Action("Refresh", "price|show|BTC/USDT|xyko"),),
    footnote="Xyko · not financial advice",
    tone="up",
)
WORDS = st.builds(lambda word, times: word * times, st.text(max_size=7), st.integers(0, 5_000))


def texts(shown: Any) -> str:
    """Return every string inside a Discord payload."""
    if isinstance(shown, dict):
        return "\n".join(texts(value) for value in shown.values())
    if isinstance(shown, list):
        return "\n".join(texts(value) for value in shown)
    return shown if isinstance(shown, str) else ""


def components_of(view: Any) -> Any:
    return view.to_components()


def test_an_embed_says_all_that_the_card_does() -> None:
    shown = texts(to_embed(CARD).to_dict())
    for fact in (CARD.title, CARD.verdict, *(fact.value for fact in CARD.facts), CARD.footnote):
        assert fact in shown, f"the embed leaves out {fact}"


def test_a_picture_is_shown_with_its_words_and_a_file_goes_along() -> None:
    picture, file = to_files(CARD)
    assert to_embed(CARD).image.url == f"attachment://{picture.filename}"
    assert (picture.description, file.filename, file.fp.read()) == (
        "BTC/USDT 4h, up 1.2 %",
        "mine.json",
        b"{}",
    )
    assert to_files(Card(verdict="v")) == []


async def test_buttons_carry_their_custom_id_and_are_not_kept_by_the_client() -> None:
    view = to_buttons(CARD)
    assert view is not None
    assert view.is_finished()
    assert "price|show|BTC/USDT|xyko" in texts(components_of(view))


def test_a_card_without_actions_has_no_buttons() -> None:
    assert to_buttons(Card(verdict="Nothing to press.")) is None


@given(texts=st.tuples(WORDS, WORDS, WORDS, WORDS, WORDS), facts=st.integers(0, 25))
def test_an_embed_is_within_every_limit_whatever_it_is_given(texts: tuple[str, ...], facts: int) -> None:
    title, verdict, name, value, foot = texts
    card = Card(title=title, verdict=verdict, facts=(Fact(name, value),) * facts, footnote=foot)
    embed = to_embed(card)
    assert len(embed) <= limits.EMBED_TOTAL
    assert len(embed.title or "") <= limits.TITLE
    assert len(embed.description or "") <= limits.DESCRIPTION
    assert all(
        len(field.name or "") <= limits.FIELD_NAME and len(field.value or "") <= limits.FIELD_VALUE
        for field in embed.fields
    )
    assert len(embed.footer.text or "") <= 2_048
    assert (embed.description or "")[:1] == verdict[:1]


def test_more_facts_than_discord_shows_are_a_defect_and_not_dropped() -> None:
    with pytest.raises(ValueError, match="25"):
        to_embed(Card(verdict="v", facts=(Fact("n", "v"),) * 26))


async def test_a_button_that_cannot_be_shown_is_a_defect_and_not_shortened() -> None:
    with pytest.raises(ValueError, match="80"):
        to_buttons(Card(verdict="v", actions=(Action("l" * 81, "a|b"),)))


@given(
    arguments=st.lists(st.text(st.characters(exclude_characters="|", codec="utf-8"), max_size=8), max_size=4)
)
def test_what_a_button_carries_can_be_read_back(arguments: list[str]) -> None:
    cog, action, read = read_press(press_id("price", "show", *arguments))
    assert (cog, action) == ("price", "show")
    assert read == tuple(arguments) or arguments == [""]


@pytest.mark.parametrize("arguments", [("BTC|ETH",), ("x" * 100,)], ids=["separator", "too long"])
def test_a_custom_id_that_could_not_be_read_back_is_refused(arguments: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"must not hold|characters"):
        press_id("price", "show", *arguments)


@pytest.mark.parametrize("custom_id", ["", "old", "old_button:7"])
def test_a_custom_id_of_another_time_has_no_arguments(custom_id: str) -> None:
    assert read_press(custom_id)[1:] == ("", ())


def test_a_log_that_fits_is_shown_whole() -> None:
    assert newest_lines(["one", "two"], 200) == "one\ntwo"


def test_a_log_that_does_not_fit_keeps_its_newest_lines() -> None:
    shown = newest_lines([f"line {number}" for number in range(100)], 100)
    assert len(shown) <= 100
    assert shown.endswith("line 98\nline 99")
    assert shown.startswith("… 9")


def test_nothing_inside_a_code_block_ends_it() -> None:
    assert code_block("a ``` b").count("```") == 2


def test_facts_that_fit_together_are_shown_whole_however_uneven_they_are() -> None:
    facts = (Fact("table", "x" * limits.FIELD_VALUE), *(Fact("n", "v"),) * 20)
    embed = to_embed(Card(verdict="v", facts=facts))
    assert [field.value for field in embed.fields] == [fact.value for fact in facts]


def test_a_refresh_button_does_what_was_done_and_is_left_out_where_it_does_not_fit() -> None:
    assert [action.press for action in refresh("depth", "BTC/USDT", "xyko")] == ["depth|show|BTC/USDT|xyko"]
    assert refresh("depth", "x" * 100) == ()


VOICE = read_roster(Path(__file__).parents[3] / "personas").voice("xyko")


@pytest.mark.parametrize(
    ("retry", "press"),
    [
        ("depth|show|BTX|bybit|", "depth|show|BTC/USDT|bybit|"),
        ("depth|show| BTX |bybit|", "depth|show|BTC/USDT|bybit|"),
        ("convert|read|5|BRL|USDT|", "price|show|BTC/USDT|xyko"),
        (f"depth|show|BTX|{'x' * 84}|", "price|show|BTC/USDT|xyko"),
        (None, "price|show|BTC/USDT|xyko"),
    ],
    ids=["same question", "blanks", "another question", "too long", "no question"],
)
def test_what_was_meant_is_asked_as_it_was_asked_and_else_for_its_price(
    retry: str | None, press: str
) -> None:
    error = UnknownMarket.of("BTX", ["BTC/USDT"])
    card = error_card(error, VOICE, key="1", can_show_markets=True, retry=retry)
    assert [(action.label, action.press) for action in card.actions] == [("BTC/USDT", press)]


@pytest.mark.parametrize(
    ("rows", "facts"), [([], 0), (["x" * 34] * 20, 1), (["x" * 34] * 40, 2), (["x" * 34] * 100, 4)]
)
def test_a_table_takes_as_many_facts_as_it_needs_and_loses_no_row(rows: list[str], facts: int) -> None:
    parts = table("Rows", rows)
    assert len(parts) == facts
    assert all(len(part.value) <= limits.FIELD_VALUE for part in parts)
    assert sum(part.value.count("x" * 34) for part in parts) == len(rows)


@given(left=st.text(max_size=60), right=st.text(max_size=20))
def test_the_right_end_of_a_row_is_always_whole_and_the_row_fits(left: str, right: str) -> None:
    assert row(left, right).endswith(right)
    assert len(row(left, right)) == COLUMNS

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from services.errors import (
    ExchangeUnavailable,
    Misconfigured,
    NotOffered,
    OmegaError,
    StalePrice,
    UnknownMarket,
    UserMistake,
)
from services.personas.card import read_card
from services.personas.roster import read_roster
from services.personas.voice import SPOKEN_LIMIT, quoted, read_voice

PERSONAS = Path(__file__).parents[3] / "personas"


@pytest.fixture
def personas(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PERSONAS, tmp_path / "personas"))


def rewrite(file: Path, old: str, new: str) -> None:
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("tagline:", "tag_line:", "tagline"),
        ('"#2A86C8"', "blue", "colour"),
        ("locales: [en, pt-BR]", "locales: [tlh]", "locales.0"),
        ("name: xyko", "name: kyxo", "expected xyko"),
        ("display_name: Xyko", "display_name: '<@Xyko>'", "display_name: .*expected a name without < > @"),
        ("display_name: Xyko", 'display_name: "Xy\\ako"', "control characters"),
        ("cogs: [", "cogs: [[", "not YAML"),
    ],
)
def test_a_wrong_card_is_refused_with_its_file_and_key(
    personas: Path, old: str, new: str, complaint: str
) -> None:
    rewrite(personas / "xyko" / "persona.yaml", old, new)
    with pytest.raises(Misconfigured, match=complaint) as refused:
        read_card(personas / "xyko")
    assert "persona.yaml" in refused.value.message


def test_a_missing_line_is_refused_by_name(personas: Path) -> None:
    (personas / "xyko" / "voice" / "en" / "errors" / "stale_price.j2").unlink()
    with pytest.raises(Misconfigured, match=r"errors/stale_price\.j2"):
        read_voice(personas / "xyko", read_card(personas / "xyko"), "en")


def test_a_template_that_does_not_compile_is_refused_by_name(personas: Path) -> None:
    (personas / "xyko" / "voice" / "en" / "greeting.j2").write_text("{% if %}", "utf-8")
    voice = read_voice(personas / "xyko", read_card(personas / "xyko"), "en")
    with pytest.raises(Misconfigured, match=r"greeting\.j2"):
        voice.check()


def test_a_folder_without_personas_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="holds no persona"):
        read_roster(tmp_path)


def test_a_persona_is_found_by_any_spelling_and_an_unknown_one_names_those_there_are() -> None:
    roster = read_roster(PERSONAS)
    assert roster.card(" XYKO ") is roster.cards["xyko"]
    with pytest.raises(UserMistake) as missed:
        roster.card("hal")
    assert "Waze, Xyko" in missed.value.hint


def test_the_same_key_always_says_the_same_and_other_keys_say_it_otherwise() -> None:
    one, other = (read_roster(PERSONAS).voice("xyko") for _ in range(2))
    said = [one.render("greeting", key=key, member="mia") for key in map(str, range(20))]
    assert said == [other.render("greeting", key=key, member="mia") for key in map(str, range(20))]
    assert len(set(said)) == len(said)


def test_a_forgotten_fact_is_an_error_and_never_an_empty_place() -> None:
    with pytest.raises(UndefinedError):
        read_roster(PERSONAS).voice("waze").render("greeting", key="1")


def test_a_template_cannot_reach_out_of_its_sandbox(personas: Path) -> None:
    (personas / "xyko" / "voice" / "en" / "ended.j2").write_text("{{ ''.__class__.__mro__ }}", "utf-8")
    voice = read_voice(personas / "xyko", read_card(personas / "xyko"), "en")
    with pytest.raises(SecurityError):
        voice.render("ended", key="1")


def test_what_is_said_is_bounded(personas: Path) -> None:
    (personas / "xyko" / "voice" / "en" / "ended.j2").write_text("{{ word * 9000 }}", "utf-8")
    voice = read_voice(personas / "xyko", read_card(personas / "xyko"), "en")
    assert len(voice.render("ended", key="1", word="word ")) <= SPOKEN_LIMIT


def test_a_member_cannot_format_our_text_with_a_market_name() -> None:
    assert quoted("**x** `y`\n@everyone " + "z" * 200).startswith("`**x** 'y' @everyone")
    assert quoted("``") == "`''`"
    assert quoted(" ") == "`?`"
    assert len(quoted("z" * 200)) == 82


def test_an_error_without_its_promised_facts_is_said_as_its_parent() -> None:
    voice = read_roster(PERSONAS).voice("xyko")
    whole = StalePrice("Too old.", facts={"market": "BTC", "age": 95.0, "limit": 30.0})
    assert "1 min 35 s" in voice.say_error(whole, key="1")
    assert "Too old." in voice.say_error(StalePrice("Too old."), key="1")


def test_the_error_of_a_newer_process_is_still_said() -> None:
    class Newer(OmegaError):
        code = "NEW-01"

    assert "Odd." in read_roster(PERSONAS).voice("waze").say_error(Newer("Odd."), key="1")


@pytest.mark.parametrize("persona", read_roster(PERSONAS).cards)
def test_why_a_venue_does_not_answer_is_said(persona: str) -> None:
    voice = read_roster(PERSONAS).voice(persona)
    down = ExchangeUnavailable("bybit is under maintenance.", facts={"venue": "bybit"})
    for key in map(str, range(8)):
        assert "bybit is under maintenance." in voice.say_error(down, key=key)


@pytest.mark.parametrize("persona", read_roster(PERSONAS).cards)
@pytest.mark.parametrize("what", ["funding rates", "an open interest of BTC/USDT, which is spot"])
def test_what_is_not_offered_is_named_as_it_stands(persona: str, what: str) -> None:
    voice = read_roster(PERSONAS).voice(persona)
    for key in map(str, range(8)):
        said = voice.say_error(NotOffered.by("kraken", what), key=key)
        assert what in said
        assert not re.search(rf"\b(no|any) {what}", said, re.IGNORECASE)
        assert not re.search(r"\b(them|none|it offers)\b", said)


def test_suggestions_are_said_where_there_are_any() -> None:
    voice = read_roster(PERSONAS).voice("waze")
    for key in map(str, range(8)):
        assert "BTC/USDT" in voice.say_error(UnknownMarket.of("BTX", ["BTC/USDT"]), key=key)
        assert "BTX" in voice.say_error(UnknownMarket.of("BTX", []), key=key)


def test_a_bot_leaves_out_the_wrong_card_of_another_and_refuses_its_own(tmp_path: Path) -> None:
    for name in ("biel", "z"):
        shutil.copytree(PERSONAS / name, tmp_path / name)
    card = tmp_path / "z" / "persona.yaml"
    card.write_text(card.read_text("utf-8") + "zzz: [oops\n", "utf-8")
    assert [*read_roster(tmp_path, own="biel").cards] == ["biel"]
    for own in ("z", None):
        with pytest.raises(Misconfigured, match=r"z/persona\.yaml"):
            read_roster(tmp_path, own=own)

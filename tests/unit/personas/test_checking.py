from __future__ import annotations

from pathlib import Path

import pytest
from persona_folders import EXPECTED, PING, few_lines

from services.personas.checking import check_persona, check_together, phrasings_of, shared_lines


@pytest.fixture
def xyko(tmp_path: Path) -> Path:
    folder = few_lines(tmp_path, "xyko") / "xyko"
    card = folder / "persona.yaml"
    lines = card.read_text("utf-8").splitlines(keepends=True)
    card.write_text("".join(line for line in lines if not line.startswith("cogs:")), "utf-8")
    return folder


def told(folder: Path) -> list[str]:
    return [
        f"{flaw.file.relative_to(folder).as_posix()}:{flaw.line}: {flaw.advice}"
        for flaw in check_persona(folder, EXPECTED)
    ]


def test_a_whole_persona_has_no_flaw(xyko: Path) -> None:
    assert told(xyko) == []


@pytest.mark.parametrize(
    ("template", "complaint"),
    [
        ("{% if %}", "does not compile"),
        (PING.replace("{{ price }}", "{{ cost }}"), "'cost' is undefined"),
        (PING.replace("{{ price }}", "{{ market }}"), "does not tell price"),
        (PING.replace("{{ price }}", "{{ price }}, or 64,000"), "figure 64,000 of its own"),
        (PING.replace("{{ price }}", "{{ price }} {{ pick('24h', 'now') }}"), "figure 24 of its own"),
        (PING.replace("{{ price }}", "{{ price }}, {{ seconds * 2 }}"), "tells 190.0, which no fact says"),
        (PING.replace("{{ price }}", "{{ price }}, {{ ''.__class__ }}"), "unsafe"),
        (PING.replace("{{ market }} {{", "{{ market }}  {{"), "doubled blank"),
        (PING.replace("{{ price }}.", "{{ price }} ."), "blank before a mark"),
        (PING.replace("{{ price }}", "{{ price }} and None"), "says None"),
        (PING.replace("{{ price }}", "{{ price }} and it will moon"), "promises a profit"),
        (PING.replace("{{ price }}", "{{ price * 200 }}"), "1200 are the limit"),
        ("{% if false %}x{% endif %}", "says nothing"),
        ("{{ price }}{{ opening('nowhere') }}", "nowhere"),
        ("It is {{ price }}.", "can be said in 1 ways, expected 20"),
    ],
)
def test_each_flaw_of_a_template_is_told_with_its_line(xyko: Path, template: str, complaint: str) -> None:
    (xyko / "voice" / "en" / "ping.j2").write_text(f"{PING}---\n{template}\n", "utf-8")
    if complaint.startswith("can be said"):
        (xyko / "voice" / "en" / "ping.j2").write_text(f"\n\n{template}\n", "utf-8")
    found = told(xyko)
    assert any(complaint in one for one in found), found
    assert all(one.startswith("voice/en/ping.j2:3: ") for one in found)


def test_an_age_is_a_fact_as_well(xyko: Path) -> None:
    template = PING.replace("{{ price }}", "{{ price }}, {{ seconds | age }} old")
    (xyko / "voice" / "en" / "ping.j2").write_text(template, "utf-8")
    assert told(xyko) == []


def test_a_missing_line_and_one_that_nobody_asks_for_are_told(xyko: Path) -> None:
    (xyko / "voice" / "en" / "ping.j2").rename(xyko / "voice" / "en" / "pong.j2")
    assert [one.partition(": ")[0] for one in told(xyko)] == ["voice/en/ping.j2:1", "voice/en/pong.j2:1"]


def test_every_mistake_of_a_card_is_told_with_its_line(xyko: Path) -> None:
    card = xyko / "persona.yaml"
    text = card.read_text("utf-8").replace("colour: ", "colour: x").replace("presence:", "presents:")
    card.write_text(text, "utf-8")
    found = told(xyko)
    lines = text.splitlines()
    at = {
        key: next(n for n, line in enumerate(lines, 1) if line.startswith(key))
        for key in ("colour", "presents")
    }
    assert any(one.startswith(f"persona.yaml:{at['colour']}: colour") for one in found)
    assert any(one.startswith(f"persona.yaml:{at['presents']}: presents") for one in found)


@pytest.mark.parametrize(
    ("extra", "complaint"),
    [
        ("cogs: [price, prices]", "there is no prices"),
        ("name: kyxo", "name"),
        ("tagline: &a {en: x}", "persona.yaml"),
        ("\tx", "expected YAML"),
    ],
)
def test_other_mistakes_of_a_card_are_told(xyko: Path, extra: str, complaint: str) -> None:
    card = xyko / "persona.yaml"
    card.write_text(f"{card.read_text('utf-8')}\n{extra}\n", "utf-8")
    found = told(xyko)
    assert len(found) == 1
    assert complaint in found[0]


@pytest.mark.parametrize("words", ["guaranteed gains", "lucros garantidos", "you can\u2019t lose"])
def test_what_a_card_promises_is_told_with_its_line(xyko: Path, words: str) -> None:
    card = xyko / "persona.yaml"
    lines = card.read_text("utf-8").splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("presence:"))
    lines[at] = f"presence: {words}"
    card.write_text("\n".join(lines), "utf-8")
    assert told(xyko) == [f"persona.yaml:{at + 1}: promises a profit or a price: say it otherwise"]


def test_a_language_that_the_card_does_not_name_is_told(xyko: Path) -> None:
    (xyko / "voice" / "pt-BR").rename(xyko / "voice" / "en-GB")
    assert all("voice/pt-BR" in one for one in told(xyko))
    card = xyko / "persona.yaml"
    text = card.read_text("utf-8")
    card.write_text(text.replace("locales: [en, pt-BR]", "locales: [en]"), "utf-8")
    (xyko / "voice" / "en-GB").rename(xyko / "voice" / "pt-BR")
    assert told(xyko) == ["voice/pt-BR:1: is spoken by nobody: add pt-BR to locales in persona.yaml"]


def test_personas_that_share_a_cog_or_lines_are_told(tmp_path: Path) -> None:
    few_lines(tmp_path, "xyko", "z")
    card = tmp_path / "z" / "persona.yaml"
    card.write_text(card.read_text("utf-8").replace("cogs: [", "cogs: [price, "), "utf-8")
    (flaw,) = check_together([tmp_path / "xyko", tmp_path / "z"])
    assert flaw.advice == "the cog price is xyko's already: take it out of one card"
    assert shared_lines(tmp_path / "xyko", tmp_path / "z") == 2


def test_a_phrasing_is_known_by_the_line_it_begins_on() -> None:
    assert phrasings_of("\na\nb\n---\n\nc\n---\nd\n") == [(2, "a\nb"), (6, "c"), (8, "d")]

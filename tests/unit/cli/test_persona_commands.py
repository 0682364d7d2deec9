"""`omega persona ...` as an operator sees it, over a folder of personas of its own."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from persona_folders import PERSONAS
from typer.testing import CliRunner, Result

from bots.cli.app import app

COMMANDS = ("check", "export", "import", "new", "preview")


@pytest.fixture
def personas(tmp_path: Path) -> Path:
    for name in ("biel", "xyko"):
        shutil.copytree(PERSONAS / name, tmp_path / "personas" / name)
    return tmp_path / "personas"


def omega(personas: Path, *arguments: str, width: int = 200) -> Result:
    env = {"OMEGA_PERSONAS": str(personas), "NO_COLOR": "1", "COLUMNS": str(width)}
    return CliRunner().invoke(app, ["persona", *arguments], env={**os.environ, **env})


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_each_command_ends_with_an_example(command: str) -> None:
    assert (
        f"Example: omega persona {command}" in CliRunner().invoke(app, ["persona", command, "--help"]).stdout
    )


def test_a_new_persona_is_made_checked_and_heard(personas: Path) -> None:
    made = omega(personas, "new", "nova", "--yes")
    assert made.exit_code == 0
    assert "still Biel's" in made.stderr
    assert "OMEGA_TOKEN_NOVA" in made.stderr
    checked = omega(personas, "check", "nova")
    assert (checked.exit_code, checked.stdout) == (0, f"{personas / 'nova'}: in order\n")
    assert "in the very words of biel" in checked.stderr
    heard = omega(personas, "preview", "nova", "--locale", "pt-BR", "--line", "fib")
    assert heard.exit_code == 0
    assert "\x1b" not in heard.stdout
    assert all(line == line.rstrip() for line in heard.stdout.splitlines())
    assert heard.stdout.count("BTC/USDT:USDT") >= 8


def test_what_would_be_made_is_said_and_not_made(personas: Path) -> None:
    said = omega(personas, "new", "nova", "--from", "xyko", "--dry-run")
    assert (said.exit_code, said.stdout) == (0, f"{personas / 'nova'}: would be made from Xyko\n")
    assert not (personas / "nova").exists()


def test_without_a_terminal_nobody_is_asked(personas: Path) -> None:
    refused = omega(personas, "new", "nova")
    assert refused.exit_code == 2
    assert "--yes" in refused.stderr


def test_a_flaw_is_told_with_file_and_line_and_ends_with_one(personas: Path) -> None:
    file = personas / "xyko" / "voice" / "en" / "fib.j2"
    file.write_text("{{ market }}\n---\n{{ marke }}\n", "utf-8")
    checked = omega(personas, "check", "xyko")
    assert checked.exit_code == 1
    assert f"{file}:3: cannot be said of market=" in checked.stdout
    told = json.loads(omega(personas, "check", "xyko", "--json").stdout)
    assert {"file", "line", "advice"} == set(told["flaws"][0])
    assert (told["personas"], told["notes"]) == (["xyko"], [])


def test_all_personas_are_checked_together(personas: Path) -> None:
    omega(personas, "new", "nova", "--yes")
    card = personas / "nova" / "persona.yaml"
    card.write_text(card.read_text("utf-8").replace("cogs: []", "cogs: [explain]"), "utf-8")
    (flaw,) = json.loads(omega(personas, "check", "nova", "--json").stdout)["flaws"]
    assert flaw["advice"] == "the cog explain is biel's already: take it out of one card"


@pytest.mark.parametrize("arguments", [["check", "hal"], ["preview", "hal"], ["export", "hal"]])
def test_a_persona_that_is_not_there_is_a_mistake_and_those_there_are_are_named(
    personas: Path, arguments: list[str]
) -> None:
    refused = omega(personas, *arguments)
    assert refused.exit_code == 2
    assert "xyko" in refused.stderr.casefold()


def test_a_line_that_is_not_there_is_a_mistake(personas: Path) -> None:
    refused = omega(personas, "preview", "xyko", "--line", "fibb")
    assert refused.exit_code == 2
    assert "fib" in refused.stderr


def test_a_preview_is_data_for_programs_as_well(personas: Path) -> None:
    told = json.loads(omega(personas, "preview", "xyko", "--json").stdout)
    assert told["name"] == "xyko"
    assert {"greeting", "fib", "errors/unknown_market"} <= set(told["lines"])
    assert "64,210.5" in told["lines"]["fib"][0]


@pytest.mark.parametrize("kind", ["v2", "v3", "png"])
def test_a_persona_goes_out_as_a_card_and_comes_in_as_another_persona(
    personas: Path, tmp_path: Path, kind: str
) -> None:
    file = tmp_path / f"card.{kind}"
    assert omega(personas, "export", "biel", "--format", kind, "--out", str(file)).exit_code == 0
    made = omega(personas, "import", str(file), "--name", "bela", "--voice", "xyko", "--yes")
    assert made.exit_code == 0
    assert (personas / "bela" / "avatar.png").exists() == (kind == "png")
    assert omega(personas, "check", "bela").exit_code == 0


def test_a_card_without_a_name_for_it_is_called_as_the_character_is(personas: Path, tmp_path: Path) -> None:
    told = {"name": "Ária de Mar", "description": "Sings.", "system_prompt": "Obey."}
    file = tmp_path / "aria.json"
    file.write_text(json.dumps({"spec": "chara_card_v2", "data": told}), "utf-8")
    made = omega(personas, "import", str(file), "--yes")
    assert made.stdout.startswith(str(personas / "aria_de_mar"))
    assert "instructs nobody" in made.stderr
    printed = json.loads(omega(personas, "export", "aria_de_mar").stdout)
    assert printed["data"]["system_prompt"] == "Obey."


def test_what_is_no_card_is_refused(personas: Path, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}", "utf-8")
    refused = omega(personas, "import", str(tmp_path / "x.json"), "--name", "x", "--yes")
    assert refused.exit_code == 2
    assert "no character card" in refused.stderr


@pytest.mark.parametrize("how", ["--yes", "--dry-run"])
def test_a_card_of_ours_that_promises_is_refused_with_the_file_before_anything_is_made(
    personas: Path, tmp_path: Path, how: str
) -> None:
    file = tmp_path / "card.v2"
    omega(personas, "export", "biel", "--format", "v2", "--out", str(file))
    told = json.loads(file.read_text("utf-8"))
    told["data"]["extensions"]["discord_farm"]["card"]["presence"] = "easy money"
    file.write_text(json.dumps(told), "utf-8")
    refused = omega(personas, "import", str(file), "--name", "bela", "--voice", "xyko", how)
    assert refused.exit_code == 2
    assert f"{file}: extensions.discord_farm.card.presence" in refused.stderr
    assert not (personas / "bela").exists()


def test_a_picture_that_is_missing_is_drawn_by_the_script_that_is_named(personas: Path) -> None:
    (personas / "biel" / "avatar.png").unlink()
    refused = omega(personas, "export", "biel", "--format", "png")
    assert refused.exit_code == 1
    assert "scripts/avatars.py biel" in refused.stderr


def test_a_folder_without_a_card_is_a_flaw_of_its_own(personas: Path) -> None:
    (personas / "z").mkdir()
    checked = omega(personas, "check", "z")
    assert (checked.exit_code, checked.stdout) == (1, f"{personas / 'z'}: has no persona.yaml\n")
    assert f"{personas / 'z'}: has no persona.yaml\n" in omega(personas, "check").stdout


@pytest.mark.parametrize("name", ["xyko", " XYKO "])
def test_a_persona_is_shown_and_exported_although_the_card_of_another_is_broken(
    personas: Path, name: str
) -> None:
    (personas / "biel" / "persona.yaml").write_text("cogs: [[", "utf-8")
    (personas / "z").mkdir()
    assert omega(personas, "preview", name, "--line", "greeting").exit_code == 0
    assert omega(personas, "export", name).exit_code == 0
    assert omega(personas, "preview", "biel").exit_code == 1


def test_a_character_that_would_call_everybody_is_taken_without_its_mentions(
    personas: Path, tmp_path: Path
) -> None:
    told = {
        "name": "\u00c1ria <@everyone>",
        "description": "Sings.",
        "first_mes": "Hi @everyone and <@here>!",
    }
    file = tmp_path / "aria.json"
    file.write_text(json.dumps({"spec": "chara_card_v2", "data": told}), "utf-8")
    made = omega(personas, "import", str(file), "--yes")
    assert made.stdout.startswith(f"{personas / 'aria'}:")
    assert "display_name: \u00c1ria\n" in (personas / "aria" / "persona.yaml").read_text("utf-8")
    greeting = (personas / "aria" / "voice" / "en" / "greeting.j2").read_text("utf-8")
    assert greeting.startswith("Hi everyone and here!")


def test_a_file_that_cannot_be_written_or_read_is_told_with_what_to_do(
    personas: Path, tmp_path: Path
) -> None:
    nowhere = str(tmp_path / "nowhere" / "x.json")
    for arguments in (["export", "biel", "--out", nowhere], ["import", nowhere, "--name", "x", "--yes"]):
        refused = omega(personas, *arguments)
        assert refused.exit_code in {1, 2}
        assert "fix: Name a " in refused.stderr

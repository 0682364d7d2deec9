"""A new persona is a folder and an entry in farm.yaml: no Python, no other file."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from persona_folders import PERSONAS
from persona_stage import next_reply, said, user_id
from running_farm import running_farm, small_farm
from typer.testing import CliRunner

from bots.cli.app import app
from sandbox.discord.client import SandboxClient
from services.locales import Locale

OWN: dict[Locale, str] = {
    "en": "A new star rises for {{ member }}.",
    "pt-BR": "Nasce uma estrela: {{ member }}.",
}

pytestmark = pytest.mark.slow


@pytest.fixture
def personas(tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(PERSONAS, tmp_path / "personas"))
    env = {**os.environ, "OMEGA_PERSONAS": str(folder)}
    made = CliRunner().invoke(app, ["persona", "new", "nova", "--from", "biel", "--yes"], env=env)
    assert made.exit_code == 0, made.stderr
    for locale, greeting in OWN.items():
        (folder / "nova" / "voice" / locale / "greeting.j2").write_text(f"{greeting}\n", "utf-8")
    return folder


async def test_a_copied_folder_and_an_entry_make_a_bot_that_answers_in_its_own_voice(
    personas: Path, tmp_path: Path
) -> None:
    bots: dict[str, Any] = {
        name: {"enabled": True} for name in ("sandbox_discord", "members", "chat", "biel", "nova")
    }
    env = {"OMEGA_PERSONAS": str(personas)}
    async with (
        running_farm(tmp_path / "farm", small_farm(bots=bots), env=env) as farm,
        SandboxClient(farm.address) as client,
    ):
        mia = await client.member("mia")
        nova = await next_reply(mia, await mia.send(f"<@{user_id('Nova')}> hello"))
        assert said(nova) == "A new star rises for Mia."
        assert nova["author"]["username"] == "Nova"
        greeted = await next_reply(mia, await mia.send(f"<@{user_id('Nova')}> bom dia"))
        assert said(greeted) == "Nasce uma estrela: Mia."
        biel = await next_reply(mia, await mia.send(f"<@{user_id('Biel')}> hello"))
        assert "new star" not in said(biel)

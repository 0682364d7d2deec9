from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from persona_stage import ROOT, spec

from bots.persona import role_of
from bots.waze.notices import find_channel
from config.farm_file import BotEntry, DiscordSection
from config.semantics import GUIDE
from services.errors import Misconfigured, Unavailable
from services.personas.roster import Roster

ONE = DiscordSection(applications="one")
HEAVY = {"sqlalchemy", "numpy", "PIL", "pandas", "ccxt", "talib", "pyarrow", "duckdb", "rich", "nacl"}


def test_a_bot_is_the_persona_it_is_named_after_with_its_cogs_and_the_one_that_hears(
    roster: Roster, tmp_path: Path
) -> None:
    role = role_of(spec("xyko", None, tmp_path), roster)
    assert (role.persona.name, role.is_alone) == ("xyko", False)
    assert role.cogs == (*roster.card("xyko").cogs, "chat")


def test_an_entry_may_name_another_persona_and_other_cogs(roster: Roster, tmp_path: Path) -> None:
    entry = BotEntry(persona="waze", cogs=("price",))
    role = role_of(spec("second", None, tmp_path, entry=entry), roster)
    assert (role.persona.name, role.cogs) == ("waze", ("price", "chat"))


def test_an_unknown_persona_is_refused_with_those_there_are(roster: Roster, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"no persona hal; there are .*waze, xyko"):
        role_of(spec("hal", None, tmp_path), roster)


def test_the_one_application_is_the_central_bot_with_every_cog(roster: Roster, tmp_path: Path) -> None:
    role = role_of(spec("waze", None, tmp_path, discord=ONE), roster)
    assert role.is_alone
    assert set(role.cogs) == {cog for card in roster.cards.values() for cog in card.cogs}


def test_beside_the_one_application_another_bot_is_left_stopped_and_told_why(
    roster: Roster, tmp_path: Path
) -> None:
    with pytest.raises(Misconfigured, match="waze speaks for xyko") as refused:
        role_of(spec("xyko", None, tmp_path, discord=ONE), roster)
    assert "discord.applications" in refused.value.hint


def test_the_guide_of_the_farm_is_one_of_the_personas(roster: Roster) -> None:
    assert GUIDE in roster.cards


def test_a_persona_bot_imports_nothing_heavy() -> None:
    code = (
        "import sys, importlib; from pathlib import Path; import bots.process, bots.persona\n"
        "for file in Path('cogs').glob('[a-z]*.py'): importlib.import_module(f'cogs.{file.stem}')\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert HEAVY & set(done.stdout.split()) == set()


def channel(id_: int, name: str, guild: int) -> Any:
    return SimpleNamespace(id=id_, name=name, guild=SimpleNamespace(id=guild))


def client(*channels: Any) -> Any:
    guilds = {one.guild.id: SimpleNamespace(text_channels=[]) for one in channels}
    for one in channels:
        guilds[one.guild.id].text_channels.append(one)
    return SimpleNamespace(guilds=list(guilds.values()))


@pytest.mark.parametrize(("wanted", "id_"), [("farm-admin", 11), ("#farm-admin", 11), ("21", 21)])
def test_the_admin_channel_is_found_by_id_or_by_name_in_the_oldest_guild(wanted: str, id_: int) -> None:
    known = client(channel(21, "farm-admin", 2), channel(11, "farm-admin", 1), channel(12, "general", 1))
    assert find_channel(known, wanted).id == id_


def test_a_missing_admin_channel_says_where_to_set_it() -> None:
    with pytest.raises(Unavailable) as missing:
        find_channel(client(channel(12, "general", 1)), "farm-admin")
    assert "admin_channel" in missing.value.hint

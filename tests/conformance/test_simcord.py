from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import simcord
import yaml
from conversation import FULL
from simcord_member import SimcordMember
from talk_bot import TalkBot

DIFFERENCES: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("differences.yaml").read_text("utf-8"))


@pytest.mark.parametrize("name", sorted(FULL))
async def test_the_bot_that_talks_with_the_sandbox_holds_the_same_conversation_with_a_simulator(
    name: str,
) -> None:
    async with simcord.run(TalkBot()) as env:
        guild = env.create_guild()
        channel = guild.create_text_channel("general")
        mia, theo = (guild.add_member(env.create_user(name)) for name in ("mia", "theo"))
        talk = FULL[name](SimcordMember(env, channel, mia, {"theo": theo}))
        if name in DIFFERENCES["conversation"]:
            with pytest.raises(AssertionError):
                await talk
        else:
            await talk
        assert env.errors == []

"""What a newcomer meets: the default farm, as `make run` starts it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from running_farm import ROOT, RunningFarm

from sandbox.discord.client import Answer, SandboxClient

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

EPHEMERAL = 64
TOO_HEAVY_FOR_A_BOT = {
    "PIL",
    "aiosqlite",
    "ccxt",
    "duckdb",
    "google.generativeai",
    "google.genai",
    "numpy",
    "openai",
    "pandas",
    "pyarrow",
    "sqlalchemy",
    "talib",
}


def text_of(answer: Answer) -> str:
    return json.dumps(answer.messages, ensure_ascii=False)


def is_private(answer: Answer) -> bool:
    return bool(answer.messages[0]["flags"] & EPHEMERAL)


async def test_xyko_tells_a_price_with_its_source_and_its_age(client: SandboxClient) -> None:
    mia = await client.member("mia")
    answer = await mia.slash("price", "markets", market="BTC/USDT:USDT")
    said = text_of(answer)
    assert "BTC/USDT:USDT" in said
    assert re.search(r"\d{2,3},\d{3}\.\d", said)
    assert re.search(r"(?i)replay|simulated", said)
    assert re.search(r"(?i)\d+ ?s old|<t:\d+:R>", said)
    assert not is_private(answer)


async def test_a_market_may_be_written_as_people_write_it(client: SandboxClient) -> None:
    mia = await client.member("mia")
    answer = await mia.slash("price", "general", market="$btc")
    assert "BTC/USDT" in text_of(answer)


async def test_an_unknown_market_is_answered_with_what_was_probably_meant(client: SandboxClient) -> None:
    theo = await client.member("theo")
    answer = await theo.slash("price", "general", market="BTX/USDT:USDT")
    assert is_private(answer)
    assert "BTC/USDT:USDT" in text_of(answer)


async def test_autocomplete_offers_markets_that_match(client: SandboxClient) -> None:
    mia = await client.member("mia")
    choices = await mia.autocomplete("price", "market", "eth", "markets")
    assert choices
    assert all("ETH" in choice["value"] for choice in choices)


async def test_a_member_may_not_touch_the_farm_and_hears_which_role_may(client: SandboxClient) -> None:
    mia = await client.member("mia")
    answer = await mia.slash("farm status", "general")
    assert is_private(answer)
    assert "Admin" in text_of(answer)


async def test_an_admin_sees_how_the_farm_is(client: SandboxClient) -> None:
    ana = await client.member("ana")
    answer = await ana.slash("farm status", "farm-admin")
    assert is_private(answer)
    assert all(name in text_of(answer) for name in ("xyko", "waze", "market", "members"))


async def test_help_names_the_commands_of_every_bot(client: SandboxClient) -> None:
    theo = await client.member("theo")
    said = text_of(await theo.slash("help", "general"))
    assert "/price" in said
    assert "/farm" in said


async def test_say_prints_the_reply_its_source_and_the_time_it_took(farm: RunningFarm) -> None:
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "bots", "say", "xyko", "/price market:BTC/USDT:USDT", "--as", "ana", "--json"],
        cwd=ROOT,
        env={**os.environ, "OMEGA_VAR": str(farm.var), "OMEGA_CONFIG": str(farm.config)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    assert re.search(r"(?i)replay|simulated", done.stdout)
    assert "BTC/USDT:USDT" in done.stdout
    assert any(key.endswith("ms") for key in printed)


@pytest.mark.parametrize("bot", ["waze", "xyko"])
async def test_a_live_bot_carries_nothing_heavy(farm: RunningFarm, bot: str) -> None:
    status = farm.bot(bot)
    assert status is not None
    assert status.pid is not None
    environ = psutil.Process(status.pid).environ()
    told = Path(environ["TEST_MODULES"]) / str(status.pid)
    os.kill(status.pid, signal.SIGUSR1)
    for _ in range(200):
        if told.exists():
            break
        await asyncio.sleep(0.02)
    loaded = set(told.read_text().splitlines())
    assert "discord" in loaded
    assert loaded & TOO_HEAVY_FOR_A_BOT == set()


async def test_no_secret_stands_where_others_can_read_it(farm: RunningFarm) -> None:
    record = farm.record()
    assert record is not None
    key = (farm.var / "run" / "sandbox.key").read_text().strip()
    for bot in record.status.bots:
        process = psutil.Process(bot.pid)
        seen = " ".join([*process.cmdline(), *process.environ().values()])
        assert key not in seen
        assert "OMEGA_TOKEN" not in seen
    written = "".join(path.read_text(errors="replace") for path in (farm.var / "logs").iterdir())
    assert key not in written

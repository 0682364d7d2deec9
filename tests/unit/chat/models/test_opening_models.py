from __future__ import annotations

import subprocess
import sys

import pytest
from model_stage import ASKED, KEY, SetClock
from pydantic import SecretStr

from config.farm_file import ChatSection, ModelSection
from sandbox.llm.app import running
from sandbox.llm.plain import Parrot
from services.chat.models.opening import open_models
from services.errors import Misconfigured

LOCAL = {
    "chatty": ModelSection(api="openai", model="local", url="sandbox"),
    "twin": ModelSection(api="gemini", model="local", url="sandbox"),
}


def chat(models: dict[str, ModelSection], *usual: str) -> ChatSection:
    return ChatSection(models=models, usual=usual)


@pytest.mark.parametrize("name", ["chatty", "twin"])
async def test_the_local_server_is_reached_with_both_apis(name: str) -> None:
    async with (
        running(Parrot(text="Up."), key=KEY) as server,
        open_models(
            chat(LOCAL, name), {name: SecretStr(KEY)}, sandbox_url=server.url, clock=SetClock()
        ) as models,
    ):
        said = [chosen async for chosen in models.stream("xyko", ASKED)]
    assert [(chosen.model, chosen.piece.text) for chosen in said] == [(name, "Up."), (name, "")]


@pytest.mark.parametrize(
    ("section", "message", "hint"),
    [
        (ModelSection(api="openai", model="m"), "needs the key", "OMEGA_MODEL_BIG"),
        (ModelSection(api="gemini", model="m"), "needs the key", "OMEGA_MODEL_BIG"),
        (LOCAL["chatty"], "no local model server runs", "sandbox_llm"),
    ],
)
async def test_what_a_model_lacks_is_told_before_anything_is_asked(
    section: ModelSection, message: str, hint: str
) -> None:
    with pytest.raises(Misconfigured, match=message) as caught:
        async with open_models(chat({"big": section}, "big"), {}, sandbox_url=None, clock=SetClock()):
            pass
    assert hint in caught.value.hint


async def test_a_model_that_no_persona_asks_is_not_opened() -> None:
    lacking = {"big": ModelSection(api="openai", model="m")}
    async with open_models(chat(lacking), {}, sandbox_url=None, clock=SetClock()) as models:
        assert models.of("xyko") == ()


async def test_a_server_of_ones_own_needs_no_key() -> None:
    own = {"own": ModelSection(api="openai", model="m", url="http://ollama:11434/v1")}
    async with open_models(chat(own, "own"), {}, sandbox_url=None, clock=SetClock()) as models:
        assert models.how("own") == "ready"


def test_no_sdk_is_loaded_where_no_model_is_opened() -> None:
    code = (
        "import sys, services.chat.models.opening\n"
        "print([name for name in ('openai', 'google.genai', 'httpx2') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"

from __future__ import annotations

import json

import pytest

from config.loader import parse
from config.models import doubts_of_chat
from config.problems import ConfigError
from config.semantics import Surroundings

THERE = Surroundings(personas=frozenset({"waze", "xyko"}), cogs=frozenset())
BIG = "big: {api: openai, model: m, price_in: 0.25, price_out: 2.0}"


def told(chat: str, bots: str = "{chat: {}, sandbox_llm: {}}") -> list[str]:
    """Return what is wrong with a section, without the file and the line."""
    with pytest.raises(ConfigError) as caught:
        parse(f"bots: {bots}\nchat: {chat}\n".encode(), "farm.yaml", THERE)
    return [str(problem).removeprefix("farm.yaml:2:") for problem in caught.value.problems]


def doubted(chat: str, *keys: str, bots: str = "{chat: {}}") -> list[str]:
    loaded = parse(f"bots: {bots}\nchat: {chat}\n".encode(), "farm.yaml", THERE)
    return [*doubts_of_chat(loaded.file, keys)]


@pytest.mark.parametrize(
    ("chat", "said"),
    [
        (
            f"{{models: {{{BIG}}}, usual: [bigg]}}",
            "chat.usual[0]: expected the name of a model in chat.models; did you mean big",
        ),
        (f"{{models: {{{BIG}}}, usual: [big, big]}}", "chat.usual[1]: expected each model once"),
        (
            f"{{models: {{{BIG}}}, personas: {{xyka: [big]}}}}",
            "chat.personas.xyka: expected a persona; did you mean xyko; there are: waze, xyko",
        ),
        ("{personas: {xyko: [big]}}", "chat.personas.xyko[0]: expected the name of a model in chat.models"),
        (
            "{models: {big: {api: openai, model: m, url: 'https://user:pass@host/v1'}}}",
            "chat.models.big.url: expected an address without a user or a password",
        ),
    ],
)
def test_a_name_that_stands_for_nothing_is_refused_with_the_nearest_one(chat: str, said: str) -> None:
    assert told(chat) == [said]


def test_the_local_model_needs_an_entry_that_serves_it() -> None:
    local = "{models: {demo: {api: gemini, model: local, url: sandbox}}, usual: [demo]}"
    assert told(local, "{chat: {}}") == [
        "chat.models.demo.url: expected the bot sandbox_llm among bots, sandbox is its model"
    ]
    off = "{chat: {}, sandbox_llm: {enabled: false}}"
    assert doubted(local, bots=off) == ["chat.models.demo is left out: the bot sandbox_llm is switched off"]
    assert doubted(local, bots="{chat: {}, sandbox_llm: {}}") == []


def test_what_will_not_come_about_is_told() -> None:
    assert doubted(f"{{models: {{{BIG}}}}}", "big") == [
        "chat.models.big is asked by no persona: name it in chat.usual or chat.personas"
    ]
    assert doubted(f"{{models: {{{BIG}}}, usual: [big]}}", "big", bots="{market: {}}") == [
        "chat.models are asked by nobody: no bot chat runs"
    ]
    unpriced = "{models: {big: {api: openai, model: m}}, usual: [big], farm: {cost: 5}}"
    assert doubted(unpriced, "big") == [
        "chat.models.big is not asked, a budget has a cost: it has no price_in or no price_out"
    ]


def test_only_a_model_at_its_provider_needs_a_key() -> None:
    near = "near: {api: openai, model: m, url: 'http://127.0.0.1:11434/v1'}"
    assert doubted(f"{{models: {{{near}}}, personas: {{xyko: [near]}}}}") == []
    assert doubted(f"{{models: {{{BIG}}}, usual: [big]}}") == [
        "OMEGA_MODEL_BIG is not set: the model big is left out"
    ]


@pytest.mark.parametrize(
    "where", ["127.0.0.1:11434", "ftp://host", "local", "http://", "http://host:99999", "http://a b"]
)
def test_an_address_of_a_model_is_one_of_http_or_the_word_sandbox(where: str) -> None:
    (said,) = told(f"{{models: {{near: {{api: openai, model: m, url: '{where}'}}}}}}")
    expected = "expected an address that begins with http:// or https://, or sandbox"
    assert said == f"chat.models.near.url: {expected}"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("model", "sk-abcdefgh"),
        ("model", "sk-proj-" + "canary0A" * 20),
        ("model", "AIzaSyCanary01234"),
        ("model", "0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0u"),
        ("url", "sk-canary-1234"),
        ("url", "https://host.example/v1?api_key=canary"),
        ("url", "https://sk-canary-1234@host.example/v1"),
    ],
)
def test_a_key_in_the_file_is_refused_and_not_repeated(key: str, value: str) -> None:
    section = {"api": "openai", "model": "m"} | {key: value}
    (said,) = told(f"{{models: {{near: {json.dumps(section)}}}}}")
    assert said == f"chat.models.near.{key}: looks like a key: put it into OMEGA_MODEL_<NAME>"


@pytest.mark.parametrize(
    ("model", "where"),
    [
        ("gemini-2.5-flash-preview-09-2025", "https://sk-bratislava.example/v1"),
        ("meta-llama/Llama-3.3-70B-Instruct-Turbo", "http://[::1]:8000/v1"),
        (
            "hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M",
            "https://host.example/0123456789abcdef0123456789abcdef/openai?api-version=2024-10-21",
        ),
        ("ft:gpt-4o-mini-2024-07-18:acme::A1b2C3d4", "http://localhost:1234/v1"),
    ],
)
def test_names_and_addresses_of_models_are_no_keys(model: str, where: str) -> None:
    section = {"api": "openai", "model": model, "url": where}
    assert doubted(f"{{models: {{near: {json.dumps(section)}}}, usual: [near]}}") == []


@pytest.mark.parametrize(
    ("key", "most", "more", "for_what"),
    [
        ("first_words", "30s", "9h", "the first words"),
        ("timeout", "5m", "301s", "a whole answer"),
    ],
)
def test_a_wait_that_nobody_has_is_refused(key: str, most: str, more: str, for_what: str) -> None:
    near = "near: {{api: openai, model: m, url: 'http://host/v1', {}: {}}}"
    assert doubted(f"{{models: {{{near.format(key, most)}}}, usual: [near]}}") == []
    (said,) = told(f"{{models: {{{near.format(key, more)}}}}}")
    assert said == f"chat.models.near.{key}: expected at most {most}, nobody waits longer for {for_what}"


def test_an_unknown_api_is_refused_with_those_that_there_are() -> None:
    (said,) = told("{models: {near: {api: grok, model: m}}}")
    assert said.startswith("chat.models.near.api: expected 'openai' or 'gemini'")

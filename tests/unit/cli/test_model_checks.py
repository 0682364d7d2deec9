from __future__ import annotations

from bots.cli.model_checks import model_findings
from config.farm_file import FarmFile
from config.settings import read_settings

BIG = {"big": {"api": "openai", "model": "m"}}


def found(chat: dict[str, object], **environ: str) -> list[tuple[str, str]]:
    file = FarmFile.model_validate({"bots": {"chat": {}}, "chat": chat})
    return [(one.verdict, one.detail) for one in model_findings(file, read_settings(environ))]


def test_a_farm_without_models_is_in_order() -> None:
    assert found({}) == [("ok", "none; every persona answers from its templates")]


def test_models_are_named_and_what_one_lacks_is_a_note_that_shows_no_key() -> None:
    chat: dict[str, object] = {"models": BIG, "usual": ["big"]}
    assert found(chat, OMEGA_MODEL_BIG="sk-canary") == [("ok", "big")]
    assert found(chat, OMEGA_MODEL_SMALL="sk-canary") == [
        ("ok", "big"),
        ("note", "OMEGA_MODEL_BIG is not set: the model big is left out"),
        ("note", "OMEGA_MODEL_SMALL is of no model in chat.models"),
    ]

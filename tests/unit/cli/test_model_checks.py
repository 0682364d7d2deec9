from __future__ import annotations

import socket

from bots.cli.model_checks import model_findings
from config.farm_file import FarmFile
from config.settings import read_settings

BIG = {"big": {"api": "openai", "model": "m"}}
NONE_ASKED = ("note", "none is asked; every persona answers from its templates")


def found(chat: dict[str, object], **environ: str) -> list[tuple[str, str]]:
    file = FarmFile.model_validate({"bots": {"chat": {}}, "chat": chat})
    return [(one.verdict, one.detail) for one in model_findings(file, read_settings(environ))]


def at(url: str) -> dict[str, object]:
    return {"models": {"near": {"api": "openai", "model": "m", "url": url}}, "usual": ["near"]}


def test_a_farm_without_models_is_in_order() -> None:
    assert found({}) == [("ok", "none; every persona answers from its templates")]


def test_models_are_named_and_what_one_lacks_is_a_note_that_shows_no_key() -> None:
    chat: dict[str, object] = {"models": BIG, "usual": ["big"]}
    assert found(chat, OMEGA_MODEL_BIG="sk-canary") == [
        ("ok", "big has its key; its provider is not tried from here")
    ]
    assert found(chat, OMEGA_MODEL_SMALL="sk-canary") == [
        NONE_ASKED,
        ("note", "OMEGA_MODEL_BIG is not set: the model big is left out"),
        ("note", "OMEGA_MODEL_SMALL is of no model in chat.models"),
    ]


def test_a_model_that_is_left_out_is_not_said_to_be_well() -> None:
    assert found(at("sandbox")) == [
        NONE_ASKED,
        ("note", "chat.models.near is left out: the bot sandbox_llm is switched off"),
    ]
    assert [verdict for verdict, _ in found({"models": BIG}, OMEGA_MODEL_BIG="k")] == ["note", "note"]


def test_whether_a_server_of_this_machine_listens_is_tried() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = f"http://127.0.0.1:{server.getsockname()[1]}"
        assert found(at(f"{place}/v1")) == [("ok", f"near: something listens at {place}")]
    assert found(at(f"{place}/v1")) == [("note", f"near: nothing listens at {place}")]


def test_a_server_elsewhere_is_named_and_not_tried() -> None:
    assert found(at("https://host.example/v1")) == [
        ("ok", "near is at https://host.example, which is not tried from here")
    ]

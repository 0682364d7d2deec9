from __future__ import annotations

from pathlib import Path

from bots.cli.secret_checks import doubts, secrets_findings
from config.farm_file import FarmFile
from config.settings import read_settings, secrets_place

FARM = FarmFile.model_validate({"discord": {"mode": "real"}, "bots": {"sandbox_discord": {}, "xyko": {}}})

CHAT = FarmFile.model_validate(
    {
        "bots": {"chat": {}},
        "chat": {
            "models": {
                "big": {"api": "openai", "model": "m"},
                "near": {"api": "openai", "model": "m", "url": "http://127.0.0.1:11434/v1"},
            },
            "usual": ["big", "near"],
        },
    }
)


def test_a_name_that_nothing_reads_is_named_with_the_nearest_one(tmp_path: Path) -> None:
    file = tmp_path / "secrets.env"
    file.write_text("OMEGA_TOKEN_XYCO=t\nOMEGA_BUS_URL=redis://h\nOTHER=1\n")
    file.chmod(0o600)
    found = [*secrets_findings(FARM, secrets_place({"OMEGA_SECRETS": str(file)}))]
    assert [finding.detail for finding in found] == [
        "nothing reads OMEGA_TOKEN_XYCO; did you mean OMEGA_TOKEN_XYKO"
    ]


def test_secrets_of_ways_and_keys_of_the_watchdog_are_known(tmp_path: Path) -> None:
    file = tmp_path / "secrets.env"
    file.write_text("OMEGA_WAY_PHONE=t\nOMEGA_WAY_FONE=t\nOMEGA_WATCHDOG_MAIN=k\nOMEGA_WATCHDOG_=k\n")
    file.chmod(0o600)
    ways = {"ways": {"phone": {"kind": "telegram", "to": "1"}}}
    farm = FarmFile.model_validate({"bots": {}, "alerts": ways})
    found = [*secrets_findings(farm, secrets_place({"OMEGA_SECRETS": str(file)}))]
    assert [finding.detail.split(";")[0] for finding in found] == [
        "nothing reads OMEGA_WAY_FONE",
        "nothing reads OMEGA_WATCHDOG_",
    ]


def test_keys_of_models_are_known_by_the_models_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "secrets.env"
    file.write_text("OMEGA_MODEL_BIG=k\nOMEGA_MODEL_BIGG=k\n")
    file.chmod(0o600)
    found = [*secrets_findings(CHAT, secrets_place({"OMEGA_SECRETS": str(file)}))]
    assert [finding.detail for finding in found] == [
        "nothing reads OMEGA_MODEL_BIGG; did you mean OMEGA_MODEL_BIG"
    ]


def test_a_model_without_its_key_and_a_key_without_its_model_are_told() -> None:
    assert [*doubts(CHAT, read_settings({"OMEGA_MODEL_BIGG": "sk-canary"}))] == [
        "OMEGA_MODEL_BIG is not set: the model big is left out",
        "OMEGA_MODEL_BIGG is of no model in chat.models; did you mean big",
    ]
    assert [*doubts(CHAT, read_settings({"OMEGA_MODEL_BIG": "sk-canary"}))] == []


def test_secrets_that_others_may_read_are_named_with_the_command_that_closes_them(tmp_path: Path) -> None:
    file = tmp_path / "secrets.env"
    file.write_text("")
    file.chmod(0o644)
    found = [*secrets_findings(FARM, secrets_place({"OMEGA_SECRETS": str(file)}))]
    assert [finding.fix for finding in found] == [f"chmod 600 {file}"]


def test_with_the_real_discord_the_sandbox_is_not_used_and_a_missing_token_is_named() -> None:
    assert [doubt.split(":")[0] for doubt in doubts(FARM, read_settings({}))] == [
        "bots.sandbox_discord is not used",
        "OMEGA_TOKEN_XYKO is not set",
    ]
    assert [*doubts(FARM.model_copy(update={"discord": FarmFile(bots={}).discord}), read_settings({}))] == []

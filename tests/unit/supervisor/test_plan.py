from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from bots.supervisor.plan import KINDS_OF_MODE, STOP_ORDER, Ground, Plan, is_token_shaped, plans
from config.farm_file import FarmFile, Mode
from config.settings import Settings, read_settings
from services.errors import Misconfigured

TOKEN = "MTA5ODc2NTQzMjEwOTg3NjU0.Gabcde.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"


def settings(**environ: str) -> Settings:
    return read_settings(environ)


def ground(**changes: object) -> Ground:
    usual: dict[str, object] = {
        "settings": settings(),
        "bus_url": SecretStr("redis://user:pass@host/0"),
        "sandbox_key": SecretStr("key"),
        "discord_url": "http://127.0.0.1:1234",
        "listen_fds": {"sandbox_discord": 7, "sandbox_exchange": 8, "sandbox_llm": 9},
        "display_name": str.title,
        "mint": lambda key, name: f"{key.get_secret_value()}:{name}",
    }
    return Ground(**{**usual, **changes})  # type: ignore[arg-type]  # a test's own keywords


def drawn(bots: dict[str, object], *, on: Ground | None = None, **sections: object) -> dict[str, Plan]:
    return plans(FarmFile.model_validate({"bots": bots, **sections}), on or ground())


ALL: dict[str, object] = {
    "sandbox_discord": {},
    "sandbox_exchange": {},
    "market": {},
    "members": {},
    "desk": {},
    "watchdog": {},
    "position_analyzer": {"services": ["fibonacci_trader", "ccxt_trader"]},
    "chat": {},
    "sandbox_llm": {},
    "waze": {},
    "xyko": {},
}


PARTS = (
    *("discord", "exchange", "sandbox_exchange", "database", "limits", "desk"),
    *("chat", "sandbox_llm", "llm_url"),
)


def test_each_process_is_told_only_what_its_kind_reads() -> None:
    found = drawn(ALL)
    told = {
        name: [part for part in PARTS if getattr(plan.spec, part) is not None] for name, plan in found.items()
    }
    assert told == {
        "sandbox_discord": ["discord"],
        "sandbox_exchange": ["exchange", "sandbox_exchange"],
        "market": ["exchange"],
        "members": ["database"],
        "desk": ["exchange", "database", "desk"],
        "watchdog": ["exchange", "desk"],
        "position_analyzer": ["database", "desk"],
        "chat": ["database", "chat", "llm_url"],
        "sandbox_llm": ["sandbox_llm"],
        "waze": ["discord", "limits"],
        "xyko": ["discord", "limits"],
    }


def test_each_process_gets_only_the_secrets_of_its_kind() -> None:
    secrets = {
        "OMEGA_DATABASE_URL": "postgresql://u:p@h/d",
        "OMEGA_VAULT_KEY": "vault",
        "OMEGA_WATCHDOG_MAIN": "binance:k:s:",
        "OMEGA_MODEL_BIG": "sk-1",
    }
    chat = {"models": {"big": {"api": "openai", "model": "m"}}}
    found = drawn(ALL, on=ground(settings=settings(**secrets)), chat=chat)
    parts = ("database_url", "discord_token", "sandbox_key", "vault_key", "watchdog_keys", "model_keys")
    held = {name: [part for part in parts if getattr(plan.secrets, part)] for name, plan in found.items()}
    assert held == {
        "sandbox_discord": ["sandbox_key"],
        "sandbox_exchange": ["sandbox_key"],
        "market": [],
        "members": ["database_url"],
        "desk": ["database_url", "sandbox_key", "vault_key"],
        "watchdog": ["sandbox_key", "watchdog_keys"],
        "position_analyzer": ["database_url"],
        "chat": ["database_url", "model_keys"],
        "sandbox_llm": [],
        "waze": ["discord_token"],
        "xyko": ["discord_token"],
    }


def test_each_local_server_gets_its_own_listening_socket_and_nobody_else_one() -> None:
    held = {name: plan.spec.listen_fd for name, plan in drawn(ALL).items() if plan.spec.listen_fd is not None}
    assert held == {"sandbox_discord": 7, "sandbox_exchange": 8, "sandbox_llm": 9}


def test_chat_is_told_where_the_local_model_is_while_one_runs() -> None:
    told = drawn(ALL, on=ground(llm_url="http://127.0.0.1:1"))["chat"].spec
    assert told.llm_url == "http://127.0.0.1:1"
    off = drawn({**ALL, "sandbox_llm": {"enabled": False}}, on=ground(llm_url="http://127.0.0.1:1"))
    assert off["chat"].spec.llm_url is None
    alone = drawn(ALL, on=ground(only=frozenset({"chat"})), sandbox_llm={"port": 5})["chat"].spec
    assert alone.llm_url == "http://127.0.0.1:5"


def test_chat_is_given_the_keys_of_the_models_that_the_file_names_and_runs_without_any() -> None:
    models = {"models": {"big": {"api": "openai", "model": "m"}, "other": {"api": "gemini", "model": "m"}}}
    keys = {"OMEGA_MODEL_BIG": "sk-canary", "OMEGA_MODEL_UNKNOWN": "sk-stray"}
    chat = drawn(ALL, on=ground(settings=settings(**keys)), chat=models)["chat"]
    assert {name: key.get_secret_value() for name, key in chat.secrets.model_keys.items()} == {
        "big": "sk-canary"
    }
    assert chat.held == ""
    assert "sk-" not in repr(chat)


def test_a_model_without_its_key_or_its_server_is_left_out_and_the_others_are_asked() -> None:
    models = {
        "big": {"api": "openai", "model": "m"},
        "near": {"api": "openai", "model": "m", "url": "http://127.0.0.1:11434/v1"},
        "demo": {"api": "gemini", "model": "local", "url": "sandbox"},
    }
    chat = {"models": models, "usual": ["big", "near"], "personas": {"xyko": ["big", "demo"]}}

    def told(bots: dict[str, object], **keys: str) -> tuple[object, ...]:
        section = drawn(bots, on=ground(settings=settings(**keys)), chat=chat)["chat"].spec.chat
        assert section is not None
        return ([*section.models], section.usual, section.personas)

    without_server = {**ALL, "sandbox_llm": {"enabled": False}}
    assert told(ALL) == (["near", "demo"], ("near",), {"xyko": ("demo",)})
    assert told(without_server) == (["near"], ("near",), {"xyko": ()})
    assert told(ALL, OMEGA_MODEL_BIG="sk-1") == (
        ["big", "near", "demo"],
        ("big", "near"),
        {"xyko": ("big", "demo")},
    )


def test_a_sandbox_token_is_minted_for_the_persona_s_display_name() -> None:
    token = drawn(ALL)["xyko"].secrets.discord_token
    assert token is not None
    assert token.get_secret_value() == "key:Xyko"


def test_a_persona_whose_card_cannot_be_read_is_held_alone() -> None:
    def name_of(persona: str) -> str:
        if persona == "xyko":
            raise Misconfigured("personas/xyko/persona.yaml: cogs: expected a list.")
        return persona

    found = drawn(ALL, on=ground(display_name=name_of))
    assert {name: plan.held for name, plan in found.items() if plan.held} == {
        "xyko": "personas/xyko/persona.yaml: cogs: expected a list."
    }


def test_the_real_discord_needs_a_token_that_is_named_and_never_shown() -> None:
    on = ground(settings=settings(OMEGA_TOKEN_XYKO="not-a-token", OMEGA_TOKEN_WAZE=TOKEN))
    found = drawn({**ALL, "biel": {"persona": "biel"}}, on=on, discord={"mode": "real"})
    assert found["waze"].held == ""
    assert found["xyko"].held.startswith("OMEGA_TOKEN_XYKO is not shaped like a Discord token")
    assert found["biel"].held.startswith("OMEGA_TOKEN_BIEL is not set")
    assert found["sandbox_discord"].off == "the bots are connected to the real Discord"
    assert found["waze"].spec.discord_url is None
    assert "not-a-token" not in repr(found)
    assert TOKEN not in repr(found)


@pytest.mark.parametrize(
    ("token", "is_shaped"),
    [
        (TOKEN, True),
        ("", False),
        ("abc", False),
        (f"Bot {TOKEN}", False),
        (f"{TOKEN}\n", False),
        (TOKEN.replace(".", "-"), False),
        (f'"{TOKEN}"', False),
    ],
)
def test_a_token_has_three_parts_with_dots_between(token: str, is_shaped: bool) -> None:  # noqa: FBT001
    assert is_token_shaped(SecretStr(token)) is is_shaped


def test_one_application_leaves_waze_alone_to_speak() -> None:
    found = drawn(ALL, discord={"applications": "one"})
    assert {name: plan.off for name, plan in found.items() if plan.off} == {
        "xyko": "waze speaks for it, there is one application"
    }


@pytest.mark.parametrize(
    ("mode", "runs"),
    [
        ("full", set(ALL)),
        ("trading", set(ALL)),
        ("monitoring", set(ALL) - {"desk", "watchdog"}),
        ("dashboard", {"sandbox_exchange", "market", "members"}),
    ],
)
def test_a_mode_chooses_which_kinds_run(mode: Mode, runs: set[str]) -> None:
    assert {name for name, plan in drawn(ALL, on=ground(mode=mode)).items() if not plan.off} == runs


def test_monitoring_leaves_the_traders_out_of_a_process_that_they_share() -> None:
    found = drawn({**ALL, "both": {"services": ["ccxt_trader"]}}, on=ground(mode="monitoring"))
    hosted = found["position_analyzer"].spec.entry.kinds_of("position_analyzer")
    assert hosted == ("position_analyzer",)
    assert found["both"].off == "left out by the mode monitoring"


def test_live_trading_waits_for_the_key_that_seals_those_of_accounts() -> None:
    live = {"mode": "live", "operator": "the crew"}
    assert drawn(ALL)["desk"].held == ""
    lacking = drawn(ALL, desk=live)
    assert {name for name, plan in lacking.items() if plan.held} == {"desk"}
    assert lacking["desk"].held.startswith("OMEGA_VAULT_KEY is not set")
    on = ground(settings=settings(OMEGA_VAULT_KEY="vault"))
    assert drawn(ALL, on=on, desk=live)["desk"].held == ""


def test_every_kind_runs_in_the_full_mode_and_has_a_place_in_the_order_of_the_stop() -> None:
    assert KINDS_OF_MODE["full"] == STOP_ORDER.keys()


def test_a_small_farm_knows_only_its_own_bots() -> None:
    assert list(drawn(ALL, on=ground(only=frozenset({"xyko"})))) == ["xyko"]


def test_switching_one_bot_changes_no_other_plan() -> None:
    before, after = drawn(ALL), drawn({**ALL, "xyko": {"enabled": False}})
    assert [name for name in ALL if before[name] != after[name]] == ["xyko"]


@pytest.mark.parametrize(
    ("section", "concerned"),
    [
        ({"exchange": {"watch": 5}}, {"sandbox_exchange", "market", "desk", "watchdog"}),
        ({"sandbox_exchange": {"seed": 2}}, {"sandbox_exchange"}),
        ({"database": {"busy_timeout": "1s"}}, {"members", "desk", "position_analyzer", "chat"}),
        ({"desk": {"operator": "the crew"}}, {"desk", "watchdog", "position_analyzer"}),
        ({"limits": {"burst": 9}}, {"waze", "xyko"}),
        ({"discord": {"admin_channel": None}}, {"sandbox_discord", "waze", "xyko"}),
        ({"observe": {"health_port": 9000}}, set()),
        ({"observe": {"log_level": "debug"}}, set(ALL)),
        ({"bus": {"embedded": False}}, set()),
        ({"chat": {"keep_for": "1d"}}, {"chat"}),
        ({"sandbox_llm": {"faults": True}}, {"sandbox_llm"}),
    ],
)
def test_a_changed_setting_changes_the_plans_of_those_it_concerns(
    section: dict[str, object], concerned: set[str]
) -> None:
    before, after = drawn(ALL), plans(FarmFile.model_validate({"bots": ALL, **section}), ground())
    assert {name for name in ALL if before[name] != after[name]} == concerned


def test_an_entry_that_hosts_services_runs_their_kinds_and_is_told_what_they_read() -> None:
    found = drawn({"backend": {"services": ["members", "market"]}})["backend"]
    assert found.spec.entry.kinds_of("backend") == ("members", "market")
    assert found.spec.database is not None
    assert found.spec.exchange is not None


def test_a_sandbox_that_another_farm_runs_is_reached_by_its_address() -> None:
    found = drawn({"xyko": {}}, on=ground(discord_url=None), discord={"url": "http://sandbox:8799"})
    assert found["xyko"].spec.discord_url == "http://sandbox:8799"


def test_a_local_exchange_that_another_farm_runs_is_reached_by_its_address() -> None:
    found = drawn(ALL, sandbox_exchange={"url": "http://exchange:8798"})
    assert found["market"].spec.exchange_url == "http://exchange:8798"
    assert found["sandbox_exchange"].off == "another farm runs the local exchange"


def test_the_farm_of_the_local_exchange_alone_runs_it_at_the_address_that_others_are_told() -> None:
    alone = ground(only=frozenset({"sandbox_exchange"}))
    found = drawn(ALL, on=alone, sandbox_exchange={"url": "http://exchange:8798"})
    assert found["sandbox_exchange"].off == ""


def test_a_plan_can_be_sent_to_its_process_and_read_back() -> None:
    for plan in drawn(ALL).values():
        assert type(plan.spec).model_validate_json(plan.spec.model_dump_json()) == plan.spec
        assert type(plan.secrets).model_validate_json(plan.secrets.model_dump_json()) == plan.secrets


def test_paths_are_absolute(tmp_path: Path) -> None:
    spec = drawn(ALL, on=ground(settings=settings(OMEGA_VAR=str(tmp_path))))["xyko"].spec
    assert all(path.is_absolute() for path in (spec.root, spec.var, spec.data, spec.personas))
    assert spec.var == tmp_path

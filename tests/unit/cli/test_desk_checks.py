from __future__ import annotations

import pytest

from bots.cli.desk_checks import desk_findings
from bots.cli.secret_checks import doubts
from config.farm_file import FarmFile
from config.settings import read_settings

PAPER = FarmFile.model_validate({"bots": {"desk": {}, "watchdog": {}}})
LIVE = FarmFile.model_validate(
    {"bots": {"desk": {}, "watchdog": {}}, "desk": {"mode": "live", "operator": "the crew"}}
)


def verdicts(file: FarmFile, **environ: str) -> list[tuple[str, str]]:
    return [(one.check, one.verdict) for one in desk_findings(file, read_settings(environ))]


def test_paper_needs_no_keys() -> None:
    assert verdicts(PAPER) == [("desk", "ok")]
    assert [*doubts(PAPER, read_settings({}))] == []


def test_live_needs_the_key_that_seals_others_and_is_told_of_a_watchdog_without_any() -> None:
    assert verdicts(LIVE) == [("desk", "FAIL"), ("watchdog", "note")]
    keys = {"OMEGA_VAULT_KEY": "v", "OMEGA_WATCHDOG_MAIN": "bitget:k:s:p"}
    assert verdicts(LIVE, **keys) == [("desk", "ok")]
    assert [*doubts(LIVE, read_settings(keys))] == []


@pytest.mark.parametrize("key", ["bitget", "bitget:k", "bitget:k:s", "bitget::s:p", "bitgett:k:s:p"])
def test_a_watchdogs_key_of_another_form_is_named_and_not_shown(key: str) -> None:
    (found, _) = desk_findings(PAPER, read_settings({"OMEGA_WATCHDOG_MAIN": key}))
    assert found.verdict == "FAIL"
    assert "OMEGA_WATCHDOG_MAIN" in found.detail
    assert key not in found.detail


def test_what_will_not_come_about_in_live_trading_is_told() -> None:
    alone = LIVE.model_copy(update={"bots": {}})
    assert [doubt.split(":")[0] for doubt in doubts(LIVE, read_settings({}))] == [
        "OMEGA_VAULT_KEY is not set",
        "no OMEGA_WATCHDOG_<ACCOUNT ID> is set",
    ]
    assert [doubt.split(":")[0] for doubt in doubts(alone, read_settings({}))] == [
        "desk.mode is live and no desk runs",
        "desk.mode is live and no watchdog runs",
    ]

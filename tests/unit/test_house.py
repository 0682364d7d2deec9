"""The house rules that no other tool checks."""

from __future__ import annotations

import ast
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINES_PER_FILE = 400
LINES_PER_FUNCTION = 40
BROAD_EXCEPTS_IN = {
    "bots/cli/talk.py",
    "bots/farm.py",
    "bots/process.py",
    "bots/waze/line.py",
    "bots/waze/reception.py",
    "services/bus/guard.py",
}
BROAD = {"Exception", "BaseException", "ExceptionGroup", "BaseExceptionGroup"}
ATTEMPTS_IN = {
    "services/alerts/engine/keeping.py",
    "services/bus/answers.py",
    "services/bus/entries.py",
    "services/trading/accounts/sessions.py",
    "services/trading/killswitch/closing.py",
    "services/trading/killswitch/flattening.py",
    "services/trading/killswitch/latch.py",
    "services/trading/killswitch/news.py",
    "services/trading/killswitch/operator.py",
    "services/trading/killswitch/roster.py",
    "services/trading/killswitch/switch.py",
    "services/trading/orders/plans/keeping.py",
    "services/trading/risk/gate.py",
    "services/trading/risk/halts.py",
    "services/trading/strategies/trader.py",
    "services/trading/watchdog/own_keys.py",
    "services/trading/watchdog/silence.py",
    "services/trading/watchdog/watchdog.py",
}
"""A supervisor of a loop, a gate that closes, or one of many of which each must be tried."""
REACHING_IN = {
    "tests/conformance/probe_bot.py",
    "tests/conformance/sandbox_stage.py",
    "tests/integration/exchange/venues/test_public_traps.py",
    "tests/integration/exchange/venues/test_unsubscribing.py",
    "tests/stage/dying_office.py",
    "tests/stage/sandbox_discord_bot.py",
    "tests/unit/alerts/test_alerts_at_once.py",
    "tests/unit/alerts/test_delivery_sweep.py",
}
"""What is not built here, or was before this was asked; none is added."""


def tracked(*patterns: str) -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [ROOT / line for line in listing.splitlines() if (ROOT / line).is_file()]


def ours() -> list[Path]:
    return [path for path in tracked("*.py") if "vendor" not in path.parts]


def test_every_top_level_package_is_named_by_the_import_contracts() -> None:
    named = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"])
    present = {
        path.relative_to(ROOT).parts[0]
        for path in ours()
        if path.relative_to(ROOT).parts[1:] and path.suffix == ".py"
    }
    assert present - named - {"tests", "scripts", "k8s"} == set()


@pytest.mark.parametrize("owner", ["exchange", "bus", "store"])
def test_a_library_that_one_service_owns_is_forbidden_to_every_other(owner: str) -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (contract,) = (one for one in contracts if one["name"].endswith(f"stays in services.{owner}"))
    others = {
        f"services.{path.relative_to(ROOT).parts[1].removesuffix('.py')}"
        for path in ours()
        if path.relative_to(ROOT).parts[0] == "services"
    } - {f"services.{owner}", "services.__init__"}
    assert others - set(contract["source_modules"]) == set()


def test_every_cog_stands_in_the_contract_that_keeps_cogs_apart() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (named,) = [contract["modules"] for contract in contracts if contract["type"] == "independence"]
    assert sorted(named) == sorted(f"cogs.{path.stem}" for path in (ROOT / "cogs").glob("[a-z]*.py"))


def test_no_file_is_longer_than_it_can_be_read_in_one_go() -> None:
    too_long = {
        str(path.relative_to(ROOT)): lines
        for path in ours()
        if (lines := path.read_text().count("\n")) > LINES_PER_FILE
    }
    assert too_long == {}


def test_no_function_is_longer_than_a_screen() -> None:
    too_long = {}
    for path in ours():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > LINES_PER_FUNCTION:
                    too_long[f"{path.relative_to(ROOT)}:{node.name}"] = lines
    assert too_long == {}


def test_a_broad_except_stands_only_where_the_design_allows_it() -> None:
    found = {
        str(path.relative_to(ROOT))
        for path in ours()
        if "tests" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or not BROAD.isdisjoint(one.id for one in ast.walk(node.type) if isinstance(one, ast.Name))
        )
    }
    assert found == BROAD_EXCEPTS_IN


def test_what_catches_every_error_is_used_only_where_a_loop_or_a_closed_gate_needs_it() -> None:
    found = {
        str(path.relative_to(ROOT))
        for path in ours()
        if "tests" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "services.bus.guard"
        if any(one.name == "attempt" for one in node.names)
    }
    assert found == ATTEMPTS_IN


def is_reaching_in(node: ast.AST) -> bool:
    """Whether something is assigned to a private attribute of another object, or to the class of one."""
    if not isinstance(node, ast.Attribute) or not isinstance(node.ctx, ast.Store):
        return False
    is_own = isinstance(node.value, ast.Name) and node.value.id == "self"
    is_private = node.attr.startswith("_") and not node.attr.endswith("__")
    return (is_private and not is_own) or node.attr == "__class__"


def test_tests_reach_into_no_object_that_a_constructor_could_have_been_given() -> None:
    found = {
        str(path.relative_to(ROOT))
        for path in tracked("tests/*.py")
        if any(is_reaching_in(node) for node in ast.walk(ast.parse(path.read_text())))
    }
    assert found == REACHING_IN


@pytest.mark.parametrize("banned", ["unittest.mock", "monkeypatch.setattr", "mock.patch"])
def test_tests_replace_nothing_behind_the_back_of_the_code(banned: str) -> None:
    here = Path(__file__).resolve()
    assert [str(path) for path in tracked("tests/*.py") if path != here and banned in path.read_text()] == []

from __future__ import annotations

from pathlib import Path

from services.trading.strategies.results import kept_results


def test_results_that_are_missing_or_torn_are_none_and_stop_nobody(tmp_path: Path) -> None:
    torn = tmp_path / "torn.json"
    torn.write_text('[{"strategy": "fib')
    assert kept_results(tmp_path / "missing.json") == ()
    assert kept_results(torn) == ()
    assert kept_results()

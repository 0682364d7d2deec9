from __future__ import annotations

from pathlib import Path

import pytest

from services.errors import Misconfigured
from services.trading.strategies.results import read_results


@pytest.mark.parametrize("text", [None, '[{"strategy": "fib'], ids=["missing", "torn"])
def test_results_that_are_missing_or_torn_are_refused_by_the_name_of_the_file(
    tmp_path: Path, text: str | None
) -> None:
    file = tmp_path / "results.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(Misconfigured, match=r"results\.json"):
        read_results(file)

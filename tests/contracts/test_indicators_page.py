from __future__ import annotations

import importlib.util
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "indicators_page.py"


def test_the_page_of_indicators_is_what_the_catalogue_says() -> None:
    spec = importlib.util.spec_from_file_location("indicators_page", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = module.PAGE.read_text("utf-8")
    assert written == module.page(), "run .venv/bin/python scripts/indicators_page.py"

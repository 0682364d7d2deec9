from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import node_tools
import pytest
import yaml
from bitget_tour import Tour, tour
from jsonschema import Draft7Validator

from config.settings import read_settings

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
NODE = HERE / "node_bitget"
NEVER_SENT = {"BILL", "UNIFIED_RECORD"}
"""Payments of funding, for which the tour is too short."""


@pytest.fixture(scope="module")
def rows() -> Tour:
    return asyncio.run(tour())


@pytest.fixture(scope="module")
def schemas(lacking: Callable[[str], NoReturn]) -> dict[str, Draft7Validator]:
    try:
        folder = node_tools.install(read_settings().var, NODE) / "schemas"
    except node_tools.NodeLackingError as reason:
        lacking(str(reason))
    return {path.stem: Draft7Validator(json.loads(path.read_text("utf-8"))) for path in folder.glob("*.json")}


def explained() -> set[tuple[str, str]]:
    told: list[dict[str, Any]] = yaml.safe_load((HERE / "bitget_differences.yaml").read_text("utf-8"))
    return {(one["type"], place) for one in told for place in one["at"]}


def objections(schema: Draft7Validator, row: Any) -> Iterator[str]:
    for error in schema.iter_errors(row):
        yield re.sub(r"\[\d+\]", "[*]", error.json_path)


def test_every_row_fits_the_types_but_for_the_explained_differences(
    rows: Tour, schemas: dict[str, Draft7Validator]
) -> None:
    found = {
        (name, place)
        for name, sent in rows.rows.items()
        for row in sent
        for place in objections(schemas[name], row)
    }
    assert found == explained()


def test_the_tour_shows_a_row_of_every_type(rows: Tour, schemas: dict[str, Draft7Validator]) -> None:
    assert {name for name in schemas if not rows.rows.get(name)} == NEVER_SENT


@pytest.mark.parametrize(
    ("name", "key"), [("TICKER", "lastPr"), ("POSITION", "holdSide"), ("UNIFIED_ORDER", "orderStatus")]
)
def test_the_types_object_to_a_row_that_lacks_a_key(
    name: str, key: str, rows: Tour, schemas: dict[str, Draft7Validator]
) -> None:
    row = {kept: value for kept, value in rows.rows[name][0].items() if kept != key}
    assert list(objections(schemas[name], row))

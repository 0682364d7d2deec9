from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import node_tools
import pytest
from full_run import Record, full_run
from gateway_schemas import GatewaySchemas
from openapi import OpenApi

from config.settings import read_settings

Lacking = Callable[[str], NoReturn]


@pytest.fixture(scope="session")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """What crossed the wire in one full run."""
    return asyncio.run(full_run(tmp_path_factory.mktemp("full-run")))


@pytest.fixture(scope="session")
def openapi(lacking: Lacking) -> OpenApi:
    """Discord's OpenAPI document."""
    path = read_settings().data / "discord" / "openapi.json"
    if not path.is_file():
        lacking(f"Discord's OpenAPI document is not at {path} (OMEGA_DATA)")
    return OpenApi(path)


@pytest.fixture(scope="session")
def node(lacking: Lacking) -> Path:
    """The folder of the packages that need Node."""
    try:
        return node_tools.install(read_settings().var)
    except node_tools.NodeLackingError as reason:
        lacking(str(reason))


@pytest.fixture(scope="session")
def gateway_schemas(node: Path) -> GatewaySchemas:
    """Schemas of gateway payloads."""
    return GatewaySchemas(node / "schemas")

"""What `omega doctor` finds about language models: which are asked, what they lack, which server listens.

No model is called and nothing leaves this machine: only a connection to a server that runs here is tried.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from bots.cli.findings import Finding, note, ok
from config.farm_file import FarmFile
from config.model_values import LOCAL
from config.models import doubts_of_chat, those_that_are_asked
from config.settings import Settings

_PATIENCE = 1.0
_PORTS = {"http": 80, "https": 443}


def model_findings(file: FarmFile, settings: Settings) -> Iterator[Finding]:
    """Say which models the personas ask and what of the section chat will not come about."""
    asked = those_that_are_asked(file, settings.model_keys)
    if not file.chat.models:
        yield ok("models", "none; every persona answers from its templates")
    elif not asked:
        yield note("models", "none is asked; every persona answers from its templates")
    for name, model in asked.items():
        yield _asked(name, model.url)
    for doubt in doubts_of_chat(file, settings.model_keys):
        yield note("models", doubt, "docs/how-to/connect-a-model.md says how a model is connected.")


def _asked(name: str, url: str | None) -> Finding:
    if url is None:
        return ok("models", f"{name} has its key; its provider is not tried from here")
    if url == LOCAL:
        return ok("models", f"{name} is the farm's own local model")
    address = urlsplit(url)
    shown = f"{address.scheme}://{address.netloc}"
    if not _is_here(address.hostname or ""):
        return ok("models", f"{name} is at {shown}, which is not tried from here")
    if _listens(address):
        return ok("models", f"{name}: something listens at {shown}")
    fix = f"Start the model's server, or put chat.models.{name}.url right."
    return note("models", f"{name}: nothing listens at {shown}", fix)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listens(address: SplitResult) -> bool:
    place = (address.hostname or "", address.port or _PORTS[address.scheme])
    try:
        socket.create_connection(place, timeout=_PATIENCE).close()
    except OSError:
        return False
    return True

"""What `omega doctor` finds about language models: which are asked, and what they lack. None is called."""

from __future__ import annotations

from collections.abc import Iterator

from bots.cli.findings import Finding, note, ok
from config.farm_file import FarmFile
from config.models import doubts_of_chat
from config.settings import Settings


def model_findings(file: FarmFile, settings: Settings) -> Iterator[Finding]:
    """Say which models the personas ask, and what of the section chat will not come about."""
    models = ", ".join(file.chat.models)
    yield ok("models", models or "none; every persona answers from its templates")
    for doubt in doubts_of_chat(file, settings.model_keys):
        yield note("models", doubt, "docs/how-to/connect-a-model.md says how a model is connected.")

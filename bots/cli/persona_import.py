"""`omega persona import`: a persona from a character card."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from bots.cli.persona_words import agree, tell
from bots.cli.talk import EXIT_DONE, EXIT_FAILED, give, say
from config.settings import read_settings
from services.personas.character_files import Read, read_file
from services.personas.characters import display_name_of
from services.personas.making import adopt, adopted_card
from services.personas.roster import read_roster

_LONGEST = 32


def run(*, file: Path, name: str | None, voice: str, is_sure: bool, is_dry: bool) -> int:
    """Make the persona and say what to edit next; return the exit code.

    Raises:
        UserMistake: the file is no card that can be taken, the name cannot be had, or there is no such voice.
        Misconfigured: the folder cannot be written.
    """
    personas = read_settings().personas
    read = read_file(file)
    called = name or _slug(read)
    adopted_card(personas, read, name=called, voice=voice)
    donor = read_roster(personas).card(voice)
    told = f"{read.character.name} ({read.spec}) with the voice of {donor.display_name}"
    if is_dry:
        give(f"{personas / called}: would be made from {told}")
        return EXIT_DONE
    if not agree(f"Make {personas / called} from {told}?", is_sure=is_sure):
        say("Nothing was made.")
        return EXIT_FAILED
    tell(adopt(personas, read, name=called, voice=donor.name), whose=donor)
    if read.character.system_prompt or read.character.post_history_instructions:
        say("Its system prompt is kept in character.json and instructs nobody.")
    return EXIT_DONE


def _slug(read: Read) -> str:
    """Return the name of a character as a folder can be called; what has no such letters is left out."""
    called = unicodedata.normalize("NFKD", display_name_of(read.character))
    letters = called.encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_")[:_LONGEST]

"""`omega persona new`: a persona copied from another."""

from __future__ import annotations

from bots.cli.persona_words import agree, tell
from bots.cli.talk import EXIT_DONE, EXIT_FAILED, give, say
from config.settings import read_settings
from services.personas.making import check_name, new_persona
from services.personas.roster import read_roster


def run(*, name: str, source: str, is_sure: bool, is_dry: bool) -> int:
    """Make the persona and say what to edit next; return the exit code.

    Raises:
        UserMistake: the name cannot be had, or there is no persona to copy.
        Misconfigured: the folder cannot be written.
    """
    personas = read_settings().personas
    check_name(personas, name)
    donor = read_roster(personas).card(source)
    if is_dry:
        give(f"{personas / name}: would be made from {donor.display_name}")
        return EXIT_DONE
    if not agree(f"Make {personas / name} with the card and voice of {donor.display_name}?", is_sure=is_sure):
        say("Nothing was made.")
        return EXIT_FAILED
    tell(new_persona(personas, name, donor.name), whose=donor)
    return EXIT_DONE

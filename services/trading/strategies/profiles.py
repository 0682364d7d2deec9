"""The temperaments there are, as the configuration has them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from config.temperaments import TEMPERAMENTS_FILE, TemperamentsError, read_temperaments
from services.errors import Misconfigured, UserMistake
from services.trading.strategies.temperament import Temperament

USUAL_PROFILE: Final = "strategist"
_FOLDER: Final = Path(__file__).resolve().parents[3] / "config"


def read_profiles(file: Path = _FOLDER / TEMPERAMENTS_FILE) -> dict[str, Temperament]:
    """Return the temperaments by name.

    Raises:
        Misconfigured: the file cannot be read, or lacks the usual profile.
    """
    try:
        figures = read_temperaments(file)
    except TemperamentsError as error:
        raise Misconfigured(
            f"The trader profiles are of no use: {error}.", hint="Put the file right, or restore it."
        ) from error
    if USUAL_PROFILE not in figures:
        raise Misconfigured(f"{file} lacks the profile {USUAL_PROFILE}.", hint="Restore the file.")
    return {name: Temperament(name=name, **one.model_dump()) for name, one in figures.items()}


def find_profile(profiles: Mapping[str, Temperament], name: str) -> Temperament:
    """Return the profile of that name. Raises `UserMistake`."""
    found = profiles.get(name.strip().lower() or USUAL_PROFILE)
    if found is None:
        raise UserMistake(f"There is no trader profile {name}.", hint=f"There are: {', '.join(profiles)}.")
    return found

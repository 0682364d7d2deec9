"""`omega persona export`: a persona as a character card."""

from __future__ import annotations

from pathlib import Path

from bots.cli.persona_words import roster_for
from bots.cli.talk import EXIT_DONE, give
from config.settings import read_settings
from services.errors import Misconfigured, UserMistake
from services.personas.card import AVATAR
from services.personas.character_files import exported, to_json, to_png
from services.personas.characters import Character, Spec
from services.personas.png import BrokenPng

_SPECS: dict[str, Spec] = {"v2": "chara_card_v2", "v3": "chara_card_v3"}


def run(*, name: str, kind: str, out: Path | None, locale: str | None) -> int:
    """Write the card to `out`, else print it; a picture goes to a file always. Return the exit code.

    Raises:
        UserMistake: there is no such persona, or it does not speak that language.
        Misconfigured: its card is wrong, its picture is missing or damaged, or the file cannot be written.
    """
    personas = read_settings().personas
    roster = roster_for(personas, name)
    card = roster.card(name)
    if locale is not None and locale not in card.locales:
        raise UserMistake(
            f"{card.display_name} does not speak {locale}.", hint=f"It speaks {', '.join(card.locales)}."
        )
    folder = personas / card.name
    character = exported(folder, roster.voice(card.name, locale))
    if kind != "png" and out is None:
        give(to_json(character, _SPECS[kind]).decode().rstrip("\n"))
        return EXIT_DONE
    content = to_json(character, _SPECS[kind]) if kind in _SPECS else _picture(character, folder, card.name)
    file = out or Path(f"{card.name}.png")
    try:
        file.write_bytes(content)
    except OSError as error:
        hint = "Name a file in a folder that exists and that you may write to: --out."
        raise Misconfigured(f"{file} cannot be written: {error.strerror}.", hint=hint) from error
    give(f"{file}: {card.display_name}, {len(content):,} bytes")
    return EXIT_DONE


def _picture(character: Character, folder: Path, name: str) -> bytes:
    try:
        return to_png(character, (folder / AVATAR).read_bytes())
    except (OSError, BrokenPng) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        hint = f"Draw it: python scripts/avatars.py {name}"
        raise Misconfigured(f"{folder / AVATAR} cannot be read: {reason}.", hint=hint) from error

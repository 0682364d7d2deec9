"""`omega persona check`: whether personas are whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from bots.cli.persona_words import expected
from bots.cli.talk import EXIT_DONE, EXIT_FAILED, Plain, give, give_json, say
from config.settings import read_settings
from services.errors import UserMistake
from services.personas.checking import Flaw, check_persona, check_together, folders_in, shared_lines


def run(*, name: str | None, as_json: bool) -> int:
    """Print what is wrong with the persona `name`, or with any; return the exit code.

    Raises:
        UserMistake: there is no such persona.
    """
    settings = read_settings()
    there = folders_in(settings.personas)
    folders = [folder for folder in there if name in {None, folder.name}]
    if not folders:
        names = ", ".join(folder.name for folder in there) or "none"
        raise UserMistake(f"There is no persona {name} in {settings.personas}.", hint=f"There are: {names}.")
    asked = expected(settings.root)
    flaws = [flaw for folder in folders for flaw in check_persona(folder, asked)]
    flaws += [flaw for flaw in check_together(there) if flaw.file.parent in folders]
    notes = [*_notes(folders, there)]
    if as_json:
        told: list[Plain] = [_plain(flaw) for flaw in flaws]
        give_json({"personas": [folder.name for folder in folders], "flaws": told, "notes": [*notes]})
    else:
        _print(folders, flaws, notes)
    return EXIT_FAILED if flaws else EXIT_DONE


def _notes(folders: Sequence[Path], there: Sequence[Path]) -> Iterator[str]:
    for one in folders:
        for other in there:
            if (other not in folders or one < other) and (count := shared_lines(one, other)):
                yield f"{one.name} says {count} lines in the very words of {other.name}"


def _print(folders: Sequence[Path], flaws: Sequence[Flaw], notes: Sequence[str]) -> None:
    for flaw in flaws:
        give(f"{_place(flaw)}: {flaw.advice}")
    faulty = {folder for folder in folders for flaw in flaws if flaw.file.is_relative_to(folder)}
    for folder in folders:
        if folder not in faulty:
            give(f"{_near(folder)}: in order")
    for note in notes:
        say(f"note: {note}")
    if flaws:
        say(f"{len(flaws)} to put right.")


def _place(flaw: Flaw) -> str:
    """Return where a flaw stands; a folder has no lines."""
    near = _near(flaw.file)
    return str(near) if flaw.file.is_dir() else f"{near}:{flaw.line}"


def _near(path: Path) -> Path:
    """Return a path as it is seen from here, where it is below."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _plain(flaw: Flaw) -> Plain:
    return {"file": str(flaw.file), "line": flaw.line, "advice": flaw.advice}

"""New personas: a folder made from another's, or from a character card. Checking one belongs to `checking`.

A folder is made aside and moved into place when it is whole, so that a farm never reads half a persona.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import yaml
from pydantic import TypeAdapter, ValidationError

from config.farm_file import Kind
from services.errors import Misconfigured, UserMistake
from services.locales.numbers import Numbers
from services.personas.card import AVATAR, Name, PersonaCard
from services.personas.character_files import CHARACTER, Read, to_json
from services.personas.characters import Character, card_of, display_name_of, flat, language_in, plain
from services.personas.lines import EVERYONE
from services.personas.roster import read_roster
from services.personas.rules import OF_THE_REST, complaints

_NAME = TypeAdapter[str](Name)
_KINDS = frozenset(get_args(Kind))
_WIDTH = 110
_GREETING = next(line for line in EVERYONE if line.name == "greeting")
_MOST_SAID = 900
"""Characters of a greeting; what is longer ends at the last sentence that fits."""
_DIGIT = re.compile(r"[0-9]")
_SPELT = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)*")
"""A name that can stand in a template: of letters alone."""
_MEMBER = "\N{OBJECT REPLACEMENT CHARACTER}"
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")
_RULER = re.compile(r"(?:^|(?<=\s))[-_*=~]{2,}(?:\s|$)")
_BLANK_BEFORE_MARK = re.compile(r" +(?=[,.;!?](?:\s|$))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A persona that was made, and how many files its folder holds."""

    folder: Path
    card: PersonaCard
    files: int


def check_name(personas: Path, name: str) -> None:
    """Refuse a name that a new persona cannot have.

    Raises:
        UserMistake: it is malformed, taken, or what a process of another kind is called.
    """
    try:
        _NAME.validate_python(name)
    except ValidationError as error:
        raise UserMistake(
            f"{name!r} cannot be the name of a persona.",
            hint="Expected small letters a to z, digits and _, a letter first, at most 32.",
        ) from error
    if name in _KINDS:
        raise UserMistake(f"{name} is a kind of process.", hint="Choose another name: farm.yaml needs both.")
    taken = {word for card in read_roster(personas).cards.values() for word in names_of(card)}
    if name in taken or (personas / name).exists():
        raise UserMistake(f"There is a {name} already in {personas}.", hint="Choose another name.")


def names_of(card: PersonaCard) -> set[str]:
    """Return the words that a persona is found by."""
    return {card.name, card.display_name.casefold()}


def new_persona(personas: Path, name: str, source: str) -> Made:
    """Make the folder of a persona by copying that of another; only the names are new.

    It owns no cog and answers for no topic: both belong to one persona each.

    Raises:
        UserMistake: the name cannot be had, or there is no `source`.
        Misconfigured: the folder cannot be written.
    """
    check_name(personas, name)
    donor = read_roster(personas).card(source)
    display_name = _title(name)
    avatar = donor.avatar.model_copy(update={"figure": "spark"})
    changes = {"name": name, "display_name": display_name, "avatar": avatar, "cogs": (), "strengths": ()}
    card = donor.model_copy(update=changes)
    with _made_aside(personas, name) as folder:
        told = renamed(_as_yaml(card), donor.display_name, display_name)
        header = f"{display_name}: made from {donor.display_name}, whose words these still are."
        _write_card(folder, told, header)
        _copy_voice(personas, donor, card, folder)
    return _made(personas / name, card)


def adopted_card(personas: Path, read: Read, *, name: str, voice: str) -> PersonaCard:
    """Return the card of the persona that a character would become with the voice of another persona.

    Raises:
        UserMistake: the name cannot be had, there is no such voice, or the character cannot be taken as it
            is; then the message names the file.
    """
    check_name(personas, name)
    roster = read_roster(personas)
    display_name = display_name_of(read.character)
    if not display_name or any(display_name.casefold() in names_of(card) for card in roster.cards.values()):
        display_name = _title(name)
    donor = roster.card(voice)
    try:
        return card_of(read.character, name=name, display_name=display_name, donor=donor)
    except UserMistake as error:
        raise UserMistake(f"{read.file}: {error.message}", hint=error.hint) from error


def adopt(personas: Path, read: Read, *, name: str, voice: str) -> Made:
    """Make the folder of a persona from a character card, with the voice templates of another persona.

    Raises:
        UserMistake: as `adopted_card`; nothing is written.
        Misconfigured: the folder cannot be written.
    """
    card, donor = adopted_card(personas, read, name=name, voice=voice), read_roster(personas).card(voice)
    character, display_name = read.character, card.display_name
    with _made_aside(personas, name) as folder:
        _write_card(
            folder, _as_yaml(card), f"{display_name}: from a character card, which is kept beside this."
        )
        _copy_voice(personas, donor, card, folder)
        _greet(folder, character, card)
        (folder / CHARACTER).write_bytes(to_json(character, read.spec))
        if read.picture is not None:
            (folder / AVATAR).write_bytes(read.picture)
    return _made(personas / name, card)


def greeting_of(texts: Sequence[str], char: str, numbers: Numbers) -> str | None:
    """Return the template that says a character's greetings, None where nothing of them can be said.

    Their words are data: braces are escaped. Sentences that break a rule of what a persona may say, such as
    one with a figure that no fact has, are left out.
    """
    told = (_sayable(plain(text, char, _MEMBER), numbers) for text in texts)
    phrasings = [*dict.fromkeys(text for text in told if text)]
    end = "" if len(phrasings) >= OF_THE_REST else ' {{ closing("greet") }}'
    return "\n---\n".join(_escaped(text) + end for text in phrasings) + "\n" if phrasings else None


def renamed(text: str, old: str, new: str) -> str:
    """Return `text` with the name `old` replaced where it stands as a word, outside of code."""
    return re.sub(rf"(?<![\w`/]){re.escape(old)}(?![\w`])", lambda _: new, text)


@contextmanager
def _made_aside(personas: Path, name: str) -> Iterator[Path]:
    try:
        with tempfile.TemporaryDirectory(prefix=".new-", dir=personas) as aside:
            folder = Path(aside) / name
            folder.mkdir()
            yield folder
            folder.rename(personas / name)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Misconfigured(f"{personas / name} cannot be made: {reason}.") from error


def _made(folder: Path, card: PersonaCard) -> Made:
    return Made(folder=folder, card=card, files=sum(file.is_file() for file in folder.rglob("*")))


def _title(name: str) -> str:
    return name.replace("_", " ").strip().title()


def _as_yaml(card: PersonaCard) -> str:
    told = card.model_dump(mode="json")
    return yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=_WIDTH)


def _write_card(folder: Path, told: str, header: str) -> None:
    (folder / "persona.yaml").write_text(f"# {header}\n{told}", "utf-8")


def _copy_voice(personas: Path, donor: PersonaCard, card: PersonaCard, folder: Path) -> None:
    for locale in card.locales:
        voice = folder / "voice" / locale
        shutil.copytree(personas / donor.name / "voice" / locale, voice)
        for file in voice.rglob("*.*"):
            if file.is_file() and _SPELT.fullmatch(card.display_name):
                text = file.read_text("utf-8")
                file.write_text(renamed(text, donor.display_name, card.display_name), "utf-8")


def _greet(folder: Path, character: Character, card: PersonaCard) -> None:
    """Let the persona greet in the character's words, in the language that these are in."""
    locale = language_in(character)
    texts = (character.first_mes, *character.alternate_greetings)
    template = greeting_of(texts, card.display_name, Numbers(locale))
    if template is not None and locale in card.locales:
        (folder / "voice" / locale / "greeting.j2").write_text(template, "utf-8")


def _sayable(text: str, numbers: Numbers) -> str:
    """Return the sentences that a persona may say, on one line, as many as there is room for."""
    line = _BLANK_BEFORE_MARK.sub("", _RULER.sub(" ", flat(text)))
    said = ""
    for sentence in _SENTENCE_END.split(line):
        longer = f"{said} {sentence}".strip()
        if len(longer) > _MOST_SAID:
            break
        if not (_DIGIT.search(sentence) or [*complaints(sentence, _GREETING, numbers)]):
            said = longer
    return said


def _escaped(text: str) -> str:
    """Return a template that says `text` and runs nothing of it."""
    return text.replace("{", '{{ "{" }}').replace(_MEMBER, "{{ member }}")

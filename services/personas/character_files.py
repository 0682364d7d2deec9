"""Character cards as files: JSON, pictures (PNG) that carry one, and archives (CHARX).

They are strangers' files, so their size is bounded. What a character is belongs to `characters`.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import io
import json
import zipfile
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from config.strict_yaml import first_complaint
from services.errors import UserMistake
from services.personas.characters import Character, Spec, character_of, envelope, with_card
from services.personas.png import SIGNATURE, BrokenPng, texts_in, with_texts
from services.personas.voice import Voice

MOST_BYTES: Final = 2_000_000
"""Of a file, and of whatever is unpacked from it."""
CHARACTER: Final = "character.json"
"""In a persona's folder: the card that it came from, whole."""
_V2, _V3 = "chara", "ccv3"
"""The keywords of the PNG texts that hold a card in base64."""
_ZIP: Final = b"PK\x03\x04"
_CARD: Final = "card.json"
_SPOILT: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)
"""What zipfile raises for damaged, encrypted and oddly packed archives."""


class _Envelope(BaseModel):
    model_config = ConfigDict(frozen=True)

    spec: Spec
    data: Character


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A character, the file and version of the card it came in, and its picture (PNG) where it had one."""

    file: str
    character: Character
    spec: Spec
    picture: bytes | None = None


def read_file(file: Path) -> Read:
    """Read a card of any kind.

    Raises:
        UserMistake: it cannot be read, is too large, or holds no card of version 2 or 3.
    """
    try:
        with file.open("rb") as opened:
            raw = opened.read(MOST_BYTES + 1)
    except OSError as error:
        hint = "Name a character card that you may read: JSON (V2, V3), PNG or CHARX."
        raise UserMistake(f"{file} cannot be read: {error.strerror}.", hint=hint) from error
    if len(raw) > MOST_BYTES:
        raise _too_large(str(file))
    return read_card_bytes(raw, str(file))


def read_card_bytes(raw: bytes, name: str) -> Read:
    """Read a card; `name` is what messages call it.

    Raises:
        UserMistake: as `read_file`.
    """
    if raw.startswith(SIGNATURE):
        return _from_png(raw, name)
    if raw.startswith(_ZIP):
        return _from_json(_unpacked(raw, name), name)
    return _from_json(raw, name)


def exported(folder: Path, voice: Voice) -> Character:
    """Return the persona of `folder` as a character: what it came from where it was one, with its own card.

    Raises:
        UserMistake: the card that it came from is spoilt.
    """
    origin = folder / CHARACTER
    return with_card(read_file(origin).character, voice.card) if origin.exists() else character_of(voice)


def to_json(character: Character, spec: Spec) -> bytes:
    """Return a card as a JSON file."""
    return json.dumps(envelope(character, spec), ensure_ascii=False, indent=2).encode() + b"\n"


def to_png(character: Character, picture: bytes) -> bytes:
    """Return the picture with the card in it, in both versions.

    Raises:
        BrokenPng: the picture is no whole PNG.
    """
    cards: tuple[tuple[str, Spec], ...] = ((_V2, "chara_card_v2"), (_V3, "chara_card_v3"))
    packed = {key: json.dumps(envelope(character, spec), ensure_ascii=False).encode() for key, spec in cards}
    return with_texts(picture, {key: base64.b64encode(card) for key, card in packed.items()})


def _from_png(raw: bytes, name: str) -> Read:
    try:
        texts = texts_in(raw)
        packed = texts.get(_V3) or texts.get(_V2)
        picture = with_texts(raw, {})
    except BrokenPng as error:
        raise UserMistake(f"{name} is a damaged PNG: {error}.", hint="Fetch it again.") from error
    if packed is None:
        raise UserMistake(
            f"{name} is a picture without a card.",
            hint="Chat programs and picture hosts often strip it: ask for the original file.",
        )
    try:
        card = base64.b64decode(packed.strip(), validate=True)
    except binascii.Error as error:
        raise UserMistake(
            f"{name}: the card in the picture is not base64.", hint="Fetch it again."
        ) from error
    found = _from_json(card, name)
    return replace(found, picture=picture)


def _from_json(raw: bytes, name: str) -> Read:
    try:
        found = _Envelope.model_validate_json(raw.removeprefix(codecs.BOM_UTF8))
    except ValidationError as error:
        raise UserMistake(
            f"{name} is no character card of version 2 or 3: {first_complaint(error)}",
            hint='Expected {"spec": "chara_card_v2" or "chara_card_v3", "data": {"name": ...}}.',
        ) from error
    return Read(file=name, character=found.data, spec=found.spec)


def _unpacked(raw: bytes, name: str) -> bytes:
    """Return card.json of a CHARX archive; nothing else of it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive, archive.open(_CARD) as packed:
            card = packed.read(MOST_BYTES + 1)
    except KeyError as error:
        raise UserMistake(f"{name} is an archive without {_CARD}.", hint="Expected a CHARX file.") from error
    except _SPOILT as error:
        raise UserMistake(f"{name} is a damaged archive: {error}.", hint="Fetch it again.") from error
    if len(card) > MOST_BYTES:
        raise _too_large(f"{_CARD} in {name}")
    return card


def _too_large(what: str) -> UserMistake:
    megabytes = MOST_BYTES // 1_000_000
    return UserMistake(
        f"{what} is larger than {megabytes} MB.",
        hint="Make its picture smaller, or take big pictures out of the card.",
    )

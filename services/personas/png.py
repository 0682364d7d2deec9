"""The chunks of a PNG file, and the texts that some of them carry. Pixels are nobody's business here.

Source: Portable Network Graphics (PNG) Specification, W3C, sections 5 (datastream) and 11.3.3 (tEXt).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TEXT = b"tEXt"
_END = b"IEND"
_FRAME = struct.Struct(">I4s")
_SUM = struct.Struct(">I")


class BrokenPng(ValueError):
    """The bytes are no whole PNG file; the message says where they stop being one."""


def texts_in(png: bytes) -> dict[str, bytes]:
    """Return the tEXt chunks of a PNG file by keyword, in small letters; of two alike the last one counts.

    Raises:
        BrokenPng: the file is cut off or damaged.
    """
    pairs = (body.partition(b"\0") for kind, body in _chunks(png) if kind == _TEXT)
    return {keyword.decode("latin-1").casefold(): text for keyword, _, text in pairs}


def with_texts(png: bytes, texts: Mapping[str, bytes]) -> bytes:
    """Return the same picture with these tEXt chunks, and no other.

    Raises:
        BrokenPng: the file is cut off or damaged.
    """
    kept = [(kind, body) for kind, body in _chunks(png) if kind not in {_TEXT, _END}]
    said = [(_TEXT, keyword.encode("latin-1") + b"\0" + text) for keyword, text in texts.items()]
    return SIGNATURE + b"".join(_chunk(kind, body) for kind, body in (*kept, *said, (_END, b"")))


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not png.startswith(SIGNATURE):
        raise BrokenPng("it does not begin as a PNG file does")
    at, kind = len(SIGNATURE), b""
    while kind != _END:
        if at + _FRAME.size > len(png):
            raise BrokenPng("it ends before its last chunk")
        length, kind = _FRAME.unpack_from(png, at)
        body = png[at + _FRAME.size : at + _FRAME.size + length]
        end = at + _FRAME.size + length
        if len(body) < length or png[end : end + _SUM.size] != _SUM.pack(zlib.crc32(kind + body)):
            raise BrokenPng(f"the chunk {kind.decode('latin-1')!r} is damaged or cut off")
        yield kind, body
        at = end + _SUM.size


def _chunk(kind: bytes, body: bytes) -> bytes:
    return _FRAME.pack(len(body), kind) + body + _SUM.pack(zlib.crc32(kind + body))

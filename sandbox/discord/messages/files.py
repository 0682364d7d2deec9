"""Uploaded files: the attachment each becomes, and the CDN that keeps and serves their bytes."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from sandbox.discord.messages.pictures import image_size
from sandbox.discord.private import private_file, private_folder
from sandbox.discord.wire import Json

_UNSAFE = re.compile(r"[^\w.\-]+", re.ASCII)
_MOST_NAME = 100
_SPOILER = "SPOILER_"
_PICTURE_NAME = 32
"""Letters of the hash that an avatar is called by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as it came in a request, under its number there."""

    number: int
    filename: str
    content: bytes


class Cdn:
    """Keeps uploaded bytes: in memory until they are written, then in a folder."""

    def __init__(self, folder: Path, *, url: Callable[[], str], new_id: Callable[[], str]) -> None:
        self._folder = folder
        self._url = url
        self._new_id = new_id
        self.unwritten: dict[str, bytes] = {}

    def keep(self, channel_id: str, upload: Upload, said: Json) -> Json:
        """Keep a file and return its attachment; `said` is the request's own entry for it."""
        name = safe_name(str(said.get("filename") or upload.filename))
        if said.get("is_spoiler") and not name.startswith(_SPOILER):
            name = _SPOILER + name
        attachment_id = self._new_id()
        path = f"attachments/{channel_id}/{attachment_id}/{name}"
        self.unwritten[path] = upload.content
        url = f"{self._url()}/{path}"
        made: Json = {
            "id": attachment_id,
            "filename": name,
            "size": len(upload.content),
            "url": url,
            "proxy_url": url,
            "content_type": content_type(name),
            **image_size(upload.content),
        }
        if said.get("description"):
            made["description"] = said["description"]
        return made

    def keep_avatar(self, user_id: str, content: bytes) -> str:
        """Keep a user's picture and return its hash, by which the user's ``avatar`` names it."""
        name = hashlib.sha256(content).hexdigest()[:_PICTURE_NAME]
        self.unwritten[f"avatars/{user_id}/{name}.png"] = content
        return name

    def find(self, path: str) -> bytes | Path | None:
        """Return the bytes of a file, or where they are; None when there is no such file."""
        if path in self.unwritten:
            return self.unwritten[path]
        return inside(self._folder, path)

    def lock(self) -> None:
        """Make the folder, if need be, and let its owner alone enter."""
        private_folder(self._folder)

    def write(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Write files to the folder; called from the writer's thread."""
        for path, content in files:
            target = self._folder / path
            self.lock()
            target.parent.mkdir(parents=True, exist_ok=True)
            private_file(target)
            target.write_bytes(content)


def inside(folder: Path, path: str) -> Path | None:
    """Return the file of that path in a folder, None where it has none or the path leads out of it."""
    root = folder.resolve()
    try:
        file = (root / path).resolve()
        return file if file.is_relative_to(root) and file.is_file() else None
    except (ValueError, OSError):  # no name that a file can have: a zero byte, too long
        return None


def safe_name(name: str) -> str:
    """Return a file name that is safe in a path and an address."""
    cleaned = _UNSAFE.sub("_", name.replace("\\", "/").rsplit("/", 1)[-1]).lstrip(".")
    return cleaned[-_MOST_NAME:] or "file"


def content_type(name: str) -> str:
    """Return the content type that a file's name stands for."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"

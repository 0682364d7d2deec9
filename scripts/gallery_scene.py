"""What docs/gallery.md is made of: scenes, each something asked, and sections of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

BTC: Final = "market:BTC/USDT:USDT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A command, asked once in English and once in Portuguese, of two personas where it can be."""

    name: str
    line: str
    """As a member types it; of an entry in the menu of a message, its name."""
    in_portuguese: str = ""
    """The same in the other language, where it is more than names and numbers."""
    voices: tuple[str, str]
    says: tuple[str, str] | None = None
    """What the member writes before."""
    is_app: bool = False
    """Whether it is an entry in the menu of the newest message, in place of a slash command."""
    press: int | None = None
    """Which button of the answer is pressed before the picture is taken."""
    brings: int = 0
    """How many messages the press brings."""
    picks: str | None = None
    """Of which option the first choice that is offered is taken, as nobody knows an id by heart."""
    quotes: str | None = None
    """A pattern: what its group matches in the newest message takes the place of ``…`` in the line."""
    is_once: bool = False
    """Whether it is refused the second time; the second picture then shows that."""
    is_form: bool = False
    """Whether the answer is a form, of which the picture is taken."""
    is_admins: bool = False
    """Whether an admin asks."""
    is_talk: bool = False
    """Whether it is no command but said to a bot; the picture then shows it, too."""
    has_model: bool = False
    """Whether the personas have the local model when it is asked."""
    replies: int = 1
    is_on_phone: bool = False
    """Whether it is also taken on a telephone."""

    @property
    def shown(self) -> int:
        """Return how many of the newest messages the picture shows."""
        return self.replies + self.is_talk + self.brings

    def worded(self, turn: int) -> str:
        """Return the line in the language of the first or the second picture."""
        return (turn and self.in_portuguese) or self.line

    def asked(self, turn: int) -> str:
        """Return the line with the voice of the first or the second picture."""
        line = self.worded(turn)
        return line if self.is_app or self.is_talk else f"{line} persona:{self.voices[turn]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Scenes that belong together."""

    title: str
    text: str
    scenes: tuple[Scene, ...]

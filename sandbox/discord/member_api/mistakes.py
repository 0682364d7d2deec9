"""What a member's request can get wrong, said so that a person knows what to do."""

from __future__ import annotations

from sandbox.discord.rules.refusal import Refused
from sandbox.discord.wire import Json, encode

_FIXES = {
    10003: "Pick a channel of the list that READY or /users shows.",
    10008: "The message may have been deleted; read the channel again.",
    50001: "This user does not see that; act as somebody who does.",
    50013: "This user may not do that here; act as an admin.",
    40005: "Send less at once: 10 MiB a file, 25 MiB a request.",
    50006: "Write something that can be seen, or add a file.",
    50033: "Name somebody else: nobody has a conversation with themselves.",
    50035: "Change the named fields.",
    50109: "Send JSON with its content type; a form needs its boundary and a payload_json.",
}


class Mistake(Exception):
    """A request that cannot be carried out: HTTP `status`, `code` for programs, a sentence and its `fix`."""

    def __init__(self, status: int, code: str, message: str, fix: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.fix = fix

    def to_body(self) -> Json:
        """Return the JSON that is answered."""
        return {"error": {"code": self.code, "message": self.message, "fix": self.fix}}


def mistaken(refusal: Refused) -> Mistake:
    """Say a refusal of Discord's to a person."""
    detail = f" {encode(refusal.errors).decode()}" if refusal.errors else ""
    fix = _FIXES.get(refusal.code, "Check what was sent.")
    return Mistake(refusal.status, str(refusal.code), refusal.message + detail, fix)

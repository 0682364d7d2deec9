"""`Refused`: one request that Discord turns down, with the body it answers. Nothing here decides."""

from __future__ import annotations

from sandbox.discord.wire import Json


class Refused(Exception):
    """An error answer of the REST API: HTTP `status`, then Discord's `code`, `message` and `errors` tree."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def to_body(self) -> Json:
        """Return the JSON that Discord answers."""
        body: Json = {"message": self.message, "code": self.code}
        if self.errors is not None:
            body["errors"] = self.errors
        return body

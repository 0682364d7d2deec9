"""The listening socket of a local server, held by the farm so that it outlives the server's process."""

from __future__ import annotations

import errno
import socket

from services.errors import Misconfigured

_BACKLOG = 1024


class Listener:
    """At most one bound socket. A picked port (0) stays the same for as long as this object lives.

    `section` is the part of farm.yaml that says where it listens, ``discord``, ``sandbox_exchange`` or
    ``sandbox_llm``.
    """

    def __init__(self, section: str = "discord") -> None:
        self._section = section
        self._socket: socket.socket | None = None
        self._wanted: tuple[str, int] | None = None
        self._picked = 0

    @property
    def fd(self) -> int | None:
        """The descriptor to hand to the sandbox; None when nothing is held."""
        return self._socket.fileno() if self._socket else None

    @property
    def url(self) -> str | None:
        """Where the bots of this machine reach the sandbox; None when nothing is held."""
        if self._socket is None:
            return None
        host, port = self._socket.getsockname()[:2]
        reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
        return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"

    def hold(self, host: str, port: int) -> None:
        """Listen there, letting go of another place only once this one is had.

        Raises:
            Misconfigured: the port is taken, or the host is not this machine's.
        """
        if self._socket and self._wanted == (host, port):
            return
        again = self._picked if self._wanted == (host, port) else 0
        new = self._instead(host, port or again)
        self._socket, self._wanted = new, (host, port)
        self._picked = new.getsockname()[1] if port == 0 else 0

    def _instead(self, host: str, port: int) -> socket.socket:
        """Bind the new place, then let go of the old one; first let go where both share the port."""
        if self._socket is None or self._socket.getsockname()[1] != port:
            new = self._bound(host, port)
            self.release()
            return new
        old_host = self._socket.getsockname()[0]
        self.release()
        try:
            return self._bound(host, port)
        except Misconfigured:
            self._socket = self._bound(old_host, port)
            raise

    def release(self) -> None:
        """Stop listening."""
        if self._socket:
            self._socket.close()
            self._socket = None

    def _bound(self, host: str, port: int) -> socket.socket:
        try:
            return _bound(host, port)
        except OSError as error:
            raise _unusable(self._section, host, port, error) from error


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    new = socket.socket(family, kind, protocol)
    try:
        new.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        new.bind(address)
        new.listen(_BACKLOG)
    except OSError:
        new.close()
        raise
    return new


def _unusable(section: str, host: str, port: int, error: OSError) -> Misconfigured:
    if error.errno == errno.EADDRINUSE:
        return Misconfigured(
            f"Port {port} on {host} is taken by another program ({section}.port).",
            hint=f"Stop that program and save the file again, or set another {section}.port (0 picks one).",
            facts={"port": port},
        )
    return Misconfigured(
        f"The sandbox cannot listen on {host} port {port}: {error.strerror or error}.",
        hint=f"Set {section}.host and {section}.port in farm.yaml to an address of this machine.",
        facts={"port": port},
    )

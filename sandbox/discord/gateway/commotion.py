"""Faults done to connected gateway clients at once: cut off, sent away, told that their session is void."""

from __future__ import annotations

from sandbox.discord.faults import Commotion
from sandbox.discord.gateway.hub import Hub
from sandbox.discord.gateway.session import Op, Wire


def stir(hub: Hub, commotion: Commotion, application_id: str | None) -> None:
    """Do it to the clients of one application, or to all."""
    for session in tuple(hub.sessions_of(application_id)):
        if session.socket is not None:
            _stir_one(session.socket, commotion)


def _stir_one(socket: Wire, commotion: Commotion) -> None:
    if commotion.reconnect:
        socket.push_op(Op.RECONNECT, None)
    if commotion.invalid_session is not None:
        resumable = commotion.invalid_session.get("resumable", False)
        socket.invalidate(is_resumable=resumable)
    if commotion.close_code is not None:
        socket.close(commotion.close_code)
    if commotion.drop_gateway:
        socket.drop()

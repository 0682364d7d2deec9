"""Sockets that the farm holds for its local servers, so that their addresses outlive their processes."""

from __future__ import annotations

import os
import socket


def inherited(descriptor: int) -> socket.socket:
    """Copy the farm's listening socket: closing the copy leaves the farm's open for the next start."""
    return socket.socket(fileno=os.dup(descriptor))

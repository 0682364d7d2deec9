"""What people use in place of Discord's own client: HTTP calls and a WebSocket, acting as a named user."""

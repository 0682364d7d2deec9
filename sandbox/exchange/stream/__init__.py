"""The venue's WebSocket interface: who listens to what, and what they are sent."""

"""The WebSocket that bots connect to: sessions, intents, and which event goes to whom."""

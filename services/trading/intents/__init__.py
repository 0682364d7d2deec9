"""Intents: written before they are sent, looked up when unknown, compared with the venue."""

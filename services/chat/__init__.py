"""Conversation in character: what a member wants, what is known about it, and how a persona says it.

Models and their keys are the chat process's alone; who asks it knows `messages` and `intents` only.
"""

"""What a model is told: who it speaks for, the rules, what was said, and the tools it may use.

Belongs here: words of a prompt, tools as a model sees them, and reading what it calls. Does not belong here:
sending it (`services.chat.models`), using a tool, and what of an answer is shown (`guarding`, `grounding`).
"""

"""Whether what a model says was found: every figure of a sentence against the look-ups of its turn.

Belongs here: reading figures and sentences. Does not belong here: look-ups, and what else may not be said
(`guarding`).
"""

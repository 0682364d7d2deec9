"""What a conversation leaves behind: memory, turns, what answers rest on, and what models cost.

What belongs here is kept by code alone, without a model. Who may be told is checked where it is kept.
"""

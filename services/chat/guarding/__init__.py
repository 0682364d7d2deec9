"""What strangers write, on its way to a model, and what a model writes, on its way to a member.

Belongs here: which letters, links, mentions and claims pass. Does not belong here: figures (`grounding`).
"""

"""One turn of a conversation, a module a step: from a member's words to the answer that is shown and kept."""

"""Living cards: what is told of a position from its opening to its close, and to whom."""

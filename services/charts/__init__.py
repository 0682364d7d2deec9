"""Charts as PNG: drawn in a process pool, cached by what they show."""

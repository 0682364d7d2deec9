"""Strategies: one class with one method each, the same for replay, paper and live."""

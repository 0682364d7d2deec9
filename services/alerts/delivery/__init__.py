"""Delivery: from a firing that is kept to what became of every message of it."""

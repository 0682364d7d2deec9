"""Conditions, values and places in words, in any language; for cards, and for letters out of Discord."""

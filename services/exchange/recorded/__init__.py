"""Recorded candles as others leave them, and their copies that this farm reads."""

"""Closed candles out of trades."""

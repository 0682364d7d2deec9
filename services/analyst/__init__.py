"""Findings about a market: what analytics sees in its candles, asked over the bus."""

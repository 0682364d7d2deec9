"""Shapes of a few candles that have a name. Moves of many candles and levels do not belong here."""

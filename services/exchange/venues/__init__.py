"""Real venues through ccxt, and the farm's own sandbox through the same code.

Only this package imports ccxt, and none of ccxt's dictionaries leaves it. One class speaks to every venue;
what differs between them is data in `quirks`.
"""

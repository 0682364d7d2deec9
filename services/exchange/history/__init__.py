"""Candle history on disk: Parquet by venue, market, timeframe and day; one writer a venue."""

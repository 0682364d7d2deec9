"""Public market data: latest prices, closed candles, names of markets."""

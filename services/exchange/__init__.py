"""The `Exchange` port and its adapters: where prices and candles come from."""

"""Runs a strategy over recorded candles through the paper engine, as live and paper run it."""

"""Indicators: one small function each, declared with `declare.indicator` and read through `catalogue`.

To add one, write a function of columns of `Candles` and its parameters into the module of its family, declare
it, and give its docstring `Returns:` with the unit and `Source:`. Charts, alerts, features and documents read
it from the catalogue; the contract test says what it lacks. What takes more than one formula stays outside.
"""

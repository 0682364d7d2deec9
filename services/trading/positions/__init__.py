"""Positions read: how they sit on Fibonacci levels, their health, their living cards."""

"""Alerts: rules, who hears of what, delivery, and posts by the clock; all of the process ``alerts``."""

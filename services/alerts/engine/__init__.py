"""Decides alerts: what is known of the markets, how a rule goes from armed to fired, and what it costs."""

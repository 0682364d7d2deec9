"""Seasons of paper trading, their leaderboard, and the temperaments that trade in them."""

"""Accounts of members, their keys and their second factor."""

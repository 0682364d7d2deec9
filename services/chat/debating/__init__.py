"""Debates of personas about a market, each with its own model. Without models the panel has its templates."""

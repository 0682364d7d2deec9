"""Positions, read: their levels, their score, their health and their chart."""

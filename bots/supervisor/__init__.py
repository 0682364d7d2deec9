"""Keeps the farm's processes running: start, watch, restart, give up, stop in order."""

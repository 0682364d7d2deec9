"""Fibonacci: the leg that is measured, its levels, fans and moments, and where levels of several meet."""
